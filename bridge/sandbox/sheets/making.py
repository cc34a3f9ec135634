"""New spreadsheets and tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bridge.sandbox.api import Call, on
from bridge.sandbox.drive import COPY_CONTENT
from bridge.sandbox.drive_state import SPREADSHEET, File, new_file
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.blank import known, new_book, new_sheet
from bridge.sandbox.sheets.describing import described
from bridge.sandbox.sheets.errors import NotAllowed
from bridge.sandbox.sheets.typed import typed
from bridge.sandbox.sheets_state import Json
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
    book = new_book(file.id, {"title": title, "locale": locale, "timeZone": time_zone})
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


def _copy(world: World, source: File, copy: File) -> None:
    """Fill a copy that Drive made: cells, looks and rules; only who copied may pass the protections.

    Source: https://github.com/burnash/gspread/issues/1072
    """
    if (original := known(world, source.id)) is None:
        return
    book = replace(original.copy(), id=copy.id)
    for sheet in book.sheets:
        sheet.protected = [
            one if one.get("warningOnly") else one | {"editors": {"users": [copy.last_modified_by]}}
            for one in sheet.protected
        ]
    world.sheets.spreadsheets[copy.id] = book


COPY_CONTENT[SPREADSHEET] = _copy


@on("sheets.spreadsheets.create")
def create_spreadsheet(call: Call) -> Json:
    """Make a file in the caller's My Drive; a plain service account has none."""
    if not call.caller.delegated:
        raise NotAllowed
    wanted: Mapping[str, Any] = call.body
    tabs = [sheet.get("properties", {}) for sheet in wanted.get("sheets", ())] or [{"title": "Sheet1"}]
    file_title = wanted.get("properties", {}).get("title", "Untitled spreadsheet")
    book = new_book(new_file(call.world, call.caller.email, file_title, SPREADSHEET).id, wanted.get("properties", {}))
    for index, properties in enumerate(tabs):
        book.sheets.append(new_sheet(book, ({"sheetId": 0} if index == 0 else {}) | properties))
    call.world.sheets.spreadsheets[book.id] = book
    return described(call.world, call.caller.email, book, None, cells=False)
