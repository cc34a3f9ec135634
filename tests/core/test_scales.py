"""Which drop-downs are laid in one write: those of the rows that have none yet, as many as there is room for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.plan import scales, with_scales
from bridge.plan.showing import Showing
from bridge.ports import Change, Patch
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


# ── what people did to drop-downs ────────────────────────────────────────────

PLACE = 10  # of the column Planning


def looked_at(*offers: tuple[str, ...], desk: Desk | None = None) -> Scales | None:
    """What is laid where it was looked what each of two rows offers."""
    desk = desk or many(2)[0]
    desk.look()
    reading = desk.reading()
    assert reading.review is not None
    assert reading.review.marked["criterion:planning"] == PLACE
    tab = replace(reading.review, choices=[{PLACE: one} if one else {} for one in offers])
    return with_scales(Showing(), desk.known, replace(reading, review=tab)).change.ratings


def test_rows_that_offer_what_they_should_are_left_alone() -> None:
    assert looked_at(("a", "b"), ("a", "b")) is None


@pytest.mark.parametrize("offers", [[("a", "b")], [(), ("a", "b")], [("a", "b"), ("a", "c")]])
def test_all_get_theirs_anew_where_one_offers_something_else(offers: list[tuple[str, ...]]) -> None:
    laid = looked_at(*offers)
    assert laid is not None
    assert (laid.since, laid.rows) == (1, (SCALE, SCALE))


def test_people_may_offer_what_they_like_where_a_criterion_is_no_longer_asked_for() -> None:
    desk, _ = many(2)
    desk.look()
    rubric(desk, "Style: plain | rich")
    desk.look()
    desk.look()
    known = {"criterion:planning", "criterion:style"}
    reading = desk.reading()
    assert reading.review is not None
    assert known <= reading.review.marked.keys()
    style = reading.review.marked["criterion:style"]
    place = reading.review.marked["criterion:planning"]
    tab = replace(reading.review, choices=[{place: ("mine",), style: ("plain", "rich")}] * 2)
    assert with_scales(Showing(), desk.known, replace(reading, review=tab)).change.ratings is None


def test_rows_that_are_written_get_theirs_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _ = many(4)
    desk.look()
    patches = tuple(Patch(row, 0, "x") for row in (1, 2, 4))

    def anew() -> object:
        return with_scales(Showing(Change(review=patches)), desk.known, desk.reading()).change.choices

    assert anew() == {1: SCALE, 2: SCALE, 4: SCALE}
    monkeypatch.setattr(scales, "MOST_BYTES", 400)  # two rows of three texts each
    assert anew() == {1: SCALE, 2: SCALE}


def test_where_nothing_is_written_nothing_is_set_anew() -> None:
    desk, _ = many(2)
    desk.look()
    assert with_scales(Showing(), desk.known, desk.reading()).change == Change()
    mended = with_scales(Showing(Change(mend_review=True)), desk.known, desk.reading()).change
    assert mended.choices == {}
