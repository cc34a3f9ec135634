"""What a cell shows: effective value, formatted text, links. Formulas are not computed but for a link's label."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.sandbox.sheets.typed import EPOCH, date_pattern, has_decimal_comma
from bridge.sandbox.sheets_state import Cell, Json

_HYPERLINK = re.compile(
    r'=\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*(?:"((?:[^"]|"")*)"|([-0-9.]+))\s*)?\)\s*', re.IGNORECASE
)
#: Where 1,5 is one and a half, points part thousands.
_SWAPPED = str.maketrans(",.", ".,")
_DATE_KINDS = ("DATE", "TIME", "DATE_TIME")
_DATE_PARTS = re.compile(r'"[^"]*"|y+|m+|d+|h+|s+|am/pm|a/p|.', re.IGNORECASE | re.DOTALL)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def effective(cell: Cell | None) -> Json:
    """Google's effectiveValue: {} for an empty cell, an errorValue for a formula that the sandbox can't compute."""
    value: Json = cell.get("userEnteredValue", {}) if cell else {}
    formula = value.get("formulaValue")
    if formula is None:
        return value
    if (link := hyperlink_parts(formula)) is not None:
        return {"stringValue": link[1]}
    return {"errorValue": {"type": "ERROR", "message": "Formula parse error."}}


def hyperlink_parts(formula: str) -> tuple[str, str] | None:
    """(address, label) of =HYPERLINK("address", "label"); None for any other formula."""
    match = _HYPERLINK.fullmatch(formula)
    if match is None:
        return None
    address = match[1].replace('""', '"')
    label = match[2].replace('""', '"') if match[2] is not None else match[3]
    return address, address if label is None else label


def hyperlink(cell: Cell) -> str:
    """Where the whole cell leads; "" if nowhere, or to several places."""
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if formula is not None and (parts := hyperlink_parts(formula)) is not None:
        return parts[0]
    places = {run.get("format", {}).get("link", {}).get("uri", "") for run in cell.get("textFormatRuns", ())} - {""}
    if not places:
        return str(cell.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {}).get("uri", ""))
    return places.pop() if len(places) == 1 else ""


def units(text: str) -> int:
    """The length of a text as Google counts it for runs: in UTF-16. Assumed."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def cut(text: str, start: int, end: int) -> str:
    """A piece of the text; places count as in `units`."""
    data = text.encode("utf-16-le", errors="surrogatepass")[2 * start : 2 * end]
    return data.decode("utf-16-le", errors="replace")


def formatted(cell: Cell | None, locale: str = "en_US") -> str:
    """The text that a person sees in a file of that locale."""
    if cell is None:
        return ""
    value = cell.get("userEnteredValue")
    if value is None:
        return ""
    text = value.get("stringValue")
    if text is not None:
        return str(text)
    return _formatted(effective(cell), cell.get("userEnteredFormat", {}).get("numberFormat", {}), locale)


def _formatted(value: Json, number_format: Json, locale: str) -> str:
    if "stringValue" in value:
        return str(value["stringValue"])
    if "boolValue" in value:
        return "TRUE" if value["boolValue"] else "FALSE"
    if "errorValue" in value:
        return "#ERROR!"
    return formatted_number(value["numberValue"], number_format, locale) if "numberValue" in value else ""


def unformatted(cell: Cell | None) -> Any:
    """The bare value: number, bool or text; "" for none."""
    if cell is None:
        return ""
    value = cell.get("userEnteredValue")
    if value is None:
        return ""
    text = value.get("stringValue")
    if text is not None:
        return text
    return _bare(effective(cell))


def _bare(value: Json) -> Any:
    if "numberValue" in value:
        return whole_if_possible(value["numberValue"])
    return value.get("boolValue", value.get("stringValue", "#ERROR!" if "errorValue" in value else ""))


def with_date_strings(cell: Cell | None, locale: str = "en_US") -> Any:
    """The bare value, but dates and times as text (FORMATTED_STRING)."""
    if cell is not None and cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type") in _DATE_KINDS:
        return formatted(cell, locale)
    return unformatted(cell)


def entered(cell: Cell | None) -> Any:
    """The bare value, but formulas as they were typed (FORMULA)."""
    formula = cell.get("userEnteredValue", {}).get("formulaValue") if cell else None
    return unformatted(cell) if formula is None else formula


def whole_if_possible(number: float) -> float | int:
    """5.0 → 5, as Google writes numbers."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else number


def formatted_number(number: float, number_format: Json, locale: str = "en_US") -> str:
    kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
    if kind in _DATE_KINDS:
        return _date_text(number, pattern or _usual_pattern(kind, locale))
    if kind in ("", "NUMBER_FORMAT_TYPE_UNSPECIFIED", "TEXT") or (kind == "NUMBER" and not pattern):
        text = f"{number:.10g}" if isinstance(number, float) and abs(number) < 1e15 else str(number)
    else:
        text = _patterned(number, kind, pattern)
    return text.translate(_SWAPPED) if has_decimal_comma(locale) else text


def _usual_pattern(kind: str, locale: str) -> str:
    """The pattern of a date or time whose cell names none."""
    time = "h:mm:ss am/pm" if locale == "en_US" else "hh:mm:ss"
    day = date_pattern(locale)
    return {"DATE": day, "TIME": time}.get(kind, f"{day} {time.removesuffix(' am/pm')}")


def _patterned(number: float, kind: str, pattern: str) -> str:
    decimals = len(match[1]) if (match := re.search(r"\.([0#]+)", pattern)) else 0
    if kind == "SCIENTIFIC":
        return f"{number:.{decimals or 2}E}"
    if kind == "PERCENT":
        return f"{number * 100:.{decimals}f}%"
    digits = f"{abs(number):,.{decimals}f}" if "," in pattern or kind == "CURRENCY" else f"{abs(number):.{decimals}f}"
    mark = match[1] if (match := re.search(r'"([^"]*)"', pattern)) else ("$" if kind == "CURRENCY" else "")
    return ("-" if number < 0 else "") + mark + digits


def _date_text(serial: float, pattern: str) -> str:
    moment = datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=UTC) + timedelta(seconds=round(serial * 86400))
    half_day = "am/pm" in pattern.lower()
    text, after_hours = "", False
    for part in _DATE_PARTS.findall(pattern):
        lower = part.lower()
        if lower[0] == "m" and after_hours:
            text += f"{moment.minute:02d}" if len(part) > 1 else str(moment.minute)
        else:
            text += _date_part(lower, part, moment, half_day=half_day)
        if lower[0] in "hmsyd":
            after_hours = lower[0] == "h"
    return text


def _date_part(lower: str, part: str, moment: datetime, *, half_day: bool) -> str:
    hour = (moment.hour - 1) % 12 + 1 if half_day else moment.hour
    match lower[0], len(lower):
        case "y", size:
            return f"{moment.year}" if size > 2 else f"{moment.year % 100:02d}"
        case "m", size:
            name = _MONTHS[moment.month - 1]
            return (str(moment.month), f"{moment.month:02d}", name[:3])[size - 1] if size < 4 else name
        case "d", size:
            name = _DAYS[moment.weekday()]
            return (str(moment.day), f"{moment.day:02d}", name[:3])[size - 1] if size < 4 else name
        case "h", size:
            return f"{hour:02d}" if size > 1 else str(hour)
        case "s", size:
            return f"{moment.second:02d}" if size > 1 else str(moment.second)
        case "a", size if size > 1:
            return "AM" if moment.hour < 12 else "PM"
    return part.strip('"')
