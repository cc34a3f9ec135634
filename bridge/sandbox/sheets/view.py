"""A tab as a page that looks like a spreadsheet: to judge what a coach sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, chain
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, Template

from bridge.sandbox.sheets import filters, grid, shown, tables
from bridge.sandbox.sheets.a1 import Box, box_of, column_name
from bridge.sandbox.sheets.charts import plot
from bridge.sandbox.sheets.describing import COLUMN_PIXELS, ROW_PIXELS
from bridge.sandbox.sheets.drawing import draw
from bridge.sandbox.sheets.looks import Memo, chooser, colour, css, look, not_evaluated
from bridge.sandbox.sheets.typed import Setting
from bridge.sandbox.sheets_state import Json, Sheet, Spreadsheet

#: More rows than a page can show in good time are left out, unless asked for.
MOST_ROWS = 500

#: Empty rows shown below the data, and the fewest rows and columns of a page.
_SPARE, _FEWEST_ROWS, _FEWEST_COLUMNS = 4, 14, 8
_NUMBERS_WIDTH, _LETTERS_HEIGHT = 46, 24

#: A chart on a tab of its own; and further than any page reaches.
_OWN_TAB_SIZE = (1100, 600)
_FURTHEST = 100_000


@cache
def _template() -> Template:
    return Environment(loader=PackageLoader("bridge.sandbox.sheets", ""), autoescape=True).get_template("tab.html.j2")


@dataclass(frozen=True, slots=True)
class _Page:
    """What all parts of a page share: sizes in pixels (0: hidden), the filters in force, the charts by their cell."""

    sheet: Sheet
    setting: Setting
    filters: list[Json]
    heights: list[int]
    widths: list[int]
    lefts: list[int]
    charts: dict[tuple[int, int], list[Json]]
    memo: Memo = field(default_factory=dict)

    def left(self, column: int) -> int | None:
        """Where a frozen column stands still; None for one that scrolls."""
        return self.lefts[column] if column < self.sheet.frozen_columns else None


def as_page(
    file_name: str,
    book: Spreadsheet,
    sheet: Sheet,
    setting: Setting,
    *,
    most: int = MOST_ROWS,
    view: Json | None = None,
) -> str:
    """The tab as one HTML page without scripts or outside files; after *most* rows it says how many are left out.

    A filter *view* takes the place of the basic filter, as for a person who opens it.
    """
    if sheet.is_object:
        return _chart_page(file_name, book, sheet, setting)
    page = _laid_out(book, sheet, setting, [view] if view else sheet.basic_filter)
    displayed = [row for row in _order(sheet, view, len(page.heights)) if page.heights[row]]
    left_out = max(0, len([row for row in displayed if row < grid.rows_with_data(sheet)]) - most)
    unread = [filters.not_evaluated(sheet, one, setting) for one in page.filters]
    return _template().render(
        file_name=file_name,
        columns=[
            {"letter": column_name(column), "width": width, "left": page.left(column)}
            for column, width in enumerate(page.widths)
            if width
        ],
        lines=_lines(page, displayed[:most] if left_out else displayed),
        width=page.lefts[-1],
        left_out=left_out,
        not_evaluated=list(chain(not_evaluated(sheet, setting), *unread)),
        views=[
            {"id": one["filterViewId"], "title": one["title"], "is_open": one is view} for one in sheet.filter_views
        ],
        tables=[{"name": one["name"], "where": tables.written(sheet, one)} for one in sheet.tables],
        tabs=_tabs(book, sheet),
    )


def _laid_out(book: Spreadsheet, sheet: Sheet, setting: Setting, opened: list[Json]) -> _Page:
    rows, columns = _extent(sheet)
    hidden = frozenset[int]().union(*(filters.filtered_out(sheet, one, setting) for one in opened))
    heights = [0 if row in hidden else _size(sheet.row_properties, row, ROW_PIXELS) for row in range(rows)]
    widths = [_size(sheet.column_properties, column, COLUMN_PIXELS) for column in range(columns)]
    lefts = list(accumulate(widths, initial=_NUMBERS_WIDTH))
    return _Page(sheet, setting, opened, heights, widths, lefts, _charts(book, sheet, setting, heights, widths))


def _lines(page: _Page, displayed: list[int]) -> Iterator[Json]:
    top, frozen = _LETTERS_HEIGHT, page.sheet.frozen_rows
    for row in displayed:
        yield {
            "number": row + 1,
            "height": page.heights[row],
            "top": top if row < frozen else None,
            "is_last_frozen": row == frozen - 1,
            "cells": list(_cells(page, row)),
        }
        top += page.heights[row]


def _order(sheet: Sheet, view: Json | None, rows: int) -> list[int]:
    """All rows of the page from above, as an open filter view sorts them."""
    plain = list(range(rows))
    if view is None or not filters.order(view):
        return plain
    moved = [row for row in filters.sorted_rows(sheet, view) if row < rows]
    top = min(moved, default=0)
    plain[top : top + len(moved)] = moved
    return plain


def _heads(opened: list[Json], row: int, column: int) -> bool:
    """Say whether the cell heads a column that a filter is on."""
    areas = [box_of(one["range"]) for one in opened]
    return any(row == area.top and area.left <= column < area.right for area in areas)


def _tabs(book: Spreadsheet, sheet: Sheet) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "page": f"{quote(one.title, safe='')}.html",
            "is_open": one is sheet,
            "colour": colour(one.properties, "tabColor"),
        }
        for one in book.sheets
        if not one.hidden
    ]


def _chart_page(file_name: str, book: Spreadsheet, sheet: Sheet, setting: Setting) -> str:
    """A tab that is one chart."""
    drawn = [_drawn(book, chart, setting, *_OWN_TAB_SIZE) for chart in sheet.charts]
    return _template().render(file_name=file_name, alone=drawn, tabs=_tabs(book, sheet))


def _drawn(book: Spreadsheet, chart: Json, setting: Setting, width: int, height: int) -> str:
    return draw(plot(book, chart["spec"], lambda sheet: filters.hidden_rows(sheet, setting)), width, height)


def _charts(
    book: Spreadsheet, sheet: Sheet, setting: Setting, heights: list[int], widths: list[int]
) -> dict[tuple[int, int], list[Json]]:
    """The tab's charts, each in the cell that it is anchored to, or the next one that is shown."""
    found: dict[tuple[int, int], list[Json]] = {}
    for chart in sheet.charts:
        place = chart["position"]["overlayPosition"]
        row = _next_shown(heights, place["anchorCell"]["rowIndex"])
        column = _next_shown(widths, place["anchorCell"]["columnIndex"])
        if row is None or column is None:
            continue
        merge = _merge_at(sheet, row, column)
        spot = (row, column) if merge is None else (merge.top, merge.left)
        svg = _drawn(book, chart, setting, place["widthPixels"], place["heightPixels"])
        where = {"left": place.get("offsetXPixels", 0), "top": place.get("offsetYPixels", 0)}
        found.setdefault(spot, []).append({"svg": svg} | where)
    return found


def _next_shown(sizes: list[int], index: int) -> int | None:
    return next((place for place in range(index, len(sizes)) if sizes[place]), None)


def _extent(sheet: Sheet) -> tuple[int, int]:
    rows = max(grid.rows_with_data(sheet) + _SPARE, _FEWEST_ROWS)
    columns = max(max((len(line) for line in sheet.rows[:rows]), default=0) + 1, _FEWEST_COLUMNS)
    for place in (chart["position"]["overlayPosition"] for chart in sheet.charts):
        down, right = place["anchorCell"]["rowIndex"], place["anchorCell"]["columnIndex"]
        high = place["heightPixels"] + place.get("offsetYPixels", 0)
        wide = place["widthPixels"] + place.get("offsetXPixels", 0)
        rows = max(rows, _end(sheet.row_properties, down, high, ROW_PIXELS))
        columns = max(columns, _end(sheet.column_properties, right, wide, COLUMN_PIXELS))
    return min(rows, sheet.row_count), min(columns, sheet.column_count)


def _end(known: list[Json], index: int, pixels: int, usual: int) -> int:
    """The row or column after the one in which so many pixels from *index* on end."""
    while pixels > 0 and index < _FURTHEST:
        pixels -= _size(known, index, usual)
        index += 1
    return index + 1


def _size(known: list[Json], index: int, usual: int) -> int:
    """Pixels; 0 if hidden."""
    line = known[index] if index < len(known) else {}
    return 0 if line.get("hiddenByUser") else int(line.get("pixelSize", usual))


def _cells(page: _Page, row: int) -> Iterator[Json]:
    for column, width in enumerate(page.widths):
        merge = _merge_at(page.sheet, row, column)
        if width and (merge is None or (merge.top, merge.left) == (row, column)):
            yield _cell(page, row, column, merge) | {
                "left": page.left(column),
                "is_last_pinned": column == page.sheet.frozen_columns - 1,
                "filters": _heads(page.filters, row, column),
                "charts": page.charts.get((row, column), ()),
            }


def _merge_at(sheet: Sheet, row: int, column: int) -> Box | None:
    spot = Box(row, column, row + 1, column + 1)
    return next((area for area in map(box_of, sheet.merges) if spot.lies_in(area)), None)


def _cell(page: _Page, row: int, column: int, merge: Box | None) -> dict[str, Any]:
    sheet, setting = page.sheet, page.setting
    cell = grid.cell_at(sheet, row, column)
    looks = look(sheet, row, column, setting, page.memo)
    kind = chooser(sheet, row, column)
    text = shown.formatted(cell, setting.locale)
    wrap = (cell or {}).get("userEnteredFormat", {}).get("wrapStrategy", "OVERFLOW_CELL")
    beside = shown.formatted(grid.cell_at(sheet, row, column + 1))
    return {
        "text": text,
        "style": "; ".join(f"{name}: {value}" for name, value in looks.items()),
        "chooser": kind,
        "ticked": text == "TRUE",
        "link": _harmless(shown.hyperlink(cell)) if cell else "",
        "runs": _runs(cell, text),
        "note": (cell or {}).get("note", ""),
        "spills": wrap == "OVERFLOW_CELL" and not beside and not kind,
        "height": merge.height if merge else 1,
        "width": merge.width if merge else 1,
    }


def _runs(cell: Json | None, text: str) -> list[Json]:
    """The text cut into its runs, each with its piece, style and address; [] if it has none."""
    runs = (cell or {}).get("textFormatRuns", ())
    starts = [run.get("startIndex", 0) for run in runs]
    if not runs:
        return []
    parts: list[Json] = [{"text": shown.cut(text, 0, starts[0])}] if starts[0] else []
    for run, start, end in zip(runs, starts, [*starts[1:], shown.units(text)], strict=True):
        look_of_run = css({"textFormat": run.get("format", {})})
        style = "; ".join(f"{name}: {value}" for name, value in look_of_run.items())
        address = run.get("format", {}).get("link", {}).get("uri", "")
        parts.append({"text": shown.cut(text, start, end), "style": style, "address": _harmless(address)})
    return parts


def _harmless(address: str) -> str:
    """The address, unless following it would run something."""
    return address if address.lower().startswith(("https://", "http://", "mailto:", "#")) else ""
