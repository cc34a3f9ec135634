"""Rows that people insert above the titles: these come on top again, nobody's row is lost, and each word counts for its
own request."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bridge.cycle import run_sync
from bridge.plan.catalogue import STATUS
from bridge.review import ID, TITLES_ROW
from bridge.sandbox.forms_acts import edit_response
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.sandbox.seed_people import COORDINATOR
from bridge.wiring import open_world
from tests.night.coach_tabs import Tabs
from tests.night.district import District, told
from tests.night.test_calls import WRITE, looks, without_tokens
from tests.night.test_own_tabs import tab

REVIEW = "Review"


def cells(town: District, title: str = REVIEW) -> list[list[str]]:
    found: list[list[str]] = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{title}")["rows"]
    return found


def insert(town: District, *notes: str, title: str = REVIEW) -> None:
    """A coach inserts rows on top, and writes something into each."""
    coach = town.programme.coaches[0].email
    town.act("sheet/insert-rows", tab=title, before=1, count=len(notes), **{"as": coach})
    for row, note in enumerate(notes, 1):
        if note:
            town.act("sheet/type", tab=title, cell=f"A{row}", value=note, **{"as": coach})


def lock(town: District, title: str, number: int) -> None:
    """Only the owner may change the row of that number."""
    with town.sandbox.lock:
        sheet = tab(town, title)
        where = {"sheetId": sheet.id, "startRowIndex": number - 1, "endRowIndex": number}
        only = {"users": [COORDINATOR.email]}
        sheet.protected.append({"protectedRangeId": 7, "range": where, "editors": only})


def unlock(town: District, title: str) -> None:
    with town.sandbox.lock:
        protected = tab(town, title).protected
        protected[:] = [one for one in protected if one["protectedRangeId"] != 7]


@pytest.mark.parametrize("notes", [("Autumn term",), ("", "Please decide by Friday")])
def test_rows_inserted_above_the_titles_of_review_go_below_them(received: District, notes: tuple[str, ...]) -> None:
    town = received
    header, *rows = cells(town)
    insert(town, *notes)
    town.people.decide("2-1", "Approve", "", town.programme.coaches[0].email)
    report = town.night()
    assert report.problems == []
    assert report.new_decisions == 1
    assert report.mended[0] == TITLES_ROW
    assert f"sheet: put in order in Review: {TITLES_ROW}" in told(report)
    top, *below = cells(town)
    assert top == header
    assert [row[:1] for row in below[: len(notes)]] == [[note] if note else [] for note in notes]
    assert [row[0] for row in below[len(notes) :]] == [row[0] for row in rows] == ["1-1", "2-1", "3-1"]
    statuses = {row[ID]: row["Status"] for row in town.rows()}
    assert statuses["2-1"].startswith("Issued")
    assert [statuses[one][:7] for one in ("1-1", "3-1")] == ["Waiting"] * 2
    town.night()
    assert cells(town)[1 : len(notes) + 1] == below[: len(notes)]
    report = town.night()
    assert (report.changed_nothing, report.mended) == (True, ())


def test_titles_come_on_top_also_where_there_is_nothing_else_to_do(received: District) -> None:
    town = received
    town.nights()
    before = cells(town)
    insert(town, "")
    town.calls()
    report = town.night()
    assert (report.changed_nothing, report.mended[0]) == (True, TITLES_ROW)
    assert without_tokens(town) == looks(3) + Counter(WRITE)
    assert cells(town) == [before[0], [], *before[1:]]
    with town.sandbox.lock:
        assert tab(town, REVIEW).frozen_rows == 1
    report = town.night()
    assert (report.changed_nothing, report.mended, report.problems) == (True, (), [])


def test_a_sync_puts_the_titles_on_top(received: District) -> None:
    town = received
    header = cells(town)[0]
    insert(town, "Autumn term")
    with open_world(town.settings) as (world, policy):
        (did,) = [line for line in run_sync(world, policy).did if "Review" in line]
    assert did.startswith(f"put in order in Review: {TITLES_ROW}")
    assert cells(town)[:2] == [header, ["Autumn term"]]


def test_where_the_titles_may_not_be_moved_nothing_is_written_and_one_sentence_says_so(received: District) -> None:
    town = received
    insert(town, "", "")
    lock(town, REVIEW, 3)
    town.submit(1)
    town.people.decide("2-1", "Approve", "", town.programme.coaches[0].email)
    before = cells(town)
    for _ in range(2):
        report = town.night()
        (problem,) = report.problems
        assert (problem.where, problem.blocking) == ("sheet, tab Review", True)
        assert "The titles of this tab stand in row 3" in problem.sentence
        assert problem.sentence.endswith("Delete the rows above them.")
        assert cells(town) == before
        assert (report.mended, report.rows_added, report.cells_written) == ((), 0, 0)
    assert town.pages() == 1
    assert ["2-1", "badge issued"] in [row[2:4] for row in cells(town, "Log")]
    unlock(town, REVIEW)
    town.act("sheet/delete-rows", tab=REVIEW, row=1, count=2)
    assert town.night().problems == []
    assert [row[ID] for row in town.rows()] == ["1-1", "2-1", "3-1", "4-1"]
    town.night()
    assert town.night().changed_nothing


def test_rows_inserted_above_the_titles_of_badges_go_below_them(received: District) -> None:
    town = received
    header, *rows = cells(town, BADGES_TAB)
    insert(town, "", title=BADGES_TAB)
    report = town.night()
    assert (report.problems, report.badges_mended) == ([], (TITLES_ROW,))
    assert f"sheet: put in order in Badges: {TITLES_ROW}" in told(report)
    assert cells(town, BADGES_TAB)[0] == header
    assert cells(town, BADGES_TAB)[2:] == rows


def test_where_the_titles_of_badges_may_not_be_moved_the_rest_is_written(received: District) -> None:
    town = received
    insert(town, "", title=BADGES_TAB)
    lock(town, BADGES_TAB, 2)
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": town.programme.badges[0].key}, set={"Hours": "many"})
    before = cells(town, BADGES_TAB)
    town.submit(1)
    report = town.night()
    (problem,) = [one for one in report.problems if one.where == "sheet, tab Badges"]
    assert problem.sentence.startswith("The titles of this tab stand in row 2 and could not be put back on top")
    assert "put in order" not in told(report)
    assert cells(town, BADGES_TAB) == before
    assert [row["Status"][:7] for row in town.rows()] == ["Waiting"] * 4
    unlock(town, BADGES_TAB)
    assert town.night().badges_mended == (TITLES_ROW,)
    assert "number" in cells(town, BADGES_TAB)[2][CATALOGUE_TITLES.index(STATUS)]


def test_an_answer_that_could_not_be_shown_is_not_taken_for_seen(received: District) -> None:
    town = received
    insert(town, "")
    lock(town, REVIEW, 2)
    with town.sandbox.lock:
        (one, *_) = town.sandbox.world.forms.forms[town.programme.form_id].responses.values()
        town.sandbox.world.clock.move(timedelta(minutes=1))
        answers = {town.programme.questions["reflection"]: "Now they ask each other."}
        edit_response(town.sandbox.world, town.programme.form_id, one.id, answers)
    town.night()
    town.people.decide("1-1", "Approve", "", town.programme.coaches[0].email)
    town.night()
    assert town.pages() == 0
    unlock(town, REVIEW)
    town.night()
    assert town.pages() == 0
    assert "The answer changed after you looked" in town.rows()[1]["Status"]
    assert town.rows()[1]["Reflection"] == "Now they ask each other."


def test_where_a_title_is_missing_too_the_others_come_on_top_first(received: District) -> None:
    town = received
    town.act("sheet/rename-column", tab=REVIEW, column="E-mail", title="Mail")
    insert(town, "")
    report = town.night()
    assert [one.sentence for one in report.problems] == [
        "The column “E-mail” is missing from the first row; write that word above its column. Until then no decision "
        "is taken from this sheet."
    ]
    assert (report.mended, cells(town)[0][0]) == ((TITLES_ROW,), ID)
    town.act("sheet/rename-column", tab=REVIEW, column="Mail", title="E-mail")
    assert town.night().problems == []
    assert town.night().changed_nothing


def on_top_of(tabs: Tabs, coach: str, count: int) -> None:
    assert tabs.act(coach, "insert-rows", before=1, count=count) == ""


def first_rows(tabs: Tabs, coach: str) -> list[str]:
    return ["".join(row[:1]) for row in cells(tabs.town, tabs.title(coach))]


def test_titles_of_a_coachs_tab_come_on_top_again(town: District) -> None:
    tabs = Tabs(town)
    town.submit(3)
    town.night()
    on_top_of(tabs, tabs.daniel, 2)
    assert tabs.choose(tabs.daniel, "3-1", "Approve") == ""
    report = town.night()
    assert (report.problems, report.new_decisions) == ([], 1)
    assert first_rows(tabs, tabs.daniel) == [ID, "", "", "1-1", "3-1"]
    assert tabs.decided(3) == [(tabs.daniel, True)]
    assert tabs.rows(tabs.daniel)["3-1"]["Status"].startswith("Issued")
    town.night()
    assert town.night().changed_nothing


def test_where_a_coachs_titles_may_not_be_moved_the_other_tabs_are_written(town: District) -> None:
    tabs = Tabs(town)
    town.submit(3)
    town.night()
    on_top_of(tabs, tabs.daniel, 1)
    lock(town, tabs.title(tabs.daniel), 2)
    before = cells(town, tabs.title(tabs.daniel))
    town.submit(2)
    report = town.night()
    (problem,) = report.problems
    assert problem.where == f"sheet, tab {tabs.title(tabs.daniel)}"
    assert problem.sentence.startswith("The titles of this tab stand in row 2 and could not be put back on top")
    assert cells(town, tabs.title(tabs.daniel)) == before
    assert [row["Status"][:7] for row in town.rows()] == ["Waiting"] * 5
    assert "4-1" in tabs.ids(tabs.priya) or "5-1" in tabs.ids(tabs.priya)
    unlock(town, tabs.title(tabs.daniel))
    assert town.night().problems == []
    assert first_rows(tabs, tabs.daniel)[:3] == [ID, "", "1-1"]
    town.night()
    assert town.night().changed_nothing
