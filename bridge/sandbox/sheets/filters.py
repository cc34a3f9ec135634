"""Google's BasicFilter and FilterView: their two ways of saying the same, and which rows they show in which order."""

from __future__ import annotations

from bridge.sandbox.api import ApiError
from bridge.sandbox.sheets import conditions, grid, shown
from bridge.sandbox.sheets.a1 import Box, box_of, clipped
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.formulas import Unreadable
from bridge.sandbox.sheets.typed import Setting
from bridge.sandbox.sheets_state import Json, Sheet

_BY_COLOUR = ("visibleBackgroundColor", "visibleForegroundColor")


def in_both_ways(thing: Json, named: set[str] | None = None) -> Json:
    """The filter with its criteria as a map and as a list, as Google answers.

    filterSpecs win, unless only `criteria` are *named* by a write's mask.
    """
    by_map = "criteria" in thing if named is None else "criteria" in named and "filterSpecs" not in named
    by_list = "filterSpecs" in thing if named is None else "filterSpecs" in named
    rest = {name: part for name, part in thing.items() if name not in ("criteria", "filterSpecs")}
    criteria: dict[str, Json] = {}
    if by_list or not by_map:
        for spec in thing.get("filterSpecs", ()):
            criteria[str(spec.get("columnIndex", 0))] = spec.get("filterCriteria", {})
    else:
        criteria = dict(thing.get("criteria", {}))
    if not criteria:
        return rest
    ordered = sorted(criteria.items(), key=lambda item: int(item[0]))
    specs = [{"columnIndex": int(column), "filterCriteria": one} for column, one in ordered]
    return rest | {"criteria": criteria, "filterSpecs": specs}


def check(sheet: Sheet, thing: Json) -> None:
    """Raise Invalid if a criterion or an order names a column outside the range; colours are 501."""
    area = clipped(sheet, box_of(thing["range"]))
    columns = [spec["columnIndex"] for spec in thing.get("filterSpecs", ())]
    columns += [spec.get("dimensionIndex", 0) for spec in thing.get("sortSpecs", ())]
    for column in columns:
        if not area.left <= column < area.right:
            raise Invalid(f"The filter's range does not contain the column with index: {column}")
    for spec in thing.get("filterSpecs", ()):
        if any(name.startswith(_BY_COLOUR) for name in spec["filterCriteria"]):
            raise ApiError(501, "UNIMPLEMENTED", "The sandbox does not filter by colour.")


def body(sheet: Sheet, thing: Json) -> Box:
    """The cells below the header that the filter shows or hides."""
    area = clipped(sheet, box_of(thing["range"]))
    return Box(min(area.top + 1, area.bottom), area.left, area.bottom, area.right)


def order(thing: Json) -> list[tuple[int, bool]]:
    """What to sort by, as `grid.sort` wants it."""
    specs = thing.get("sortSpecs", ())
    return [(spec.get("dimensionIndex", 0), spec.get("sortOrder") == "DESCENDING") for spec in specs]


def filtered_out(sheet: Sheet, thing: Json, setting: Setting) -> frozenset[int]:
    """The rows that the filter hides."""
    area = body(sheet, thing)
    specs = thing.get("filterSpecs", ())
    rows = range(area.top, min(area.bottom, len(sheet.rows))) if specs else ()
    return frozenset(row for row in rows if not all(_shows(sheet, spec, row, area, setting) for spec in specs))


def _shows(sheet: Sheet, spec: Json, row: int, area: Box, setting: Setting) -> bool:
    criteria, column = spec["filterCriteria"], spec["columnIndex"]
    if shown.formatted(grid.cell_at(sheet, row, column), setting.locale) in criteria.get("hiddenValues", ()):
        return False
    if "condition" not in criteria:
        return True
    try:
        return conditions.holds(criteria["condition"], sheet, row, column, (area.top, column), setting)
    except Unreadable:
        return True  # the page says so: `not_evaluated`


def not_evaluated(sheet: Sheet, thing: Json, setting: Setting) -> list[str]:
    """The filter's conditions that the sandbox can't work out."""
    area, found = body(sheet, thing), []
    for spec in thing.get("filterSpecs", ()):
        condition = spec["filterCriteria"].get("condition")
        spot = (area.top, spec["columnIndex"])
        try:
            if condition is not None:
                conditions.holds(condition, sheet, *spot, spot, setting)
        except Unreadable:
            found.append(conditions.words(condition))
    return found


def hidden_rows(sheet: Sheet, setting: Setting) -> frozenset[int]:
    """The rows that nobody sees who opens the tab: hidden by hand, or by its basic filter."""
    by_hand = frozenset(row for row in range(len(sheet.row_properties)) if grid.is_hidden(sheet.row_properties, row))
    return by_hand.union(*(filtered_out(sheet, one, setting) for one in sheet.basic_filter))


def sorted_rows(sheet: Sheet, thing: Json) -> list[int]:
    """The rows of the filter's body in the order in which its view shows them; the cells stay where they are."""
    area = body(sheet, thing)
    rows = list(range(area.top, min(area.bottom, len(sheet.rows))))
    return grid.in_order(rows, order(thing), lambda row, column: shown.unformatted(grid.cell_at(sheet, row, column)))


def view_named(sheet: Sheet, name: str) -> Json:
    """The tab's filter view of that id or title; raises ApiError 404."""
    for view in sheet.filter_views:
        if name in (str(view["filterViewId"]), view["title"]):
            return view
    there = ", ".join(repr(view["title"]) for view in sheet.filter_views) or "none"
    raise ApiError(404, "NOT_FOUND", f"{sheet.title!r} has no filter view {name!r}; there are: {there}.")
