"""Until when a badge counts, and whether it still does. Pure."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, tzinfo

from bridge.model import Known


def last_moment(issued_on: datetime, months: int | None, tz: tzinfo) -> datetime | None:
    """Return the last second, in UTC, of the day *months* calendar months after *issued_on*; None for ever.

    Days are those of *tz*. A day that the month does not have is its last: January 31 and a month is February 28 or 29.
    """
    if months is None:
        return None
    start = issued_on.astimezone(tz).date()
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return datetime.combine(date(year, month + 1, day), time(23, 59, 59), tz).astimezone(UTC)


def has_lapsed(known: Known, attempt_id: str, now: datetime) -> bool:
    """True if the badge of that attempt no longer counts because its time is over: it may be earned again."""
    order = known.orders.get(attempt_id)
    return order is not None and order.expires is not None and order.expires < now
