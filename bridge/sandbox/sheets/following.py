"""What is tied to rows and columns follows them about: metadata, protections, formats, filters, merges, charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.sandbox.sheets_state import Json, Metadata, Sheet, Spreadsheet

#: Where a span (start, end) of rows or columns lies afterwards; None if nothing of it is left.
Shift = Callable[[int, int], tuple[int, int] | None]

ROWS, COLUMNS = "ROWS", "COLUMNS"
_ENDS = {ROWS: ("startRowIndex", "endRowIndex"), COLUMNS: ("startColumnIndex", "endColumnIndex")}
_FAR = 1 << 60


def follow(book: Spreadsheet, sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Carry along all that is tied to rows or columns of the tab."""
    book.metadata = [note for note in book.metadata if _follows(note, sheet, dimension, shift)]
    for anchored in sheet.anchored():
        anchored[:] = [moved for thing in anchored if (moved := _carried(thing, dimension, shift)) is not None]
    for one in book.sheets:  # charts of any tab may show cells of this one
        one.charts[:] = [_redrawn(chart, sheet.id, dimension, shift) for chart in one.charts]


def _follows(note: Metadata, sheet: Sheet, dimension: str, shift: Shift) -> bool:
    """Move the note along; False if its row or column is gone."""
    if note.sheet_id != sheet.id or note.dimension != dimension:
        return True
    if (span := shift(note.index, note.index + 1)) is None:
        return False
    note.index = span[0]
    return True


def _carried(thing: Json, dimension: str, shift: Shift) -> Json | None:
    """The protection, rule, filter or merge with its ranges moved; None if no range is left."""
    if "range" not in thing and "ranges" not in thing:
        return _shifted(thing, dimension, shift)
    moved = dict(thing)
    if dimension == COLUMNS:
        _renumber(moved, shift)
    for name in ("ranges", "unprotectedRanges"):
        if name in thing:
            moved[name] = [new for old in thing[name] if (new := _shifted(old, dimension, shift)) is not None]
    if moved.get("ranges") == []:
        return None
    if "range" in thing:
        if (new := _shifted(thing["range"], dimension, shift)) is None:
            return None
        moved["range"] = new
    if "columnProperties" in thing and dimension == COLUMNS:
        moved["columnProperties"] = _columns_of(thing, moved["range"], shift)
    return moved


def _columns_of(table: Json, area: Json, shift: Shift) -> list[Json]:
    """The table's columns as they lie in its moved range; one that came in between has a plain name."""
    old, left = table["range"]["startColumnIndex"], area["startColumnIndex"]
    spans = [(one, shift(old + one["columnIndex"], old + one["columnIndex"] + 1)) for one in table["columnProperties"]]
    kept = {span[0] - left: one for one, span in spans if span is not None}
    names = {one["columnName"] for one in kept.values()}
    columns = []
    for index in range(area["endColumnIndex"] - left):
        number = next(number for number in range(index + 1, _FAR) if f"Column {number}" not in names)
        columns.append(kept.get(index, {"columnName": f"Column {number}"}) | {"columnIndex": index})
        names.add(columns[-1]["columnName"])
    return columns


def _renumber(thing: Json, shift: Shift) -> None:
    """Move the columns that a filter names in its criteria and its order; those that are gone drop out."""
    for name, index in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in thing:
            spans = [(spec, shift(spec.get(index, 0), spec.get(index, 0) + 1)) for spec in thing.pop(name)]
            if kept := [spec | {index: span[0]} for spec, span in spans if span is not None]:
                thing[name] = kept
    if thing.pop("criteria", None) is not None and "filterSpecs" in thing:
        thing["criteria"] = {str(spec["columnIndex"]): spec["filterCriteria"] for spec in thing["filterSpecs"]}


def _shifted(grid_range: Json, dimension: str, shift: Shift) -> Json | None:
    first, last = _ENDS[dimension]
    if first not in grid_range and last not in grid_range:
        return grid_range
    span = shift(grid_range.get(first, 0), grid_range.get(last, _FAR))
    if span is None:
        return None
    moved = dict(grid_range)
    if first in grid_range:
        moved[first] = span[0]
    if last in grid_range:
        moved[last] = span[1]
    return moved


def _redrawn(chart: Json, sheet_id: int, dimension: str, shift: Shift) -> Json:
    """The chart with its source ranges and its place moved; a source of which nothing is left is gone from it."""
    chart = chart | {"spec": with_sources(chart["spec"], sheet_id, lambda old: _shifted(old, dimension, shift))}
    overlay = chart["position"].get("overlayPosition", {})
    anchor = overlay.get("anchorCell", {})
    if anchor.get("sheetId") != sheet_id:
        return chart
    name = "rowIndex" if dimension == ROWS else "columnIndex"
    index = anchor.get(name, 0)
    span = shift(index, index + 1) or shift(index, _FAR) or (index, index)
    anchor = anchor | {name: span[0]}
    return chart | {"position": {"overlayPosition": overlay | {"anchorCell": anchor}}}


def with_sources(spec: Any, sheet_id: int, change: Callable[[Json], Json | None]) -> Any:
    """A chart's specification with each source range on that tab changed; None takes the range away."""
    if isinstance(spec, list):
        return [with_sources(part, sheet_id, change) for part in spec]
    if not isinstance(spec, dict):
        return spec
    changed = {name: with_sources(part, sheet_id, change) for name, part in spec.items() if name != "sources"}
    if "sources" in spec:
        kept = [change(one) if one.get("sheetId") == sheet_id else one for one in spec["sources"]]
        changed["sources"] = [one for one in kept if one is not None]
    return changed
