"""How much goes into one write. Pure.

Google refuses a call of more than 10 MiB ("Request payload size exceeds the limit: 10485760 bytes"), and advises 2 MB
(developers.google.com/workspace/sheets/api/limits). What has no room comes in the next cycle.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bridge.ports import Value
from bridge.review import Linked, Noted

#: Bytes of one write for the rows of requests. Together with the bridge's own tabs (`pages.MOST_CELLS`, 2.5 MB) and
#: rows that move to the Archive (`archive.MOST_CHARACTERS`) it is less than what Google takes.
REVIEW_BYTES = 4_000_000

#: What a cell takes beside its text, a link beside its address, and a row for its drop-downs, or for a note of its own.
CELL, LINK, ROW = 60, 90, 800


class Room:
    """What is left of one write. The drop-down of each new row lists the *coaches*."""

    def __init__(self, coaches: Iterable[str] = (), size: int = REVIEW_BYTES) -> None:
        self.row = ROW + sum(CELL + weight(coach) for coach in coaches)
        self.left = size
        self.is_untouched = True

    def takes_row(self, cells: Iterable[Value]) -> bool:
        """Return whether there is room for a new row, and take it; the first always has."""
        return self._takes(cells, self.row)

    def takes(self, cells: Iterable[Value], note: str = "") -> bool:
        """The same of cells of a row that is there, with the *note* that it is to bear, if any."""
        return self._takes(cells, ROW + weight(note) if note else 0)

    def _takes(self, cells: Iterable[Value], more: int) -> bool:
        self.left -= more + sum(CELL + weight(cell) for cell in cells)
        fits = self.left >= 0 or self.is_untouched
        self.is_untouched = False
        return fits


def weight(value: Value) -> int:
    """Bytes of a text in JSON, where what is not ASCII is escaped, of where it leads, and of its note."""
    if not isinstance(value, str):
        return 20
    links = sum(LINK + len(address) for _, _, address in value.links) if isinstance(value, Linked) else 0
    note = weight(value.note) if isinstance(value, Noted) else 0
    return links + note + len(json.dumps(value))
