"""Owners do odd things to the bridge's own tabs: the coaches' sheet is written all the same, and the cure works."""

from __future__ import annotations

from bridge.cycle import OWN_TABS, run_sync
from bridge.plan.catalogue import STATUS
from bridge.sandbox.seed import CATALOGUE_TITLES
from bridge.sandbox.seed_people import COORDINATOR
from bridge.sandbox.sheets_state import Sheet, Spreadsheet
from bridge.wiring import open_world
from tests.night.district import District


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
