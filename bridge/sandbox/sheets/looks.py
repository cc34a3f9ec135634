"""How a cell looks: its own format, banding and conditional formats, as CSS."""

from __future__ import annotations

from typing import Any

from bridge.sandbox.sheets import formulas, grid, shown
from bridge.sandbox.sheets.a1 import Box, box_of
from bridge.sandbox.sheets.people import choices_of
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
        "font-family": f"'{text['fontFamily']}'" if "fontFamily" in text else "",
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


def look(sheet: Sheet, row: int, column: int) -> dict[str, str]:
    """The CSS of one cell: banding below, its own format over it, conditional formats on top."""
    cell = grid.cell_at(sheet, row, column) or {}
    looks = _banded(sheet, row, column) | css(cell.get("userEnteredFormat", {}))
    value = shown.unformatted(cell)
    if isinstance(value, (int, float)):
        looks = {"text-align": "center" if isinstance(value, bool) else "right"} | looks
    spot = Box(row, column, row + 1, column + 1)
    for rule in reversed(sheet.conditional_formats):
        for where in rule["ranges"]:
            area = box_of(where)
            if spot.lies_in(area) and _applies(rule, sheet, row, column, area):
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


def _applies(rule: Json, sheet: Sheet, row: int, column: int, area: Box) -> bool:
    condition = rule.get("booleanRule", {}).get("condition", {})
    wanted = [value.get("userEnteredValue", "") for value in condition.get("values", ())]
    if condition.get("type") == "CUSTOM_FORMULA":
        try:
            return formulas.holds(wanted[0], sheet, row, column, (area.top, area.left))
        except (formulas.Unreadable, IndexError):
            return False
    return meets(condition.get("type", ""), shown.unformatted(grid.cell_at(sheet, row, column)), wanted)


def meets(kind: str, value: Any, wanted: list[str]) -> bool:
    """Say whether a cell's value meets a simple condition: blank, text or number."""
    text = str(value).casefold()
    want = wanted[0].casefold() if wanted else ""
    tests: dict[str, bool] = {
        "BLANK": value == "",
        "NOT_BLANK": value != "",
        "TEXT_EQ": text == want,
        "TEXT_NOT_EQ": text != want,
        "TEXT_CONTAINS": want in text,
        "TEXT_NOT_CONTAINS": want not in text,
        "TEXT_STARTS_WITH": text.startswith(want),
        "TEXT_ENDS_WITH": text.endswith(want),
    }
    if kind in tests:
        return tests[kind]
    if not kind.startswith("NUMBER_") or isinstance(value, (str, bool)):
        return False
    return _number_meets(kind, value, [float(one) for one in wanted])


def _number_meets(kind: str, value: float, wanted: list[float]) -> bool:
    match kind.removeprefix("NUMBER_"), wanted:
        case "BETWEEN", [low, high]:
            return low <= value <= high
        case "NOT_BETWEEN", [low, high]:
            return not low <= value <= high
        case "GREATER", [limit]:
            return value > limit
        case "GREATER_THAN_EQ", [limit]:
            return value >= limit
        case "LESS", [limit]:
            return value < limit
        case "LESS_THAN_EQ", [limit]:
            return value <= limit
        case "EQ", [limit]:
            return value == limit
        case "NOT_EQ", [limit]:
            return value != limit
    return False


def chooser(sheet: Sheet, row: int, column: int) -> str:
    """ "list" for a drop-down, "checkbox" for a box to tick, "" for neither."""
    rule = (grid.cell_at(sheet, row, column) or {}).get("dataValidation", {})
    if rule.get("condition", {}).get("type") == "BOOLEAN":
        return "checkbox"
    return "list" if choices_of(rule) is not None and rule.get("showCustomUi", False) else ""
