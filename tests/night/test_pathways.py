"""A badge that comes by itself, over whole nights: issued, shown, mailed once; and flagged when a part is revoked."""

from __future__ import annotations

from collections import Counter

import pytest

from bridge.plan.catalogue import MILESTONE, PREREQUISITES
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from tests.night.district import District
from tests.night.test_calls import READS


def add_pathway(town: District) -> None:
    """The second badge comes by itself to whoever holds the first."""
    part, whole = (badge.key for badge in town.programme.badges[:2])
    for place, (title, text) in enumerate({PREREQUISITES: part, MILESTONE: "by itself"}.items(), len(CATALOGUE_TITLES)):
        column = chr(ord("A") + place)
        town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=title)
        town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": whole}, set={title: text})
    return part, whole


@pytest.mark.slow
def test_it_comes_once_and_is_flagged_when_its_part_is_revoked(town: District) -> None:
    add_pathway(town)
    (teacher,) = town.submit()
    town.night()
    town.approve_all()
    assert town.nights().problems == []
    first, second = town.rows()
    assert second["ID"] == "2-1"
    assert (second["Badge"], second["Decision"]) == (town.programme.badges[1].name, "Approve")
    assert second["Evidence"] == f"1. ✓ {town.programme.badges[0].name}\n{first['Badge link']}"
    assert second["Status"].startswith("Issued by itself 2026-")
    assert town.pages() == 2
    assert town.mails() == Counter({(teacher, "received"): 1, (teacher, "issued"): 2})
    page = (town.folder / "site" / "awards" / second["Badge link"].rpartition("/")[2]).read_text("utf-8")
    assert first["Badge link"] not in page

    town.calls()
    assert town.night().changed_nothing
    assert Counter({name: n for name, n in town.calls().items() if name.startswith("sheets.")}) == READS
    town.people.decide("1-1", "Revoke", "It was a slip.", town.programme.coaches[0].email)
    report = town.night()
    assert "Row 2-1: the badge was built on 1-1, which was revoked; it still stands." in "\n".join(report.lines())
    assert town.rows()[1]["Status"].startswith(
        "Built on 1-1, which was revoked. Choose Revoke here, too, if it should not stand. (Issued by itself"
    )
    assert town.nights().problems == []
