"""What Sheets keeps: spreadsheets, their tabs and cells, in Google's own shapes.

A `Cell` is Google's CellData as people entered it, and None where nothing was ever entered. Cells, and all other JSON
kept here, are never changed in place but replaced: so a copy of a tab shares them, and a change that fails half-way is
undone by throwing the copy away.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]
Cell = dict[str, Any]

#: A new tab's size, and what a whole file may hold.
NEW_ROWS, NEW_COLUMNS = 1000, 26
MOST_CELLS = 10_000_000
MOST_COLUMNS = 18_278
MOST_CHARACTERS = 50_000


@dataclass(slots=True)
class Metadata:
    """Developer metadata: a note of a program's, tied to the file, a tab, a row or a column."""

    id: int
    key: str
    value: str
    visibility: str = "DOCUMENT"
    sheet_id: int = -1  # -1: tied to the file
    dimension: str = ""  # ROWS, COLUMNS, or "" for the tab itself
    index: int = 0


@dataclass(slots=True)
class Sheet:
    """One tab. Its rows end at the last cell that was ever used; how large the grid is, `properties` say."""

    properties: Json  # Google's SheetProperties without the index, which is the place in the list
    rows: list[list[Cell | None]] = field(default_factory=list)
    row_properties: list[Json] = field(default_factory=list)  # Google's DimensionProperties, from the first row on
    column_properties: list[Json] = field(default_factory=list)
    merges: list[Json] = field(default_factory=list)
    protected: list[Json] = field(default_factory=list)
    conditional_formats: list[Json] = field(default_factory=list)
    filter_views: list[Json] = field(default_factory=list)
    basic_filter: list[Json] = field(default_factory=list)  # none or one
    banding: list[Json] = field(default_factory=list)
    charts: list[Json] = field(default_factory=list)  # Google's EmbeddedChart
    tables: list[Json] = field(default_factory=list)  # Google's Table, its range closed, all columns named

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def hidden(self) -> bool:
        return bool(self.properties.get("hidden", False))

    @property
    def row_count(self) -> int:
        return int(self._grid.get("rowCount", 0))

    @property
    def column_count(self) -> int:
        return int(self._grid.get("columnCount", 0))

    @property
    def frozen_rows(self) -> int:
        return int(self._grid.get("frozenRowCount", 0))

    @property
    def frozen_columns(self) -> int:
        return int(self._grid.get("frozenColumnCount", 0))

    @property
    def is_object(self) -> bool:
        """A tab that is one chart and has no cells."""
        return self.properties.get("sheetType") == "OBJECT"

    @property
    def _grid(self) -> Json:
        found: Json = self.properties.get("gridProperties", {})
        return found

    def anchored(self) -> list[list[Json]]:
        """The lists of what lies on ranges of this tab."""
        return [
            self.merges,
            self.protected,
            self.conditional_formats,
            self.filter_views,
            self.basic_filter,
            self.banding,
            self.tables,
        ]

    def set_grid(self, **properties: int) -> None:
        """Change grid properties such as rowCount."""
        self.properties = self.properties | {"gridProperties": self._grid | properties}

    def copy(self) -> Sheet:
        """Return a tab that can be changed without this one noticing."""
        return replace(
            self,
            rows=[row.copy() for row in self.rows],
            row_properties=self.row_properties.copy(),
            column_properties=self.column_properties.copy(),
            merges=self.merges.copy(),
            protected=self.protected.copy(),
            conditional_formats=self.conditional_formats.copy(),
            filter_views=self.filter_views.copy(),
            basic_filter=self.basic_filter.copy(),
            banding=self.banding.copy(),
            charts=self.charts.copy(),
            tables=self.tables.copy(),
        )


@dataclass(slots=True)
class Spreadsheet:
    """A file of tabs; its id is also the Drive file's, and who may open it is decided there."""

    id: str
    properties: Json  # Google's SpreadsheetProperties
    sheets: list[Sheet] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    next_number: int = 1  # for ids of tabs, protections, filters, metadata, charts

    @property
    def locale(self) -> str:
        return str(self.properties.get("locale", "en_US"))

    def copy(self) -> Spreadsheet:
        return replace(
            self, sheets=[sheet.copy() for sheet in self.sheets], metadata=[replace(note) for note in self.metadata]
        )

    def new_number(self) -> int:
        """A number unlike any given before in this file; the steps are wide, as nobody may guess the next one."""
        self.next_number += 1
        return self.next_number * 7919 % 2_000_000_011


@dataclass(slots=True)
class Sheets:
    spreadsheets: dict[str, Spreadsheet] = field(default_factory=dict)
