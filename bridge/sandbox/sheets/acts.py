"""What people do in cells: look, type, sort. All of it honours sharing, protection and strict drop-downs."""

from __future__ import annotations

import csv
import io
from typing import Any

from bridge.sandbox.api import Act, ApiError, Json, Media, act
from bridge.sandbox.sheets import a1, filters, grid, people, shown
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit, setting_of
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.making import new_spreadsheet
from bridge.sandbox.sheets.reading import show_for, values_in
from bridge.sandbox.sheets.view import MOST_ROWS, as_page
from bridge.sandbox.sheets.writing import Writer, write
from bridge.sandbox.sheets_state import Sheet, Spreadsheet


@act("POST", "sheets", "Make a spreadsheet: {owner, title, tabs: [title, …], rows: {tab: [[text, …], …]}, parent}.")
def make(act: Act) -> Json:
    args = act.args
    made = new_spreadsheet(
        act.world,
        owner=args["owner"],
        title=args["title"],
        tabs=args.get("tabs") or ["Sheet1"],
        rows=args.get("rows"),
        parents=[args["parent"]] if args.get("parent") else [],
    )
    return {"spreadsheet_id": made}


@act("GET", "sheets/{spreadsheet_id}", "The tabs of a spreadsheet.")
def tabs(act: Act) -> Json:
    book = people.book_of(act)
    told = [{"tab": one.title, "rows": grid.rows_with_data(one), "hidden": one.hidden} for one in book.sheets]
    return {"title": act.world.drive.files[book.id].name, "tabs": told}


def rows_of(book: Spreadsheet, sheet: Sheet) -> list[list[str]]:
    """All that the tab shows, as text."""
    return values_in(sheet, a1.whole(sheet), show_for(book.locale, {}))


@act("GET", "sheets/{spreadsheet_id}/{tab}.csv", "A tab as CSV, as File > Download gives it.")
def tab_as_csv(act: Act) -> Media:
    book = people.book_of(act)
    return Media("text/csv; charset=utf-8", as_csv(book, people.tab(book, act.args["tab"])).encode())


def as_csv(book: Spreadsheet, sheet: Sheet) -> str:
    """The tab's text as CSV, every row as wide as the widest."""
    rows = rows_of(book, sheet)
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    csv.writer(out).writerows(row + [""] * (width - len(row)) for row in rows)
    return out.getvalue()


@act(
    "GET",
    "sheets/{spreadsheet_id}/{tab}.html",
    "A tab as it looks: colours, widths, drop-downs, charts; ?rows=…, ?filter_view=id or title opens a filter view.",
)
def tab_as_page(act: Act) -> Media:
    book = people.book_of(act)
    sheet = people.tab(book, act.args["tab"])
    setting, most = setting_of(act.world, book), int(act.args.get("rows", MOST_ROWS))
    view = filters.view_named(sheet, act.args["filter_view"]) if act.args.get("filter_view") else None
    page = as_page(act.world.drive.files[book.id].name, book, sheet, setting, most=most, view=view)
    return Media("text/html; charset=utf-8", page.encode())


@act("GET", "sheets/{spreadsheet_id}/{tab}", "A tab's rows as text, the header among them.")
def tab_as_rows(act: Act) -> Json:
    book = people.book_of(act)
    sheet = people.tab(book, act.args["tab"])
    return {"tab": sheet.title, "rows": rows_of(book, sheet)}


@act(
    "POST",
    "sheets/{spreadsheet_id}/type",
    "Type into cells, as a person would: {tab, cell or range, value or values: [[…], …], as}; a value fills the range.",
)
def type_into(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        where = act.args.get("cell") or act.args["range"]
        box = a1.corners(where)
        if box is None:
            raise a1.unreadable(where)
        box = a1.clipped(sheet, box)
        values = act.args.get("values")
        if values is None:
            values = [[act.args["value"]] * box.width] * box.height
        reached = _type(edit, sheet, box, values)
    return {"typed": a1.written(sheet, reached)}


def _type(edit: Edit, sheet: Sheet, box: Box, values: list[list[Any]]) -> Box:
    for row, line in enumerate(values, box.top):
        for place, value in enumerate(line, box.left):
            if value is not None:
                people.check_choice(sheet, row, place, str(value))
    return write(edit, sheet, box, values, Writer(edit, "USER_ENTERED"))


@act(
    "POST",
    "sheets/{spreadsheet_id}/type-in-row",
    "Type into the row that reads so: {tab, where: {header: text}, set: {header: text}, nth or all, as}.",
)
def type_in_row(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        where = act.args["where"]
        if act.args.get("all"):
            rows = people.rows_where(edit.book, sheet, where)
        else:
            rows = [people.one_row(edit.book, sheet, where, act.args.get("nth"))]
        for row in rows:
            for name, value in act.args["set"].items():
                place = people.column(sheet, name)
                _type(edit, sheet, Box(row, place, row + 1, place + 1), [[value]])
    return {"rows": [row + 1 for row in rows]}


@act(
    "POST",
    "sheets/{spreadsheet_id}/sort",
    "Sort whole rows: {tab, by: header or letter, descending, skip_header (default true), as}.",
)
def sort_rows(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        _sort(edit, sheet, act, act.args["by"], alone=False)
    return {"sorted": sheet.title}


@act(
    "POST",
    "sheets/{spreadsheet_id}/sort-column",
    "Sort one column alone, the classic accident: {tab, column: header or letter, descending, skip_header, as}.",
)
def sort_column(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        _sort(edit, sheet, act, act.args["column"], alone=True)
    return {"sorted": sheet.title}


def _sort(edit: Edit, sheet: Sheet, act: Act, name: str, *, alone: bool) -> None:
    head, place = people.header_cell(sheet, name)
    top = head + 1 if act.args.get("skip_header", True) else 0
    if top >= len(sheet.rows):
        raise Invalid(f"{sheet.title!r} has no rows to sort.")
    box = Box(top, place if alone else 0, len(sheet.rows), place + 1 if alone else sheet.column_count)
    edit.guard(sheet, box)
    grid.sort(sheet, box, [(place, bool(act.args.get("descending", False)))], shown.unformatted)


@act("POST", "sheets/{spreadsheet_id}/clear-tab", "Select all and press Delete: {tab, as}.")
def clear_tab(act: Act) -> Json:
    with people.at_work(act) as edit:
        sheet = people.tab(edit.book, act.args["tab"])
        edit.guard(sheet, a1.whole(sheet))
        if not sheet.rows:
            raise ApiError(400, "INVALID_ARGUMENT", f"{sheet.title!r} is empty already.")
        rows, width = len(sheet.rows), max(map(len, sheet.rows))
        write(edit, sheet, Box(0, 0, rows, max(width, 1)), [[""] * width] * rows, Writer(edit, "RAW"))
    return {"cleared": sheet.title}
