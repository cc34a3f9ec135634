"""Requests that change cells: updateCells, appendCells, repeatCell, setDataValidation, sortRange, merges."""

from __future__ import annotations

import re
from collections.abc import Callable

from bridge.sandbox.sheets import a1, grid, shown, tables
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import ROWS
from bridge.sandbox.sheets.masks import CellMask
from bridge.sandbox.sheets.shown import units
from bridge.sandbox.sheets.writing import with_value
from bridge.sandbox.sheets_state import MOST_CHARACTERS, Cell, Json, Sheet

CellChange = Callable[[Cell | None], Cell | None]

#: Where text may lead: assumed.
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*:|#)[^\s<>\"\\\x00-\x1f]+", re.IGNORECASE)

_VALUES: dict[str, type | tuple[type, ...]] = {
    "numberValue": (int, float),
    "stringValue": str,
    "boolValue": bool,
    "formulaValue": str,
}


@request("updateCells")
def update_cells(edit: Edit, content: Json) -> None:
    """Write rows of CellData from `start` on, or into `range`, where what the rows do not reach is cleared."""
    mask = CellMask(content.get("fields", ""))
    rows = content.get("rows", [])
    if "start" in content:
        start = content["start"]
        sheet = edit.sheet(start.get("sheetId", 0))
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        box = Box(top, left, sheet.row_count, sheet.column_count)
        if top >= sheet.row_count or left >= sheet.column_count:
            raise _outside(sheet, top, left)
        reached = Box(top, left, top + max(len(rows), 1), left + max(_width(rows), 1))
    elif "range" in content:
        sheet, box = a1.resolve(edit.book, content["range"])
        reached = box
    else:
        raise Invalid("Must set either 'start' or 'range'.")
    edit.guard(sheet, reached)
    _write(sheet, box, rows, mask)
    if "range" in content:
        _clear_rest(sheet, box, rows, mask)


def _outside(sheet: Sheet, top: int, left: int) -> Invalid:
    if top >= sheet.row_count:
        return Invalid(f"GridCoordinate.rowIndex[{top}] is after last row in grid[{sheet.row_count - 1}]")
    return Invalid(f"GridCoordinate.columnIndex[{left}] is after last column in grid[{sheet.column_count - 1}]")


def _width(rows: list[Json]) -> int:
    return max((len(row.get("values", ())) for row in rows), default=0)


def _write(sheet: Sheet, box: Box, rows: list[Json], mask: CellMask) -> None:
    """Write the cells; raises Invalid if they reach beyond the box."""
    if len(rows) > box.height:
        raise Invalid(f"Attempting to write row: {box.bottom}, beyond the last requested row of: {box.bottom - 1}")
    if _width(rows) > box.width:
        raise Invalid(f"Attempting to write column: {box.right}, beyond the last requested column of: {box.right - 1}")
    for number, row in enumerate(rows, box.top):
        cells = row.get("values", ())
        line = grid.row_for_writing(sheet, number, box.left + len(cells))
        for column, cell in enumerate(cells, box.left):
            if (value := cell.get("userEnteredValue")) is not None:
                check_value(value)
            if runs := cell.get("textFormatRuns"):
                _check_runs(runs, value if value is not None else (line[column] or {}).get("userEnteredValue", {}))
            line[column] = mask.apply(line[column], cell)


def _clear_rest(sheet: Sheet, box: Box, rows: list[Json], mask: CellMask) -> None:
    for number in range(box.top, min(box.bottom, len(sheet.rows))):
        place = number - box.top
        reached = box.left + (len(rows[place].get("values", ())) if place < len(rows) else 0)
        line = sheet.rows[number]
        for column in range(reached, min(box.right, len(line))):
            line[column] = mask.apply(line[column], {})


def check_value(value: Json) -> None:
    """Raise Invalid unless it is an ExtendedValue that may be written: one kind, of the right type, not too long."""
    text = value.get("stringValue")
    if not value or (type(text) is str and len(value) == 1 and len(text) <= MOST_CHARACTERS):
        return
    kind, content = next(iter(value.items()))
    if len(value) > 1 or not isinstance(content, _VALUES.get(kind, ())):
        raise Invalid(f"userEnteredValue must hold one number, string, bool or formula, not {sorted(value)}.")
    if isinstance(content, str) and len(content) > MOST_CHARACTERS:
        raise Invalid(f"Your input contains more than the maximum of {MOST_CHARACTERS} characters in a single cell.")
    if kind == "formulaValue" and not str(content).startswith("="):
        raise Invalid("formulaValue must begin with '='.")


def _check_runs(runs: list[Json], value: Json) -> None:
    """Raise Invalid for runs on what is no text, out of order, beyond its end, or that lead to no web address."""
    text = value.get("stringValue")
    if text is None:
        raise Invalid("textFormatRuns are only valid on user entered strings.")
    starts = [run.get("startIndex", 0) for run in runs]
    if starts != sorted(set(starts)) or not 0 <= starts[0] <= starts[-1] < units(text):
        raise Invalid("textFormatRuns.startIndex must ascend and lie within the text.")
    for run in runs:
        address = run.get("format", {}).get("link", {}).get("uri")
        if address is not None and not _LINK.fullmatch(address):
            raise Invalid(f"Invalid link: {address}")


@request("appendCells")
def append_cells(edit: Edit, content: Json) -> None:
    """Write rows below the last one that holds data anywhere on the tab; the grid grows if it must."""
    if "tableId" in content:
        _append_to_table(edit, content)
        return
    mask = CellMask(content.get("fields", ""))
    sheet = edit.sheet(content.get("sheetId", 0))
    if sheet.is_object:
        raise Invalid(f"No grid with id: {sheet.id}")
    rows = content.get("rows", [])
    top = grid.rows_with_data(sheet)
    if (missing := top + len(rows) - sheet.row_count) > 0:
        grid.append(edit.book, sheet, ROWS, missing)
    box = Box(top, 0, top + len(rows), sheet.column_count)
    edit.guard(sheet, box)
    _write(sheet, box, rows, mask)


def _append_to_table(edit: Edit, content: Json) -> None:
    """Write rows below the table's last one with data; the table grows if it must."""
    sheet, table = tables.named(edit.book, content["tableId"])
    rows = content.get("rows", [])
    edit.guard_insertion(sheet, ROWS, tables.body(table).bottom)
    box = tables.make_room(edit.book, sheet, table, len(rows))
    edit.guard(sheet, box)
    _write(sheet, box, rows, CellMask(content.get("fields", "")))


@request("repeatCell")
def repeat_cell(edit: Edit, content: Json) -> None:
    mask = CellMask(content.get("fields", ""))
    sheet, box = a1.resolve(edit.book, content.get("range", {}))
    edit.guard(sheet, box)
    cell = content.get("cell", {})
    check_value(cell.get("userEnteredValue", {}))
    each_cell(sheet, box, lambda old: mask.apply(old, cell))


def each_cell(sheet: Sheet, box: Box, change: CellChange) -> None:
    """Replace each cell in the box; rows that would stay empty are not made."""
    fresh = change(None)
    last = box.bottom if fresh else min(box.bottom, len(sheet.rows))
    for number in range(box.top, last):
        line = grid.row_for_writing(sheet, number, box.right if fresh else 0)
        right = min(box.right, len(line))
        line[box.left : right] = [fresh if cell is None else change(cell) for cell in line[box.left : right]]


@request("setDataValidation")
def set_data_validation(edit: Edit, content: Json) -> None:
    """Set, or without a rule take away, the validation of each cell in the range."""
    sheet, box = a1.resolve(edit.book, content.get("range", {}))
    edit.guard(sheet, box)
    new = {"dataValidation": content["rule"]} if "rule" in content else {}
    mask = CellMask("dataValidation")
    each_cell(sheet, box, lambda old: mask.apply(old, new))


@request("sortRange")
def sort_range(edit: Edit, content: Json) -> None:
    sheet, box = a1.resolve(edit.book, content.get("range", {}))
    edit.guard(sheet, box)
    keys = [(spec.get("dimensionIndex", 0), spec.get("sortOrder") == "DESCENDING") for spec in content["sortSpecs"]]
    if any(not box.left <= column < box.right for column, _ in keys):
        raise Invalid("A sortSpec names a column outside the range.")
    grid.sort(sheet, box, keys, shown.unformatted)


@request("mergeCells")
def merge_cells(edit: Edit, content: Json) -> None:
    """Merge; every cell but the first of each merged block loses its value."""
    sheet, box = a1.resolve(edit.book, content.get("range", {}))
    edit.guard(sheet, box)
    if any(box.meets(a1.box_of(merge)) for merge in sheet.merges):
        raise Invalid("You must select all cells in a merged range to merge or unmerge them.")
    for block in _blocks(box, content.get("mergeType", "MERGE_ALL")):
        first = grid.cell_at(sheet, block.top, block.left)
        each_cell(sheet, block, lambda cell: with_value(cell, {}))
        grid.put(sheet, block.top, block.left, first)
        sheet.merges.append(a1.grid_range_of(sheet, block))


def _blocks(box: Box, merge_type: str) -> list[Box]:
    match merge_type:
        case "MERGE_ROWS":
            return [Box(row, box.left, row + 1, box.right) for row in range(box.top, box.bottom)]
        case "MERGE_COLUMNS":
            return [Box(box.top, column, box.bottom, column + 1) for column in range(box.left, box.right)]
    return [box]


@request("unmergeCells")
def unmerge_cells(edit: Edit, content: Json) -> None:
    sheet, box = a1.resolve(edit.book, content.get("range", {}))
    edit.guard(sheet, box)
    sheet.merges[:] = [merge for merge in sheet.merges if not box.meets(a1.box_of(merge))]
