"""What Sheets makes of typed text (USER_ENTERED): numbers, dates, yes/no, formulas, or just text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bridge.sandbox.sheets_state import Json

#: Day 0 of Sheets' calendar.
EPOCH = date(1899, 12, 30)

_NUMBER = re.compile(r"([-+])?(\$|€|£)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(\.[0-9]*)?([eE][-+]?[0-9]+)?(%)?")
#: The other way round where 1,5 is one and a half; there thousands part with points or spaces.
_SWAPPED = str.maketrans({",": ".", ".": ",", " ": ",", "\u00a0": ",", "\u202f": ","})
_ISO_DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_LOCAL_DATE = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{4}|[0-9]{2}))?")
_NAMED_DATE = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:, ?([0-9]{4}))?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp][Mm]))?")
#: How a locale writes a date; all others as `_DAY_FIRST`. Assumed; the documents name no patterns.
_DAY_FIRST = "dd/mm/yyyy"
_DATES = {
    "m/d/yyyy": ("", "en_US", "en_PH"),
    "yyyy-mm-dd": ("en_CA", "fr_CA", "sv_SE", "lt_LT"),
    "yyyy/mm/dd": ("ja_JP", "zh_TW"),
    "dd-mm-yyyy": ("nl_NL",),
    "dd.mm.yyyy": ("de_DE", "de_AT", "de_CH", "pl_PL", "cs_CZ", "sk_SK", "ru_RU", "fi_FI", "nb_NO", "tr_TR", "uk_UA"),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

#: Languages that write 1.5 for one and a half; all others write 1,5. Assumed.
_WITH_A_POINT = ("", "en", "ja", "zh", "ko", "th", "hi", "he", "iw")

#: A value as Google's ExtendedValue, and the number format that typing it gives the cell, if any.
Typed = tuple[Json, Json | None]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a file is looked at: what typing and formulas mean depends on it."""

    locale: str = "en_US"
    today: date = EPOCH


def has_decimal_comma(locale: str) -> bool:
    """Say whether the locale writes 1,5: then arguments of formulas can't part with commas."""
    return locale.partition("_")[0] not in _WITH_A_POINT and locale != "es_MX"


def date_pattern(locale: str) -> str:
    """How the locale writes a date when the cell's format does not say."""
    return next((pattern for pattern, locales in _DATES.items() if locale in locales), _DAY_FIRST)


def typed(text: str, locale: str, today: date) -> Typed:
    """Read *text* as if a person had typed it into a cell of a spreadsheet of that locale; "" gives no value."""
    if text.startswith("'"):
        return ({"stringValue": text[1:]} if text[1:] else {}), None
    if text.startswith("=") and len(text) > 1:
        return {"formulaValue": text}, None
    plain = text.strip()
    if plain.upper() in ("TRUE", "FALSE"):
        return {"boolValue": plain.upper() == "TRUE"}, None
    for read in (_number_in(locale), _moment(locale, today)):
        if (found := read(plain)) is not None:
            return {"numberValue": found[0]}, found[1]
    if plain.startswith("+") and len(plain) > 1:
        return {"formulaValue": "=" + plain}, None
    return ({"stringValue": text} if text else {}), None


Read = Callable[[str], tuple[float, Json | None] | None]


def _number_in(locale: str) -> Read:
    return (lambda text: _number(text.translate(_SWAPPED))) if has_decimal_comma(locale) else _number


def _number(text: str) -> tuple[float, Json | None] | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[3] or (match[4] or "") > "."):
        return None
    value = float((match[1] or "") + (match[3] or "0").replace(",", "") + (match[4] or "") + (match[5] or ""))
    if match[6]:
        return value / 100, {"type": "PERCENT", "pattern": "0.00%" if match[4] else "0%"}
    if match[2]:
        return value, {"type": "CURRENCY", "pattern": f'"{match[2]}"#,##0' + (".00" if match[4] else "")}
    if match[5]:
        return value, {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    return value, {"type": "NUMBER", "pattern": "#,##0"} if "," in (match[3] or "") else None


def _moment(locale: str, today: date) -> Read:
    def read(text: str) -> tuple[float, Json | None] | None:
        day_text, _, time_text = text.partition(" ") if ":" in text else (text, "", "")
        if ":" in day_text:
            day_text, time_text = "", text
        clock = _time(time_text) if time_text else 0.0
        found = _day(day_text, locale, today) if day_text else (0, "")
        if clock is None or found is None or not text:
            return None
        serial, pattern = found
        if not time_text:
            return float(serial), {"type": "DATE", "pattern": pattern}
        if not day_text:
            return clock, {"type": "TIME", "pattern": "h:mm:ss"}
        return serial + clock, {"type": "DATE_TIME", "pattern": f"{pattern} h:mm:ss"}

    return read


def _time(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hours = hours % 12 + 12 * (match[4].lower() == "pm")
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return (hours * 3600 + minutes * 60 + seconds) / 86400


def _day(text: str, locale: str, today: date) -> tuple[int, str] | None:
    """Days since `EPOCH` and the pattern in which the date was typed; None if it is no date."""
    if match := _ISO_DATE.fullmatch(text):
        return _serial(int(match[1]), int(match[2]), int(match[3]), "yyyy-mm-dd")
    if match := _LOCAL_DATE.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        pattern = date_pattern(locale)
        month, day = (second, first) if pattern.startswith("d") else (first, second)
        year = int(match[3]) if match[3] else today.year
        year += 2000 * (year < 50) + 1900 * (50 <= year < 100)
        return _serial(year, month, day, pattern if match[3] else re.sub(r"[-/.]?yyyy[-/.]?", "", pattern))
    if (match := _NAMED_DATE.fullmatch(text)) and match[1][:3].lower() in _MONTHS:
        month = _MONTHS.index(match[1][:3].lower()) + 1
        return _serial(int(match[3] or today.year), month, int(match[2]), "mmm d, yyyy")
    return None


def _serial(year: int, month: int, day: int, pattern: str) -> tuple[int, str] | None:
    try:
        return (datetime(year, month, day).date() - EPOCH).days, pattern  # noqa: DTZ001 (a calendar day has no zone)
    except ValueError:
        return None
