"""Google's named tables: where they lie, what their columns take, and how they grow."""

from __future__ import annotations

from bridge.sandbox.sheets import a1, grid
from bridge.sandbox.sheets.a1 import Box, box_of
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import ROWS
from bridge.sandbox.sheets_state import Json, Sheet, Spreadsheet


def named(book: Spreadsheet, table_id: str) -> tuple[Sheet, Json]:
    """The table of that id and its tab; raises Invalid."""
    for sheet in book.sheets:
        for table in sheet.tables:
            if table["tableId"] == table_id:
                return sheet, table
    raise Invalid(f"No table with id: {table_id}")


def put(sheet: Sheet, table: Json) -> None:
    """Put the table in place of the one with its id; filters that are backed by it reach as far as it does."""
    sheet.tables[:] = [table if one["tableId"] == table["tableId"] else one for one in sheet.tables]
    for things in (sheet.filter_views, sheet.basic_filter):
        things[:] = [
            one | {"range": table["range"]} if one.get("tableId") == table["tableId"] else one for one in things
        ]


def body(table: Json) -> Box:
    """The cells between header and footer."""
    area = box_of(table["range"])
    return Box(area.top + 1, area.left, area.bottom - has_footer(table), area.right)


def has_footer(table: Json) -> bool:
    return "footerColorStyle" in table.get("rowsProperties", {})


def column_at(sheet: Sheet, row: int, column: int) -> Json:
    """The properties of the table's column that the cell lies in; {} outside of tables' bodies."""
    spot = Box(row, column, row + 1, column + 1)
    for table in sheet.tables:
        if spot.lies_in(area := body(table)):
            return next((one for one in table["columnProperties"] if one["columnIndex"] == column - area.left), {})
    return {}


def make_room(book: Spreadsheet, sheet: Sheet, table: Json, number: int) -> Box:
    """Make the table so long that *number* rows fit below its last one with data; return the cells for them.

    Rows are inserted where something is in the way: a footer, or what lies below the table.
    """
    area = body(table)
    top = next((row + 1 for row in range(area.bottom - 1, area.top - 1, -1) if _filled(sheet, area, row)), area.top)
    missing = max(0, top + number - area.bottom)
    below = Box(area.bottom, area.left, area.bottom + missing, area.right)
    others = any(below.meets(box_of(one["range"])) for one in sheet.tables if one["tableId"] != table["tableId"])
    in_the_way = has_footer(table) or others or any(_filled(sheet, area, row) for row in range(below.top, below.bottom))
    if missing and in_the_way:
        grid.insert(book, sheet, ROWS, area.bottom, missing, like_before=True)
    elif (short := below.bottom - sheet.row_count) > 0:
        grid.append(book, sheet, ROWS, short)
    _, table = named(book, table["tableId"])
    end = max(table["range"]["endRowIndex"], area.bottom + missing + has_footer(table))
    put(sheet, table | {"range": table["range"] | {"endRowIndex": end}})
    return Box(top, area.left, top + number, area.right)


def _filled(sheet: Sheet, area: Box, row: int) -> bool:
    cells = (grid.cell_at(sheet, row, column) for column in range(area.left, area.right))
    return any(cell is not None and "userEnteredValue" in cell for cell in cells)


def written(sheet: Sheet, table: Json) -> str:
    """Where the table lies, in A1 notation without the tab."""
    return a1.written(sheet, box_of(table["range"])).rpartition("!")[2]
