"""The note on a row's ID: the history up to that attempt, there from the start, and written where it changes."""

from __future__ import annotations

from bridge.model import Decision, Verdict
from bridge.plan import notes_left
from bridge.plan.history_note import DUE, LONGEST_WORDS, MOST_LINES, history_note
from bridge.plan.learning import REBUILD
from bridge.ports import Change
from bridge.review import Noted
from tests.core.desk import NOON, Desk, asked, edited, issued, returned, submission
from tests.core.second import ANN, BEA, LISTED, half_approved, say


def note(desk: Desk, attempt_id: str) -> list[str]:
    return history_note(desk.known, desk.known.attempts[attempt_id], desk.policy).splitlines()


def noted(desk: Desk, attempt_id: str) -> list[str]:
    """The note as it stands in the tab."""
    cell = desk.row(attempt_id)[0]
    assert isinstance(cell, Noted)
    return cell.note.splitlines()


def test_it_tells_days_deeds_coach_and_words() -> None:
    desk = asked()
    desk.choose("1-1", "Return", "Please add\na photo.", "ruth@district.example")
    desk.look()
    desk.submit(submission("again", stamp="2026-11-23T08:00:00Z"))
    desk.look()
    assert note(desk, "1-2") == [
        "Request 1",
        "2026-11-20 1-1 received",
        "2026-11-22 1-1 returned by ruth@district.example: “Please add a photo.”",
        "2026-11-20 1-2 received",
    ]
    assert note(desk, "1-1") == note(desk, "1-2")[:3]


def test_a_badge_is_told_and_words_and_lines_are_bounded() -> None:
    desk = issued()
    assert note(desk, "1-1")[-2:] == [
        "2026-11-22 1-1 approved by carla@district.example",
        "2026-11-22 1-1 badge issued",
    ]
    desk = asked()
    held = (Decision("1-1", n, 1, Verdict.HOLD, "", f"{n} long words" * 100, NOON) for n in range(1, 41))
    desk.known.decisions["1-1"] = tuple(held)
    lines = note(desk, "1-1")
    assert len(lines) == MOST_LINES + 2
    assert lines[1] == "…"
    assert all(len(line) < LONGEST_WORDS + 60 for line in lines)


def test_both_who_approved_are_told() -> None:
    desk = half_approved(LISTED)
    say(desk, BEA)
    assert note(desk, "1-1")[2:] == [f"2026-11-22 1-1 approved by {who}" for who in (ANN, BEA)]


def test_it_comes_with_the_status_in_the_same_write_and_costs_none_of_its_own() -> None:
    desk = returned()
    desk.look(show_it=False)
    assert not desk.show(desk.reading())
    desk.choose("1-1", "Hold")
    desk.look(show_it=False)
    change = desk.show(desk.reading())
    (patch,) = change.notes
    assert (patch.row, patch.column) == (1, 0)
    assert patch.text == "\n".join(note(desk, "1-1"))
    desk.look(show_it=False)
    assert not desk.show(desk.reading())


def test_a_new_row_bears_its_note_from_the_start() -> None:
    desk = returned()
    desk.submit(submission("again", stamp="2026-11-23T08:00:00Z"))
    desk.look()
    assert noted(desk, "1-2") == note(desk, "1-2")
    assert "“Please add a photo.”" in noted(desk, "1-2")[2]


def test_rows_that_are_made_anew_bear_theirs() -> None:
    desk = returned()
    desk.review, desk.known.facts[REBUILD] = None, "yes"
    desk.look()
    assert noted(desk, "1-1") == note(desk, "1-1")
    assert len(note(desk, "1-1")) == 3


def held_and_edited() -> Desk:
    """Status says the same as before."""
    desk = asked()
    desk.choose("1-1", "Hold", "Ask Ruth.")
    desk.look()
    desk.submit(edited(submission()))
    desk.look(show_it=False)
    return desk


def test_an_edit_is_noted_though_status_says_the_same() -> None:
    desk = held_and_edited()
    status = desk.cell("1-1", "Status")
    change = desk.show(desk.reading())
    assert desk.cell("1-1", "Status") == status
    assert [patch.text for patch in change.notes] == ["\n".join(note(desk, "1-1"))]
    assert note(desk, "1-1")[1] == "2026-11-20 1-1 received, edited since"
    assert not desk.look().lesson
    assert not desk.show(desk.reading())


def test_a_note_that_could_not_be_written_is_due_until_it_is() -> None:
    desk = held_and_edited()
    assert desk.known.facts[DUE] == "1-1"
    assert notes_left(desk.known, desk.learnt, Change()) == {DUE: "1-1"}
    desk.look(show_it=False)
    assert len(desk.show(desk.reading()).notes) == 1
    assert desk.known.facts[DUE] == ""


def test_a_note_that_is_due_waits_while_a_title_is_gone() -> None:
    desk = held_and_edited()
    assert desk.review is not None
    desk.review[0][0] = "Identity"
    desk.look()
    desk.review[0][0] = "ID"
    desk.look(show_it=False)
    assert [patch.text for patch in desk.show(desk.reading()).notes] == ["\n".join(note(desk, "1-1"))]
