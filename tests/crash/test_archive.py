"""Rows on which nothing has happened for a season move to the Archive; whatever happens then, they come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.errors import Refused, TryLater
from bridge.model import Attempt, Decision, Known, Lesson, Request, Verdict
from bridge.plan import Seen, learn, show, to_move
from bridge.plan.archive import ARCHIVE_TITLES, MOVED_ON
from bridge.plan.learning import REBUILD
from bridge.ports import Change, Own, SheetReading
from tests.core.desk import ENTROPY, NOON, submission
from tests.core.desk import POLICY as DESK
from tests.crash.mortal import Death, Doom
from tests.crash.world import CO_TEACHING, FIRST_AID, FakeWorld, with_policy
from tests.fakes.sheet import FakeSheet, FakeTab

SEASON = timedelta(days=180)
POLICY = with_policy(archive_after=SEASON)
WORDS = "Please add a photo."


def played() -> FakeWorld:
    """1 issued; 2 declined; 3 returned, sent again and issued; 4 returned and never sent again; 5 waits."""
    world = FakeWorld(POLICY)
    for name in ("ana", "bo", "cy", "di", "eve"):
        world.forms.submit(f"{name}@lakeview.example", FIRST_AID)
    world.run_to_rest()
    for attempt_id, verdict in {"1-1": "Approve", "2-1": "Decline", "3-1": "Return", "4-1": "Return"}.items():
        world.sheet.decide(attempt_id, verdict, "" if verdict == "Approve" else WORDS)
    world.run_to_rest()
    world.forms.edit("ACYDBN-00003", reflection="With a photo.")
    world.run_to_rest()
    world.sheet.decide("3-2", "Approve")
    world.run_to_rest()
    return world


def archived(world: FakeWorld) -> list[dict[str, str]]:
    header, *rows = world.sheet.own[Own.ARCHIVE].read()
    assert header == ARCHIVE_TITLES
    return [dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True)) for row in rows]


def a_season_later(world: FakeWorld, days: int = 181) -> None:
    world.clock.advance(timedelta(days=days))


@pytest.fixture
def world() -> FakeWorld:
    """The same, a season later: all but the one that waits have moved."""
    world = played()
    a_season_later(world)
    world.run_once()
    return world


def test_rows_that_are_past_move_and_the_others_stay() -> None:
    world = played()
    a_season_later(world, 170)
    assert world.run_once().rows_moved == 0
    a_season_later(world, 11)
    before = {row["ID"]: row for row in world.sheet.rows}
    report = world.run_once()
    assert report.rows_moved == 5
    assert world.sheet.ids() == ["5-1"]
    assert [row["ID"] for row in archived(world)] == ["1-1", "2-1", "3-1", "3-2", "4-1"]
    for row in archived(world):
        assert {title: row[title] for title in before[row["ID"]]} == before[row["ID"]]
    assert archived(world)[1]["Feedback"] == WORDS
    assert "5 rows moved to the Archive" in "\n".join(report.lines())


def test_moving_is_one_write_after_a_second_look_and_a_quiet_cycle_reads_once(world: FakeWorld) -> None:
    reads, writes = world.sheet.reads, len(world.sheet.writes)
    assert world.run_once().changed_nothing
    assert (world.sheet.reads, len(world.sheet.writes)) == (reads + 1, writes)


def test_what_people_wrote_in_columns_of_their_own_moves_along() -> None:
    world = played()
    tab = world.sheet.review
    assert tab is not None
    tab.header.append("My notes")
    world.sheet.type("2-1", "My notes", "Ask Ruth.")
    a_season_later(world)
    world.run_once()
    assert archived(world)[1]["Other columns"] == "My notes: Ask Ruth."
    assert archived(world)[0]["Other columns"] == ""


def test_a_column_of_ones_own_moves_along_although_the_bridge_has_one_of_that_title() -> None:
    world = played()
    tab = world.sheet.review
    assert tab is not None
    tab.header.append("Due")
    row = tab.cells[world.sheet.ids().index("2-1") + 1]
    row.extend([""] * (len(tab.header) - 1 - len(row)) + ["before the fair"])
    a_season_later(world)
    world.run_once()
    assert archived(world)[1]["Other columns"] == "Due: before the fair"
    assert archived(world)[1]["Due"] == archived(world)[0]["Due"] != ""


def test_while_somebody_is_at_work_in_the_tab_no_row_moves() -> None:
    world = played()
    a_season_later(world)
    sheet, read = world.sheet, world.sheet.read

    def read_then_sort() -> SheetReading:
        """The coach sorts between the first look and the second, and has chosen for the one that waits."""
        reading = read()
        sheet.read = read  # type: ignore[method-assign]
        sheet.sort("Name", descending=True)
        sheet.decide("5-1", "Decline", WORDS)
        return reading

    sheet.read = read_then_sort  # type: ignore[method-assign]
    assert world.run_once().rows_moved == 0
    assert len(sheet.ids()) == 6
    assert sheet.row("5-1")["Decision"] == "Decline"
    report = world.run_once()
    assert (report.rows_moved, report.new_decisions) == (5, 1)
    assert sheet.row("5-1")["Status"].startswith("Declined")


def test_a_row_deleted_in_the_place_of_another_comes_back_and_the_other_moves_the_next_day() -> None:
    """The worst that a sort in the last second before the write can do."""
    world = played()
    a_season_later(world)
    sheet, write = world.sheet, world.sheet.write

    def sort_then_write(reading: SheetReading, change: Change) -> None:
        sheet.write = write  # type: ignore[method-assign]
        sheet.sort("Name", descending=True)
        write(reading, change)

    sheet.write = sort_then_write  # type: ignore[method-assign]
    world.run_once()
    assert sheet.ids() != ["5-1"]
    for _ in range(2):
        world.clock.advance(timedelta(days=1))
        world.run_to_rest()
    assert sheet.ids() == ["5-1"]
    assert {row["ID"] for row in archived(world)} == {"1-1", "2-1", "3-1", "3-2", "4-1"}
    assert world.status("5-1").startswith("Waiting")


def test_a_word_that_was_not_taken_keeps_its_row() -> None:
    world = played()
    world.sheet.decide("1-1", "Decline", "Too late.")
    a_season_later(world)
    world.run_once()
    assert world.sheet.ids() == ["1-1", "5-1"]
    assert "not possible after issuing" in world.status("1-1")
    world.sheet.decide("1-1", "Approve")
    world.clock.advance(timedelta(days=1))
    world.run_once()
    assert world.sheet.ids() == ["5-1"]


def test_a_row_stays_until_the_id_that_was_pasted_is_deleted(world: FakeWorld) -> None:
    tab, before = world.sheet.review, len(archived(world))
    assert tab is not None
    tab.cells.append(["1-1"])
    for _ in range(3):
        world.run_to_rest()
        assert world.sheet.ids() == ["5-1", "1-1", "1-1"]
        world.clock.advance(timedelta(days=1))
    assert len(archived(world)) == before
    del tab.cells[2]
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]


@pytest.mark.parametrize("how", ["row copied", "ID typed"])
def test_a_row_comes_back_for_the_day_and_can_be_revoked(world: FakeWorld, how: str) -> None:
    tab = world.sheet.review
    assert tab is not None
    row = list(world.sheet.own[Own.ARCHIVE].cells[1])
    tab.cells.append(row if how == "row copied" else ["1-1"])
    world.run_once()
    if how == "ID typed":
        assert "row 1-1 stands below" in tab.cells[2][tab.column("Status")]
        del tab.cells[2]
    world.run_once()
    assert world.sheet.ids() == ["5-1", "1-1"]
    assert world.sheet.row("1-1")["Decision"] == "Approve"
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    world.run_to_rest()
    assert world.status("1-1").startswith("Revoked")
    assert len(world.backend.revoked) == 1
    world.clock.advance(timedelta(days=2))
    world.run_to_rest()
    assert "1-1" in world.sheet.ids()


def test_who_comes_back_after_a_season_gets_the_next_attempt_and_the_earlier_row_is_there_again(
    world: FakeWorld,
) -> None:
    world.forms.edit("ACYDBN-00004", reflection="Here is the photo.")
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1", "4-1", "4-2"]
    assert world.sheet.row("4-1")["Feedback"] == WORDS
    assert world.status("4-2").startswith("Waiting")


def test_a_row_that_review_never_showed_comes_there_before_it_moves(world: FakeWorld) -> None:
    """It came in while a title was missing, there was nothing to decide, and the title was missing for a season."""
    world.sheet.rename_column("Status", "State")
    world.forms.submit("ana@lakeview.example", FIRST_AID)
    world.run_to_rest()
    a_season_later(world)
    world.run_to_rest()
    world.sheet.rename_column("State", "Status")
    world.run_once()
    assert world.sheet.ids() == ["5-1", "6-1"]
    world.clock.advance(timedelta(days=1))
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]
    assert archived(world)[-1]["ID"] == "6-1"


@pytest.mark.parametrize("lost", ["tab deleted", "spreadsheet replaced"])
def test_without_an_archive_every_row_is_in_review_again_and_moves_anew(world: FakeWorld, lost: str) -> None:
    del world.sheet.own[Own.ARCHIVE]
    if lost == "spreadsheet replaced":
        world.sheet.own.clear()
        world.sheet.delete_tab()
        assert "sheet rebuild" in "\n".join(world.run_once().lines())
        rebuild(world)
    world.run_once()
    assert len(world.sheet.ids()) == 6
    assert world.sheet.row("2-1")["Decision"] == "Decline"
    world.clock.advance(timedelta(days=1))
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]
    assert len(archived(world)) == 5


def test_a_review_tab_made_again_leaves_out_what_is_in_the_archive(world: FakeWorld) -> None:
    world.sheet.delete_tab()
    world.run_once()
    rebuild(world)
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]
    assert len(archived(world)) == 5


def test_a_tab_from_which_everything_has_moved_is_no_emptied_one(world: FakeWorld) -> None:
    world.sheet.decide("5-1", "Decline", WORDS)
    world.run_to_rest()
    a_season_later(world)
    assert world.run_once().rows_moved == 1
    assert world.sheet.ids() == []
    world.forms.submit("fay@lakeview.example", CO_TEACHING)
    report = world.run_to_rest()
    assert not report.problems
    assert world.sheet.ids() == ["6-1"]


@pytest.mark.parametrize("error", [Refused("The tab is locked."), TryLater("Busy.")])
def test_an_archive_that_can_not_be_written_keeps_the_rows_in_review(error: Exception) -> None:
    world = played()
    a_season_later(world)
    write = world.sheet.write

    def no_archive(reading: SheetReading, change: Change) -> None:
        if change.own:
            raise error
        write(reading, change)

    world.sheet.write = no_archive  # type: ignore[method-assign]
    report = world.run_once()
    assert len(world.sheet.ids()) == 6
    assert "Archive" in "\n".join(report.lines())
    world.sheet.write = write  # type: ignore[method-assign]
    world.clock.advance(timedelta(days=1))
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]


def test_a_death_before_or_after_the_write_moves_each_row_once() -> None:
    steps = dies_at(10_000)
    write = steps.index("before sheet.write") + 1
    dies_at(write)
    dies_at(write + 1)


@pytest.mark.slow
def test_a_death_at_any_step_moves_each_row_once() -> None:
    for step in range(1, len(dies_at(10_000)) + 1):
        dies_at(step)


def dies_at(step: int) -> list[str]:
    """The process that moves the rows dies at *step*; the steps that it made."""
    world = played()
    a_season_later(world)
    doom = world.doom = Doom(step)
    try:
        world.run_once()
    except Death:
        world.doom = Doom()
    world.clock.advance(timedelta(days=1))
    world.run_to_rest()
    assert world.sheet.ids() == ["5-1"]
    assert [row["ID"] for row in archived(world)] == ["1-1", "2-1", "3-1", "3-2", "4-1"]
    return doom.log


@pytest.mark.parametrize(("live", "past"), [(250, 500), pytest.param(5_000, 10_000, marks=pytest.mark.slow)])
def test_thousands_of_rows_in_the_archive_are_neither_read_nor_written_again(live: int, past: int) -> None:
    """A quiet cycle is one look, and no write."""
    known = Known()
    for number in range(1, live + past + 1):
        asked = NOON - (SEASON * 2 if number <= past else timedelta(days=3))
        given = submission(f"r{number}", who=f"teacher{number}", submitted_at=asked)
        known.requests[number] = Request(number, given.recipient, given.label, "first-aid", asked)
        attempt = known.attempts[f"{number}-1"] = Attempt(number, 1, given)
        if number <= past:
            declined = Decision(attempt.id, 1, 1, Verdict.DECLINE, "", WORDS, asked, enacted=True)
            known.decisions[attempt.id] = (declined,)
            known.shown[attempt.id] = 0
    known.facts[REBUILD] = "yes"
    sheet, policy = FakeSheet(), replace(DESK, archive_after=SEASON)
    sheet.own[Own.ARCHIVE] = FakeTab(7, "Archive", [list(ARCHIVE_TITLES)])
    for _ in range(1 + live // 1_000):  # one write has no room for all
        reading = sheet.read()
        learnt = learn(Seen(sheet=reading), known, NOON, policy, ENTROPY)
        made = show(known, reading, learnt, policy, NOON)
        sheet.write(reading, made.change)
        known.shown |= made.versions
    del known.facts[REBUILD]
    assert len(sheet.ids()) == live
    assert sum(map(bool, known.shown.values())) == live
    learnt = learn(Seen(sheet=sheet.read()), known, NOON, policy, ENTROPY)
    assert not learnt.lesson
    assert to_move(known, learnt, NOON, policy) == frozenset()
    again = show(known, sheet.read(), learnt, policy, NOON)
    assert not again.change
    assert not again.versions


def test_zero_days_is_never() -> None:
    world = played()
    world.policy = with_policy(archive_after=None)
    a_season_later(world, 3650)
    world.run_to_rest()
    assert len(world.sheet.ids()) == 6
    assert Own.ARCHIVE not in world.sheet.own
    assert MOVED_ON not in world.known().facts


def rebuild(world: FakeWorld) -> None:
    ledger = world.ledger()
    with ledger.lease():
        ledger.learn(Lesson(facts={REBUILD: "yes"}))


def test_ratings_move_along_with_a_row_and_come_back_with_it() -> None:
    world = FakeWorld(POLICY)
    catalogue = world.sheet.catalogue
    assert catalogue is not None
    width = len(catalogue.header)
    for place, cells in enumerate(catalogue.cells):
        cells += [""] * (width - len(cells))
        cells.append("Rubric" if place == 0 else "Planning: not yet | meets* | exceeds")
    world.forms.submit("ana@lakeview.example", FIRST_AID)
    world.run_to_rest()
    world.sheet.type("1-1", "Planning", "exceeds")
    world.sheet.decide("1-1", "Approve")
    world.run_to_rest()
    a_season_later(world)
    world.run_once()
    assert (archived(world)[0]["Decision"], archived(world)[0]["Other columns"]) == ("Approve", "Planning: exceeds")
    del world.sheet.own[Own.ARCHIVE]
    world.run_once()
    assert (world.sheet.row("1-1")["Decision"], world.sheet.row("1-1")["Planning"]) == ("Approve", "exceeds")
