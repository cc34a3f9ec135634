"""What people do with their hands in a spreadsheet: in any tab, by position, for no title can be relied on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bridge.plan.catalogue import TITLES
from bridge.ports import Own
from tests.fakes.sheet import Cells, FakeSheet, FakeTab, over

REVIEW, BADGES = "Review", "Badges"
OWN = {own.title(): own for own in Own}


class Hands(Protocol):
    """Tabs go by the names that the bridge gives them; rows and columns are counted from 0, the header included.

    What the spreadsheet does not let them do is not done.
    """

    def cells(self, tab: str) -> Cells:
        """All that the tab shows, each row as wide as the widest; [] where there is no such tab, or nothing in it."""

    def has(self, tab: str) -> bool: ...
    def type(self, tab: str, row: int, column: int, text: str) -> None: ...
    def put_back(self, tab: str, row: int, column: int, text: str) -> None:
        """Ctrl+Z: the cell says what it said, and nothing is made of it."""

    def sort(self, tab: str, by: int, first: int = 0, end: int | None = None) -> None:
        """Sort what is below the header by a column, empty cells last; only columns from *first* to before *end*."""

    def insert_row(self, tab: str, row: int) -> None: ...
    def delete_rows(self, tab: str, row: int, count: int = 1) -> None: ...
    def copy_row(self, tab: str, row: int, to: str) -> None:
        """Paste it below all that is in the tab *to*."""

    def insert_column(self, tab: str, column: int, title: str) -> None: ...
    def move_column(self, tab: str, column: int, before: int) -> None: ...
    def delete_column(self, tab: str, column: int) -> None: ...
    def clear(self, tab: str) -> None: ...
    def delete(self, tab: str) -> None: ...
    def add(self, tab: str, cells: Cells) -> None:
        """Make the tab anew."""

    def hide(self, tab: str, column: int, text: str) -> None:
        """Set a filter that hides the rows with this text; for everybody who looks, and for no program."""


class FakeHands:
    """People at a `FakeSheet`."""

    def __init__(self, sheet: FakeSheet) -> None:
        self.sheet = sheet

    def has(self, tab: str) -> bool:
        return self._find(tab) is not None

    def cells(self, tab: str) -> Cells:
        found = self._find(tab)
        return squared(found.read()) if found is not None else []

    def type(self, tab: str, row: int, column: int, text: str) -> None:
        cells = self._at_work(tab).cells
        cells += [[] for _ in range(row + 1 - len(cells))]
        cells[row] += [""] * (column + 1 - len(cells[row]))
        cells[row][column] = over(cells[row][column], text)

    def put_back(self, tab: str, row: int, column: int, text: str) -> None:
        self.type(tab, row, column, text)

    def sort(self, tab: str, by: int, first: int = 0, end: int | None = None) -> None:
        cells = self._at_work(tab).cells
        ordered = sorted(
            (row[first:end] for row in cells[1:]), key=lambda part: (not part[by - first], part[by - first])
        )
        for row, part in zip(cells[1:], ordered, strict=True):
            row[first:end] = part

    def insert_row(self, tab: str, row: int) -> None:
        self._at_work(tab).cells.insert(row, [])

    def delete_rows(self, tab: str, row: int, count: int = 1) -> None:
        del self._at_work(tab).cells[row : row + count]

    def copy_row(self, tab: str, row: int, to: str) -> None:
        target = self._at_work(to)
        target.cells = [list(one) for one in target.read()] + [list(self.cells(tab)[row])]

    def insert_column(self, tab: str, column: int, title: str) -> None:
        self._columns(tab, lambda row: row.insert(column, ""))
        self.type(tab, 0, column, title)

    def move_column(self, tab: str, column: int, before: int) -> None:
        self._columns(tab, lambda row: row.insert(before - (before > column), row.pop(column)))

    def delete_column(self, tab: str, column: int) -> None:
        self._columns(tab, lambda row: [row.pop(column)])

    def clear(self, tab: str) -> None:
        self._at_work(tab).cells = []

    def delete(self, tab: str) -> None:
        if tab == REVIEW:
            self.sheet.review = None
        elif tab == BADGES:
            self.sheet.catalogue = None
        else:
            del self.sheet.own[OWN[tab]]

    def add(self, tab: str, cells: Cells) -> None:
        assert tab == BADGES, "the bridge makes the others"
        self.sheet.catalogue = FakeTab(2, tab, [list(row) for row in cells], titles=TITLES)

    def hide(self, tab: str, column: int, text: str) -> None:
        """What is hidden is read like the rest."""

    def _find(self, tab: str) -> FakeTab | None:
        if tab in (REVIEW, BADGES):
            return self.sheet.review if tab == REVIEW else self.sheet.catalogue
        return self.sheet.own.get(OWN[tab])

    def _at_work(self, tab: str) -> FakeTab:
        found = self._find(tab)
        assert found is not None, f"there is no tab {tab}"
        found.cells, found.marks = squared(found.cells), found.marked()
        return found

    def _columns(self, tab: str, change: Callable[[list[str]], object]) -> None:
        """Do the same to each row, and to the marks of the columns."""
        at_work = self._at_work(tab)
        places = {place: title for title, place in at_work.marked().items()}
        names = [places.get(place, "") for place in range(len(at_work.header))]
        for row in (*at_work.cells, names):
            change(row)
        at_work.marks = {title: place for place, title in enumerate(names) if title}


def squared(rows: Cells | tuple[tuple[str, ...], ...]) -> Cells:
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]
