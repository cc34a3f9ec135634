"""Writing values: values.update, batchUpdate, clear and append.

Rules: https://developers.google.com/workspace/sheets/api/guides/values
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bridge.sandbox.api import Call, on
from bridge.sandbox.sheets import a1, grid
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit, changing, setting_of
from bridge.sandbox.sheets.blocks import table_at
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import COLUMNS, ROWS
from bridge.sandbox.sheets.reading import ranges_of, turned_in, value_range
from bridge.sandbox.sheets.typed import Typed, typed
from bridge.sandbox.sheets_state import MOST_CHARACTERS, Cell, Json, Sheet

#: What lies on a value and goes with it.
_ON_VALUE = ("userEnteredValue", "textFormatRuns", "chipRuns")


def with_value(cell: Cell | None, value: Json, number_format: Json | None = None) -> Cell | None:
    """The cell with another value ({} = none); format, note and validation stay."""
    new = {name: part for name, part in cell.items() if name not in _ON_VALUE} if cell else {}
    if value:
        new["userEnteredValue"] = value
    if number_format and "numberFormat" not in new.get("userEnteredFormat", {}):
        new["userEnteredFormat"] = new.get("userEnteredFormat", {}) | {"numberFormat": number_format}
    return new or None


def raw(value: Any) -> Typed:
    """A JSON value as it is (RAW); "" gives no value."""
    if isinstance(value, str):
        return ({"stringValue": value} if value else {}), None
    return ({"boolValue": value} if isinstance(value, bool) else {"numberValue": value}), None


class Writer:
    """Reads the JSON values of a write, by its valueInputOption."""

    def __init__(self, edit: Edit, option: str | None) -> None:
        if option not in ("RAW", "USER_ENTERED"):
            raise Invalid("'valueInputOption' is required but not specified")
        self.parses = option == "USER_ENTERED"
        self.setting = setting_of(edit.world, edit.book)

    def read(self, value: Any, cell: Cell | None) -> Typed:
        """The value for *cell*; raises Invalid for a list, an object or a text that is too long."""
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise Invalid(
                f"Your input contains more than the maximum of {MOST_CHARACTERS} characters in a single cell."
            )
        if isinstance(value, (list, dict)):
            raise Invalid(f"Invalid values: {'list_value' if isinstance(value, list) else 'struct_value'}")
        plain = not self.parses or not isinstance(value, str) or _is_text_cell(cell)
        return raw(value) if plain else typed(value, self.setting.locale, self.setting.today)


def _is_text_cell(cell: Cell | None) -> bool:
    return (
        bool(cell) and cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type") == "TEXT"
        if cell
        else False
    )


def write(edit: Edit, sheet: Sheet, box: Box, rows: list[list[Any]], writer: Writer) -> Box:
    """Put *rows* into the box, null skipping a cell and "" emptying it; return the cells that were reached.

    Raises Invalid if the rows do not fit, and Protected.
    """
    reached = _reached(sheet, box, rows)
    edit.guard(sheet, reached)
    for number, values in enumerate(rows, reached.top):
        line = grid.row_for_writing(sheet, number, reached.left + len(values))
        for column, value in enumerate(values, reached.left):
            if value is not None:
                old = line[column]
                line[column] = with_value(old, *writer.read(value, old))
    return reached


def _reached(sheet: Sheet, box: Box, rows: list[list[Any]]) -> Box:
    width = max(map(len, rows), default=0)
    end = Box(box.top, box.left, box.top + max(len(rows), 1), box.left + max(width, 1))
    if not box.is_corner:
        if end.right > box.right:
            raise _too_much(sheet, box, f"column [{a1.column_name(box.right)}]")
        if end.bottom > box.bottom:
            raise _too_much(sheet, box, f"row [{box.bottom + 1}]")
    if end.bottom > sheet.row_count or end.right > sheet.column_count:
        raise a1.beyond(sheet, end)
    return end


def _too_much(sheet: Sheet, box: Box, what: str) -> Invalid:
    return Invalid(f"Requested writing within range [{a1.written(sheet, box)}], but tried writing to {what}")


def write_range(edit: Edit, sheet: Sheet, box: Box, data: Json, writer: Writer, options: Mapping[str, Any]) -> Json:
    """Write a ValueRange; return Google's UpdateValuesResponse, without the spreadsheetId."""
    if box.top >= sheet.row_count or box.left >= sheet.column_count:
        raise a1.beyond(sheet, box)
    rows = turned_in(data.get("values", []), data.get("majorDimension", "ROWS"))
    reached = write(edit, sheet, box, rows, writer)
    answer: Json = {"updatedRange": a1.written(sheet, reached)} | _counts(rows)
    if options.get("includeValuesInResponse"):
        answer["updatedData"] = value_range(edit.book, sheet, reached, options, "response")
    return answer


def _counts(rows: list[list[Any]]) -> Json:
    cells = sum(value is not None for row in rows for value in row)
    if not cells:
        return {}
    columns = {column for row in rows for column, value in enumerate(row) if value is not None}
    touched = sum(any(value is not None for value in row) for row in rows)
    return {"updatedRows": touched, "updatedColumns": len(columns), "updatedCells": cells}


@on("sheets.spreadsheets.values.update")
def update_values(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        writer = Writer(edit, call.params.get("valueInputOption"))
        sheet, box = a1.parse(edit.book, call.params["range"])
        answer = write_range(edit, sheet, box, call.body, writer, call.params)
    return {"spreadsheetId": edit.book.id} | answer


@on("sheets.spreadsheets.values.batchUpdate")
def batch_update_values(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        writer = Writer(edit, call.body.get("valueInputOption"))
        answers, touched = [], set()
        for data in call.body.get("data", ()):
            sheet, box = a1.parse(edit.book, data.get("range", ""))
            answers.append({"spreadsheetId": edit.book.id} | write_range(edit, sheet, box, data, writer, call.body))
            touched.add(sheet.id)
    return {"spreadsheetId": edit.book.id} | _totals(answers, len(touched)) | {"responses": answers}


@on("sheets.spreadsheets.values.batchUpdateByDataFilter")
def batch_update_values_by_filter(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        writer = Writer(edit, call.body.get("valueInputOption"))
        answers, touched = [], set()
        for data in call.body.get("data", ()):
            for sheet, box, filters in ranges_of(edit.book, [data.get("dataFilter", {})]):
                answer = write_range(edit, sheet, box, data, writer, call.body)
                answers.append(answer | {"dataFilter": filters[0]})
                touched.add(sheet.id)
    return {"spreadsheetId": edit.book.id} | _totals(answers, len(touched)) | {"responses": answers}


def _totals(answers: Iterable[Json], sheets: int) -> Json:
    totals = {
        f"totalUpdated{what}": sum(answer.get(f"updated{what}", 0) for answer in answers)
        for what in ("Rows", "Columns", "Cells")
    }
    return totals | {"totalUpdatedSheets": sheets}


def clear(edit: Edit, sheet: Sheet, box: Box) -> str:
    """Empty the cells, keeping their looks; return the range as Google writes it."""
    box = a1.clipped(sheet, box)
    edit.guard(sheet, box)
    for line in sheet.rows[box.top : box.bottom]:
        line[box.left : box.right] = [with_value(cell, {}) for cell in line[box.left : box.right]]
    return a1.written(sheet, box)


@on("sheets.spreadsheets.values.clear")
def clear_values(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        cleared = clear(edit, *a1.parse(edit.book, call.params["range"]))
    return {"spreadsheetId": edit.book.id, "clearedRange": cleared}


@on("sheets.spreadsheets.values.batchClear")
def batch_clear_values(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        cleared = [clear(edit, *a1.parse(edit.book, text)) for text in call.body.get("ranges", ())]
    return {"spreadsheetId": edit.book.id, "clearedRanges": cleared}


@on("sheets.spreadsheets.values.batchClearByDataFilter")
def batch_clear_values_by_filter(call: Call) -> Json:
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        named = ranges_of(edit.book, call.body.get("dataFilters", ()))
        cleared = [clear(edit, sheet, box) for sheet, box, _ in named]
    return {"spreadsheetId": edit.book.id, "clearedRanges": cleared}


@on("sheets.spreadsheets.values.append")
def append_values(call: Call) -> Json:
    """Append below the table that Google finds near the range: the trap that the bridge stays out of."""
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        writer = Writer(edit, call.params.get("valueInputOption"))
        sheet, box = a1.parse(edit.book, call.params["range"])
        rows = turned_in(call.body.get("values", []), call.body.get("majorDimension", "ROWS"))
        table = table_at(sheet, a1.clipped(sheet, box))
        start = Box(table.bottom, table.left, table.bottom + 1, table.left + 1, is_corner=True)
        if not table.height:
            start = Box(box.top, box.left, box.top + 1, box.left + 1, is_corner=True)
        _make_room(edit, sheet, start, rows, insert=call.params.get("insertDataOption") == "INSERT_ROWS")
        updates = write_range(edit, sheet, start, {"values": rows}, writer, call.params)
    answer: Json = {"spreadsheetId": edit.book.id, "updates": {"spreadsheetId": edit.book.id} | updates}
    return answer | ({"tableRange": a1.written(sheet, table)} if table.height else {})


def _make_room(edit: Edit, sheet: Sheet, start: Box, rows: list[list[Any]], *, insert: bool) -> None:
    if insert and start.top < sheet.row_count:
        grid.insert(edit.book, sheet, ROWS, start.top, len(rows), like_before=start.top > 0)
    for dimension, end in (
        (ROWS, start.top + len(rows)),
        (COLUMNS, start.left + max(map(len, rows), default=0)),
    ):
        if (missing := end - grid.count(sheet, dimension)) > 0:
            grid.append(edit.book, sheet, dimension, missing)
