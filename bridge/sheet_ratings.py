"""The columns of the review tab in which coaches rate criteria, as requests of spreadsheets.batchUpdate. Pure.

They come last in a write: a new one moves whatever stands to the right of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.review import DECISION, Column, Scales, criteria_in, criterion_column, fold, read_table
from bridge.sheet_keeping import below_header, note, notes_of
from bridge.sheet_look import RATED, mark, marks, title_cells
from bridge.sheet_requests import Request, each_offering, free_title, width


def noted(structure: Mapping[str, Any]) -> str:
    """Return what was written down about the drop-downs; "" if nothing was."""
    notes = structure.get("developerMetadata", ())
    return next((str(one.get("metadataValue", "")) for one in notes if one.get("metadataKey") == RATED), "")


def rating_columns(
    sheet_id: int,
    structure: Mapping[str, Any],
    header: Sequence[str],
    scales: Scales,
    made: Sequence[Column] | None = None,
) -> Iterator[Request]:
    """Bring a tab in step with *scales*: one that is there, with *header* as its titles, or one *made* with columns."""
    if made is not None:
        places = {column.rates: place for place, column in enumerate(made) if column.rates}
    else:
        there, decision = criteria_in(marks(structure)), read_table([header], [DECISION]).places[DECISION]
        new = len(scales.new)
        places = {title: place + new * (place >= decision) for title, place in there.items()}
        places |= {fold(title): decision + n for n, title in enumerate(scales.new)}
        yield from _new_columns(sheet_id, decision, scales.new, header)
    yield from drop_downs(sheet_id, places, scales)
    yield _noted(sheet_id, scales, anew=made is not None or not noted(structure))


def _new_columns(sheet_id: int, place: int, criteria: Sequence[str], header: Sequence[str]) -> Iterator[Request]:
    if not criteria:
        return
    span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + len(criteria)}
    yield {"insertDimension": {"range": span, "inheritFromBefore": False}}
    for at, column in enumerate(map(criterion_column, criteria), place):
        yield title_cells(sheet_id, at, [free_title(column.title, header)])
        yield _bare(sheet_id, at)
        yield width(sheet_id, at, column.width)
        yield mark(sheet_id, column, at)


def drop_downs(sheet_id: int, places: Mapping[str, int], scales: Scales) -> Iterator[Request]:
    """Give each row the choices of its own badge. (All of a column at once: sorted rows may differ one by one.)"""
    rows = scales.rows[scales.since - 1 :]
    for criterion, place in sorted(places.items(), key=lambda pair: pair[1]):
        if scales.since == 1:
            yield {"setDataValidation": {"range": below_header(sheet_id, place, place + 1)}}
        choices = [row.get(criterion, ()) for row in rows]
        if any(choices):
            yield each_offering(sheet_id, scales.since, place, choices)


def _bare(sheet_id: int, place: int) -> Request:
    """A new column takes after its neighbour: it gets the format of cells that are people's, and no drop-down."""
    form = {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}
    cells = {"cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat,dataValidation"}
    return {"repeatCell": {"range": below_header(sheet_id, place, place + 1)} | cells}


def _noted(sheet_id: int, scales: Scales, *, anew: bool) -> Request:
    if anew:
        return note(RATED, scales.mark, {"sheetId": sheet_id})
    value = {"developerMetadata": {"metadataValue": scales.mark}, "fields": "metadataValue"}
    return {"updateDeveloperMetadata": value | {"dataFilters": [notes_of(sheet_id, RATED)]}}
