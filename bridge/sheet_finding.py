"""Which tab is which, and where its titles stand, as requests of spreadsheets.batchUpdate. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.ports import Tab
from bridge.sheet_requests import Request


def find(titles: Mapping[int, str], wanted: str, ours: int) -> int | None:
    """The tab of this title, else the one that the bridge made, else one whose title is alike but for case."""
    exact = [sheet_id for sheet_id, title in titles.items() if title == wanted]
    made = [ours] if ours in titles else []
    alike = [sheet_id for sheet_id, title in titles.items() if title.strip().casefold() == wanted.strip().casefold()]
    return next(iter(exact or made or alike), None)


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
