"""What coaches do while the bridge is at work, between its look and its write."""

from __future__ import annotations

from collections.abc import Callable

from bridge.ports import SheetReading
from tests.crash.meanwhile import Meanwhile, Moment
from tests.crash.world import FakeWorld, decide, edit, submit


def at_the_second_read(world: FakeWorld, act: Callable[[FakeWorld], object]) -> None:
    """Let *act* happen after the next cycle's first look at the sheet."""
    read, looks = world.sheet.read, []

    def reading() -> SheetReading:
        looks.append(1)
        if len(looks) == 2:
            act(world)
        return read()

    world.sheet.read = reading  # type: ignore[method-assign]


def test_a_choice_made_while_edited_words_are_on_their_way_is_about_the_old_ones() -> None:
    world = FakeWorld()
    submit()(world)
    world.run_to_rest()
    edit("Edited since.")(world)
    at_the_second_read(world, decide("1-1", "Approve"))
    world.run_once()
    assert world.sheet.row("1-1")["Reflection"] != "Edited since."
    world.run_to_rest()
    assert not world.backend.issued
    assert world.status("1-1").startswith("The answer changed after you looked")
    assert world.sheet.row("1-2")["Reflection"] == "Edited since."
    decide("1-2", "Approve")(world)
    world.run_to_rest()
    assert len(world.backend.issued) == 1


def test_a_choice_in_the_moment_before_edited_words_are_written_is_about_the_old_ones() -> None:
    world = FakeWorld()
    submit()(world)
    world.run_to_rest()
    edit("Edited since.")(world)
    sheet, world.sheet = world.sheet, Meanwhile(world.sheet)  # type: ignore[assignment]
    world.sheet.plan(Moment.BEFORE_THE_WRITE, lambda: sheet.decide("1-1", "Approve"))  # type: ignore[attr-defined]
    world.run_once()
    world.sheet = sheet
    assert sheet.row("1-1")["Decision"] == "Approve"
    world.run_to_rest()
    assert not world.backend.issued
    assert world.status("1-1").startswith("The answer changed after you looked")
    decide("1-2", "Approve")(world)
    world.run_to_rest()
    assert len(world.backend.issued) == 1


def test_a_sort_meanwhile_puts_edited_words_into_the_right_row() -> None:
    world = FakeWorld()
    for who in ("ana", "zoe"):
        submit(f"{who}@lakeview.example")(world)
    world.run_to_rest()
    edit("Edited since.")(world)
    at_the_second_read(world, lambda world: world.sheet.sort("Name", descending=True))
    world.run_once()
    assert [row["Reflection"] == "Edited since." for row in world.sheet.rows] == [False, True]
    assert world.run_once().changed_nothing


def test_edited_words_that_went_astray_were_shown_to_nobody() -> None:
    """A row above is deleted in the moment before the write: the new words land one row too low."""
    world = FakeWorld()
    for who in ("ana", "zoe"):
        submit(f"{who}@lakeview.example")(world)
    world.run_to_rest()
    world.sheet.sort("Name", descending=True)
    edit("Edited since.")(world)
    sheet, world.sheet = world.sheet, Meanwhile(world.sheet)  # type: ignore[assignment]
    world.sheet.plan(Moment.BEFORE_THE_WRITE, lambda: sheet.delete("2-1"))  # type: ignore[attr-defined]
    world.run_once()
    world.sheet = sheet
    assert sheet.row("1-1")["Reflection"] != "Edited since."
    decide("1-1", "Approve")(world)
    world.run_to_rest()
    assert not world.backend.issued
    assert world.status("1-1").startswith("The answer changed after you looked")
    assert sheet.row("1-2")["Reflection"] == "Edited since."


def test_only_edited_words_cost_a_second_look() -> None:
    world = FakeWorld()
    submit()(world)
    world.run_to_rest()
    before = world.sheet.reads
    world.run_once()
    assert world.sheet.reads == before + 1
    edit("Edited since.")(world)
    world.run_once()
    assert world.sheet.reads == before + 4  # and a third one, whether somebody chose in the moment before the write
