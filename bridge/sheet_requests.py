"""What one write to the spreadsheet consists of, as requests of spreadsheets.batchUpdate. Pure.

Source: developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from bridge.ports import Patch, Value

Request = dict[str, Any]
Json = dict[str, Any]

LONGEST_CELL = 50_000  # Google refuses more
ROWS = 1000  # of a new tab; Google adds more as they are needed


class ColumnLook(Protocol):
    """How one column of the review tab looks; `bridge.review.Column` is one."""

    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> str:
        """ "bridge" or "coach"."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def choices(self) -> tuple[str, ...]:
        """Of the drop-down; empty: there is none."""


Colour = tuple[float, float, float]  # red, green, blue from 0 to 1

HEADER: Colour = (0.12, 0.23, 0.37)
WHITE: Colour = (1.0, 1.0, 1.0)
BRIDGES: Colour = (0.96, 0.96, 0.95)
GREEN: Colour = (0.85, 0.94, 0.85)
AMBER: Colour = (1.0, 0.95, 0.80)
RED: Colour = (0.98, 0.86, 0.85)

#: How a Status begins → the colour of its cell; the first that fits wins. Red asks the coach to do something.
STATUS_COLOURS: Mapping[str, Colour] = {
    "Issued": GREEN,
    "Waiting": AMBER,
    "On hold": AMBER,
    "Approved": AMBER,
    "“": RED,
    "Please": RED,
    "Nobody may": RED,
    "The answer changed": RED,
    "This row is": RED,
    "This row bears": RED,
    "This row did not": RED,
    "The ledger knows no": RED,
    "The ID": RED,
    "Decisions stand": RED,
    "Revoked": RED,
}


@dataclass(frozen=True, slots=True)
class ReviewLook:
    """How the review tab is made. `status_title` names the column whose words are coloured."""

    columns: Sequence[ColumnLook]
    status_title: str = "Status"
    status_colours: Mapping[str, Colour] = field(default_factory=lambda: dict(STATUS_COLOURS))


def new_tab(sheet_id: int, title: str, look: ReviewLook) -> Request:
    grid = {"rowCount": ROWS, "columnCount": len(look.columns), "frozenRowCount": 1, "frozenColumnCount": 1}
    return {"addSheet": {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": grid}}}


def header_look(sheet_id: int, look: ReviewLook) -> list[Request]:
    """Titles, colours, widths, warnings and coloured words; the tab is there and empty."""
    return [
        _frozen(sheet_id),
        _titles(sheet_id, look),
        body(sheet_id),
        *(width(sheet_id, place, column.width) for place, column in enumerate(look.columns)),
        *_owned(sheet_id, look),
        *_coloured(sheet_id, look),
    ]


def patch(sheet_id: int, patches: Iterable[Patch]) -> list[Request]:
    """Set single cells, neighbours together: first along a row, then like runs of rows below one another."""
    runs = _runs(patches)
    return [
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
                "rows": [{"values": [cell(text) for text in texts]} for texts in block],
                "fields": "userEnteredValue",
            }
        }
        for row, column, block in runs
    ]


def append(sheet_id: int, rows: Sequence[Sequence[str]], header: Sequence[str], look: ReviewLook) -> list[Request]:
    """New rows below the last one with data, wherever that is by then. Each brings its own drop-downs.

    *header* are the tab's titles as they stand: people may have moved the columns.
    """
    if not rows:
        return []
    rules = {_fold(column.title): _drop_down(column.choices) for column in look.columns if column.choices}
    validated = [rules.get(_fold(title)) for title in header]
    made = [
        {
            "values": [
                cell(text) | ({"dataValidation": rule} if (rule := _at(validated, place)) else {})
                for place, text in enumerate(row)
            ]
        }
        for row in rows
    ]
    return [{"appendCells": {"sheetId": sheet_id, "rows": made, "fields": "userEnteredValue,dataValidation"}}]


def cell(text: Value) -> Json:
    """Text as text, never parsed; an empty one clears the cell. A number is a number."""
    if not isinstance(text, str):
        return {"userEnteredValue": {"numberValue": text}}
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - 1] + "…"
    return {"userEnteredValue": {"stringValue": text}} if text else {}


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


def _frozen(sheet_id: int) -> Request:
    properties = {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 1}}
    return {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}}


def _titles(sheet_id: int, look: ReviewLook) -> Request:
    form = header_form()
    cells = [cell(column.title) | {"userEnteredFormat": form} for column in look.columns]
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": cells}],
            "fields": f"userEnteredValue,userEnteredFormat({','.join(form)})",
        }
    }


def header_form() -> Json:
    return {
        "backgroundColorStyle": _colour(HEADER),
        "textFormat": {"bold": True, "foregroundColorStyle": _colour(WHITE)},
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


def _owned(sheet_id: int, look: ReviewLook) -> list[Request]:
    """The bridge's columns are shaded, and Google warns who types there.

    Nothing is locked: people who may not edit some cells can't sort across them either (assumed).
    """
    requests: list[Request] = []
    for owner, group in groupby(enumerate(look.columns), key=lambda numbered: numbered[1].owner):
        places = [place for place, _ in group]
        if owner != "bridge":
            continue
        span = {"sheetId": sheet_id, "startColumnIndex": places[0], "endColumnIndex": places[-1] + 1}
        shade = {"userEnteredFormat": {"backgroundColorStyle": _colour(BRIDGES)}}
        warned = {"range": span, "description": "badge-bridge fills these columns in", "warningOnly": True}
        requests.append(
            {
                "repeatCell": {
                    "range": span | {"startRowIndex": 1},
                    "cell": shade,
                    "fields": "userEnteredFormat.backgroundColorStyle",
                }
            }
        )
        requests.append({"addProtectedRange": {"protectedRange": warned}})
    return requests


def _coloured(sheet_id: int, look: ReviewLook) -> list[Request]:
    place = next((place for place, column in enumerate(look.columns) if column.title == look.status_title), None)
    if place is None:
        return []
    span = {"sheetId": sheet_id, "startRowIndex": 1, "startColumnIndex": place, "endColumnIndex": place + 1}
    return [
        {
            "addConditionalFormatRule": {
                "index": index,
                "rule": {
                    "ranges": [span],
                    "booleanRule": {
                        "condition": {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": words}]},
                        "format": {"backgroundColorStyle": _colour(colour)},
                    },
                },
            }
        }
        for index, (words, colour) in enumerate(look.status_colours.items())
    ]


def _drop_down(choices: Sequence[str]) -> Json:
    values = [{"userEnteredValue": choice} for choice in choices]
    return {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": True, "showCustomUi": True}


def _colour(colour: Colour) -> Json:
    red, green, blue = colour
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def _at(rules: Sequence[Json | None], place: int) -> Json | None:
    return rules[place] if place < len(rules) else None


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
