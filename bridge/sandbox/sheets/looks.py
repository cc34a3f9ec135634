"""How a cell looks: its own format, banding and conditional formats, as CSS."""

from __future__ import annotations

import re

from bridge.sandbox.sheets import conditions, grid, shown, tables
from bridge.sandbox.sheets.a1 import Box, box_of
from bridge.sandbox.sheets.formulas import Unreadable
from bridge.sandbox.sheets.people import choices_of
from bridge.sandbox.sheets.typed import Setting
from bridge.sandbox.sheets_state import Json, Sheet

_THEME = {
    "TEXT": "#000000",
    "BACKGROUND": "#ffffff",
    "ACCENT1": "#4285f4",
    "ACCENT2": "#ea4335",
    "ACCENT3": "#fbbc04",
    "ACCENT4": "#34a853",
    "ACCENT5": "#ff6d01",
    "ACCENT6": "#46bdc6",
    "LINK": "#1155cc",
}
_NOT_IN_A_NAME = re.compile(r"[^\w -]")
#: How Google draws a table that sets no colours: assumed.
_TABLE_HEAD, _TABLE_BAND = "#356854", "#f6f8f9"
_ALIGN = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
_VERTICAL = {"TOP": "top", "MIDDLE": "middle", "BOTTOM": "bottom"}


def colour(thing: Json, name: str) -> str:
    """A colour of Google's as #rrggbb; "" if none is set. `nameStyle` wins over `name`, as Google says."""
    style = thing.get(f"{name}Style", {})
    if "themeColor" in style:
        return _THEME.get(style["themeColor"], "")
    rgb = style.get("rgbColor", thing.get(name))
    if rgb is None:
        return ""
    return "#" + "".join(f"{round(255 * rgb.get(part, 0)):02x}" for part in ("red", "green", "blue"))


def css(cell_format: Json) -> dict[str, str]:
    """Google's CellFormat as CSS properties, only those that are set."""
    text = cell_format.get("textFormat", {})
    line = " ".join(
        word for name, word in (("underline", "underline"), ("strikethrough", "line-through")) if text.get(name)
    )
    padding = cell_format.get("padding", {})
    properties = {
        "background": colour(cell_format, "backgroundColor"),
        "color": colour(text, "foregroundColor"),
        "font-weight": {True: "bold", False: "normal"}.get(text.get("bold"), ""),
        "font-style": "italic" if text.get("italic") else "",
        "text-decoration": line,
        "font-size": f"{text['fontSize']}pt" if "fontSize" in text else "",
        "font-family": f"'{_NOT_IN_A_NAME.sub('', text['fontFamily'])}'" if "fontFamily" in text else "",
        "text-align": _ALIGN.get(cell_format.get("horizontalAlignment", ""), ""),
        "vertical-align": _VERTICAL.get(cell_format.get("verticalAlignment", ""), ""),
        "white-space": "pre-wrap" if cell_format.get("wrapStrategy") == "WRAP" else "",
        "overflow-wrap": "anywhere" if cell_format.get("wrapStrategy") == "WRAP" else "",
        "padding": f"{padding.get('top', 2)}px {padding.get('right', 3)}px "
        f"{padding.get('bottom', 2)}px {padding.get('left', 3)}px"
        if padding
        else "",
    }
    return {name: value for name, value in properties.items() if value}


#: What formulas gave that hold for all of a row or none, by rule and row: a page asks for each cell.
Memo = dict[tuple[int, int], bool]


def look(sheet: Sheet, row: int, column: int, setting: Setting, memo: Memo) -> dict[str, str]:
    """The CSS of one cell: banding below, its own format over it, conditional formats on top."""
    cell = grid.cell_at(sheet, row, column) or {}
    looks = _banded(sheet, row, column) | _tabled(sheet, row, column) | css(cell.get("userEnteredFormat", {}))
    value = shown.unformatted(cell)
    if isinstance(value, (int, float)):
        looks = {"text-align": "center" if isinstance(value, bool) else "right"} | looks
    spot = Box(row, column, row + 1, column + 1)
    for rule in reversed(sheet.conditional_formats):
        for where in rule["ranges"]:
            area = box_of(where)
            if spot.lies_in(area) and _applies(rule, sheet, spot, area, setting, memo):
                looks |= css(rule["booleanRule"].get("format", {}))
    return looks


def _banded(sheet: Sheet, row: int, column: int) -> dict[str, str]:
    for band in sheet.banding:
        area = box_of(band["range"])
        if Box(row, column, row + 1, column + 1).lies_in(area):
            bands = band.get("rowProperties", {})
            head = colour(bands, "headerColor")
            place = row - area.top - bool(head)
            name = "firstBandColor" if place % 2 == 0 else "secondBandColor"
            found = head if place < 0 else colour(bands, name)
            return {"background": found} if found else {}
    return {}


def _tabled(sheet: Sheet, row: int, column: int) -> dict[str, str]:
    """The colours of the table that the cell lies in: as set, or Google's own."""
    for table in sheet.tables:
        area = box_of(table["range"])
        if not Box(row, column, row + 1, column + 1).lies_in(area):
            continue
        rows = table.get("rowsProperties", {})
        if row == area.top:
            head = colour(rows, "headerColor") or _TABLE_HEAD
            return {"background": head, "color": ink(head), "font-weight": "bold"}
        if tables.has_footer(table) and row == area.bottom - 1:
            return {"background": colour(rows, "footerColor")}
        first, second = colour(rows, "firstBandColor") or "#ffffff", colour(rows, "secondBandColor") or _TABLE_BAND
        return {"background": first if (row - area.top) % 2 else second}
    return {}


def ink(fill: str) -> str:
    """Letters that can be read on that colour."""
    red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
    return "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 165 else "#444746"


def _applies(rule: Json, sheet: Sheet, spot: Box, area: Box, setting: Setting, memo: Memo) -> bool:
    condition = rule.get("booleanRule", {}).get("condition", {})
    key = (id(rule), spot.top)
    if key in memo:
        return memo[key]
    try:
        found = conditions.holds(condition, sheet, spot.top, spot.left, (area.top, area.left), setting)
        if len(rule["ranges"]) == 1 and conditions.is_same_along_row(condition):
            memo[key] = found
    except Unreadable:
        return False  # the page says so: `not_evaluated`
    return found


def not_evaluated(sheet: Sheet, setting: Setting) -> list[str]:
    """The conditional formats that the sandbox can't work out, as people typed them."""
    found = []
    for rule in sheet.conditional_formats:
        condition = rule.get("booleanRule", {}).get("condition", {})
        area = box_of(rule["ranges"][0])
        spot = (area.top, area.left)
        try:
            conditions.holds(condition, sheet, *spot, spot, setting)
        except Unreadable:
            found.append(conditions.words(condition))
    return found


def chooser(sheet: Sheet, row: int, column: int) -> str:
    """ "list" for a drop-down, "checkbox" for a box to tick, "" for neither."""
    of_table = {"DROPDOWN": "list", "BOOLEAN": "checkbox"}.get(
        tables.column_at(sheet, row, column).get("columnType", "")
    )
    if of_table:
        return of_table
    rule = (grid.cell_at(sheet, row, column) or {}).get("dataValidation", {})
    if rule.get("condition", {}).get("type") == "BOOLEAN":
        return "checkbox"
    return "list" if choices_of(rule) is not None and rule.get("showCustomUi", False) else ""
