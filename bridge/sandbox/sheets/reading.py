"""Reading values: values.get, batchGet and batchGetByDataFilter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import zip_longest
from typing import Any

from bridge.sandbox.api import Call, on
from bridge.sandbox.sheets import a1, metadata, shown
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import opened
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets_state import Cell, Json, Sheet, Spreadsheet

Show = Callable[[Cell | None], Any]


def show_for(locale: str, options: Mapping[str, Any], prefix: str = "") -> Show:
    """The reading that a call's render options ask for; *prefix* is "response" where a write echoes values."""
    value = options.get(_name(prefix, "valueRenderOption"), "FORMATTED_VALUE")
    if value == "FORMATTED_VALUE":
        return partial(shown.formatted, locale=locale)
    if value == "FORMULA":
        return shown.entered
    as_text = options.get(_name(prefix, "dateTimeRenderOption")) == "FORMATTED_STRING"
    return partial(shown.with_date_strings, locale=locale) if as_text else shown.unformatted


def _name(prefix: str, option: str) -> str:
    return prefix + option[0].upper() + option[1:] if prefix else option


def values_in(sheet: Sheet, box: Box, show: Show) -> list[list[Any]]:
    """The rows of the box, each up to its last value, up to the last row that has one."""
    rows: list[list[Any]] = []
    for cells in sheet.rows[box.top : box.bottom]:
        line = [show(cell) for cell in cells[box.left : box.right]]
        while line and line[-1] == "":
            line.pop()
        rows.append(line)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def value_range(book: Spreadsheet, sheet: Sheet, box: Box, options: Mapping[str, Any], prefix: str = "") -> Json:
    """Google's ValueRange; `values` is missing where the range is empty."""
    dimension = options.get("majorDimension") or "ROWS"
    rows = values_in(sheet, box, show_for(book.locale, options, prefix))
    answer: Json = {"range": a1.written(sheet, box), "majorDimension": dimension}
    if rows:
        answer["values"] = turned(rows) if dimension == "COLUMNS" else rows
    return answer


def turned(rows: list[list[Any]]) -> list[list[Any]]:
    """Columns for rows, each up to its last value."""
    columns: list[list[Any]] = [[] for _ in range(max(map(len, rows), default=0))]
    for number, row in enumerate(rows):
        for column, value in zip(columns, row, strict=False):
            if value != "":
                column.extend([""] * (number - len(column)))
                column.append(value)
    return columns


def turned_in(values: list[list[Any]], dimension: str) -> list[list[Any]]:
    """The rows of a write; columns are turned, with null where a column is shorter."""
    if dimension != "COLUMNS":
        return values
    return [list(row) for row in zip_longest(*values)]


@on("sheets.spreadsheets.values.get")
def get_values(call: Call) -> Json:
    book = opened(call)
    sheet, box = a1.parse(book, call.params["range"])
    return value_range(book, sheet, a1.clipped(sheet, box), call.params)


@on("sheets.spreadsheets.values.batchGet")
def batch_get_values(call: Call) -> Json:
    book = opened(call)
    found = [a1.parse(book, text) for text in call.params.get("ranges", ())]
    answers = [value_range(book, sheet, a1.clipped(sheet, box), call.params) for sheet, box in found]
    return {"spreadsheetId": book.id, "valueRanges": answers}


@on("sheets.spreadsheets.values.batchGetByDataFilter")
def batch_get_values_by_filter(call: Call) -> Json:
    book = opened(call)
    filters = call.body.get("dataFilters", [])
    if not filters:
        raise Invalid("Must specify at least one dataFilter.")
    answers = [
        {"valueRange": value_range(book, sheet, box, call.body), "dataFilters": matching}
        for sheet, box, matching in ranges_of(book, filters)
    ]
    return {"spreadsheetId": book.id, "valueRanges": answers}


def ranges_of(book: Spreadsheet, filters: Iterable[Json]) -> list[tuple[Sheet, Box, list[Json]]]:
    """What the data filters name, in their order; a range that several name comes once, with all of them."""
    found: dict[tuple[int, Box], tuple[Sheet, Box, list[Json]]] = {}
    for data_filter in filters:
        for sheet, box in _named_by(book, data_filter):
            found.setdefault((sheet.id, box), (sheet, box, []))[2].append(data_filter)
    return list(found.values())


def _named_by(book: Spreadsheet, data_filter: Json) -> Iterator[tuple[Sheet, Box]]:
    if "a1Range" in data_filter:
        sheet, box = a1.parse(book, data_filter["a1Range"])
        yield sheet, a1.clipped(sheet, box)
    elif "gridRange" in data_filter:
        yield a1.resolve(book, data_filter["gridRange"])
    elif "developerMetadataLookup" in data_filter:
        for note in metadata.matching(book, data_filter["developerMetadataLookup"]):
            yield from metadata.cells_of(book, note)
    else:
        raise Invalid("Invalid dataFilter: no filter is set.")
