"""Blank spreadsheets and tabs, before anybody wrote into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from bridge.sandbox.drive_state import SPREADSHEET
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets_state import NEW_COLUMNS, NEW_ROWS, Json, Sheet, Spreadsheet
from bridge.sandbox.state import World


def known(world: World, spreadsheet_id: str) -> Spreadsheet | None:
    """The spreadsheet of that Drive file; None if there is no such file, or it is something else.

    A file that was made through Drive gets its blank content when it is first opened.
    """
    file = world.drive.files.get(spreadsheet_id)
    if file is None or file.mime_type != SPREADSHEET:
        return None
    if file.id not in world.sheets.spreadsheets:
        book = new_book(file.id, {"title": file.name})
        book.sheets.append(new_sheet(book, {"sheetId": 0, "title": "Sheet1"}))
        world.sheets.spreadsheets[file.id] = book
    return world.sheets.spreadsheets[file.id]


def check_properties(properties: Mapping[str, Any]) -> None:
    """Raise Invalid unless the time zone is one that there is."""
    zone = properties.get("timeZone", "Etc/GMT")
    if zone not in available_timezones():
        raise Invalid(f"Unsupported timezone: {zone}")


def new_book(file_id: str, properties: Mapping[str, Any]) -> Spreadsheet:
    """A spreadsheet without tabs, as Google's SpreadsheetProperties want it."""
    check_properties(properties)
    plain: Json = {"title": "Untitled spreadsheet", "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}
    return Spreadsheet(file_id, plain | dict(properties))


def new_sheet(book: Spreadsheet, wanted: Json) -> Sheet:
    """A tab as Google's SheetProperties want it, with a free id and title, not yet in the file.

    Raises Invalid if the id or the title is taken.
    """
    sheet_id = wanted.get("sheetId", -1)
    title = wanted.get("title") or _free_title(book)
    if any(sheet.id == sheet_id for sheet in book.sheets):
        raise Invalid(f"A sheet with the id {sheet_id} already exists.")
    if a1.named(book, title) is not None:
        raise Invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    size = {"rowCount": NEW_ROWS, "columnCount": NEW_COLUMNS} | wanted.get("gridProperties", {})
    kept = {name: value for name, value in wanted.items() if name not in ("index", "sheetType")}
    names = {"sheetId": book.new_number() if sheet_id < 0 else sheet_id, "title": title, "gridProperties": size}
    return Sheet(kept | names)


def _free_title(book: Spreadsheet) -> str:
    number = len(book.sheets) + 1
    while a1.named(book, f"Sheet{number}") is not None:
        number += 1
    return f"Sheet{number}"
