"""People at the spreadsheet who sort, copy, delete and mistype: acts by position, for no cell can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.model import Verdict
from bridge.review import COLUMNS, DECISION, FEEDBACK, ID, REFLECTION, REVIEWER, fold, to_verdict
from tests.fakes.sheet import FakeSheet, FakeTab

COACHES = tuple(column.title for column in COLUMNS if column.owner == "coach")
IDENTITY = tuple(column.title for column in COLUMNS if column.identity)

#: The columns that the bridge writes again and again; all others are people's, or written once.
BRIDGES = frozenset(column.title for column in COLUMNS if column.owner == "bridge" and not column.identity)

#: What people type in place of a title.
MANGLED = "{} (old)"

#: (attempt id, reflection, reviewer): what a coach who chose Approve saw in that row.
View = tuple[str, str, str]


@dataclass
class Clumsy:
    """Rows are counted from 0, header not included, and taken modulo how many there are."""

    sheet: FakeSheet

    @property
    def tab(self) -> FakeTab:
        assert self.sheet.review is not None
        return self.sheet.review

    @property
    def there(self) -> bool:
        """True when there is a review tab with a row that has any content."""
        return self.sheet.review is not None and len(self.sheet.review.cells) > 1

    def has(self, *titles: str) -> bool:
        return self.there and all(title in self.tab.header for title in titles)

    def place(self, row: int) -> int:
        return 1 + row % (len(self.tab.cells) - 1)

    def cell(self, row: int, title: str) -> str:
        return str(self.sheet.rows[self.place(row) - 1][title])

    def type(self, row: int, title: str, text: str) -> None:
        self.sheet.type_at(self.place(row), title, text)

    def decide(self, row: int, verdict: str, feedback: str, reviewer: str) -> None:
        for title, text in ((FEEDBACK, feedback), (REVIEWER, reviewer), (DECISION, verdict)):
            self.type(row, title, text)

    def copy(self, row: int) -> None:
        self.tab.cells.append(list(self.tab.cells[self.place(row)]))

    def delete(self, row: int) -> None:
        del self.tab.cells[self.place(row)]

    def insert_row(self, row: int) -> None:
        self.sheet.insert_row(self.place(row))

    def handle_column(self, title: str, act: str) -> None:
        """Move it to the left end, insert a column of their own there, or write another title above it."""
        if act == "mangle":
            self.sheet.rename_column(title, MANGLED.format(title))
        elif act == "move" and self.tab.header[0] != title:
            self.sheet.move_column(title, self.tab.header[0])
        elif act == "insert" and len(self.tab.header) < len(self.sheet.titles) + 2:
            for row in self.tab.cells:
                row.insert(0, "seen by the head")

    def clear(self) -> None:
        self.sheet.clear()

    def delete_tab(self) -> None:
        self.sheet.delete_tab()

    def delete_rows(self) -> None:
        del self.tab.cells[1:]

    def mend_titles(self) -> None:
        for title in self.sheet.titles:
            if MANGLED.format(title) in self.tab.header:
                self.sheet.rename_column(MANGLED.format(title), title)

    def approvals(self) -> frozenset[View]:
        """The rows that say Approve, as they are."""
        if not self.has(ID, REFLECTION, DECISION, REVIEWER):
            return frozenset()
        return frozenset(
            (row[ID].strip(), row[REFLECTION], row[REVIEWER].strip())
            for row in self.sheet.rows
            if to_verdict(row[DECISION]) is Verdict.APPROVE
        )


def theirs(tab: FakeTab | None) -> list[Sequence[str]]:
    """All cells of the review tab that the bridge must leave alone, row by row; [] when there is no content."""
    if tab is None or not (cells := tab.read()):
        return []
    bridges = {fold(title) for title in BRIDGES}
    columns = [n for n, title in enumerate(tab.header) if fold(title) not in bridges]
    return [tuple(row[n] if n < len(row) else "" for n in columns) for row in cells]
