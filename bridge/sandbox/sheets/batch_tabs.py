"""Requests about the file, its tabs, rows and columns."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from bridge.sandbox.sheets import a1, grid
from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.blank import check_properties, new_sheet
from bridge.sandbox.sheets.describing import properties
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import COLUMNS, ROWS, with_sources
from bridge.sandbox.sheets.masks import merged, paths
from bridge.sandbox.sheets_state import MOST_COLUMNS, Json, Sheet


@request("updateSpreadsheetProperties")
def update_spreadsheet_properties(edit: Edit, content: Json) -> None:
    """Rename the file (on Drive too), set its locale or time zone."""
    paths(content.get("fields", ""))
    edit.book.properties = merged(edit.book.properties, content.get("properties", {}), content["fields"])
    check_properties(edit.book.properties)
    if not edit.book.properties.get("title"):
        raise Invalid("The title of a spreadsheet must not be empty.")
    edit.new_name = edit.book.properties["title"]


@request("addSheet")
def add_sheet(edit: Edit, content: Json) -> Json:
    sheet = new_sheet(edit.book, content.get("properties", {}))
    index = content.get("properties", {}).get("index", len(edit.book.sheets))
    edit.book.sheets.insert(index, sheet)
    grid.check_room(edit.book)
    return {"properties": properties(edit.book, sheet)}


@request("deleteSheet")
def delete_sheet(edit: Edit, content: Json) -> None:
    sheet = edit.sheet(content.get("sheetId", 0))
    edit.guard(sheet)
    edit.book.sheets.remove(sheet)
    if all(left.hidden for left in edit.book.sheets):
        raise Invalid("You can't remove all the visible sheets in a document.")
    edit.book.metadata = [note for note in edit.book.metadata if note.sheet_id != sheet.id]
    for left in edit.book.sheets:
        left.charts[:] = [
            chart | {"spec": with_sources(chart["spec"], sheet.id, lambda _: None)} for chart in left.charts
        ]


@request("duplicateSheet")
def duplicate_sheet(edit: Edit, content: Json) -> Json:
    """Copy a tab with its cells, looks and metadata; protections are not copied."""
    source = edit.sheet(content.get("sourceSheetId", 0))
    wanted: Json = {"title": content.get("newSheetName") or f"Copy of {source.title}"}
    if "newSheetId" in content:
        wanted["sheetId"] = content["newSheetId"]
    fresh = new_sheet(edit.book, wanted)
    names = {"sheetId": fresh.id, "title": fresh.title}
    copy = replace(source.copy(), properties=source.properties | names, protected=[])
    for anchored in copy.anchored():
        anchored[:] = [_retied(thing, fresh.id) for thing in anchored]
    for things, name in ((copy.filter_views, "filterViewId"), (copy.banding, "bandedRangeId")):
        things[:] = [thing | {name: edit.book.new_number()} for thing in things]
    _rename_tables(edit, copy)
    copy.charts[:] = [_copied_chart(edit, chart, source.id, fresh.id) for chart in copy.charts]
    notes = [note for note in edit.book.metadata if note.sheet_id == source.id]
    edit.book.metadata += [replace(note, id=edit.book.new_number(), sheet_id=fresh.id) for note in notes]
    edit.book.sheets.insert(content.get("insertSheetIndex", 0), copy)
    grid.check_room(edit.book)
    return {"properties": properties(edit.book, copy)}


def _rename_tables(edit: Edit, copy: Sheet) -> None:
    """Tables of a copied tab get ids and names of their own."""
    taken = {table["name"] for sheet in edit.book.sheets for table in sheet.tables}
    for place, table in enumerate(copy.tables):
        name = next(name for number in count(2) if (name := f"{table['name']}_{number}") not in taken)
        taken.add(name)
        copy.tables[place] = table | {"tableId": str(edit.book.new_number()), "name": name}
        for things in (copy.filter_views, copy.basic_filter):
            things[:] = [
                one | {"tableId": copy.tables[place]["tableId"]} if one.get("tableId") == table["tableId"] else one
                for one in things
            ]


def _copied_chart(edit: Edit, chart: Json, old: int, new: int) -> Json:
    """The chart on the copied tab: what it showed of the old tab it shows of the new one."""
    spec = with_sources(chart["spec"], old, lambda source: source | {"sheetId": new})
    overlay = chart["position"].get("overlayPosition")
    position: Json = {"sheetId": new}
    if overlay is not None:
        position = {"overlayPosition": overlay | {"anchorCell": overlay["anchorCell"] | {"sheetId": new}}}
    return chart | {"chartId": edit.book.new_number(), "spec": spec, "position": position}


def _retied(thing: Json, sheet_id: int) -> Json:
    """The merge, rule, filter or banding with all its ranges on another tab."""
    if "range" not in thing and "ranges" not in thing:
        return thing | {"sheetId": sheet_id}
    moved = dict(thing)
    if "range" in thing:
        moved["range"] = thing["range"] | {"sheetId": sheet_id}
    if "ranges" in thing:
        moved["ranges"] = [one | {"sheetId": sheet_id} for one in thing["ranges"]]
    return moved


@request("updateSheetProperties")
def update_sheet_properties(edit: Edit, content: Json) -> None:
    """Rename, resize, freeze, hide, colour or move a tab, as the mask says."""
    new = content.get("properties", {})
    sheet = edit.sheet(new.get("sheetId", 0))
    edit.guard_tab(sheet)
    paths(content.get("fields", ""))
    before = (sheet.row_count, sheet.column_count)
    after = merged(sheet.properties, new, content["fields"])
    _check_title(edit, sheet, str(after.get("title", "")))
    if "index" in after:
        _reorder(edit, sheet, after.pop("index"))
    sheet.properties = after | {"sheetId": sheet.id}
    _check_size(edit, sheet)
    if before != (sheet.row_count, sheet.column_count):
        for dimension, old in zip((ROWS, COLUMNS), before, strict=True):
            if (new_end := grid.count(sheet, dimension)) < old:
                edit.guard(sheet, lines(sheet, dimension, new_end, old))
        grid.resize(sheet, sheet.row_count, sheet.column_count)
        grid.check_room(edit.book)
    if all(one.hidden for one in edit.book.sheets):
        raise Invalid("You can't hide all the sheets in a document.")


def _check_title(edit: Edit, sheet: Sheet, title: str) -> None:
    same = a1.named(edit.book, title)
    if not title:
        raise Invalid("The title of a sheet must not be empty.")
    if same is not None and same is not sheet:
        raise Invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _reorder(edit: Edit, sheet: Sheet, index: int) -> None:
    """Move the tab before the one that has number *index* now."""
    old = edit.book.sheets.index(sheet)
    edit.book.sheets.remove(sheet)
    edit.book.sheets.insert(index - (old < index), sheet)


def _check_size(edit: Edit, sheet: Sheet) -> None:
    if sheet.is_object and "gridProperties" in sheet.properties:
        raise _no_cells(sheet)
    if sheet.is_object:
        return
    size = sheet.properties.get("gridProperties", {})
    rows, columns = size.get("rowCount", 0), size.get("columnCount", 0)
    if rows < 1 or not 1 <= columns <= MOST_COLUMNS:
        raise Invalid(f"A sheet can't have {rows} rows and {columns} columns.")
    if sheet.frozen_rows >= rows:
        raise Invalid("You can't freeze all visible rows on the sheet.")
    if sheet.frozen_columns >= columns:
        raise Invalid("You can't freeze all visible columns on the sheet.")


def _no_cells(sheet: Sheet) -> Invalid:
    return Invalid(f"The action is not supported for OBJECT sheet: {sheet.title}")


@request("insertDimension")
def insert_dimension(edit: Edit, content: Json) -> None:
    sheet, dimension, start, end = span_of(edit, content.get("range", {}))
    like_before = bool(content.get("inheritFromBefore", False))
    if start > grid.count(sheet, dimension):
        raise Invalid(f"range.startIndex[{start}] is after the last of {grid.count(sheet, dimension)}")
    if like_before and start == 0:
        raise Invalid("inheritFromBefore can't be true when inserting at index 0.")
    edit.guard_insertion(sheet, dimension, start)
    grid.insert(edit.book, sheet, dimension, start, end - start, like_before=like_before)


@request("deleteDimension")
def delete_dimension(edit: Edit, content: Json) -> None:
    sheet, dimension, start, end = span_of(edit, content.get("range", {}))
    edit.guard(sheet, lines(sheet, dimension, start, end))
    grid.delete(edit.book, sheet, dimension, start, end)


@request("moveDimension")
def move_dimension(edit: Edit, content: Json) -> None:
    sheet, dimension, start, end = span_of(edit, content.get("source", {}))
    edit.guard(sheet, lines(sheet, dimension, start, end))
    edit.guard_insertion(sheet, dimension, content.get("destinationIndex", 0))
    grid.move(edit.book, sheet, dimension, start, end, content.get("destinationIndex", 0))


@request("appendDimension")
def append_dimension(edit: Edit, content: Json) -> None:
    if content.get("dimension") not in (ROWS, COLUMNS) or content.get("length", 0) < 1:
        raise Invalid("appendDimension needs a dimension and a length of at least 1.")
    sheet = edit.sheet(content.get("sheetId", 0))
    if sheet.is_object:
        raise _no_cells(sheet)
    grid.append(edit.book, sheet, content["dimension"], content["length"])


@request("updateDimensionProperties")
def update_dimension_properties(edit: Edit, content: Json) -> None:
    """Set width, height or hiddenByUser of rows or columns."""
    sheet, dimension, start, end = span_of(edit, content.get("range", {}))
    known = sheet.row_properties if dimension == ROWS else sheet.column_properties
    known.extend({} for _ in range(end - len(known)))
    known[start:end] = [
        merged(one, content.get("properties", {}), content.get("fields", "")) for one in known[start:end]
    ]


@request("autoResizeDimensions")
def auto_resize_dimensions(edit: Edit, content: Json) -> None:
    """Check the span; the sandbox measures no text, so sizes stay."""
    span_of(edit, content.get("dimensions", {}))


def span_of(edit: Edit, span: Json) -> tuple[Sheet, str, int, int]:
    """Google's DimensionRange as (tab, dimension, start, end); a missing end is the grid's."""
    sheet = edit.sheet(span.get("sheetId", 0))
    if sheet.is_object:
        raise _no_cells(sheet)
    dimension = span.get("dimension")
    if dimension not in (ROWS, COLUMNS):
        raise Invalid("range.dimension must be ROWS or COLUMNS.")
    start, end = span.get("startIndex", 0), span.get("endIndex", grid.count(sheet, dimension))
    if not 0 <= start < end:
        raise Invalid(f"range.endIndex[{end}] must be after range.startIndex[{start}].")
    return sheet, dimension, start, end


def lines(sheet: Sheet, dimension: str, start: int, end: int) -> Box:
    """The cells of whole rows or columns."""
    return Box(start, 0, end, a1.OPEN) if dimension == ROWS else Box(0, start, a1.OPEN, end)
