"""How the tabs look that are the bridge's alone, and their charts, as requests of spreadsheets.batchUpdate. Pure.

Source: developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/charts
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bridge.plan.archive import ARCHIVE_TITLES, OTHERS
from bridge.plan.progress import BADGES, MONTHS, SCHOOLS, TITLES_ROW, WAITING, YEARS, columns
from bridge.ports import Own, Patch, Rows
from bridge.review import COLUMNS
from bridge.sheet_coaches import closes
from bridge.sheet_keeping import may_change
from bridge.sheet_requests import VALUE, Request, body, cell, header_form, patch, width

#: Where charts stand: rows of so many above the tables.
CHART_SIZE = {"widthPixels": 470, "heightPixels": 380}
CHART_ROW = 1
CHARTS_BESIDE = 4

#: What Google shows of the protection; by it the bridge knows its own.
CLOSED = "badge-bridge keeps this tab; what others write here is put right"

#: Of a new page, and as far as charts look; Google adds rows as they are needed.
PAGE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one table: its first column names the bars, *series* are the columns drawn (titles)."""

    id: int  # the same in every spreadsheet
    title: str
    table: tuple[str, ...]  # its titles
    series: tuple[str, ...]
    kind: str = "COLUMN"


@dataclass(frozen=True, slots=True)
class PageLook:
    """How such a tab is made: its usual title, the width of each column in pixels, rows of titles, charts."""

    title: str
    widths: tuple[int, ...]
    header_rows: tuple[int, ...] = (0,)
    charts: tuple[Chart, ...] = ()


_PROGRESS_WIDTHS = {
    **dict.fromkeys((*WAITING, *MONTHS, *BADGES, *SCHOOLS, *YEARS), 95),
    WAITING[0]: 130,
    BADGES[0]: 260,
    SCHOOLS[0]: 220,
    "": 30,
}
_CHARTS = (
    Chart(1_610_001, "Waiting for a coach", WAITING, ("Requests",)),
    Chart(1_610_002, "Requests and decisions by month", MONTHS, ("Requests", "Approved", "Returned", "Declined")),
    Chart(1_610_003, "By badge", BADGES, ("Requests", "Issued"), "BAR"),
    Chart(1_610_004, "By school", SCHOOLS, ("Requests", "Issued"), "BAR"),
    Chart(1_610_005, "First time right, % by badge", BADGES, ("First time right, %",), "BAR"),
    Chart(1_610_006, "Median days to a decision, by badge", BADGES, ("Median days to decision",), "BAR"),
    Chart(1_610_007, "Hours by school", SCHOOLS, ("Hours",), "BAR"),
    Chart(1_610_008, "Hours by school year", YEARS, ("Hours",)),
)

_ARCHIVE_WIDTHS = {column.title: column.width for column in COLUMNS} | {OTHERS: 260}

#: How the bridge's own tabs are made, where the settings give them no other title.
PAGES: Mapping[Own, PageLook] = MappingProxyType(
    {
        Own.PROGRESS: PageLook(
            "Progress", tuple(_PROGRESS_WIDTHS[title] for title in columns()), (TITLES_ROW,), _CHARTS
        ),
        Own.LOG: PageLook("Log", (55, 160, 75, 270, 230, 110, 110, 520)),
        Own.HOURS: PageLook("Hours", (100, 220, 260, 200, 80, 80)),
        Own.CATALOGUE: PageLook("Catalogue", (230, 420, 65, 95, 95, 75, 520)),
        Own.ARCHIVE: PageLook("Archive", tuple(_ARCHIVE_WIDTHS.get(title, 120) for title in ARCHIVE_TITLES)),
        Own.HELP: PageLook("Help", (230, 760)),
    }
)


def new_page(sheet_id: int, title: str, look: PageLook, rows: Rows) -> list[Request]:
    """A tab that only the bridge and the spreadsheet's owner may write into, with its looks and *rows*."""
    count = len(look.widths)
    grid = {"rowCount": max(PAGE_ROWS, len(rows)), "columnCount": count, "frozenRowCount": int(0 in look.header_rows)}
    return [
        {"addSheet": {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": grid}}},
        body(sheet_id),
        *(_header(sheet_id, row, count) for row in look.header_rows),
        *(width(sheet_id, place, pixels) for place, pixels in enumerate(look.widths)),
        *patch(sheet_id, (Patch(y, x, value) for y, row in enumerate(rows) for x, value in enumerate(row))),
        *closing(sheet_id, {}),
    ]


def closing(sheet_id: int, structure: Mapping[str, Any]) -> list[Request]:
    """What closes a page to all but the bridge and the spreadsheet's owner; [] where something does.

    Whom the owner lets in besides, by name, stays in: what they write is put right.
    """
    there = structure.get("protectedRanges", ())
    if any(map(closes, there)):
        return []
    ours = (one for one in there if one.get("description") == CLOSED and may_change(one))
    gone = ({"deleteProtectedRange": {"protectedRangeId": one["protectedRangeId"]}} for one in ours)
    closed = {"range": {"sheetId": sheet_id}, "description": CLOSED}
    return [*gone, {"addProtectedRange": {"protectedRange": closed}}]


def _header(sheet_id: int, row: int, count: int) -> Request:
    form = header_form()
    span = {
        "sheetId": sheet_id,
        "startRowIndex": row,
        "endRowIndex": row + 1,
        "startColumnIndex": 0,
        "endColumnIndex": count,
    }
    fields = f"userEnteredFormat({','.join(form)})"
    return {"repeatCell": {"range": span, "cell": {"userEnteredFormat": form}, "fields": fields}}


def more_columns(sheet_id: int, count: int) -> Request:
    """Somebody took columns away from a page, or a newer version of it has more."""
    return {"appendDimension": {"sheetId": sheet_id, "dimension": "COLUMNS", "length": count}}


def append_rows(sheet_id: int, rows: Rows) -> list[Request]:
    """New rows of a page, below the last one with data."""
    made = [{"values": [cell(value) for value in row]} for row in rows]
    return [{"appendCells": {"sheetId": sheet_id, "rows": made, "fields": VALUE}}] if rows else []


def charts(sheet_id: int, look: PageLook, there: Collection[int]) -> list[Request]:
    """The charts of a page that are not *there* yet (ids), each in its own place."""
    return [
        {"addChart": {"chart": _chart(sheet_id, chart, place)}}
        for place, chart in enumerate(look.charts)
        if chart.id not in there
    ]


def _chart(sheet_id: int, chart: Chart, place: int) -> Request:
    all_columns = columns()
    left = _start_of(chart.table, all_columns)
    anchor = {"sheetId": sheet_id, "rowIndex": CHART_ROW, "columnIndex": 0}
    down, right = divmod(place, CHARTS_BESIDE)
    beside = {
        "offsetXPixels": 10 + right * (CHART_SIZE["widthPixels"] + 10),
        "offsetYPixels": 4 + down * (CHART_SIZE["heightPixels"] + 10),
    }
    bars = chart.kind == "BAR"
    spec = {
        "title": chart.title,
        "basicChart": {
            "chartType": chart.kind,
            "legendPosition": "BOTTOM_LEGEND" if len(chart.series) > 1 else "NO_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": _source(sheet_id, left)}],
            "series": [
                {
                    "series": _source(sheet_id, left + chart.table.index(title)),
                    "targetAxis": "BOTTOM_AXIS" if bars else "LEFT_AXIS",
                }
                for title in chart.series
            ],
        },
    }
    return {
        "chartId": chart.id,
        "spec": spec,
        "position": {"overlayPosition": {"anchorCell": anchor, **beside, **CHART_SIZE}},
    }


def _start_of(table: tuple[str, ...], all_columns: tuple[str, ...]) -> int:
    """The column in which *table* begins."""
    return next(i for i in range(len(all_columns)) if all_columns[i : i + len(table)] == table)


def _source(sheet_id: int, column: int) -> dict[str, Any]:
    """A whole column of a table from its title down: rows that come later are drawn as well."""
    span = {
        "sheetId": sheet_id,
        "startRowIndex": TITLES_ROW,
        "endRowIndex": PAGE_ROWS,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    return {"sourceRange": {"sources": [span]}}


def unfinished(there: Collection[int], pages: Mapping[Own, PageLook]) -> Iterator[Own]:
    """The pages on which a chart is missing; *there* are the ids of all charts in the spreadsheet."""
    return (own for own, look in pages.items() if any(chart.id not in there for chart in look.charts))
