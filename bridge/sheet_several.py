"""Several spreadsheets: the programme's own, and others in which single coaches have their tab.

So a coach sees no other one's tab: who may open a file is Google's to say, for the file as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bridge.errors import LEDGER_TROUBLE, BridgeError, PartlyWritten
from bridge.ports import Change, SheetReading
from bridge.sheets import GoogleSheet


class SeveralSheets:
    """A `ReviewSheet` in several spreadsheets. Each costs two reads, and one write at most."""

    def __init__(self, main: GoogleSheet, others: Mapping[str, GoogleSheet], places: Mapping[str, str]) -> None:
        """*others* by id of the spreadsheet; *places*: coach → id of the one in which their tab lies, if not *main*."""
        self._main = main
        self._others = others
        self._places = places

    def read(self, *, choices: bool = False) -> SheetReading:
        """A spreadsheet that can't be read holds up its own coaches alone; raises as the main one's `read` does."""
        reading = self._main.read(choices=choices)
        coaches = {coach: seen for coach, seen in reading.coaches.items() if coach not in self._places}
        left = [seen for coach, seen in reading.coaches.items() if coach in self._places]
        files, unread = dict[str, SheetReading](), dict[str, str]()
        for file, sheet in self._others.items():
            try:
                found = sheet.read(choices=choices)
            except LEDGER_TROUBLE:
                raise
            except BridgeError as error:
                unread |= {coach: str(error) for coach, place in self._places.items() if place == file}
                continue
            files[file] = found
            for coach, seen in found.coaches.items():
                if self._places.get(coach, file) == file and coach not in coaches:
                    coaches[coach] = replace(seen, file=file)
                else:
                    left.append(seen)
        titles = tuple(seen.review.title for seen in left if seen.review is not None)
        return replace(reading, coaches=coaches, files=files, unread=unread, left=titles)

    def write(self, reading: SheetReading, change: Change) -> None:
        """One call for each spreadsheet in which anything differs, the programme's own first.

        Raise PartlyWritten where that one was written, and another one was not; else as `GoogleSheet.write` does.
        """
        apart: dict[str, dict[str, Change]] = {}
        for coach, theirs in change.coaches.items():
            if file := self._file(reading, coach):
                apart.setdefault(file, {})[coach] = theirs
        elsewhere = {coach for coaches in apart.values() for coach in coaches}
        stay = {coach: theirs for coach, theirs in change.coaches.items() if coach not in elsewhere}
        if rest := replace(change, coaches=stay):
            self._main.write(reading, rest)
        failures = dict[str, BridgeError]()
        for file, coaches in apart.items():
            try:
                self._others[file].write(reading.files[file], Change(coaches=coaches))
            except LEDGER_TROUBLE:
                raise
            except BridgeError as error:
                failures |= dict.fromkeys(coaches, error)
        if failures:
            raise PartlyWritten(failures)

    def _file(self, reading: SheetReading, coach: str) -> str:
        """Where the coach's tab lies, or is to; "" for the main spreadsheet."""
        return reading.coaches[coach].file if coach in reading.coaches else self._places.get(coach, "")
