"""Owners do odd things to the bridge's own tabs: the coaches' sheet is written all the same, and the cure works."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.cli.work import plan
from bridge.cycle import OWN_TABS, run_sync
from bridge.plan.catalogue import STATUS
from bridge.sandbox.seed import CATALOGUE_TITLES
from bridge.sandbox.seed_people import COORDINATOR
from bridge.sandbox.sheets_state import Sheet, Spreadsheet
from bridge.wiring import open_world
from tests.night.district import District, told


def book(town: District) -> Spreadsheet:
    return town.sandbox.world.sheets.spreadsheets[town.programme.spreadsheet_id]


def tab(town: District, title: str) -> Sheet:
    return next(sheet for sheet in book(town).sheets if sheet.title == title)


def lock(town: District) -> None:
    """Only the owner may write into Log: "Only you" in the menu."""
    only = {"users": [COORDINATOR.email]}
    with town.sandbox.lock:
        log = tab(town, "Log")
        log.protected = [one | {"editors": only} for one in log.protected]


def test_a_tab_that_is_locked_keeps_no_status_from_the_coaches(town: District) -> None:
    town.submit(1)
    assert town.night().problems == []
    lock(town)
    town.submit(1)
    for _ in range(2):
        report = town.night()
        (problem,) = report.problems
        assert (problem.where, problem.blocking) == (OWN_TABS, True)
        assert "Log" in problem.sentence
        assert "delete them, and the next cycle makes them anew" in problem.sentence
        assert [row["Status"][:7] for row in town.rows()] == ["Waiting", "Waiting"]
    town.act("sheet/delete-tab", tab="Log")
    assert town.night().problems != []  # the tab was deleted: that is told once
    assert town.night().problems == []
    rows = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"]
    assert [row[3] for row in rows[1:]] == ["mail sent: we have your request"] * 2


def test_lines_that_can_t_be_put_back_are_told_until_they_are(received: District) -> None:
    def lines() -> list[list[str]]:
        rows: list[list[str]] = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"]
        return rows

    town = received
    before = lines()
    town.act("sheet/type", tab="Log", cell="D2", value="decided: Approve")
    lock(town)
    for _ in range(2):
        changed, refused = town.night().problems
        assert changed.sentence.endswith("somebody changed, sorted or deleted lines. The bridge puts them back.")
        assert (refused.where, refused.sentence[:9]) == (OWN_TABS, "Log could")
        assert lines() != before
    with town.sandbox.lock:
        tab(town, "Log").protected.clear()
    assert len(town.night().problems) == 1
    assert lines() == before
    assert town.night().problems == []


def test_a_header_that_is_locked_keeps_no_status_from_the_coaches(town: District) -> None:
    town.submit(1)
    town.night()
    town.act("sheet/delete-column", tab="Review", column="Due")
    only = {"range": {"sheetId": tab(town, "Review").id, "startRowIndex": 0, "endRowIndex": 1}}
    with town.sandbox.lock:
        protected = tab(town, "Review").protected
        protected.append({"protectedRangeId": 7, **only, "editors": {"users": [COORDINATOR.email]}})
    town.submit(1)
    (problem,) = town.night().problems
    assert (problem.where, problem.blocking) == ("sheet, tab Review", True)
    assert problem.sentence.startswith("Not put in order: ")
    assert "the column “Due”, " in problem.sentence
    assert [row["Status"][:7] for row in town.rows()] == ["Waiting", "Waiting"]
    with town.sandbox.lock:
        protected = tab(town, "Review").protected
        protected[:] = [one for one in protected if one["protectedRangeId"] != 7]
    assert "the column “Due”" in town.night().mended
    assert town.night().cells_written == 2
    assert town.night().changed_nothing
    assert all(row["Due"] for row in town.rows())


def warned(town: District) -> list[tuple[int, bool]]:
    """The columns of Badges that something protects, and whether it only warns."""
    with town.sandbox.lock:
        protected = tab(town, "Badges").protected
        return [(one["range"].get("startColumnIndex", 0), bool(one.get("warningOnly"))) for one in protected]


def test_who_types_into_status_of_badges_is_warned_also_where_people_made_that_tab(town: District) -> None:
    place = CATALOGUE_TITLES.index(STATUS)
    assert warned(town) == []
    assert town.night().badges_mended
    assert warned(town) == [(place, True)]
    assert town.night().changed_nothing

    with town.sandbox.lock:
        tab(town, "Badges").protected[0]["range"] |= {"startColumnIndex": 1, "endColumnIndex": 2}
    assert town.night().badges_mended
    assert warned(town) == [(place, True)]

    with town.sandbox.lock:
        tab(town, "Badges").protected.clear()
    with open_world(town.settings) as (world, policy):
        assert "put in order in Badges: the warning for who types into Status" in run_sync(world, policy).did
    assert warned(town) == [(place, True)]
    assert town.night().changed_nothing


OPENED: dict[str, dict[str, Any] | None] = {
    "taken away": None,
    "a mere warning": {"warningOnly": True, "editors": {}},
    "a part": {"range": {"startRowIndex": 3}},
    "a hole": {"unprotectedRanges": [{"startColumnIndex": 2, "endColumnIndex": 3}]},
    "the whole domain": {"editors": {"domainUsersCanEdit": True}},
}


def open_up(town: District, title: str, how: str) -> None:
    """The owner loosens what protects a tab of the bridge's own."""
    change, there = OPENED[how], tab(town, title)
    with town.sandbox.lock:
        protected = there.protected
        for one in protected:
            for name, what in (change or {}).items():
                part = [{"sheetId": there.id, **each} for each in what] if isinstance(what, list) else what
                one[name] = {**one.get(name, {}), **part} if isinstance(part, dict) else part
        protected[:] = protected if change else []


def writes_into(town: District, title: str) -> bool:
    """Whether a coach gets through with a word."""
    coach = {"as": town.programme.coaches[0].email}
    try:
        town.act("sheet/type", tab=title, cell="C2", value="mine", **coach)
    except RuntimeError as refused:
        assert "protected" in str(refused)  # noqa: PT017
        return False
    return True


@pytest.mark.parametrize("how", ["taken away", *(pytest.param(one, marks=pytest.mark.slow) for one in [*OPENED][1:])])
def test_a_tab_of_the_bridge_s_own_is_closed_again(town: District, how: str) -> None:
    town.submit(1)
    town.night()
    assert not writes_into(town, "Hours")
    assert town.night().locked == ()
    open_up(town, "Hours", how)
    open_up(town, "Catalogue", how)
    assert writes_into(town, "Catalogue")
    report = town.night()
    assert (report.locked, report.problems) == (("Hours", "Catalogue"), [])
    assert "sheet: put in order in Hours: who may write there" in report.lines()
    assert not writes_into(town, "Hours")
    assert not writes_into(town, "Catalogue")
    assert [len(tab(town, title).protected) for title in ("Hours", "Catalogue", "Log")] == [1, 1, 1]
    assert told(town.night()).splitlines()[-1] == "nothing to do"


def test_sync_closes_a_tab_at_once_and_plan_says_so_before(town: District, capsys: pytest.CaptureFixture[str]) -> None:
    town.night()
    assert plan(town.config, as_json=False) == 0
    assert "Nothing to do." in capsys.readouterr().out
    open_up(town, "Catalogue", "taken away")
    assert plan(town.config, as_json=False) == 0
    told_before = capsys.readouterr().out
    assert "Google would be made to let nobody but its owner write into Catalogue." in told_before
    assert "Nothing to do." not in told_before
    with open_world(town.settings) as (world, policy):
        assert run_sync(world, policy).did == ("put in order in Catalogue: who may write there",)
        assert run_sync(world, policy).did == ()
    assert not writes_into(town, "Catalogue")


def test_whom_the_owner_lets_into_a_tab_stays_in(town: District) -> None:
    town.night()
    coach = town.programme.coaches[0].email
    with town.sandbox.lock:
        (closed,) = tab(town, "Log").protected
        closed["editors"]["users"].append(coach)
    assert town.night().locked == ()
    assert writes_into(town, "Log")


def test_a_tab_that_can_t_be_closed_is_told_and_says_what_it_should_all_the_same(town: District) -> None:
    town.submit(1)
    town.night()
    open_up(town, "Progress", "taken away")
    with town.sandbox.lock:  # the owner alone may write right of the tables
        there = tab(town, "Progress")
        right = {"sheetId": there.id, "startColumnIndex": 40, "endColumnIndex": 41}
        there.protected.append({"protectedRangeId": 7, "range": right, "editors": {"users": [COORDINATOR.email]}})
    town.submit(1)
    report = town.night()
    (problem,) = report.problems
    assert (problem.where, problem.blocking, report.locked) == (OWN_TABS, True, ())
    assert problem.sentence.startswith("Others can write into Progress, which are the bridge's alone")
    assert problem.sentence.endswith("delete what protects cells there (Data, Protect sheets and ranges).")
    assert report.tabs_written > 0
    assert len(town.rows()) == 2
    assert town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"][2:] != []
    with town.sandbox.lock:
        tab(town, "Progress").protected.clear()
    assert town.night().locked == ("Progress",)


def test_a_column_that_was_taken_away_comes_back(town: District) -> None:
    town.submit(1)
    town.night()
    town.approve_all()
    town.night()
    town.act("sheet/delete-column", tab="Hours", column="E-mail")
    town.submit(1)
    assert town.night().problems == []
    assert len(town.rows()) == 2
    header, *_ = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Hours")["rows"]
    assert header == ["School year", "Name", "E-mail", "School", "Badges", "Hours"]
