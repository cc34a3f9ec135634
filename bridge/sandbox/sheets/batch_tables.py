"""Requests about named tables."""

from __future__ import annotations

from typing import Any

from bridge.sandbox.sheets import a1, grid, shown, tables
from bridge.sandbox.sheets.a1 import Box, box_of
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.masks import merged, paths
from bridge.sandbox.sheets.writing import with_value
from bridge.sandbox.sheets_state import Json, Sheet


@request("addTable")
def add_table(edit: Edit, content: Json) -> Json:
    """Make a table of the range, whose first row is its header."""
    wanted = content.get("table", {})
    number = wanted.get("tableId") or str(edit.book.new_number())
    if any(one["tableId"] == number for sheet in edit.book.sheets for one in sheet.tables):
        raise Invalid(f"A table with the id {number} already exists.")
    table = wanted | {"tableId": number, "name": wanted.get("name") or _free_name(edit)}
    sheet, table = _checked(edit, table)
    sheet.tables.append(table)
    return {"table": table}


@request("updateTable")
def update_table(edit: Edit, content: Json) -> None:
    """Change name, range, columns or looks, as the mask says."""
    new = content.get("table", {})
    named = {path[0] for path in paths(content.get("fields", ""))}
    sheet, old = tables.named(edit.book, new.get("tableId", ""))
    edit.guard(sheet, box_of(old["range"]))
    changed = merged(old, new, content["fields"]) | {"tableId": old["tableId"]}
    if "columnProperties" not in named and not ("*" in named and "columnProperties" in new):
        changed["columnProperties"] = _kept_columns(old, changed["range"])
    target, changed = _checked(edit, changed)
    if target is not sheet:
        raise Invalid("A table can't move to another sheet.")
    tables.put(sheet, changed)


def _kept_columns(table: Json, area: Json) -> list[Json]:
    """The table's columns that lie in its new range, counted from there."""
    box, moved = box_of(area), table["range"]["startColumnIndex"] - area.get("startColumnIndex", 0)
    columns = [one | {"columnIndex": one["columnIndex"] + moved} for one in table["columnProperties"]]
    return [one for one in columns if 0 <= one["columnIndex"] < box.width]


@request("deleteTable")
def delete_table(edit: Edit, content: Json) -> None:
    """Take the table away, with what stands in it; filters that it backed stay on its range."""
    sheet, table = tables.named(edit.book, content.get("tableId", ""))
    area = box_of(table["range"])
    edit.guard(sheet, area)
    sheet.tables.remove(table)
    for things in (sheet.filter_views, sheet.basic_filter):
        things[:] = [
            {name: part for name, part in one.items() if name != "tableId" or part != table["tableId"]}
            for one in things
        ]
    for row in range(area.top, min(area.bottom, len(sheet.rows))):
        line = sheet.rows[row]
        line[area.left : area.right] = [with_value(cell, {}) for cell in line[area.left : area.right]]


def _free_name(edit: Edit) -> str:
    number = 1
    while _is_taken(edit, f"Table{number}", ""):
        number += 1
    return f"Table{number}"


def _is_taken(edit: Edit, name: str, table_id: str) -> bool:
    """Say whether another table of the file has that name; upper and lower case are the same."""
    all_tables = (one for sheet in edit.book.sheets for one in sheet.tables)
    return any(one["name"].casefold() == name.casefold() and one["tableId"] != table_id for one in all_tables)


def _checked(edit: Edit, table: Json) -> tuple[Sheet, Json]:
    """The tab, and the table in full: its range closed, every column named, its header written."""
    if not table.get("name"):
        raise Invalid("The name of a table must not be empty.")
    if _is_taken(edit, table["name"], table["tableId"]):
        raise Invalid(f'A table with the name "{table["name"]}" already exists. Please enter another name.')
    if "range" not in table:
        raise Invalid("table.range must be set.")
    sheet, box = a1.resolve(edit.book, table["range"])
    if box.height < 2 + tables.has_footer(table):
        raise Invalid("A table needs a header and at least one row.")
    others = (box_of(one["range"]) for one in sheet.tables if one["tableId"] != table["tableId"])
    if any(box.meets(other) for other in others):
        raise Invalid("You can't create a table that overlaps with another table.")
    edit.guard(sheet, box)
    columns = _columns(edit, sheet, box, table.get("columnProperties", []))
    return sheet, table | {"range": a1.grid_range_of(sheet, box), "columnProperties": columns}


def _columns(edit: Edit, sheet: Sheet, box: Box, wanted: list[Json]) -> list[Json]:
    """All columns of the table, named as wanted or as their header reads; the header says the same afterwards."""
    known: dict[int, Json] = {}
    for one in wanted:
        index = one.get("columnIndex", 0)
        if index in known or not 0 <= index < box.width:
            raise Invalid(f"table.columnProperties: columnIndex {index} is given twice or lies outside the table.")
        _check_type(one)
        known[index] = one | {"columnIndex": index}
    columns = []
    for index in range(box.width):
        head = shown.formatted(grid.cell_at(sheet, box.top, box.left + index), edit.book.locale)
        name = known.get(index, {}).get("columnName") or head or f"Column {index + 1}"
        columns.append(known.get(index, {}) | {"columnIndex": index, "columnName": name})
        if name != head:
            cell = grid.cell_at(sheet, box.top, box.left + index)
            grid.put(sheet, box.top, box.left + index, with_value(cell, {"stringValue": name}))
    names = [str(one["columnName"]).casefold() for one in columns]
    if len(set(names)) < len(names):
        raise Invalid("The columns of a table must have different names.")
    return columns


def _check_type(column: Json) -> None:
    condition: dict[str, Any] = column.get("dataValidationRule", {}).get("condition", {})
    is_list = condition.get("type") == "ONE_OF_LIST" and bool(condition.get("values"))
    if column.get("columnType") == "DROPDOWN" and not is_list:
        raise Invalid("A column of type DROPDOWN needs a dataValidationRule with a condition ONE_OF_LIST.")
    if column.get("columnType") != "DROPDOWN" and "dataValidationRule" in column:
        raise Invalid("A dataValidationRule can be set on a column of type DROPDOWN only.")
