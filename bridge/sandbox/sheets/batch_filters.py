"""Requests about the basic filter and filter views."""

from __future__ import annotations

from bridge.sandbox.sheets import filters, grid, shown
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.batch_rules import find, on_its_tab
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.masks import merged, paths
from bridge.sandbox.sheets_state import Json, Sheet


@request("setBasicFilter")
def set_basic_filter(edit: Edit, content: Json) -> None:
    """Give the tab its filter in place of any other; its sortSpecs sort the cells at once."""
    sheet, thing = on_its_tab(edit, content.get("filter", {}))
    thing = filters.in_both_ways(thing)
    filters.check(sheet, thing)
    if keys := filters.order(thing):
        body = filters.body(sheet, thing)
        edit.guard(sheet, body)
        grid.sort(sheet, body, keys, shown.unformatted)
    sheet.basic_filter[:] = [thing]


@request("clearBasicFilter")
def clear_basic_filter(edit: Edit, content: Json) -> None:
    edit.sheet(content.get("sheetId", 0)).basic_filter.clear()


@request("addFilterView")
def add_filter_view(edit: Edit, content: Json) -> Json:
    """Add a view; its sortSpecs order what it shows, and leave the cells where they are."""
    sheet, thing = on_its_tab(edit, content.get("filter", {}))
    return {"filter": _added(edit, sheet, filters.in_both_ways(thing))}


def _added(edit: Edit, sheet: Sheet, thing: Json) -> Json:
    filters.check(sheet, thing)
    number = thing.get("filterViewId") or edit.book.new_number()
    if any(view["filterViewId"] == number for one in edit.book.sheets for view in one.filter_views):
        raise Invalid(f"A filter view with the id {number} already exists.")
    title = thing.get("title") or f"Filter {len(sheet.filter_views) + 1}"
    made = thing | {"filterViewId": number, "title": title}
    sheet.filter_views.append(made)
    return made


@request("updateFilterView")
def update_filter_view(edit: Edit, content: Json) -> None:
    new = content.get("filter", {})
    named = {path[0] for path in paths(content.get("fields", ""))}
    things, place = find(edit, "filter_views", "filterViewId", new.get("filterViewId", 0), "filter view")
    if "*" in named:
        named = set(new)
    changed = merged(things[place], new, content["fields"])
    sheet, changed = on_its_tab(edit, filters.in_both_ways(_on_one_area(changed, named), named))
    filters.check(sheet, changed)
    if things is not sheet.filter_views:
        raise Invalid("A filter view can't move to another sheet.")
    things[place] = changed


def _on_one_area(thing: Json, named: set[str]) -> Json:
    """The view as it is written: on a range, or on a table whose range is its own."""
    gone = "tableId" if "range" in named else "range" if "tableId" in thing else ""
    return {name: part for name, part in thing.items() if name != gone}


@request("duplicateFilterView")
def duplicate_filter_view(edit: Edit, content: Json) -> Json:
    things, place = find(edit, "filter_views", "filterViewId", content.get("filterId", 0), "filter view")
    copy = {name: part for name, part in _on_one_area(things[place], set()).items() if name != "filterViewId"}
    sheet, copy = on_its_tab(edit, copy | {"title": f"Copy of {copy['title']}"})
    return {"filter": _added(edit, sheet, copy)}


@request("deleteFilterView")
def delete_filter_view(edit: Edit, content: Json) -> None:
    things, place = find(edit, "filter_views", "filterViewId", content.get("filterId", 0), "filter view")
    del things[place]
