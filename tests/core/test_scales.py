"""Which drop-downs are laid in one write: those of the rows that have none yet, as many as there is room for."""

from __future__ import annotations

import pytest

from bridge.plan import scales
from bridge.review import Scales
from tests.core.desk import Desk, submission
from tests.core.rated import desk_with, rubric

SCALE = {"planning": ("a", "b")}


def many(number: int = 5) -> tuple[Desk, list[Scales]]:
    """A desk with rows 1-1 to number-1, and all that was laid from then on."""
    desk = desk_with("Planning: a | b*")
    laid: list[Scales] = []
    known = desk.rate

    def rate(wanted: Scales) -> None:
        laid.append(wanted)
        known(wanted)

    desk.rate = rate  # type: ignore[method-assign]
    desk.submit(*(submission(f"r{n}", who=f"teacher{n}") for n in range(2, number + 1)))
    return desk, laid


def spans(laid: list[Scales]) -> list[tuple[int, int]]:
    return [(one.since, len(one.rows)) for one in laid]


def test_new_rows_alone_get_theirs() -> None:
    desk, laid = many()
    desk.look()
    desk.look()
    assert spans(laid) == [(2, 5)]
    assert laid[0].rows == (SCALE,) * 5


def test_all_get_theirs_anew_when_rows_stand_elsewhere() -> None:
    desk, laid = many()
    desk.submit(submission("z", badge="Co-Teaching", who="bea"))
    desk.look()
    assert desk.review is not None
    desk.review[1:] = desk.review[:0:-1]
    desk.look()
    desk.look()
    assert spans(laid) == [(2, 6), (1, 6)]
    assert laid[1].rows == ({}, *((SCALE,) * 5))


def test_rows_that_differ_in_nothing_may_change_places() -> None:
    desk, laid = many()
    desk.look()
    assert desk.review is not None
    desk.review[1:] = desk.review[:0:-1]
    desk.look()
    assert spans(laid) == [(2, 5)]


def test_what_has_no_room_comes_in_the_next_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scales, "MOST_BYTES", 400)  # two rows of three texts each
    desk, laid = many()
    for _ in range(4):
        desk.look()
    assert spans(laid) == [(2, 3), (4, 5)]
    rubric(desk, "Planning: a | b* | c")
    for _ in range(5):
        desk.look()
    assert spans(laid)[2:] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_a_deleted_row_moves_the_others_up() -> None:
    desk, laid = many()
    desk.submit(submission("z", badge="Co-Teaching", who="bea"))
    desk.look()
    assert desk.review is not None
    gone = desk.row("2-1")
    desk.review.remove(gone)
    desk.look()  # it comes back, below
    desk.look()
    assert laid[-1].rows == (SCALE, SCALE, SCALE, SCALE, {}, SCALE)
    assert spans(laid)[-1] == (1, 6)
