"""spreadsheets.get: the file's structure and, if asked for, every cell with all that is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bridge.sandbox.api import Call, on
from bridge.sandbox.sheets import a1, metadata, shown
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import may_edit, opened, setting_of
from bridge.sandbox.sheets.filters import filtered_out
from bridge.sandbox.sheets.reading import ranges_of
from bridge.sandbox.sheets_state import Cell, Json, Metadata, Sheet, Spreadsheet
from bridge.sandbox.state import World

ROW_PIXELS, COLUMN_PIXELS = 21, 100

#: A fields mask that wants cells: "*", "sheets" whole, or something with "data" below sheets.
_WANTS_CELLS = re.compile(r"(^|,)\s*(\*|sheets)\s*(,|$)|\bdata\b|sheets[/.(]\*")

#: One that wants of a tab's data only what is known of its columns: rows need not be looked at for that.
_WANTS_COLUMNS = re.compile(r"\bdata[/.(]+(startColumn,)?columnMetadata\b(?!.*\brow(Data|Metadata)\b)")

Areas = list[tuple[Sheet, Box]]


@on("sheets.spreadsheets.get")
def get_spreadsheet(call: Call) -> Json:
    book = opened(call)
    areas = [a1.parse(book, text) for text in call.params.get("ranges", ())]
    cut = [(sheet, a1.clipped(sheet, box)) for sheet, box in areas]
    if not cut and _WANTS_COLUMNS.search(call.params.get("fields", "")):
        cut = [(sheet, replace(a1.whole(sheet), bottom=1)) for sheet in book.sheets]
    return described(call.world, call.caller.email, book, cut or None, cells=_wants_cells(call.params))


@on("sheets.spreadsheets.getByDataFilter")
def get_by_filter(call: Call) -> Json:
    book = opened(call)
    areas = [(sheet, box) for sheet, box, _ in ranges_of(book, call.body.get("dataFilters", ()))]
    cells = _wants_cells({**call.params, "includeGridData": call.body.get("includeGridData", False)})
    return described(call.world, call.caller.email, book, areas, cells=cells)


def _wants_cells(params: Any) -> bool:
    """A fields mask decides alone; without one, includeGridData does."""
    mask = params.get("fields")
    return bool(_WANTS_CELLS.search(mask)) if mask else bool(params.get("includeGridData", False))


def described(world: World, email: str, book: Spreadsheet, areas: Areas | None, *, cells: bool) -> Json:
    """Google's Spreadsheet as *email* sees it: all tabs, or those of the *areas*, with or without their cells."""
    named = book.properties | {"title": world.drive.files[book.id].name}  # a file has one name, wherever it is changed
    answer: Json = {"spreadsheetId": book.id, "properties": named, "sheets": []}
    for sheet in book.sheets:
        boxes = [a1.whole(sheet)] if areas is None else [box for owner, box in areas if owner is sheet]
        if boxes:
            answer["sheets"].append(_sheet(world, email, book, sheet, boxes if cells else []))
    notes = [metadata.as_json(note) for note in book.metadata if note.sheet_id < 0]
    address = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    return answer | ({"developerMetadata": notes} if notes else {}) | {"spreadsheetUrl": address}


def properties(book: Spreadsheet, sheet: Sheet) -> Json:
    """Google's SheetProperties; zero counts are left out, as Google does."""
    told: Json = {"sheetType": "GRID"} | sheet.properties | {"index": book.sheets.index(sheet)}
    if not sheet.is_object:
        told["gridProperties"] = {name: value for name, value in sheet.properties["gridProperties"].items() if value}
    return told


def _sheet(world: World, email: str, book: Spreadsheet, sheet: Sheet, boxes: Iterable[Box]) -> Json:
    notes = [note for note in book.metadata if note.sheet_id == sheet.id]
    parts: Json = {
        "data": [
            _grid_data(world, book, sheet, box, [note for note in notes if note.dimension])
            for box in boxes
            if not sheet.is_object
        ],
        "merges": sheet.merges,
        "conditionalFormats": sheet.conditional_formats,
        "filterViews": sheet.filter_views,
        "protectedRanges": [protection(world, email, book.id, one) for one in sheet.protected],
        "basicFilter": sheet.basic_filter[0] if sheet.basic_filter else None,
        "bandedRanges": sheet.banding,
        "charts": sheet.charts,
        "tables": sheet.tables,
        "developerMetadata": [metadata.as_json(note) for note in notes if not note.dimension],
    }
    return {"properties": properties(book, sheet)} | {name: part for name, part in parts.items() if part}


def protection(world: World, email: str, file_id: str, one: Json) -> Json:
    """Google's ProtectedRange; who may pass is told only to who may pass."""
    passes = may_edit(world, email, file_id, one)
    hidden = {"requestingUserCanEdit"} | (set() if passes and not one.get("warningOnly") else {"editors"})
    told = {name: value for name, value in one.items() if name not in hidden}
    return told | {"requestingUserCanEdit": True} if passes else told


def _grid_data(world: World, book: Spreadsheet, sheet: Sheet, box: Box, notes: list[Metadata]) -> Json:
    data: Json = {}
    if box.top:
        data["startRow"] = box.top
    if box.left:
        data["startColumn"] = box.left
    if rows := _row_data(book, sheet, box):
        data["rowData"] = rows
    data["rowMetadata"] = _lines(
        sheet.row_properties,
        range(box.top, box.bottom),
        ROW_PIXELS,
        [note for note in notes if note.dimension == "ROWS"],
    )
    for one in sheet.basic_filter:
        for row in filtered_out(sheet, one, setting_of(world, book)) & set(range(box.top, box.bottom)):
            data["rowMetadata"][row - box.top] = data["rowMetadata"][row - box.top] | {"hiddenByFilter": True}
    data["columnMetadata"] = _lines(
        sheet.column_properties,
        range(box.left, box.right),
        COLUMN_PIXELS,
        [note for note in notes if note.dimension == "COLUMNS"],
    )
    return data


def _lines(known: list[Json], span: range, pixels: int, notes: list[Metadata]) -> list[Json]:
    plain: Json = {"pixelSize": pixels}
    lines: list[Json] = [plain | known[index] if index < len(known) else plain for index in span]
    for note in notes:
        if note.index in span:
            line = lines[note.index - span.start]
            written = [*line.get("developerMetadata", ()), metadata.as_json(note)]
            lines[note.index - span.start] = line | {"developerMetadata": written}
    return lines


def _row_data(book: Spreadsheet, sheet: Sheet, box: Box) -> list[Json]:
    rows: list[Json] = []
    for cells in sheet.rows[box.top : box.bottom]:
        line = [cell_data(cell, book.locale) for cell in cells[box.left : box.right]]
        while line and not line[-1]:
            line.pop()
        rows.append({"values": line} if line else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def cell_data(cell: Cell | None, locale: str) -> Json:
    """Google's CellData: what was entered and what is shown in a file of that locale."""
    if cell is None:
        return {}
    answer = dict(cell)
    if "userEnteredValue" in cell:
        answer["effectiveValue"] = shown.effective(cell)
        answer["formattedValue"] = shown.formatted(cell, locale)
    if address := shown.hyperlink(cell):
        answer["hyperlink"] = address
    if "userEnteredFormat" in cell:
        answer["effectiveFormat"] = cell["userEnteredFormat"]
    return answer
