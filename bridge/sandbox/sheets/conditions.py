"""Google's BooleanCondition: whether a cell meets it. Conditional formats and filters ask."""

from __future__ import annotations

import math
from typing import Any

from bridge.sandbox.sheets import formulas, grid, shown
from bridge.sandbox.sheets.formulas import Unreadable
from bridge.sandbox.sheets.typed import EPOCH, Setting, typed
from bridge.sandbox.sheets_state import Json, Sheet

#: Days from today. A month and a year are counted as 30 and 365 days: assumed.
_RELATIVE = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1, "PAST_WEEK": -7, "PAST_MONTH": -30, "PAST_YEAR": -365}


def holds(condition: Json, sheet: Sheet, row: int, column: int, origin: tuple[int, int], setting: Setting) -> bool:
    """Say whether the cell meets the condition, whose formulas were written for the cell at *origin*.

    Raises Unreadable for what this reader does not know.
    """
    kind = condition.get("type", "")
    entries = condition.get("values", ())
    if kind == "CUSTOM_FORMULA":
        formula = entries[0].get("userEnteredValue", "") if entries else ""
        return formulas.holds(formula, sheet, row, column, origin, setting)
    wanted: list[Any] = []
    for entry in entries:
        text = str(entry.get("userEnteredValue", ""))
        if "relativeDate" in entry:
            wanted.append(_today(setting) + _RELATIVE.get(entry["relativeDate"], 0))
        elif text.startswith("=") and len(text) > 1:
            wanted.append(formulas.worked_out(text, sheet, row, column, origin, setting))
        else:
            wanted.append(text)
    return meets(kind, shown.unformatted(grid.cell_at(sheet, row, column)), wanted, setting)


def is_same_along_row(condition: Json) -> bool:
    """Say whether the condition does not ask which cell of the row it is."""
    if condition.get("type") != "CUSTOM_FORMULA":
        return False
    return all(formulas.is_same_along_row(value.get("userEnteredValue", "")) for value in condition.get("values", ()))


def words(condition: Json) -> str:
    """The condition as a person wrote it, near enough."""
    values = [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]
    return " ".join(values) or str(condition.get("type", "colour scale"))


def _today(setting: Setting) -> int:
    return (setting.today - EPOCH).days


def meets(kind: str, value: Any, wanted: list[Any], setting: Setting) -> bool:
    """Say whether a cell's value meets a simple condition; raises Unreadable for a kind that is not known here."""
    text = str(value).casefold()
    want = str(wanted[0]).casefold() if wanted else ""
    tests: dict[str, bool] = {
        "BLANK": value == "",
        "NOT_BLANK": value != "",
        "TEXT_EQ": text == want,
        "TEXT_NOT_EQ": text != want,
        "TEXT_CONTAINS": want in text,
        "TEXT_NOT_CONTAINS": want not in text,
        "TEXT_STARTS_WITH": text.startswith(want),
        "TEXT_ENDS_WITH": text.endswith(want),
        "ONE_OF_LIST": text in [str(one).casefold() for one in wanted],
    }
    if kind in tests:
        return tests[kind]
    family, _, compare = kind.partition("_")
    if family not in ("NUMBER", "DATE") or compare not in _COMPARISONS:
        raise Unreadable(f"condition of type {kind}")
    limits = [_number(one, setting) for one in wanted]
    if isinstance(value, (str, bool)) or None in limits:
        return False
    if family == "DATE":
        value, limits = math.floor(value), [math.floor(one) for one in limits if one is not None]
    try:
        return bool(_COMPARISONS[compare](value, *limits))
    except TypeError as error:  # too many or too few values
        raise Unreadable(f"{kind} with {len(limits)} values") from error


def _number(wanted: Any, setting: Setting) -> float | None:
    """A number or day as it was typed into a condition; None if it is neither."""
    if isinstance(wanted, str):
        wanted = typed(wanted, setting.locale, setting.today)[0].get("numberValue")
    return wanted if isinstance(wanted, (int, float)) else None


_COMPARISONS: dict[str, Any] = {
    "EQ": lambda value, limit: value == limit,
    "NOT_EQ": lambda value, limit: value != limit,
    "GREATER": lambda value, limit: value > limit,
    "GREATER_THAN_EQ": lambda value, limit: value >= limit,
    "LESS": lambda value, limit: value < limit,
    "LESS_THAN_EQ": lambda value, limit: value <= limit,
    "BETWEEN": lambda value, low, high: low <= value <= high,
    "NOT_BETWEEN": lambda value, low, high: not low <= value <= high,
    "BEFORE": lambda value, limit: value < limit,
    "AFTER": lambda value, limit: value > limit,
    "ON_OR_BEFORE": lambda value, limit: value <= limit,
    "ON_OR_AFTER": lambda value, limit: value >= limit,
}
