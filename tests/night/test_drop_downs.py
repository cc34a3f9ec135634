"""Drop-downs that people took away, or pasted over, come back: with the next write to the tab, or by sheet sync."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.cycle import run_sync
from bridge.errors import Refused
from bridge.ports import Change, ReviewSheet, SheetReading, World
from bridge.sandbox.seed_people import COORDINATOR
from bridge.sandbox.sheets_state import Sheet
from bridge.sheet_requests import drop_down
from bridge.wiring import open_world
from tests.night.coach_tabs import Tabs
from tests.night.district import District, district
from tests.night.test_calls import READS, WRITE
from tests.night.test_own_tabs import tab
from tests.night.test_rubric import rated, sheet_calls, type_in  # noqa: F401 a fixture

VERDICTS = ("Approve", "Return", "Decline", "Hold", "Revoke")
PLANNING = ("not yet", "meets", "exceeds")


@pytest.fixture
def named(tmp_path: Path) -> Iterator[District]:
    """A district with named coaches, and two requests, shown to them."""
    with district(tmp_path) as town:
        coaches = [coach.email for coach in town.programme.coaches[:2]]
        town.set("[review]\n", f"[review]\ncoaches = {json.dumps(coaches)}\n")
        town.submit(2)
        town.nights()
        yield town


def cells(sheet: Sheet, title: str) -> list[dict[str, Any]]:
    """The cells of a column, as the sandbox keeps them, down to the last row that has an ID."""
    header = [(one or {}).get("userEnteredValue", {}).get("stringValue") for one in sheet.rows[0]]
    place, rows = header.index(title), [row for row in sheet.rows[1:] if row and (row[0] or {}).get("userEnteredValue")]
    for row in rows:
        row.extend([None] * (place + 1 - len(row)))
        row[place] = row[place] if row[place] is not None else {}
    return [row[place] or {} for row in rows]


def offers(town: District, title: str, where: str = "Review") -> list[tuple[str, ...]]:
    """What each row lets people choose in a column, and nothing else; () where they may write anything."""
    with town.sandbox.lock:
        rules = [cell.get("dataValidation", {}) for cell in cells(tab(town, where), title)]
    listed = [one.get("condition", {}).get("values", ()) if one.get("strict") else () for one in rules]
    return [tuple(value["userEnteredValue"] for value in values) for values in listed]


def paste(town: District, title: str, *choices: str, where: str = "Review", rows: slice = slice(None)) -> None:
    """Somebody pastes cells over a column, which bring their own drop-down, or none."""
    with town.sandbox.lock:
        for cell in cells(tab(town, where), title)[rows]:
            cell.pop("dataValidation", None)
            cell |= {"dataValidation": drop_down(choices)} if choices else {}


def sync(town: District) -> tuple[str, ...]:
    with open_world(town.settings) as (world, policy):
        return run_sync(world, policy).did


def test_a_word_that_slipped_in_is_told_and_the_drop_downs_are_back(named: District) -> None:
    paste(named, "Decision")
    paste(named, "Reviewer", "yes", "no")
    type_in(named, "1-1", Decision="aproove", Reviewer="yes")
    named.calls()
    named.night()
    assert sheet_calls(named) == Counter(READS | WRITE)
    assert named.statuses()[0].startswith("“aproove” is no decision")
    assert offers(named, "Decision") == [VERDICTS] * 2
    coaches = (*(coach.email for coach in named.programme.coaches[:2]), COORDINATOR.email)
    assert offers(named, "Reviewer") == [coaches] * 2
    with pytest.raises(RuntimeError, match="400"):
        type_in(named, "2-1", Decision="aproove")
    assert offers(named, "Feedback") == [()] * 2


def test_a_quiet_night_writes_nothing_and_sync_brings_them_back_at_once(named: District) -> None:
    paste(named, "Decision", rows=slice(1, 2))
    named.calls()
    assert named.night().changed_nothing
    assert sheet_calls(named) == Counter(READS)
    assert sync(named) == ("put in order in Review: drop-downs",)
    assert offers(named, "Decision") == [VERDICTS] * 2
    named.calls()
    assert sync(named) == ()
    assert sheet_calls(named) == Counter([*READS, "sheets.spreadsheets.getByDataFilter"])


def test_new_rows_bring_theirs_and_give_the_others_theirs_back(named: District) -> None:
    paste(named, "Decision", "a", "b")
    named.submit()
    named.night()
    assert offers(named, "Decision") == [VERDICTS] * 3


def test_the_levels_of_a_row_come_back_with_what_is_written_there(rated: District) -> None:  # noqa: F811
    paste(rated, "Planning", "1", "2")
    paste(rated, "Style")
    type_in(rated, "1-1", Decision="Approve", Planning="2")
    rated.night()
    assert offers(rated, "Planning") == [PLANNING, ("1", "2")]
    assert offers(rated, "Style") == [("plain", "rich"), ()]
    assert sync(rated) == ("put in order in Review: the drop-downs of the rubrics",)
    assert offers(rated, "Planning") == [PLANNING, ("1", "2", "3", "4")]
    assert offers(rated, "Style") == [("plain", "rich"), ()]
    assert sync(rated) == ()
    paste(rated, "Style", "yes", rows=slice(1, 2))  # there is no Style in that row's rubric
    type_in(rated, "2-1", Decision="Approve")
    rated.night()
    assert offers(rated, "Style") == [("plain", "rich"), ()]


def test_the_same_in_a_coach_s_own_tab(town: District) -> None:
    tabs = Tabs(town)
    town.submit(2)
    town.nights()
    where = tabs.title(tabs.daniel)
    paste(town, "Decision", where=where)
    assert tabs.choose(tabs.daniel, tabs.ids(tabs.daniel)[0], "aproove") == ""
    town.night()
    assert set(offers(town, "Decision", where)) == {VERDICTS}
    paste(town, "Decision", where=where)
    assert sync(town) == (f"put in order: the tab of {tabs.daniel}",)
    assert set(offers(town, "Decision", where)) == {VERDICTS}
    assert sync(town) == ()


def test_cells_that_somebody_locked_keep_nothing_from_being_written(named: District) -> None:
    """The owner locks what was decided; the rest has its drop-downs again, in the same write."""
    with named.sandbox.lock:
        review = tab(named, "Review")
        place = [row["userEnteredValue"]["stringValue"] for row in review.rows[0] if row].index("Decision")
        span = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": place, "endColumnIndex": place + 1}
        locked = {"protectedRangeId": 7, "range": {"sheetId": review.id, **span}}
        review.protected.append(locked | {"editors": {"users": [COORDINATOR.email]}})
    paste(named, "Decision")
    type_in(named, "2-1", Decision="aproove")
    named.calls()
    assert named.night().problems == []
    assert sheet_calls(named) == Counter(READS | WRITE)
    assert named.statuses()[1].startswith("“aproove” is no decision")
    assert offers(named, "Decision") == [(), VERDICTS]


@dataclass
class Picky:
    """A spreadsheet that takes no drop-downs in these columns, as one may whose owner made a table of it."""

    sheet: ReviewSheet

    def read(self, *, choices: bool = False) -> SheetReading:
        return self.sheet.read(choices=choices)

    def write(self, reading: SheetReading, change: Change) -> None:
        if change.choices is not None or any(one.choices is not None for one in change.coaches.values()):
            raise Refused("This operation is not allowed.")
        self.sheet.write(reading, change)


@pytest.mark.parametrize("own", [False, True])
def test_where_google_takes_none_all_else_is_written(town: District, own: bool) -> None:
    tabs = Tabs(town) if own else None
    town.submit(2)
    town.nights()
    town.act("sheet/delete-column", tab="Review", column="Due")

    def picky(world: World) -> World:
        return replace(world, sheet=Picky(world.sheet))

    if tabs:
        assert tabs.choose(tabs.daniel, "1-1", "Hold") == ""
    else:
        type_in(town, "1-1", Decision="Hold")
    report = town.night(change=picky)
    assert report.problems == []
    assert "the column “Due”" in report.mended
    assert town.statuses()[0].startswith("On hold")
    if tabs:
        assert tabs.rows(tabs.daniel)["1-1"]["Status"].startswith("On hold")
