"""A badge that counts for a time: until when, and that it can be earned again afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Kind
from bridge.plan.catalogue import TITLES, VALID_FOR
from bridge.plan.expiry import last_moment
from bridge.plan.standing import Standing
from tests.core import desk

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        ("2026-11-22T12:00:00+00:00", 24, "2028-11-22T23:59:59-06:00"),
        ("2026-01-31T12:00:00+00:00", 1, "2026-02-28T23:59:59-06:00"),
        ("2027-12-31T12:00:00+00:00", 2, "2028-02-29T23:59:59-06:00"),
        ("2028-02-29T12:00:00+00:00", 12, "2029-02-28T23:59:59-06:00"),
        ("2026-11-30T12:00:00+00:00", 1, "2026-12-30T23:59:59-06:00"),
        ("2026-07-01T03:00:00+00:00", 1, "2026-07-30T23:59:59-05:00"),  # June 30 in Chicago
        ("2026-12-15T12:00:00+00:00", 7, "2027-07-15T23:59:59-05:00"),
        ("2026-01-15T12:00:00+00:00", 1200, "2126-01-15T23:59:59-06:00"),
    ],
)
def test_it_counts_to_the_end_of_the_day_where_the_programme_is(issued: str, months: int, last: str) -> None:
    found = last_moment(datetime.fromisoformat(issued), months, CHICAGO)
    assert found == datetime.fromisoformat(last)
    assert found is not None
    assert found.tzinfo is UTC


@given(st.integers(0, 24 * 365 * 80), st.integers(1, 1200))
def test_it_is_about_so_many_months(hours: int, months: int) -> None:
    issued = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    last = last_moment(issued, months, CHICAGO)
    assert last is not None
    assert issued < last
    assert timedelta(days=30.4368 * months - 4) < last - issued < timedelta(days=30.4369 * months + 4)


def expiring(cell: str = "1 year") -> desk.Desk:
    """A desk on which First Aid counts for a year, and Ana has just got it."""
    table = desk.Desk(replace(desk.POLICY, tz=CHICAGO))
    assert table.badges is not None
    table.badges = [[*row, text] for row, text in zip(table.badges, (VALID_FOR, cell, ""), strict=True)]
    table.submit(desk.submission())
    table.look()
    table.choose("1-1", "Approve")
    table.look()
    for kind in (Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED):
        table.finish(f"{kind}:1-1")
    return table


def test_the_order_says_until_when() -> None:
    order = expiring().known.orders["1-1"]
    assert order.expires == datetime(2027, 11, 23, 5, 59, 59, tzinfo=UTC)
    assert expiring("").known.orders["1-1"].expires is None


def test_what_the_sheet_says_later_does_not_move_the_end_of_what_was_issued() -> None:
    table = expiring()
    before = table.known.orders["1-1"]
    assert table.badges is not None
    table.badges[1][len(TITLES)] = "3 years"
    table.look()
    assert table.known.orders["1-1"] == before
    assert table.known.achievements["first-aid"].version != before.version


@pytest.mark.parametrize(
    ("days", "renewed"), [(300, False), (365, False), (366, True)], ids=["in time", "on the last day", "the day after"]
)
def test_a_badge_can_be_earned_again_once_its_time_is_over(days: int, renewed: bool) -> None:
    table = expiring()
    table.now += timedelta(days=days)
    table.submit(desk.submission("r2", submitted_at=table.now, stamp="later"))
    table.look()
    assert table.known.requests[2].duplicate_of == (None if renewed else 1)
    assert table.standing("2-1") is (Standing.WAITING if renewed else Standing.DUPLICATE)
    if renewed:
        table.choose("2-1", "Approve")
        table.look()
        first, second = table.known.orders["1-1"], table.known.orders["2-1"]
        assert second.award != first.award
        assert second.expires is not None
        assert first.expires is not None
        assert second.expires > first.expires + timedelta(days=365)
