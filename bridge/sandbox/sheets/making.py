"""New spreadsheets and tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.sandbox.api import Call, on
from bridge.sandbox.drive_state import SPREADSHEET, new_file
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.describing import described
from bridge.sandbox.sheets.errors import Invalid, NotAllowed
from bridge.sandbox.sheets.typed import typed
from bridge.sandbox.sheets_state import NEW_COLUMNS, NEW_ROWS, Json, Sheet, Spreadsheet
from bridge.sandbox.state import World


def new_spreadsheet(
    world: World,
    *,
    owner: str,
    title: str,
    tabs: Sequence[str] = ("Sheet1",),
    rows: Mapping[str, Sequence[Sequence[str]]] | None = None,
    parents: Sequence[str] = (),
    locale: str = "en_US",
    time_zone: str = "Etc/GMT",
) -> str:
    """Make a spreadsheet and its Drive file; return their id.

    The first tab has the sheetId 0, as Google gives it. *rows* are typed into tabs of that title, from A1 on.
    """
    file = new_file(world, owner, title, SPREADSHEET, parents=parents)
    book = Spreadsheet(file.id, _properties({"title": title, "locale": locale, "timeZone": time_zone}))
    for index, name in enumerate(tabs):
        book.sheets.append(new_sheet(book, {"title": name} | ({"sheetId": 0} if index == 0 else {})))
    for name, lines in (rows or {}).items():
        if (sheet := a1.named(book, name)) is None:
            raise KeyError(name)
        today = world.clock.now().date()
        sheet.rows = [[_cell(typed(text, locale, today)) for text in line] for line in lines]
    world.sheets.spreadsheets[file.id] = book
    return file.id


def _cell(read: tuple[Json, Json | None]) -> Json | None:
    value, number_format = read
    cell: Json = {"userEnteredValue": value} if value else {}
    if number_format:
        cell["userEnteredFormat"] = {"numberFormat": number_format}
    return cell or None


def _properties(wanted: Json) -> Json:
    plain = {"title": "Untitled spreadsheet", "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}
    return plain | wanted


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


@on("sheets.spreadsheets.create")
def create_spreadsheet(call: Call) -> Json:
    """Make a file in the caller's My Drive; a plain service account has none."""
    if not call.caller.delegated:
        raise NotAllowed
    wanted: Mapping[str, Any] = call.body
    tabs = [sheet.get("properties", {}) for sheet in wanted.get("sheets", ())] or [{"title": "Sheet1"}]
    file_title = wanted.get("properties", {}).get("title", "Untitled spreadsheet")
    spreadsheet_id = new_spreadsheet(call.world, owner=call.caller.email, title=file_title, tabs=())
    book = call.world.sheets.spreadsheets[spreadsheet_id]
    book.properties = _properties(dict(wanted.get("properties", {})))
    for index, properties in enumerate(tabs):
        book.sheets.append(new_sheet(book, ({"sheetId": 0} if index == 0 else {}) | properties))
    return described(call.world, call.caller.email, book, None, cells=False)
