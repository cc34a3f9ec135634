"""Developer metadata: notes of programs that are tied to the file, a tab, a row or a column, and found again by key.

Rules: https://developers.google.com/workspace/sheets/api/guides/metadata
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.sandbox.api import Call, on
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import opened
from bridge.sandbox.sheets.errors import Invalid, NotFound
from bridge.sandbox.sheets_state import Json, Metadata, Sheet, Spreadsheet

_KINDS = {"ROWS": "ROW", "COLUMNS": "COLUMN", "": "SHEET"}


def kind(note: Metadata) -> str:
    """Google's locationType."""
    return "SPREADSHEET" if note.sheet_id < 0 else _KINDS[note.dimension]


def location(note: Metadata) -> Json:
    place: Json = {"locationType": kind(note)}
    if note.sheet_id < 0:
        return place | {"spreadsheet": True}
    if not note.dimension:
        return place | {"sheetId": note.sheet_id}
    span = {"dimension": note.dimension, "startIndex": note.index, "endIndex": note.index + 1}
    return place | {"dimensionRange": {"sheetId": note.sheet_id} | span}


def as_json(note: Metadata) -> Json:
    """Google's DeveloperMetadata."""
    written: Json = {"metadataId": note.id, "metadataKey": note.key}
    if note.value:
        written["metadataValue"] = note.value
    return written | {"location": location(note), "visibility": note.visibility}


def place(note: Metadata, where: Json) -> None:
    """Tie the note to Google's DeveloperMetadataLocation; raises Invalid if that is not exactly one place."""
    note.sheet_id, note.dimension, note.index = -1, "", 0
    if where.get("spreadsheet"):
        return
    if "sheetId" in where:
        note.sheet_id = where["sheetId"]
    elif span := where.get("dimensionRange"):
        start, end = span.get("startIndex", 0), span.get("endIndex", 0)
        if end - start != 1 or span.get("dimension") not in ("ROWS", "COLUMNS"):
            raise Invalid("developerMetadata.location.dimensionRange must be a single row or column.")
        note.sheet_id, note.dimension, note.index = span.get("sheetId", 0), span["dimension"], start
    else:
        raise Invalid("developerMetadata.location must be set.")


def matching(book: Spreadsheet, lookup: Json) -> list[Metadata]:
    """The notes that Google's DeveloperMetadataLookup finds."""
    return [note for note in book.metadata if _matches(note, lookup)]


def _matches(note: Metadata, lookup: Json) -> bool:
    wanted = {"metadataId": note.id, "metadataKey": note.key, "metadataValue": note.value}
    wanted |= {"visibility": note.visibility, "locationType": kind(note)}
    if any(name in lookup and lookup[name] != value for name, value in wanted.items()):
        return False
    return "metadataLocation" not in lookup or _is_at(
        note, lookup["metadataLocation"], loosely=lookup.get("locationMatchingStrategy") == "INTERSECTING_LOCATION"
    )


def _is_at(note: Metadata, where: Json, *, loosely: bool) -> bool:
    if where.get("spreadsheet"):
        return loosely or note.sheet_id < 0
    if "sheetId" in where:
        return note.sheet_id == where["sheetId"] and (loosely or not note.dimension)
    span = where.get("dimensionRange", {})
    start, end = span.get("startIndex", 0), span.get("endIndex", a1.OPEN)
    if note.sheet_id != span.get("sheetId", 0) or note.dimension != span.get("dimension"):
        return False
    return start <= note.index < end if loosely else (start, end) == (note.index, note.index + 1)


def cells_of(book: Spreadsheet, note: Metadata) -> Iterator[tuple[Sheet, Box]]:
    """The cells that the note is tied to: a row, a column, a tab; every tab for a note on the file."""
    for sheet in book.sheets:
        if note.sheet_id in (-1, sheet.id):
            row, column = sheet.row_count, sheet.column_count
            match note.dimension:
                case "ROWS":
                    yield sheet, Box(note.index, 0, note.index + 1, column)
                case "COLUMNS":
                    yield sheet, Box(0, note.index, row, note.index + 1)
                case _:
                    yield sheet, a1.whole(sheet)


def found_by(book: Spreadsheet, data_filter: Json) -> list[Metadata]:
    """The notes that a DataFilter names: by lookup, or all whose tab, row or column meets a range."""
    if "developerMetadataLookup" in data_filter:
        return matching(book, data_filter["developerMetadataLookup"])
    if "a1Range" in data_filter:
        sheet, box = a1.parse(book, data_filter["a1Range"])
    else:
        sheet, box = a1.resolve(book, data_filter.get("gridRange", {}))
    return [note for note in book.metadata if _meets(note, sheet, box)]


def _meets(note: Metadata, sheet: Sheet, box: Box) -> bool:
    start, end = {"ROWS": (box.top, box.bottom), "COLUMNS": (box.left, box.right)}.get(note.dimension, (0, 1))
    return note.sheet_id == sheet.id and start <= note.index < end


@on("sheets.spreadsheets.developerMetadata.get")
def get_metadata(call: Call) -> Json:
    for note in opened(call).metadata:
        if note.id == call.params["metadataId"]:
            return as_json(note)
    raise NotFound


@on("sheets.spreadsheets.developerMetadata.search")
def search_metadata(call: Call) -> Json:
    book = opened(call)
    found: dict[int, Json] = {}
    for data_filter in call.body.get("dataFilters", ()):
        for note in found_by(book, data_filter):
            match = found.setdefault(note.id, {"developerMetadata": as_json(note), "dataFilters": []})
            match["dataFilters"].append(data_filter)
    return {"matchedDeveloperMetadata": list(found.values())} if found else {}
