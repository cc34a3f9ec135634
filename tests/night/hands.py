"""People at a spreadsheet of the sandbox: with the menus and keys of Google Sheets, which refuse some things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bridge.ports import Own
from bridge.sandbox.api import ApiError, Json
from bridge.sandbox.server import Sandbox
from bridge.sandbox.sheets import a1, grid, people, shown
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit, changing
from bridge.sandbox.sheets.batch import REQUESTS
from bridge.sandbox.sheets.following import COLUMNS, ROWS
from bridge.sandbox.sheets.reading import show_for, values_in
from bridge.sandbox.sheets.writing import Writer, write
from bridge.sandbox.sheets_state import Sheet, Spreadsheet
from bridge.sheets import page_id, to_text
from tests.fakes.hands import OWN, squared
from tests.fakes.sheet import Cells

#: As the bridge reads: numbers as they are, dates as Google writes them.
READ = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}


class SandboxHands:
    """`Hands` of the spreadsheet's owner."""

    def __init__(self, sandbox: Sandbox, spreadsheet_id: str, owner: str) -> None:
        self.sandbox = sandbox
        self.id = spreadsheet_id
        self.owner = owner
        self._seen: Spreadsheet | None = None
        self._cells: dict[str, Cells] = {}

    def has(self, tab: str) -> bool:
        return _find(self._book, tab) is not None

    def cells(self, tab: str) -> Cells:
        book = self._book
        if book is not self._seen:  # each change makes another one
            self._seen, self._cells = book, {}
        if tab not in self._cells:
            with self.sandbox.lock:
                self._cells[tab] = _texts(book, _find(book, tab))
        return [list(row) for row in self._cells[tab]]

    def type(self, tab: str, row: int, column: int, text: str) -> None:
        def act(edit: Edit, sheet: Sheet) -> None:
            people.check_choice(sheet, row, column, text)
            write(edit, sheet, Box(row, column, row + 1, column + 1), [[str(text)]], Writer(edit, "USER_ENTERED"))

        self._do(tab, act)

    def put_back(self, tab: str, row: int, column: int, text: str) -> None:
        box = Box(row, column, row + 1, column + 1)
        self._do(tab, lambda edit, sheet: write(edit, sheet, box, [[text]], Writer(edit, "RAW")))

    def sort(self, tab: str, by: int, first: int = 0, end: int | None = None) -> None:
        def act(edit: Edit, sheet: Sheet) -> None:
            box = Box(1, first, len(sheet.rows), sheet.column_count if end is None else end)
            edit.guard(sheet, box)
            grid.sort(sheet, box, [(by, False)], shown.unformatted)

        self._do(tab, act)

    def insert_row(self, tab: str, row: int) -> None:
        like = {"inheritFromBefore": row > 0}
        self._ask(tab, "insertDimension", lambda sheet: {"range": _span(sheet, ROWS, row), **like})

    def delete_rows(self, tab: str, row: int, count: int = 1) -> None:
        self._ask(tab, "deleteDimension", lambda sheet: {"range": _span(sheet, ROWS, row, count)})

    def copy_row(self, tab: str, row: int, to: str) -> None:
        with self._at_work() as edit:
            source, target = _find(edit.book, tab), _find(edit.book, to)
            if source is None or target is None:
                return
            place = grid.rows_with_data(target)
            if place >= target.row_count:
                grid.append(edit.book, target, ROWS, 1)
            edit.guard(target, Box(place, 0, place + 1, target.column_count))
            grid.row_for_writing(target, place, 0)[:] = source.rows[row][: target.column_count]

    def insert_column(self, tab: str, column: int, title: str) -> None:
        def act(edit: Edit, sheet: Sheet) -> None:
            if column >= sheet.column_count:
                grid.append(edit.book, sheet, COLUMNS, column + 1 - sheet.column_count)
            else:
                span = _span(sheet, COLUMNS, column)
                REQUESTS["insertDimension"](edit, {"range": span, "inheritFromBefore": column > 0})

        self._do(tab, act)
        self.type(tab, 0, column, title)

    def move_column(self, tab: str, column: int, before: int) -> None:
        def wanted(sheet: Sheet) -> Json:
            return {"source": _span(sheet, COLUMNS, column), "destinationIndex": before}

        self._ask(tab, "moveDimension", wanted)

    def delete_column(self, tab: str, column: int) -> None:
        self._ask(tab, "deleteDimension", lambda sheet: {"range": _span(sheet, COLUMNS, column)})

    def clear(self, tab: str) -> None:
        def act(edit: Edit, sheet: Sheet) -> None:
            rows, width = len(sheet.rows), max(map(len, sheet.rows), default=0)
            if rows and width:
                write(edit, sheet, Box(0, 0, rows, width), [[""] * width] * rows, Writer(edit, "RAW"))

        self._do(tab, act)

    def delete(self, tab: str) -> None:
        self._ask(tab, "deleteSheet", lambda sheet: {"sheetId": sheet.id})

    def add(self, tab: str, cells: Cells) -> None:
        with self._at_work() as edit:
            REQUESTS["addSheet"](edit, {"properties": {"title": tab}})
        box = Box(0, 0, len(cells), len(cells[0]))
        self._do(tab, lambda edit, sheet: write(edit, sheet, box, cells, Writer(edit, "USER_ENTERED")))

    def hide(self, tab: str, column: int, text: str) -> None:
        def wanted(sheet: Sheet) -> Json:
            spec = {"columnIndex": column, "filterCriteria": {"hiddenValues": [text]}}
            return {"filter": {"range": {"sheetId": sheet.id}, "filterSpecs": [spec]}}

        self._ask(tab, "setBasicFilter", wanted)

    @property
    def _book(self) -> Spreadsheet:
        return self.sandbox.world.sheets.spreadsheets[self.id]

    @contextmanager
    def _at_work(self) -> Iterator[Edit]:
        """All of it or nothing; what Google refuses is not done."""
        with suppress(ApiError), self.sandbox.lock, changing(self.sandbox.world, self.owner, self.id) as edit:
            yield edit

    def _do(self, tab: str, act: Callable[[Edit, Sheet], object]) -> None:
        with self._at_work() as edit:
            if (sheet := _find(edit.book, tab)) is not None:
                act(edit, sheet)

    def _ask(self, tab: str, kind: str, wanted: Callable[[Sheet], Json]) -> None:
        """Do what the menus do: the same requests as a program's."""
        self._do(tab, lambda edit, sheet: REQUESTS[kind](edit, wanted(sheet)))


def _texts(book: Spreadsheet, sheet: Sheet | None) -> Cells:
    if sheet is None:
        return []
    box = Box(0, 0, grid.rows_with_data(sheet), sheet.column_count)
    return squared([[to_text(value) for value in row] for row in values_in(sheet, box, show_for(book.locale, READ))])


def _find(book: Spreadsheet, tab: str) -> Sheet | None:
    if tab in OWN:
        return next((one for one in book.sheets if one.id == page_id(Own(OWN[tab]))), None)
    return a1.named(book, tab)


def _span(sheet: Sheet, dimension: str, start: int, number: int = 1) -> Json:
    return {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": start + number}
