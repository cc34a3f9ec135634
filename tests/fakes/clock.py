"""A clock that stands still until it is told, or asked to sleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """`ports.Clock`; sleeping takes no time but moves the hands."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))

    def advance(self, time: timedelta) -> None:
        self._now += time
