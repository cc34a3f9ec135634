"""A spreadsheet at which people are at work while the bridge is: between its looks, or between look and write."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bridge.ports import Change, ReviewSheet, SheetReading


class Moment(StrEnum):
    BETWEEN_THE_LOOKS = "between the looks"
    BEFORE_THE_WRITE = "before the write"


class Meanwhile:
    """`ports.ReviewSheet`, in front of another one."""

    def __init__(self, sheet: ReviewSheet) -> None:
        self.sheet = sheet
        self._looks = 0
        self._moment: Moment | None = None
        self._act: Callable[[], object] = bool

    def plan(self, moment: Moment, act: Callable[[], object]) -> None:
        """Let *act* happen at that moment of the next cycle, once."""
        self._looks, self._moment, self._act = 0, moment, act

    def catch_up(self) -> None:
        """What there was no moment for happens now."""
        self._happen(self._moment)

    def read(self) -> SheetReading:
        self._looks += 1
        if self._looks == 2:
            self._happen(Moment.BETWEEN_THE_LOOKS)
        return self.sheet.read()

    def write(self, reading: SheetReading, change: Change) -> None:
        self._happen(Moment.BEFORE_THE_WRITE)
        self.sheet.write(reading, change)

    def _happen(self, moment: Moment | None) -> None:
        if self._moment is moment is not None:
            self._moment = None
            self._act()
