"""The note on a row's ID: the history up to that attempt, written only with the row's Status."""

from __future__ import annotations

from bridge.model import Decision, Verdict
from bridge.plan.history_note import LONGEST_WORDS, MOST_LINES, history_note
from tests.core.desk import NOON, Desk, asked, issued, returned, submission


def note(desk: Desk, attempt_id: str) -> list[str]:
    return history_note(desk.known, desk.known.attempts[attempt_id], desk.policy).splitlines()


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
