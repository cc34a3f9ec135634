"""The filter view Mine of each coach shows what waits for them, however it is known who decides."""

from __future__ import annotations

import json
import re

import pytest
import requests

from bridge.demo.people import REVIEW
from bridge.review import ID, WITH, in_dots
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.sheet_keeping import MINE
from tests.night.coach_tabs import Tabs
from tests.night.deciding import deciding
from tests.night.district import District


def seen(town: District, coach: str) -> list[str]:
    """The ids of the rows that the coach's view shows."""
    url = f"{town.sandbox.url}/_sandbox/sheets/{town.programme.spreadsheet_id}/{REVIEW}.html"
    answer = requests.get(url, params={"filter_view": f"{MINE}{coach.partition('@')[0]}"}, timeout=10)
    assert answer.ok, answer.text
    return sorted(re.findall(r"<span>(\d+-\d+)</span>", answer.text))


def coaches_of(town: District) -> tuple[str, str]:
    ann, ben = (coach.email for coach in town.programme.coaches[:2])
    return ann, ben


def in_column(town: District) -> District:
    town.set("[review]\n", f"[review]\ncoaches = {json.dumps(coaches_of(town))}\n")
    return town


def in_form(town: District) -> District:
    deciding(town)
    return town


def reviewers(town: District, key: str, *people: str) -> None:
    """The coordinator names a badge's own reviewers."""
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value="Reviewers")
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set={"Reviewers": ", ".join(people)})


def with_(town: District) -> dict[str, str]:
    return {row[ID]: row[WITH] for row in town.rows()}


@pytest.mark.parametrize("identity", [in_column, in_form])
def test_mine_shows_what_waits_for_a_coach_until_it_is_decided(town: District, identity: object) -> None:
    assert callable(identity)
    identity(town)
    ann, ben = coaches_of(town)
    reviewers(town, town.programme.badges[0].key, ben)
    town.submit(2)
    town.night()
    town.night()
    (bens,) = [row[ID] for row in town.rows() if row["Badge"] == town.programme.badges[0].name]
    assert (seen(town, ann), seen(town, ben)) == ([one for one in ("1-1", "2-1") if one != bens], ["1-1", "2-1"])
    assert with_(town)[bens] == in_dots([ben])
    assert town.night().changed_nothing

    reviewers(town, town.programme.badges[0].key, ann)
    town.night()
    assert (bens in seen(town, ann), bens in seen(town, ben)) == (True, False)
    assert town.night().changed_nothing


def test_what_is_decided_is_with_nobody(town: District) -> None:
    in_column(town)
    ann, ben = coaches_of(town)
    town.submit(2)
    town.night()
    town.people.decide("1-1", "Decline", "Not this year.", ann)
    town.people.decide("2-1", "Hold", "", ann)
    town.night()
    assert (seen(town, ann), seen(town, ben)) == (["2-1"], ["2-1"])
    assert with_(town)["1-1"] == ""


def test_in_coaches_own_tabs_mine_shows_what_is_with_them(town: District) -> None:
    tabs = Tabs(town)
    town.submit(2)
    town.night()
    assert (seen(town, tabs.daniel), seen(town, tabs.priya)) == (["1-1"], ["2-1"])
    assert with_(town) == {"1-1": tabs.daniel, "2-1": tabs.priya}


def test_once_coaches_are_named_a_sheet_from_before_gets_the_column(received: District) -> None:
    town = received
    assert WITH not in town.rows()[0]
    in_column(town)
    report = town.night()
    assert "the column “With”" in "\n".join(report.lines())
    town.night()
    assert set(with_(town).values()) == {in_dots(sorted(coaches_of(town)))}
    assert seen(town, coaches_of(town)[1]) == ["1-1", "2-1", "3-1"]
    assert town.night().changed_nothing
