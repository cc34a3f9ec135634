"""How the review tab is made, and what brings its looks in order, as requests of spreadsheets.batchUpdate. Pure.

Columns that came with a later version bear a mark (developer metadata), by which they are found whatever their title; a
column of that title without the mark is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bridge.review import REQUIRED, Column, places_of, read_table
from bridge.sheet_choices import CHOICES, Offers, kept_choices
from bridge.sheet_keeping import (
    CLOSED,
    LATE_ONES,
    WAITS,
    Mending,
    ReviewLook,
    Sight,
    below_header,
    kept,
    note,
    notes_of,
)
from bridge.sheet_requests import BRIDGES, ROWS, Request, body, cell, free_title, header_form, to_colour, width

#: What reading the structure must bring of each tab for this.
FIELDS = (
    "protectedRanges(protectedRangeId,range,warningOnly,description,requestingUserCanEdit,editors,unprotectedRanges)",
    "conditionalFormats(ranges,booleanRule(condition))",
    "filterViews(filterViewId,title,range,filterSpecs)",
    "developerMetadata(metadataKey,metadataValue)",
    "data(startColumn,columnMetadata(developerMetadata(metadataKey,metadataValue)))",
)

#: The key of the developer metadata that marks a column; its value says which one it is.
MARK = "badge-bridge-column"

#: The key of the one that says which drop-downs the rows have in the columns of criteria.
RATED = "badge-bridge-ratings"


def new_tab(sheet_id: int, title: str, look: ReviewLook) -> Request:
    grid = {"rowCount": ROWS, "columnCount": len(look.columns), "frozenRowCount": 1, "frozenColumnCount": 1}
    return {"addSheet": {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": grid}}}


def made(sheet_id: int, structure: Mapping[str, Any], look: ReviewLook) -> list[Request]:
    """Titles, formats and widths of a tab that is there and empty, and all that is kept from then on."""
    places = {column.mark: place for place, column in enumerate(look.columns)}
    noted = {str(one.get("metadataKey")) for one in structure.get("developerMetadata", ())}
    there = {MARK: marks(structure), CHOICES: CHOICES in noted, RATED: RATED in noted}
    anew = {name: part for name, part in structure.items() if name != "developerMetadata"}
    sight = Sight(sheet_id, anew, 1, places)
    return [
        *({"deleteDeveloperMetadata": {"dataFilter": notes_of(sheet_id, key)}} for key, any_ in there.items() if any_),
        _frozen(sheet_id),
        title_cells(sheet_id, 0, [column.title for column in look.columns]),
        body(sheet_id),
        *(width(sheet_id, place, column.width) for place, column in enumerate(look.columns)),
        *(_shade(sheet_id, start, end) for start, end in look.runs(places, "bridge")),
        *(mark(sheet_id, column, places[column.mark]) for column in look.columns if column.later),
        *kept(sight, look).requests,
        *kept_choices(sight, look).requests,
    ]


def mended(
    sheet_id: int,
    structure: Mapping[str, Any],
    values: Sequence[Sequence[str]],
    columns: int,
    look: ReviewLook,
    offers: Offers | None = None,
) -> Mending:
    """Compare the looks with what they should be. A header in which titles are missing is for people to mend first.

    *columns*: how many the grid has. *offers*: of each row, where it was looked.
    """
    table = read_table(values, look.required)
    if table.problems:
        return Mending()
    there = marks(structure, values[0])
    missing = [column for column in look.columns if column.later and column.mark not in there]
    end = max(map(len, values))  # right of everything that anybody has written
    mending = Mending()
    if missing:
        mending.requests += _new_columns(sheet_id, end, columns, missing, values[0])
        mending.said += [f"the column “{column.title}”" for column in missing]
    if not structure.get("properties", {}).get("gridProperties", {}).get("frozenRowCount"):
        mending.add("the frozen row of titles", _frozen(sheet_id))
    later = {column.mark: there[column.mark] for column in look.columns if column.mark in there}
    new = {column.mark: place for place, column in enumerate(missing, end)}
    sight = Sight(sheet_id, structure, len(values), {**table.places, **later, **new})
    parts = (mending, kept(sight, look), kept_choices(sight, look, offers))
    return Mending([one for part in parts for one in part.requests], [one for part in parts for one in part.said])


def marks(structure: Mapping[str, Any], header: Sequence[str] = ()) -> dict[str, int]:
    """Where the columns stand that bear the bridge's mark; but not one above which *header* has the title of another of
    the bridge's columns by now."""
    found: dict[str, int] = {}
    others = places_of(header, REQUIRED)
    for data in structure.get("data", ()):
        for place, column in enumerate(data.get("columnMetadata", ()), data.get("startColumn", 0)):
            for one in column.get("developerMetadata", ()):
                if one.get("metadataKey") == MARK and place not in others:
                    found.setdefault(str(one.get("metadataValue", "")), place)
    return found


def views_in(url: str, sheet_id: int, structure: Mapping[str, Any], look: ReviewLook) -> Iterator[tuple[str, str]]:
    """The title of each of the bridge's views, and where a click opens it. One that is missing comes with what is put
    in order."""
    sight = Sight(sheet_id, structure, 0, {})
    there = {int(one["filterViewId"]): str(one.get("title", "")) for one in sight.all("filterViews")}
    for title in (WAITS, LATE_ONES, CLOSED, *look.mine):
        number = sight.number(f"view {title}")
        shown = there.get(number) or free_title(title, there.values())
        yield shown, f"{url.partition('#')[0]}#gid={sheet_id}&fvid={number}"


def _new_columns(
    sheet_id: int, end: int, columns: int, missing: Sequence[Column], header: Sequence[str]
) -> Iterator[Request]:
    span = {"sheetId": sheet_id, "dimension": "COLUMNS"}
    if end < columns:
        yield {"insertDimension": {"range": span | {"startIndex": end, "endIndex": end + len(missing)}}}
    else:
        yield {"appendDimension": span | {"length": len(missing)}}
    yield title_cells(sheet_id, end, [free_title(column.title, header) for column in missing])
    yield _bare(sheet_id, end, end + len(missing))
    for place, column in enumerate(missing, end):
        yield width(sheet_id, place, column.width)
        yield mark(sheet_id, column, place)


def _frozen(sheet_id: int) -> Request:
    properties = {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 1}}
    return {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}}


def title_cells(sheet_id: int, place: int, titles: Iterable[str]) -> Request:
    form = header_form()
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": place},
            "rows": [{"values": [cell(title) | {"userEnteredFormat": form} for title in titles]}],
            "fields": f"userEnteredValue,dataValidation,userEnteredFormat({','.join(form)})",
        }
    }


def _shade(sheet_id: int, start: int, end: int) -> Request:
    shade = {"userEnteredFormat": {"backgroundColorStyle": to_colour(BRIDGES)}}
    fields = "userEnteredFormat.backgroundColorStyle"
    return {"repeatCell": {"range": below_header(sheet_id, start, end), "cell": shade, "fields": fields}}


def _bare(sheet_id: int, start: int, end: int) -> Request:
    """New columns take after their neighbour: they get the bridge's own format, and no drop-down."""
    form = {"backgroundColorStyle": to_colour(BRIDGES), "wrapStrategy": "WRAP", "verticalAlignment": "TOP"}
    cells = {"cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat,dataValidation"}
    return {"repeatCell": {"range": below_header(sheet_id, start, end)} | cells}


def mark(sheet_id: int, column: Column, place: int) -> Request:
    where = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    return note(MARK, column.mark, {"dimensionRange": where})
