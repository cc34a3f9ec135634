"""What people do to rows, columns and tabs: insert, delete, copy, move, rename, hide."""

from __future__ import annotations

from typing import Any

from bridge.sandbox.api import Act, Json, act
from bridge.sandbox.sheets import grid, people
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import REQUESTS
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import COLUMNS, ROWS
from bridge.sandbox.sheets.writing import Writer, write
from bridge.sandbox.sheets_state import Sheet


def _do(edit: Edit, kind: str, content: Json) -> None:
    """Do what the menus do: the same requests as a program's."""
    REQUESTS[kind](edit, content)


def _span(sheet: Sheet, dimension: str, start: int, number: int = 1) -> Json:
    return {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": start + number}


@act("POST", "sheets/{spreadsheet_id}/insert-rows", "Insert empty rows: {tab, before: row number, count, as}.")
def insert_rows(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        start = int(act.args["before"]) - 1
        span = _span(sheet, ROWS, start, int(act.args.get("count", 1)))
        _do(edit, "insertDimension", {"range": span, "inheritFromBefore": start > 0})
    return {"row_count": sheet.row_count}


@act(
    "POST",
    "sheets/{spreadsheet_id}/delete-rows",
    "Delete rows: {tab, row: number or {header: text}, nth, count, as}.",
)
def delete_rows(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        row = people.one_row(edit.book, sheet, act.args["row"], act.args.get("nth"))
        _do(edit, "deleteDimension", {"range": _span(sheet, ROWS, row, int(act.args.get("count", 1)))})
    return {"deleted": row + 1}


@act(
    "POST",
    "sheets/{spreadsheet_id}/copy-row",
    "Copy a row and paste it over another: {tab, from: number or {header: text}, to: number (default: below all), as}.",
)
def copy_row(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        source = people.one_row(edit.book, sheet, act.args["from"], act.args.get("nth"))
        target = int(act.args["to"]) - 1 if act.args.get("to") else grid.rows_with_data(sheet)
        if (missing := target + 1 - sheet.row_count) > 0:
            grid.append(edit.book, sheet, ROWS, missing)
        edit.guard(sheet, Box(target, 0, target + 1, sheet.column_count))
        line = list(sheet.rows[source]) if source < len(sheet.rows) else []
        grid.row_for_writing(sheet, target, 0)[:] = line
    return {"from": source + 1, "to": target + 1}


@act(
    "POST",
    "sheets/{spreadsheet_id}/insert-column",
    "Insert a column: {tab, before: header or letter, title, as}.",
)
def insert_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        head, place = people.header_cell(sheet, act.args["before"])
        _do(edit, "insertDimension", {"range": _span(sheet, COLUMNS, place), "inheritFromBefore": place > 0})
        if act.args.get("title"):
            _write_one(edit, sheet, head, place, act.args["title"])
    return {"column_count": sheet.column_count}


def _write_one(edit: Edit, sheet: Sheet, row: int, place: int, value: Any) -> None:
    write(edit, sheet, Box(row, place, row + 1, place + 1), [[value]], Writer(edit, "USER_ENTERED"))


@act("POST", "sheets/{spreadsheet_id}/delete-column", "Delete a column: {tab, column: header or letter, as}.")
def delete_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        _do(edit, "deleteDimension", {"range": _span(sheet, COLUMNS, people.column(sheet, act.args["column"]))})
    return {"column_count": sheet.column_count}


@act(
    "POST",
    "sheets/{spreadsheet_id}/move-column",
    "Drag a column: {tab, column: header or letter, before: header or letter (default: to the right end), as}.",
)
def move_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        place = people.column(sheet, act.args["column"])
        before = act.args.get("before")
        width = max((len(line) for line in sheet.rows), default=0)
        to = width if before is None else people.column(sheet, before)
        _do(edit, "moveDimension", {"source": _span(sheet, COLUMNS, place), "destinationIndex": to})
    return {"header": people.texts(sheet, people.header_row(sheet))}


@act(
    "POST",
    "sheets/{spreadsheet_id}/rename-column",
    "Change a header: {tab, column: header or letter, title, as}.",
)
def rename_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        head, place = people.header_cell(sheet, act.args["column"])
        _write_one(edit, sheet, head, place, act.args["title"])
    return {"header": people.texts(sheet, head)}


@act("POST", "sheets/{spreadsheet_id}/hide-column", "Hide a column, or show it again: {tab, column, hidden, as}.")
def hide_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        hidden = bool(act.args.get("hidden", True))
        span = _span(sheet, COLUMNS, people.column(sheet, act.args["column"]))
        content = {"range": span, "properties": {"hiddenByUser": hidden}, "fields": "hiddenByUser"}
        _do(edit, "updateDimensionProperties", content)
    return {"hidden": hidden}


@act("POST", "sheets/{spreadsheet_id}/rename-tab", "Rename a tab: {tab, title, as}.")
def rename_tab(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        new = {"sheetId": sheet.id, "title": act.args["title"]}
        _do(edit, "updateSheetProperties", {"properties": new, "fields": "title"})
    return {"tab": sheet.title}


@act("POST", "sheets/{spreadsheet_id}/delete-tab", "Delete a tab: {tab, as}.")
def delete_tab(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        if len(edit.book.sheets) == 1:
            raise Invalid("You can't remove all the visible sheets in a document.")
        _do(edit, "deleteSheet", {"sheetId": sheet.id})
    return {"deleted": sheet.title}


@act("POST", "sheets/{spreadsheet_id}/add-tab", "Add a tab: {title, as}.")
def add_tab(act: Act) -> Json:
    with people.at_work(act) as edit:
        _do(edit, "addSheet", {"properties": {"title": act.args["title"]}})
    return {"tab": act.args["title"]}
