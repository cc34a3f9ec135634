"""Google counts calls by the minute and by the user; so does the bridge, before Google has to say no."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from bridge.ports import Clock

#: Bucket → units per user and minute, of a project made since 2026-05-01. Sources: developers.google.com/workspace
#: sheets/api/limits, forms/api/limits, drive/api/guides/limits and gmail/api/reference/quota.
LIMITS: Mapping[str, int] = {
    "sheets-read": 60,
    "sheets-write": 60,
    "forms-read": 390,
    "forms-responses": 180,
    "forms-write": 150,
    "drive": 325_000,
    "gmail": 6_000,
}

#: A second more than a minute: a call takes its time to arrive, and Google counts arrivals.
WINDOW = timedelta(seconds=61)


class MinuteBuckets:
    """Units spent in the last minute, in memory, for one identity."""

    def __init__(self, clock: Clock, limits: Mapping[str, int] = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._spent: dict[str, deque[tuple[datetime, int]]] = {bucket: deque() for bucket in limits}

    def wait(self, bucket: str, units: int = 1) -> None:
        """Take *units* from *bucket*; sleep until no minute would hold more than its limit.

        More units than a whole minute has are taken once the bucket is untouched. Raises KeyError for a bucket
        without a limit.
        """
        spent, limit = self._spent[bucket], self._limits[bucket]
        now = self._clock.now()
        free_at = _free_at(spent, now, limit - units)
        if free_at > now:
            self._clock.sleep((free_at - now).total_seconds())
            now = max(self._clock.now(), free_at)  # a clock that stands still must not hold us for ever
        while spent and spent[0][0] + WINDOW <= now:
            spent.popleft()
        spent.append((now, units))


def _free_at(spent: deque[tuple[datetime, int]], now: datetime, room: int) -> datetime:
    """When at most *room* units will be left in the window, judging by what was *spent* until *now*."""
    left = sum(units for at, units in spent if at + WINDOW > now)
    free_at = now
    for at, units in spent:
        if left <= room:
            break
        if at + WINDOW > now:
            left -= units
            free_at = at + WINDOW
    return free_at
