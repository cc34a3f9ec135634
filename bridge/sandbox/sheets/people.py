"""How a person finds the way in a spreadsheet: tabs by name, columns by header, rows by what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bridge.sandbox.api import Act, ApiError
from bridge.sandbox.sheets import a1, grid, shown, tables
from bridge.sandbox.sheets.access import Edit, changing
from bridge.sandbox.sheets.blank import known
from bridge.sandbox.sheets.errors import Invalid, NotFound
from bridge.sandbox.sheets_state import Sheet, Spreadsheet

#: A header stands in one of the first rows: below a title, perhaps.
_HEADER_WITHIN = 20


def book_of(act: Act) -> Spreadsheet:
    book = known(act.world, act.args["spreadsheet_id"])
    if book is None:
        raise NotFound
    return book


@contextmanager
def at_work(act: Act) -> Iterator[Edit]:
    """Change the spreadsheet as the person in `as`, or its owner (in a shared drive, its maker); all or nothing."""
    file = act.world.drive.files[book_of(act).id]
    with changing(act.world, str(act.args.get("as") or file.owner or file.last_modified_by), file.id) as edit:
        yield edit


def tab(book: Spreadsheet, title: str) -> Sheet:
    sheet = a1.named(book, title)
    if sheet is None:
        there = ", ".join(repr(one.title) for one in book.sheets)
        raise ApiError(404, "NOT_FOUND", f"There is no tab {title!r}; there are {there}.")
    return sheet


def texts(sheet: Sheet, row: int, locale: str = "en_US") -> list[str]:
    """What a person reads in the row."""
    return [shown.formatted(cell, locale).strip() for cell in sheet.rows[row]] if row < len(sheet.rows) else []


def header_row(sheet: Sheet, *names: str) -> int:
    """The index of the row that holds all *names*; without names, the last frozen row, or the first with data."""
    for row in range(min(_HEADER_WITHIN, len(sheet.rows))):
        there = texts(sheet, row)
        if all(name in there for name in names) and any(there) and (names or row >= sheet.frozen_rows - 1):
            return row
    if names:
        raise _no_column(sheet, ", ".join(names))
    return 0


def header_cell(sheet: Sheet, name: str) -> tuple[int, int]:
    """Row and column index of the header that reads *name*, or that tops the column of that letter; or ApiError 404."""
    for row in range(min(_HEADER_WITHIN, len(sheet.rows))):
        if name.strip() in (there := texts(sheet, row)):
            return row, there.index(name.strip())
    if name.isascii() and name.isalpha() and name.isupper() and a1.column_index(name) < sheet.column_count:
        return header_row(sheet), a1.column_index(name)
    raise _no_column(sheet, name)


def column(sheet: Sheet, name: str) -> int:
    """The index of the column with that header, or of that letter; raises ApiError 404."""
    return header_cell(sheet, name)[1]


def _no_column(sheet: Sheet, name: str) -> ApiError:
    header = " | ".join(texts(sheet, header_row(sheet))) if sheet.rows else "nothing"
    return ApiError(404, "NOT_FOUND", f"{sheet.title!r} has no column {name!r}; its header says: {header}.")


def rows_where(book: Spreadsheet, sheet: Sheet, where: Mapping[str, Any]) -> list[int]:
    """The indexes of the rows below the header that read so: {header: text}."""
    head = header_row(sheet, *where)
    places = {texts(sheet, head).index(name): str(text).strip() for name, text in where.items()}
    found = []
    for row in range(head + 1, len(sheet.rows)):
        there = texts(sheet, row, book.locale)
        if all((there[place] if place < len(there) else "") == text for place, text in places.items()):
            found.append(row)
    return found


def one_row(book: Spreadsheet, sheet: Sheet, wanted: Any, nth: int | None = None) -> int:
    """The index of a row, named by its number (from 1) or by {header: text}; raises ApiError if it is none or several.

    *nth* (from 1) chooses among several.
    """
    if isinstance(wanted, int):
        if not 1 <= wanted <= sheet.row_count:
            raise Invalid(f"{sheet.title!r} has no row {wanted}.")
        return wanted - 1
    found = rows_where(book, sheet, wanted)
    said = " and ".join(f"{name} is {text!r}" for name, text in wanted.items())
    if not found or (nth or 1) > len(found):
        raise ApiError(404, "NOT_FOUND", f"{sheet.title!r} has {len(found)} rows where {said}.")
    if len(found) > 1 and nth is None:
        numbers = ", ".join(str(row + 1) for row in found)
        raise Invalid(f"{sheet.title!r} has several rows where {said}: {numbers}. Say which with nth (from 1).")
    return found[(nth or 1) - 1]


def check_choice(sheet: Sheet, row: int, place: int, text: str) -> None:
    """Raise Invalid if a strict drop-down in the cell does not offer *text*."""
    choices = strict_choices(sheet, row, place)
    if choices is not None and text and text not in choices:
        name = f"{a1.column_name(place)}{row + 1}"
        raise Invalid(f"The data you entered in cell {name} violates the data validation rules set on this cell.")


def strict_choices(sheet: Sheet, row: int, place: int) -> list[str] | None:
    """What the cell's strict drop-down offers; None if it has none."""
    rule = (grid.cell_at(sheet, row, place) or {}).get("dataValidation", {})
    if not rule.get("strict"):
        rule = tables.column_at(sheet, row, place).get("dataValidationRule", {})  # always strict
    return choices_of(rule)


def choices_of(rule: Mapping[str, Any]) -> list[str] | None:
    """What a drop-down offers; None for another kind of validation."""
    condition = rule.get("condition", {})
    if condition.get("type") != "ONE_OF_LIST":
        return None
    return [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]
