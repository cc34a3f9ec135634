"""Which tab is which, and where its titles stand, as requests of spreadsheets.batchUpdate. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.ports import Tab
from bridge.sheet_keeping import note
from bridge.sheet_requests import Request

#: Keys of developer metadata of the spreadsheet as a whole: each tells the number of the tab that is used as that one.
REVIEW, BADGES = "badge-bridge-review", "badge-bridge-badges"

#: In words, as `SheetReading.lacking` has it.
NOTED = "the note by which it is found under another name"


def find(titles: Mapping[int, str], wanted: str, noted: str, ours: int) -> int | None:
    """The tab of this title, else the one that was used last, else the one that the bridge made, else one whose title
    is alike but for case.

    A copy of a tab has another number, so it is never taken for the one that it was made of.
    """
    exact = [sheet_id for sheet_id, title in titles.items() if title == wanted]
    known = [sheet_id for sheet_id in titles if str(sheet_id) == noted]
    made = [ours] if ours in titles else []
    alike = [sheet_id for sheet_id, title in titles.items() if title.strip().casefold() == wanted.strip().casefold()]
    return next(iter(exact or known or made or alike), None)


def uses(structure: Mapping[str, Any]) -> dict[str, str]:
    """What is noted of the spreadsheet as a whole, by key."""
    notes = structure.get("developerMetadata", ())
    return {str(one.get("metadataKey", "")): str(one.get("metadataValue", "")) for one in notes}


def noting(noted: Mapping[str, str], key: str, sheet_id: int) -> list[Request]:
    """Note which tab is used; [] where that is noted."""
    if key not in noted:
        return [note(key, str(sheet_id), {"spreadsheet": True})]
    if noted[key] == str(sheet_id):
        return []
    told = {"developerMetadata": {"metadataValue": str(sheet_id)}, "fields": "metadataValue"}
    lookup = {"metadataKey": key, "locationType": "SPREADSHEET"}
    return [{"updateDeveloperMetadata": told | {"dataFilters": [{"developerMetadataLookup": lookup}]}}]


def put_on_top(tab: Tab, structure: Mapping[str, Any]) -> list[Request]:
    """Move the row of titles above those that people inserted; [] where it stands there.

    It comes first in a write: all other places are counted with the titles on top. Rows that were inserted among frozen
    ones are frozen too (assumed), so as many are let go.
    """
    if not tab.titles_at:
        return []
    row = {"sheetId": tab.sheet_id, "dimension": "ROWS", "startIndex": tab.titles_at, "endIndex": tab.titles_at + 1}
    moved: list[Request] = [{"moveDimension": {"source": row, "destinationIndex": 0}}]
    frozen = int(structure.get("properties", {}).get("gridProperties", {}).get("frozenRowCount", 0))
    if frozen > 1:
        grid = {"frozenRowCount": max(1, frozen - tab.titles_at)}
        properties = {"sheetId": tab.sheet_id, "gridProperties": grid}
        moved.append({"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}})
    return moved
