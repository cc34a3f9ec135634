"""The drop-downs of a tab in which people decide, but for those of criteria, as requests of spreadsheets.batchUpdate.
Pure.

To see in every cycle what each cell offers would make the reading large. So it is noted which choices the rows were
given; and whatever is written to a tab brings them anew, for people who took a drop-down away or pasted over it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.ports import Tab
from bridge.review import REVIEWER, criteria_in, read_table
from bridge.sheet_keeping import (
    Mending,
    ReviewLook,
    Sight,
    below_header,
    may_change,
    note,
    notes_of,
    reaches,
    spans,
)
from bridge.sheet_requests import Request, drop_down, each_offering

#: The key of the developer metadata that says which drop-downs the rows have.
CHOICES = "badge-bridge-choices"

#: What is asked for to see what cells offer.
RULE = "dataValidation"
OFFERED = f"sheets(properties.sheetId,data.rowData.values.{RULE})"

#: Of a cell that takes something else than one of a list, such as a date.
OTHERWISE = ("",)

Offers = Sequence[Mapping[int, tuple[str, ...]]]  # of each row below the titles, by column


def kept_choices(sight: Sight, look: ReviewLook, offers: Offers | None = None) -> Mending:
    """New rows bring their drop-downs; those that are there get new ones when the choices are others, or when somebody
    looked what each row *offers*, and it is something else."""
    mending = Mending()
    now = json.dumps({column.title: column.choices for column in look.columns if column.choices}, ensure_ascii=False)
    mark = f"{zlib.crc32(now.encode()):08x}"
    there = [one.get("metadataValue") for one in sight.all("developerMetadata") if one.get("metadataKey") == CHOICES]
    noted = bool(there) and there[0] == mark
    if there and not noted:
        value = {"developerMetadata": {"metadataValue": mark}, "fields": "metadataValue"}
        change = value | {"dataFilters": [notes_of(sight.sheet_id, CHOICES)]}
        mending.add("drop-downs", {"updateDeveloperMetadata": change})
    elif not there:
        mending.add("drop-downs", note(CHOICES, mark, {"sheetId": sight.sheet_id}))
    for column in look.columns:
        place = sight.places.get(column.title)
        if place is None or not (column.choices or (there and not noted and column.title == REVIEWER)):
            continue
        if not noted or (offers is not None and not _has(sight, place, offers, column.choices)):
            mending.add("drop-downs", *_offering(sight, place, column.choices))
    return mending


def _has(sight: Sight, place: int, offers: Offers, choices: tuple[str, ...]) -> bool:
    found = (offers[row - 1].get(place) if row <= len(offers) else None for row in _free(sight, place))
    return all(one == choices for one in found)


def _offering(sight: Sight, place: int, choices: Sequence[str]) -> Iterator[Request]:
    """Give each row these choices in a column; none: people may write there what they like."""
    rule = {"rule": drop_down(choices)} if choices else {}
    for start, end in spans(_free(sight, place)):
        span = below_header(sight.sheet_id, place, place + 1) | {"startRowIndex": start, "endRowIndex": end}
        yield {"setDataValidation": {"range": span} | rule}


def _free(sight: Sight, place: int) -> list[int]:
    """The rows below the titles whose cell in that column nobody has locked for the bridge: for one such cell Google
    refuses the whole write."""
    locked = [one.get("range", {}) for one in sight.all("protectedRanges") if not may_change(one)]
    there = [(one.get("startRowIndex", 0), one.get("endRowIndex", sight.rows)) for one in locked if reaches(one, place)]
    return [row for row in range(1, sight.rows) if not any(start <= row < end for start, end in there)]


# ── with other writes ────────────────────────────────────────────────────────


def choices_anew(
    tab: Tab, structure: Mapping[str, Any], look: ReviewLook, scales: Mapping[int, Mapping[str, Sequence[str]]]
) -> Iterator[Request]:
    """Set the drop-downs of all rows anew, and those of criteria in the rows of *scales*; no value changes."""
    table = read_table(tab.values, [column.title for column in look.columns if not column.later])
    if table.problems:
        return
    sight = Sight(tab.sheet_id, structure, len(tab.values), table.places)
    for column in look.columns:
        if column.choices and column.title in table.places:
            yield from _offering(sight, table.places[column.title], column.choices)
    for criterion, place in sorted(criteria_in(tab.marked).items(), key=lambda pair: pair[1]):
        rows = [row for row in _free(sight, place) if criterion in scales.get(row, ())]
        for start, end in spans(rows):
            yield each_offering(tab.sheet_id, start, place, [scales[row][criterion] for row in range(start, end)])


# ── what cells offer ─────────────────────────────────────────────────────────


def below_titles(sheet_id: int) -> dict[str, Any]:
    """What finds all rows of a tab below its titles."""
    return {"gridRange": {"sheetId": sheet_id, "startRowIndex": 1}}


def to_offers(answer: Mapping[str, Any]) -> dict[int, Offers]:
    """Read spreadsheets:getByDataFilter, by sheet id."""
    return {
        int(sheet.get("properties", {}).get("sheetId", 0)): [
            {place: _offer(cell[RULE]) for place, cell in enumerate(row.get("values", ())) if RULE in cell}
            for data in sheet.get("data", ())
            for row in data.get("rowData", ())
        ]
        for sheet in answer.get("sheets", ())
    }


def _offer(rule: Mapping[str, Any]) -> tuple[str, ...]:
    condition = rule.get("condition", {})
    if condition.get("type") != "ONE_OF_LIST" or not rule.get("strict"):
        return OTHERWISE
    return tuple(str(one.get("userEnteredValue", "")) for one in condition.get("values", ()))
