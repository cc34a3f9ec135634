"""A spreadsheet in memory, with notes on its cells, and the people who type, sort, copy and delete in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge.errors import Refused, TryLater
from bridge.plan.catalogue import TITLES as BADGE_TITLES
from bridge.plan.pages import as_text
from bridge.ports import Change, Own, Patch, SheetReading, Tab
from bridge.review import (
    COLUMNS,
    DECISION,
    LATER,
    REQUIRED,
    TITLES_ROW,
    WITH,
    Noted,
    Scales,
    criterion_column,
    places_of,
    read_table,
    titles_on_top,
)
from bridge.sheet_catalogue import COLUMNS as BADGE_COLUMNS
from bridge.sheet_requests import free_title

COACH = "coach@lakeview.example"

Cells = list[list[str]]
TITLES = tuple(column.title for column in COLUMNS)


@dataclass
class FakeTab:
    sheet_id: int
    title: str
    cells: Cells = field(default_factory=list)
    criteria: dict[str, str] = field(default_factory=dict)  # title of each column of a criterion, by its mark
    scales: Scales | None = None  # what the drop-downs there were last made of
    #: Where the columns stand that bear the mark, once people have handled columns; before, those of its title.
    marks: dict[str, int] | None = None
    titles: Sequence[str] = ()  # those by which the bridge finds the columns

    @property
    def titles_at(self) -> int:
        return titles_on_top(self.read(), self.titles)[1]

    @property
    def header(self) -> list[str]:
        return self.cells[self.titles_at] if self.cells else []

    def seen(self) -> Tab:
        values, at = titles_on_top(self.read(), self.titles)
        rated = self.scales.mark if self.scales else ""
        return Tab(self.sheet_id, self.title, values, marked=self.marked(), rated=rated, titles_at=at)

    def turn(self, at: int) -> None:
        """Move the row of titles, which was seen there, above all others."""
        if at:
            self.cells += [[] for _ in range(at + 1 - len(self.cells))]
            self.cells.insert(0, self.cells.pop(at))

    def column(self, title: str) -> int:
        return self.header.index(title)

    def marked(self) -> dict[str, int]:
        """Where the columns stand that bear the bridge's mark."""
        if self.marks is not None:
            others = places_of(self.header, REQUIRED)
            return {mark: place for mark, place in self.marks.items() if place not in others}
        later = {title: title for title in (*LATER, WITH)} | self.criteria
        return {mark: self.column(title) for mark, title in later.items() if title in self.header}

    def rate(self, scales: Scales, header: Sequence[str] = ()) -> None:
        """*header*: the titles as the bridge read them, if it did: they say where its columns are to stand."""
        place = min(places_of(header or self.header, [DECISION]))
        new = insert_criteria(self.cells, scales, place)
        if self.marks is not None:
            self.marks = {mark: at + (at >= place) * len(new) for mark, at in self.marks.items()}
            self.marks |= {mark: at for at, mark in enumerate(new, place)}
        self.criteria |= new
        self.scales = scales

    def lacking(self) -> list[str]:
        """The columns of the bridge's that somebody deleted, while the others are there."""
        low = [TITLES_ROW] if self.titles_at else []
        if self.marks is None or not self.cells or read_table(self.seen().values, REQUIRED).problems:
            return low
        return low + [title for title in LATER if title not in self.marked()]

    def read(self) -> tuple[tuple[str, ...], ...]:
        """As Google tells it: trailing empty cells and rows are left out."""
        rows = [_stripped(row) for row in self.cells]
        while rows and not rows[-1]:
            rows.pop()
        return tuple(map(tuple, rows))


class FakeSheet:
    """`ports.ReviewSheet`. `review` is None until it is made, and again when somebody deletes the tab.

    People's acts go by the text of the first column (the attempt's id) and the title of the column.
    """

    def __init__(
        self,
        catalogue: Sequence[Sequence[str]] | None = (),
        *,
        review_title: str = "Review",
        catalogue_title: str = "Badges",
        titles: Sequence[str] = TITLES,
    ) -> None:
        self.titles = list(titles)
        self.review_title = review_title
        self.catalogue_title = catalogue_title
        self.review: FakeTab | None = None
        self.catalogue: FakeTab | None = None
        if catalogue is not None:
            self.catalogue = FakeTab(2, catalogue_title, [list(row) for row in catalogue], titles=BADGE_TITLES)
        self.own: dict[Own, FakeTab] = {}
        self.reads = 0
        self.writes: list[Change] = []

    def read(self, *, choices: bool = False) -> SheetReading:
        self.reads += 1
        tabs = [None if tab is None else tab.seen() for tab in (self.review, self.catalogue)]
        own = {
            page: Tab(tab.sheet_id, tab.title, () if page is Own.ARCHIVE else tab.read())
            for page, tab in self.own.items()
        }
        there = [tab for tab in (self.review, self.catalogue, *self.own.values()) if tab is not None]
        titles = frozenset(tab.title for tab in there)
        lacking = tuple(self.review.lacking()) if self.review is not None else ()
        url = "https://docs.google.com/spreadsheets/d/fake/edit"
        low = (TITLES_ROW,) if tabs[1] is not None and tabs[1].titles_at else ()
        return SheetReading(url, tabs[0], tabs[1], own, titles, lacking=lacking, badges_lacking=low)

    def write(self, reading: SheetReading, change: Change) -> None:
        if not change:
            return
        review = self._tab_for(reading, change)
        if review is not None and reading.review is not None and review.sheet_id != reading.review.sheet_id:
            raise TryLater("Somebody changed the sheet while the bridge was about to write; nothing was written.")
        if review is not None:
            if reading.review is not None and change.is_in_review:
                review.turn(reading.review.titles_at)
            _patch(review, change.review)
            _note(review, change.notes)
            review.cells = [list(row) for row in review.read()] + [list(map(as_text, row)) for row in change.added]
            if change.mend_review and reading.review is not None:
                lacking = [title for title in reading.lacking if title != TITLES_ROW]
                _mend(review, max(map(len, reading.review.values)), lacking)
            review.cells = [row for position, row in enumerate(review.cells) if position not in change.removed]
            if change.ratings is not None and reading.review is not None and not change.make_review:
                review.rate(change.ratings, reading.review.values[reading.review.titles_at])
        self._keep_own(reading, change)
        if change.make_catalogue:
            if self.catalogue is not None:
                raise TryLater("Somebody changed the sheet while the bridge was about to write; nothing was written.")
            made = [[row.get(column.title, "") for column in BADGE_COLUMNS] for row in change.badges]
            header = [column.title for column in BADGE_COLUMNS]
            self.catalogue = FakeTab(2, self.catalogue_title, [header, *made], titles=BADGE_TITLES)
        self.review = review
        if self.catalogue is not None and reading.catalogue is not None and change.is_in_catalogue:
            self.catalogue.turn(reading.catalogue.titles_at)
            _patch(self.catalogue, change.catalogue)
        self.writes.append(change)

    def _keep_own(self, reading: SheetReading, change: Change) -> None:
        for one in change.own:
            if one.make == (one.own in self.own):
                raise TryLater("Somebody changed the sheet while the bridge was about to write; nothing was written.")
        for one in change.own:
            tab = self.own.setdefault(one.own, FakeTab(100 + list(Own).index(one.own), one.own.title()))
            tab.cells = [list(row) for row in tab.read()] + [[as_text(value) for value in row] for row in one.added]
            _patch(tab, one.patches)

    def _tab_for(self, reading: SheetReading, change: Change) -> FakeTab | None:
        if change.make_review:
            tab = self.review or FakeTab(41, self.review_title, titles=REQUIRED)
            if any(any(row) for row in tab.cells[1:]):
                raise TryLater("Somebody changed the sheet while the bridge was about to write; nothing was written.")
            tab.cells, tab.marks = [list(self.titles)], None
            tab.criteria, tab.scales = {}, None
            if change.ratings is not None:
                tab.rate(change.ratings)
            return tab
        if self.review is None and (change.added or change.review):
            if reading.review is None:
                raise Refused(f"The tab “{self.review_title}” is gone, so nothing can be written there.")
            raise TryLater("Somebody changed the sheet while the bridge was about to write; nothing was written.")
        return self.review

    # ── people ────────────────────────────────────────────────────────────────

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of the review tab by column title, as people see them."""
        if self.review is None:
            return []
        rows = [row for place, row in enumerate(self.review.cells) if place != self.review.titles_at]
        return [dict(zip(self.review.header, _filled(row, self.review), strict=True)) for row in rows]

    def row(self, attempt_id: str) -> dict[str, str]:
        """The first row with this id. Raises KeyError when there is none."""
        place = self._place(attempt_id)
        return self.rows[place - (place > self._tab().titles_at)]

    def ids(self) -> list[str]:
        return [_filled(row, tab)[0] for tab in [self._tab()] for row in tab.cells[1:]]

    def type(self, attempt_id: str, column: str, text: str) -> None:
        self.type_at(self._place(attempt_id), column, text)

    def type_at(self, row: int, column: str, text: str) -> None:
        """Type into row number *row*, 0 being the header."""
        _patch(self._tab(), [Patch(row, self._tab().column(column), text)])

    def decide(self, attempt_id: str, verdict: str, feedback: str = "", reviewer: str = COACH) -> None:
        for column, text in (("Feedback", feedback), ("Reviewer", reviewer), ("Decision", verdict)):
            self.type(attempt_id, column, text)

    def sort(self, column: str, *, descending: bool = False) -> None:
        """Sort whole rows below the header; empty cells come last, as Google has it."""
        tab, place = self._tab(), self._tab().column(column)
        filled = [_filled(row, tab) for row in tab.cells[1:]]
        full = sorted((row for row in filled if row[place]), key=lambda row: row[place], reverse=descending)
        tab.cells[1:] = full + [row for row in filled if not row[place]]

    def sort_alone(self, column: str) -> None:
        """Sort one column without the others: the classic accident."""
        tab, place = self._tab(), self._tab().column(column)
        filled = [_filled(row, tab) for row in tab.cells[1:]]
        ordered = sorted((row[place] for row in filled), key=lambda text: (not text, text))
        for row, text in zip(filled, ordered, strict=True):
            row[place] = text
        tab.cells[1:] = filled

    def copy(self, attempt_id: str) -> None:
        """Copy a row to below all others."""
        tab = self._tab()
        tab.cells.append(list(tab.cells[self._place(attempt_id)]))

    def delete(self, attempt_id: str) -> None:
        del self._tab().cells[self._place(attempt_id)]

    def insert_row(self, before: int) -> None:
        self._tab().cells.insert(before, [])

    def move_column(self, column: str, before: str) -> None:
        tab = self._tab()
        source = tab.column(column)
        for row in tab.cells:
            row[:] = _filled(row, tab)
        moved = [row.pop(source) for row in tab.cells]
        target = tab.column(before)
        for row, text in zip(tab.cells, moved, strict=True):
            row.insert(target, text)

    def rename_column(self, column: str, title: str) -> None:
        self._tab().cells[0][self._tab().column(column)] = title

    def clear(self) -> None:
        """Select all, press Delete: the tab stays, empty."""
        self._tab().cells = []

    def delete_tab(self) -> None:
        self.review = None

    def type_in_catalogue(self, key: str, column: str, text: str) -> None:
        tab = self.catalogue
        assert tab is not None
        _patch(tab, [Patch(_place(tab, key), tab.column(column), text)])

    def add_to_catalogue(self, *cells: str) -> None:
        assert self.catalogue is not None
        self.catalogue.cells.append(list(cells))

    def catalogue_row(self, key: str) -> dict[str, str]:
        tab = self.catalogue
        assert tab is not None
        return dict(zip(tab.header, _filled(tab.cells[_place(tab, key)], tab), strict=True))

    def _tab(self) -> FakeTab:
        assert self.review is not None, "the review tab is not there yet"
        return self.review

    def _place(self, attempt_id: str) -> int:
        return _place(self._tab(), attempt_id)


def insert_criteria(cells: Cells, scales: Scales, decision: int | None = None) -> dict[str, str]:
    """Make new columns of criteria, to the left of Decision; return the title of each, by its mark."""
    made = {}
    first = cells[0].index(DECISION) if decision is None else decision
    for place, column in enumerate(map(criterion_column, scales.new), first):
        made[column.mark] = free_title(column.title, cells[0])
        for row in cells:
            row[:] = [*row, *[""] * (place - len(row))]
            row.insert(place, "")
        cells[0][place] = made[column.mark]
    return made


def _place(tab: FakeTab, key: str) -> int:
    for place, row in enumerate(tab.cells):
        if row[:1] == [key]:
            return place
    raise KeyError(key)


def _patch(tab: FakeTab, patches: Sequence[Patch]) -> None:
    for patch in patches:
        while len(tab.cells) <= patch.row:
            tab.cells.append([])
        row = tab.cells[patch.row]
        row.extend([""] * (patch.column + 1 - len(row)))
        row[patch.column] = over(row[patch.column], as_text(patch.text))


def _note(tab: FakeTab, notes: Sequence[Patch]) -> None:
    for patch in notes:
        row = tab.cells[patch.row]
        row[patch.column] = Noted(row[patch.column], as_text(patch.text))


def over(cell: str, text: str) -> str:
    """What a cell says once *text* is written there: its note stays, unless another one comes with the text."""
    return Noted(text, cell.note) if isinstance(cell, Noted) and not isinstance(text, Noted) else text


def _mend(tab: FakeTab, end: int, lacking: Sequence[str]) -> None:
    """Insert the columns that are lacking where the tab ended when it was read."""
    titles = [free_title(title, tab.header) for title in lacking]
    tab.marks = {title: place + (place >= end) * len(lacking) for title, place in tab.marked().items()}
    tab.marks |= {title: place for place, title in enumerate(lacking, end)}
    for row in tab.cells:
        if len(row) > end:
            row[end:end] = [""] * len(lacking)
    _patch(tab, [Patch(0, place, title) for place, title in enumerate(titles, end)])


def _filled(row: Sequence[str], tab: FakeTab) -> list[str]:
    width = max(len(tab.header), len(row))
    return [*row, *[""] * (width - len(row))][: max(len(tab.header), 1)] if tab.header else list(row)


def _stripped(row: Sequence[str]) -> list[str]:
    kept = list(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept
