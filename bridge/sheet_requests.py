"""What one write to the spreadsheet consists of, as requests of spreadsheets.batchUpdate. Pure.

Source: developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count, groupby
from typing import Any

from bridge.ports import Patch, Rows, Value
from bridge.review import Column, Linked, Noted, fold

Request = dict[str, Any]
Json = dict[str, Any]

LONGEST_CELL = 50_000  # Google refuses more
#: What `cell` sets. Without a format of its own a number is shown as a number: whoever typed a date there before has
#: made the cell one that shows days.
VALUE = "userEnteredValue,textFormatRuns,userEnteredFormat.numberFormat"
ROWS = 1000  # of a new tab; Google adds more as they are needed


Colour = tuple[float, float, float]  # red, green, blue from 0 to 1

HEADER: Colour = (0.12, 0.23, 0.37)
WHITE: Colour = (1.0, 1.0, 1.0)
BRIDGES: Colour = (0.96, 0.96, 0.95)
GREEN: Colour = (0.85, 0.94, 0.85)
AMBER: Colour = (1.0, 0.95, 0.80)
RED: Colour = (0.98, 0.86, 0.85)
LATE: Colour = (1.0, 0.90, 0.84)
GREY: Colour = (0.45, 0.47, 0.50)


def patch(sheet_id: int, patches: Iterable[Patch]) -> list[Request]:
    """Set single cells, neighbours together: first along a row, then like runs of rows below one another."""
    runs = _runs(patches)
    return [
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
                "rows": [{"values": [cell(text) for text in texts]} for texts in block],
                "fields": VALUE,
            }
        }
        for row, column, block in runs
    ]


def notes(sheet_id: int, patches: Iterable[Patch]) -> list[Request]:
    """Put notes on cells; what the cells say stays as it is."""
    return [
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
                "rows": [{"values": [{"note": str(text)} for text in texts]} for texts in block],
                "fields": "note",
            }
        }
        for row, column, block in _runs(patches)
    ]


def append(sheet_id: int, rows: Rows, header: Sequence[str], columns: Sequence[Column]) -> list[Request]:
    """New rows below the last one with data, wherever that is by then. Each brings its own drop-downs, and notes.

    *header* are the tab's titles as they stand: people may have moved the columns.
    """
    if not rows:
        return []
    rules = {fold(column.title): drop_down(column.choices) for column in columns if column.choices}
    validated = [rules.get(fold(title)) for title in header]
    made = [
        {
            "values": [
                cell(text) | ({"dataValidation": rule} if (rule := _at(validated, place)) else {})
                for place, text in enumerate(row)
            ]
        }
        for row in rows
    ]
    return [{"appendCells": {"sheetId": sheet_id, "rows": made, "fields": f"{VALUE},dataValidation,note"}}]


def remove_rows(sheet_id: int, positions: Iterable[int]) -> list[Request]:
    """Delete rows, the lowest first; as many empty ones come at the end, so that the tab keeps its size."""
    runs: list[list[int]] = []
    for position in sorted(positions, reverse=True):
        if runs and runs[-1][0] == position + 1:
            runs[-1][0] = position
        else:
            runs.append([position, position + 1])
    if not runs:
        return []
    spans = ({"startIndex": start, "endIndex": end} for start, end in runs)
    where = {"sheetId": sheet_id, "dimension": "ROWS"}
    return [
        {"appendDimension": {**where, "length": sum(end - start for start, end in runs)}},
        *({"deleteDimension": {"range": {**where, **span}}} for span in spans),
    ]


def cell(text: Value) -> Json:
    """Text as text, never parsed; an empty one clears the cell. A number is a number."""
    if not isinstance(text, str):
        return {"userEnteredValue": {"numberValue": text}}
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - 1] + "…"
    if not text:
        return {}
    runs = {"textFormatRuns": runs} if isinstance(text, Linked) and (runs := _linked(text)) else {}
    noted = {"note": text.note} if isinstance(text, Noted) and text.note else {}
    return {"userEnteredValue": {"stringValue": str(text)}} | runs | noted


#: What Google surely takes for a link. One that it refused would keep the whole write from being done.
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!#-;=?-\[\]_a-z~]*)?"
)
_LONGEST_ADDRESS = 2_000


def _linked(text: Linked) -> list[Json]:
    """Runs of text, each of which goes on until the next one; places count as in UTF-16 (assumed)."""
    starts: dict[int, Json] = {}
    for start, end, address in text.links:
        if len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address):
            starts[start] = {"link": {"uri": address}}
            starts[end] = {}
    return [{"startIndex": _units(text[:start]), "format": form} for start, form in starts.items() if start < len(text)]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _runs(patches: Iterable[Patch]) -> list[tuple[int, int, list[list[Value]]]]:
    """(row, column, block of texts), each cell once; the last patch of a cell counts."""
    cells = {(patch.row, patch.column): patch.text for patch in patches}
    lines: list[tuple[int, int, list[Value]]] = []
    for (row, column), text in sorted(cells.items()):
        if lines and lines[-1][0] == row and lines[-1][1] + len(lines[-1][2]) == column:
            lines[-1][2].append(text)
        else:
            lines.append((row, column, [text]))
    blocks: list[tuple[int, int, list[list[Value]]]] = []
    by_shape = sorted(lines, key=lambda line: (line[1], len(line[2]), line[0]))
    for (column, _), group in groupby(by_shape, key=lambda line: (line[1], len(line[2]))):
        for row, _, texts in group:
            if blocks and blocks[-1][1] == column and _continues(blocks[-1], row, len(texts)):
                blocks[-1][2].append(texts)
            else:
                blocks.append((row, column, [texts]))
    return blocks


def _continues(block: tuple[int, int, list[list[Value]]], row: int, width: int) -> bool:
    return block[0] + len(block[2]) == row and len(block[2][0]) == width


def header_form() -> Json:
    return {
        "backgroundColorStyle": to_colour(HEADER),
        "textFormat": {"bold": True, "foregroundColorStyle": to_colour(WHITE)},
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def body(sheet_id: int) -> Request:
    return {
        "repeatCell": {
            "range": {"sheetId": sheet_id, "startRowIndex": 1},
            "cell": {"userEnteredFormat": {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}},
            "fields": "userEnteredFormat(wrapStrategy,verticalAlignment)",
        }
    }


def width(sheet_id: int, place: int, pixels: int) -> Request:
    span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    return {"updateDimensionProperties": {"range": span, "properties": {"pixelSize": pixels}, "fields": "pixelSize"}}


def drop_down(choices: Sequence[str]) -> Json:
    values = [{"userEnteredValue": choice} for choice in choices]
    return {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": True, "showCustomUi": True}


def each_offering(sheet_id: int, row: int, place: int, choices: Iterable[Sequence[str]]) -> Request:
    """Give each cell of a column from *row* on its own choices, or none."""
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": place},
            "rows": [{"values": [{"dataValidation": drop_down(one)} if one else {}]} for one in choices],
            "fields": "dataValidation",
        }
    }


def to_colour(colour: Colour) -> Json:
    red, green, blue = colour
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def _at(rules: Sequence[Json | None], place: int) -> Json | None:
    return rules[place] if place < len(rules) else None


def free_title(wanted: str, taken: Collection[str]) -> str:
    """Return *wanted*, or where something of somebody else's bears that title, one that tells whose this one is."""
    folded = {title.casefold() for title in taken}
    if wanted.casefold() not in folded:
        return wanted
    numbered = (f"{wanted} (badge-bridge{f' {n}' if n > 1 else ''})" for n in count(1))
    return next(title for title in numbered if title.casefold() not in folded)
