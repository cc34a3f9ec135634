"""The columns Waiting, Due and Earlier feedback: what they say, when they change, and tabs that lack them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.plan import show
from bridge.plan.cells import LONGEST_EARLIER, MOST_EARLIER
from bridge.plan.standing import Standing
from bridge.ports import Change, SheetReading
from bridge.review import LATER
from tests.core.desk import POLICY, Desk, approved, asked, declined, edited, issued, returned, submission

A_DAY = timedelta(days=1)


def showing(desk: Desk) -> Change:
    """What the next cycle would write."""
    desk.look(show_it=False)
    return show(desk.known, desk.reading(), desk.learnt, desk.policy, desk.now).change


def told(desk: Desk, attempt_id: str = "1-1") -> tuple[str, str]:
    return desk.cell(attempt_id, "Waiting"), desk.cell(attempt_id, "Due")


def test_a_request_that_waits_says_for_how_long_and_until_when() -> None:
    desk = asked()
    assert told(desk) == ("2", "2026-11-30")
    desk.now += 9 * A_DAY
    desk.look()
    assert told(desk) == ("11", "2026-11-30")


def test_a_request_on_hold_still_waits() -> None:
    desk = asked()
    desk.choose("1-1", "Hold")
    desk.look()
    assert told(desk) == ("2", "2026-11-30")


def test_what_is_decided_waits_no_longer() -> None:
    for desk in (approved(), issued(), returned(), declined()):
        assert told(desk) == ("", "2026-11-30")


def test_a_cell_changes_once_a_day_at_midnight_where_the_programme_is() -> None:
    desk = asked(replace(POLICY, tz=ZoneInfo("America/Los_Angeles")))
    written = []
    for _ in range(2 * 24 * 6):
        desk.now += timedelta(minutes=10)
        if change := showing(desk):
            written.append(desk.now.astimezone(desk.policy.tz))
            desk.show(desk.reading())
            assert [patch.text for patch in change.review] == [2 + len(written)]
    assert [(moment.hour, moment.minute) for moment in written] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("number", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_all_that_wait_change_in_one_go(number: int) -> None:
    desk = Desk()
    desk.submit(*(submission(f"r{n}", who=f"teacher{n}") for n in range(number)))
    for _ in range(3):  # so many rows are too much for one write
        desk.look()
    assert not showing(desk)
    desk.now += A_DAY
    assert {(patch.column, patch.text) for patch in showing(desk).review} == {(2, 3)}
    assert len(desk.show(desk.reading()).review) == number
    assert not showing(desk)


def test_a_badge_may_promise_other_days() -> None:
    desk = asked()
    desk.look(show_it=False)
    desk.known.achievements["first-aid"] = replace(desk.known.achievements["first-aid"], review_days=3)
    desk.show(desk.reading())
    assert desk.cell("1-1", "Due") == "2026-11-23"


def sent_again(desk: Desk, number: int, words: str) -> None:
    """The coach returns the attempt of that number, and the teacher edits the answer."""
    desk.choose(f"1-{number}", "Return", words)
    desk.look()
    desk.finish(f"tell-returned:1-{number}/1")
    desk.responses["r1"] = edited(desk.responses["r1"], reflection=f"Take {number + 1}")
    desk.now += A_DAY
    desk.look()


def test_earlier_feedback_stands_beside_the_next_attempt_the_newest_first() -> None:
    desk = asked()
    sent_again(desk, 1, "Please add a photo.")
    assert desk.cell("1-2", "Earlier feedback") == "1-1, 2026-11-22, Return: Please add a photo."
    sent_again(desk, 2, "=1+1, and a sharper one.")
    assert desk.cell("1-3", "Earlier feedback").split("\n") == [
        "1-2, 2026-11-23, Return: =1+1, and a sharper one.",
        "1-1, 2026-11-22, Return: Please add a photo.",
    ]
    assert desk.cell("1-1", "Earlier feedback") == ""


def test_earlier_feedback_is_bounded() -> None:
    desk = asked()
    for number in range(1, MOST_EARLIER + 3):
        sent_again(desk, number, "x" * 5_000)
    lines = desk.cell(f"1-{MOST_EARLIER + 3}", "Earlier feedback").split("\n")
    assert len(lines) == MOST_EARLIER
    assert lines[0].startswith(f"1-{MOST_EARLIER + 2}, ")
    assert all(len(line) <= LONGEST_EARLIER + 40 and line.endswith("x…") for line in lines)


class OlderDesk(Desk):
    """Its review tab was made before there were such columns, or has somebody else's of these titles."""

    marks: dict[str, int] = {}  # noqa: RUF012 - no field

    def reading(self) -> SheetReading:
        reading = super().reading()
        tab = reading.review
        return replace(reading, review=tab and replace(tab, marked=self.marks))


def without_later(desk: Desk) -> list[list[str]]:
    assert desk.review is not None
    header = desk.review[0]
    return [[text for title, text in zip(header, row, strict=True) if title not in LATER] for row in desk.review]


def older(**more: Any) -> OlderDesk:
    first = asked()
    return OlderDesk(known=first.known, responses=first.responses, review=without_later(first), **more)


def test_a_tab_without_the_columns_is_read_and_written_as_ever() -> None:
    desk = older()
    desk.submit(submission("r2", who="bea"))
    learnt = desk.look()
    assert not learnt.lesson.problems
    assert desk.cell("2-1", "Status") == "Waiting for a decision."
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert not showing(desk)


def test_somebody_elses_columns_of_these_titles_are_never_written() -> None:
    desk = older()
    assert desk.review is not None
    for row, words in zip(desk.review, (["Due", "Waiting"], ["ask Bea", "no rush"]), strict=True):
        row.extend(words)
    desk.submit(submission("r2", who="bea"))
    learnt = desk.look()
    desk.now += A_DAY
    desk.look()
    assert not learnt.lesson.problems
    assert [row[-2:] for row in desk.review[:2]] == [["Due", "Waiting"], ["ask Bea", "no rush"]]
    assert len(desk.row("2-1")) == len(desk.review[0]) - 2


def test_a_marked_column_is_known_by_any_title() -> None:
    desk = older()
    assert desk.review is not None
    for row, words in zip(desk.review, (["Due", "Fällig"], ["mine", ""]), strict=True):
        row.extend(words)
    desk.marks = {"Due": len(desk.review[0]) - 1}
    desk.look()
    assert desk.row("1-1")[-2:] == ["mine", "2026-11-30"]
    assert not desk.look().lesson.problems
    assert not showing(desk)
