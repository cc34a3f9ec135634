"""People at the spreadsheet who sort, copy, delete and mistype: acts by position, for no cell can be relied on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bridge.model import Verdict
from bridge.plan.decisions import TWICE
from bridge.review import (
    COLUMNS,
    DECISION,
    FEEDBACK,
    ID,
    REFLECTION,
    REQUIRED,
    REVIEWER,
    STATUS,
    fold,
    titles_on_top,
    to_verdict,
)
from tests.fakes.hands import BADGES, OWN, REVIEW, Hands
from tests.fakes.sheet import Cells

COACHES = tuple(column.title for column in COLUMNS if column.owner == "coach")
IDENTITY = tuple(column.title for column in COLUMNS if column.identity)
TITLES = tuple(column.title for column in COLUMNS)

#: The columns that the bridge writes again and again; all others are people's, or written once.
BRIDGES = frozenset(column.title for column in COLUMNS if column.owner == "bridge" and not column.identity)

#: What people type in place of a title.
MANGLED = "{} (old)"

#: A criterion of the rubric that some runs have; Approve needs "meets" or "exceeds".
PLANNING = "Planning"


class View(NamedTuple):
    """A row that says a verdict: what whoever chose it saw there, and said."""

    key: str  # attempt id
    saw: str  # reflection
    verdict: Verdict
    feedback: str
    reviewer: str
    level: str  # of Planning


#: Row, decision, feedback, reviewer, Planning.
Choice: TypeAlias = tuple[int, str, str, str, str]


def on_top(cells: Cells, titles: Iterable[str] = REQUIRED) -> tuple[tuple[tuple[str, ...], ...], int]:
    """A tab with the titles first, and in which row they stand."""
    return titles_on_top(tuple(map(tuple, cells)), titles)


@dataclass
class Clumsy:
    """Rows are counted from 0, header not included, and taken modulo how many there are; so are columns."""

    hands: Hands

    # ── what they see ────────────────────────────────────────────────────────────

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """Review, the titles first."""
        return on_top(self.hands.cells(REVIEW))[0]

    @property
    def top(self) -> int:
        """In which row the titles stand."""
        return on_top(self.hands.cells(REVIEW))[1]

    @property
    def header(self) -> tuple[str, ...]:
        return next(iter(self.cells), ())

    @property
    def there(self) -> bool:
        """True when there is a review tab with a row that has any content."""
        return len(self.hands.cells(REVIEW)) > 1

    def has(self, *titles: str) -> bool:
        """True when each of *titles* stands above one column, and there are rows."""
        header = [fold(title) for title in self.header]
        return self.there and all(header.count(fold(title)) == 1 for title in titles)

    def column(self, title: str) -> int:
        return [fold(one) for one in self.header].index(fold(title))

    def rows(self) -> list[dict[str, str]]:
        """By the titles that are there, each once."""
        header, *rows = self.cells or ((),)
        folded = [fold(one) for one in header]
        once = [title for title in (*TITLES, PLANNING) if folded.count(fold(title)) == 1]
        places = {title: folded.index(fold(title)) for title in once}
        return [{title: row[place] for title, place in places.items()} for row in rows]

    def words(self) -> frozenset[View]:
        """The rows that say a verdict, as they are; of a row that is there twice nobody can tell what is meant."""
        if not self.has(*IDENTITY, REFLECTION, *COACHES):
            return frozenset()
        rows = [{title: text.strip() for title, text in row.items()} for row in self.rows()]
        there = Counter(tuple(fold(row[title]) for title in IDENTITY) for row in rows)
        return frozenset(
            View(row[ID], row[REFLECTION], verdict, row[FEEDBACK], row[REVIEWER], fold(row.get(PLANNING, "")))
            for row in rows
            if (verdict := to_verdict(row[DECISION])) and there[tuple(fold(row[title]) for title in IDENTITY)] == 1
        )

    def _row(self, row: int) -> int:
        places = [place for place in range(len(self.hands.cells(REVIEW))) if place != self.top]
        return places[row % len(places)]

    # ── in Review ────────────────────────────────────────────────────────────────

    def decide(self, choices: Iterable[Choice]) -> None:
        if self.has(*COACHES):
            for row, verdict, feedback, reviewer, level in choices:
                self.retype(row, PLANNING, level)
                for title, text in ((FEEDBACK, feedback), (REVIEWER, reviewer), (DECISION, verdict)):
                    self.hands.type(REVIEW, self._row(row), self.column(title), text)

    def drag(self, verdict: str, feedback: str, reviewer: str, level: str) -> None:
        """Fill the columns from top to bottom."""
        self.decide((row, verdict, feedback, reviewer, level) for row in range(len(self.hands.cells(REVIEW)) - 1))

    def retype(self, row: int, title: str, text: str) -> None:
        if self.has(title):
            self.hands.type(REVIEW, self._row(row), self.column(title), text)

    def sort(self, title: str) -> None:
        if self.has(title):
            self.hands.sort(REVIEW, self.column(title))

    def filter_and_decide(self, title: str, row: int, verdict: str, feedback: str, reviewer: str, level: str) -> None:
        """Show only the rows that say what *row* says, and decide all that are shown."""
        if self.has(title, *COACHES):
            rows = self.rows()
            text = rows[row % len(rows)][title]
            for other in {one[title] for one in rows} - {text}:
                self.hands.hide(REVIEW, self.column(title), other)
            self.decide((n, verdict, feedback, reviewer, level) for n, one in enumerate(rows) if one[title] == text)

    def handle_row(self, row: int, act: str) -> None:
        if not self.there:
            return
        place = self._row(row)
        match act:
            case "copy":
                self.hands.copy_row(REVIEW, place, REVIEW)
            case "copy and decide" | "copy and decide above":
                self.hands.copy_row(REVIEW, place, REVIEW)
                decided = place - 1 if act.endswith("above") else len(self.hands.cells(REVIEW)) - 2
                self.decide([(decided, Verdict.APPROVE, "", "carla@lakeview.example", "meets")])
            case "delete":
                self.hands.delete_rows(REVIEW, place)
            case "insert":
                self.hands.insert_row(REVIEW, place)

    def handle_column(self, title: str, act: str, to: int) -> None:
        """Move it, insert a column of their own before it, delete it, or write another title above it."""
        if not self.has(title):
            return
        place, before = self.column(title), to % (len(self.header) + 1)
        match act:
            case "mangle":
                self.hands.type(REVIEW, self.top, place, MANGLED.format(title))
            case "move" if before not in (place, place + 1):
                self.hands.move_column(REVIEW, place, before)
            case "insert" if len(self.header) < len(TITLES) + 3:
                self.hands.insert_column(REVIEW, place, ("seen by the head", "Due", "")[to % 3])
            case "delete" if title not in REQUIRED:
                self.hands.delete_column(REVIEW, place)

    def insert_above(self, count: int, note: str) -> None:
        """Insert rows above the titles, and write something into the first."""
        if self.there:
            for _ in range(count):
                self.hands.insert_row(REVIEW, 0)
            self.hands.type(REVIEW, 0, 0, note)

    def lose(self, act: str) -> None:
        """Lose the whole tab, or its rows."""
        if not self.there:
            return
        match act:
            case "clear":
                self.hands.clear(REVIEW)
            case "delete":
                self.hands.delete(REVIEW)
            case "rows":
                self.hands.delete_rows(REVIEW, 1, len(self.hands.cells(REVIEW)) - 1)

    def mend_titles(self) -> None:
        """Write each title that is missing above its column again, above an empty one if nobody knows which it was."""
        header, top = [fold(title) for title in self.header], self.top
        for title in REQUIRED if header else ():
            places = [place for place, one in enumerate(header) if one == fold(title)]
            for place in places[1:]:
                self.hands.type(REVIEW, top, place, "")
            if not places and fold(MANGLED.format(title)) in header:
                self.hands.type(REVIEW, top, header.index(fold(MANGLED.format(title))), title)
            elif not places:
                place = len(self.header)
                self.hands.insert_column(REVIEW, place, "")
                self.hands.type(REVIEW, top, place, title)

    def tidy(self) -> None:
        """Delete the rows that Status asks them to delete."""
        rows = self.rows() if self.has(ID, STATUS) else []
        for n, row in reversed(list(enumerate(rows))):
            again = any(one[ID] == row[ID] for one in rows[:n])
            if row[STATUS].startswith(("The ID, e-mail or badge", "IDs, e-mails")) or (row[STATUS] == TWICE and again):
                self.hands.delete_rows(REVIEW, self._row(n))

    # ── in any tab ───────────────────────────────────────────────────────────────

    def type(self, tab: str, row: int, column: int, text: str) -> None:
        """Type anywhere, a title or a cell beside or below all others too."""
        if (tab == BADGES or tab in OWN or self.there) and self.hands.has(tab):
            cells = self.hands.cells(tab) or [[""]]
            self.hands.type(tab, row % (len(cells) + 1), column % (len(cells[0]) + (tab != REVIEW)), text)

    def vandalize(self, tab: str, act: str, row: int, column: int) -> None:
        """Do something to a tab that is not theirs, or to that of the badges."""
        if not (cells := self.hands.cells(tab)):
            return
        below, place = 1 + row % max(1, len(cells) - 1), column % len(cells[0])
        match act:
            case "delete":
                self.hands.delete(tab)
            case "clear":
                self.hands.clear(tab)
            case "sort" if len(cells) > 2:
                self.hands.sort(tab, place)
            case "sort alone" if len(cells) > 2:
                self.hands.sort(tab, place, place, place + 1)
            case "insert row":
                self.hands.insert_row(tab, row % len(cells))
            case "delete row" if len(cells) > 1:
                self.hands.delete_rows(tab, below)
            case "insert column" if len(cells[0]) < 40:
                self.hands.insert_column(tab, place, "mine")
            case "delete column" if len(cells[0]) > 2:
                self.hands.delete_column(tab, place)
            case "paste a request" if self.there:
                self.hands.copy_row(REVIEW, self._row(row), tab)
            case "paste into Review" if self.there and len(cells) > 1:
                self.hands.copy_row(tab, below, REVIEW)
