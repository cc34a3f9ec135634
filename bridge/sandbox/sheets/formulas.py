"""The few formulas that conditional formats and filters are made of: comparisons, AND/OR/NOT, dates, tests of one text.

Cells themselves show no computed formulas; this is for how a tab looks. Blank cells are None, what a formula can't work
out is `WRONG`: it spreads through all but the functions that ask for it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

from bridge.sandbox.sheets import grid, shown
from bridge.sandbox.sheets.a1 import column_index
from bridge.sandbox.sheets.typed import EPOCH, Setting, has_decimal_comma, typed
from bridge.sandbox.sheets_state import Sheet

_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|\$?[A-Za-z]{1,3}\$?[0-9]+|[A-Za-z.]+|[0-9.]+|<>|<=|>=|[-+*/=<>&(),;])')
_REFERENCE = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)")


class Unreadable(ValueError):
    """The formula is more than this little reader knows."""


class _Wrong(Enum):
    WRONG = "#VALUE!"


WRONG = _Wrong.WRONG


def holds(formula: str, sheet: Sheet, row: int, column: int, origin: tuple[int, int], setting: Setting) -> bool:
    """Say whether the formula, written for the cell at *origin*, is true for the cell at (row, column).

    Raises Unreadable.
    """
    value = worked_out(formula, sheet, row, column, origin, setting)
    return isinstance(value, (bool, int, float)) and bool(value)


def worked_out(formula: str, sheet: Sheet, row: int, column: int, origin: tuple[int, int], setting: Setting) -> Any:
    """What the formula gives; raises Unreadable."""
    return _Reader(formula, sheet, row - origin[0], column - origin[1], row, setting).read()


@cache
def _tokens(formula: str) -> tuple[str, ...]:
    text = formula.removeprefix("=")
    found = tuple(_TOKEN.findall(text))
    if "".join(found) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", text):
        raise Unreadable(formula)
    return found


def is_same_along_row(formula: str) -> bool:
    """Say whether all that the formula names has a fixed column, so that it holds for all of a row or none."""
    found = (_REFERENCE.fullmatch(token) for token in _tokens(formula))
    return all(match[1] for match in found if match)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else str(shown.whole_if_possible(value))


def _number(value: Any) -> float:
    """The value as a number, for sums; raises ValueError for text that is none."""
    return float(value or 0)


def _rank(value: Any) -> int:
    """Numbers come before text before TRUE and FALSE."""
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0


def _compare(left: Any, sign: str, right: Any) -> bool:
    if left is None or right is None:  # a blank is what the other side would be without content
        blank = {bool: False, str: ""}.get(type(right if left is None else left), 0)
        left, right = blank if left is None else left, blank if right is None else right
    keys = [(_rank(one), one.casefold() if isinstance(one, str) else one) for one in (left, right)]
    return bool(_SIGNS[sign](*keys))


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_SUMS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _truths(values: tuple[Any, ...]) -> list[bool]:
    """Arguments of AND and OR: blanks don't count, words make no sense."""
    if any(isinstance(value, str) for value in values):
        raise ValueError("a text is neither true nor false")
    return [bool(value) for value in values if value is not None]


def _found(what: Any, where: Any, start: float = 1) -> int:
    return _text(where).casefold().index(_text(what).casefold(), int(start) - 1) + 1


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *values: all(_truths(values)),
    "OR": lambda *values: any(_truths(values)),
    "NOT": lambda value: not any(_truths((value,))),
    "IF": lambda test, then, other=False: then if any(_truths((test,))) else other,
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "LEN": lambda value: len(_text(value)),
    "TRIM": lambda value: " ".join(_text(value).split()),
    "LOWER": lambda value: _text(value).lower(),
    "UPPER": lambda value: _text(value).upper(),
    "LEFT": lambda value, number=1: _text(value)[: int(number)],
    "RIGHT": lambda value, number=1: _text(value)[max(0, len(_text(value)) - int(number)) :],
    "SEARCH": _found,
    "REGEXMATCH": lambda value, pattern: re.search(pattern, _text(value)) is not None,
    "ISEVEN": lambda value: int(_number(value)) % 2 == 0,
    "ISODD": lambda value: int(_number(value)) % 2 == 1,
    "MOD": lambda value, by: _number(value) % _number(by),
    "DATE": lambda year, month, day: (date(int(year), int(month), int(day)) - EPOCH).days,
}

#: These take what is wrong, too.
_ASKING: dict[str, Callable[..., Any]] = {
    "ISBLANK": lambda value: value is None,
    "ISNUMBER": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "ISTEXT": lambda value: isinstance(value, str),
    "ISERROR": lambda value: value is WRONG,
    "IFERROR": lambda value, other=None: other if value is WRONG else value,
}


class _Reader:
    """Reads a formula and works it out in one go, references moved by (down, right)."""

    def __init__(self, formula: str, sheet: Sheet, down: int, right: int, row: int, setting: Setting) -> None:
        self._tokens = list(_tokens(formula))
        self._sheet, self._down, self._right, self._row = sheet, down, right, row
        self._separators = (";",) if has_decimal_comma(setting.locale) else (",", ";")
        self._today, self._setting = (setting.today - EPOCH).days, setting

    def read(self) -> Any:
        value = self._comparison()
        if self._tokens:
            raise Unreadable(self._tokens[0])
        return value

    def _next(self) -> str:
        if not self._tokens:
            raise Unreadable("it ends too early")
        return str(self._tokens.pop(0))

    def _peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _comparison(self) -> Any:
        value = self._joined()
        while self._peek() in _SIGNS:
            sign = self._next()
            value = _carefully(lambda a, b, sign=sign: _compare(a, sign, b), value, self._joined())
        return value

    def _joined(self) -> Any:
        value = self._sum()
        while self._peek() == "&":
            self._next()
            value = _carefully(lambda a, b: _text(a) + _text(b), value, self._sum())
        return value

    def _sum(self) -> Any:
        return self._row_of(self._product, "+", "-")

    def _product(self) -> Any:
        return self._row_of(self._signed, "*", "/")

    def _row_of(self, part: Callable[[], Any], *signs: str) -> Any:
        value = part()
        while self._peek() in signs:
            do = _SUMS[self._next()]
            value = _carefully(lambda a, b, do=do: do(_number(a), _number(b)), value, part())
        return value

    def _signed(self) -> Any:
        if self._peek() in ("-", "+"):
            factor = -1 if self._next() == "-" else 1
            return _carefully(lambda value: factor * _number(value), self._signed())
        return self._single()

    def _single(self) -> Any:
        word = self._next()
        if word.startswith('"'):
            return word[1:-1].replace('""', '"')
        if word == "(":
            value = self._comparison()
            self._expect(")")
            return value
        if word[0].isdigit() or word[0] == ".":
            return float(word)
        if self._peek() == "(":
            return self._call(word.upper())
        if match := _REFERENCE.fullmatch(word):
            return self._cell(match)
        if word.upper() in ("TRUE", "FALSE"):
            return word.upper() == "TRUE"
        raise Unreadable(word)

    def _expect(self, wanted: str) -> None:
        if self._next() != wanted:
            raise Unreadable(f"no {wanted}")

    def _call(self, name: str) -> Any:
        self._expect("(")
        values = []
        while self._peek() != ")":
            values.append(self._comparison())
            if self._peek() in self._separators:
                self._next()
        self._expect(")")
        match name, values:
            case "DATEVALUE", [text]:
                return _carefully(self._date, text)
            case "TODAY", []:
                return self._today
            case "ROW", []:
                return self._row + 1
        if name not in _FUNCTIONS and name not in _ASKING:
            raise Unreadable(name)
        try:
            return _ASKING[name](*values) if name in _ASKING else _carefully(_FUNCTIONS[name], *values)
        except TypeError as error:  # too many or too few arguments
            raise Unreadable(name) from error

    def _date(self, text: Any) -> int:
        """The day that a text names; raises ValueError for one that names none."""
        value, form = typed(_text(text), self._setting.locale, self._setting.today)
        if not (form or {}).get("type", "").startswith("DATE"):
            raise ValueError("no date")
        return int(value["numberValue"])

    def _cell(self, match: re.Match[str]) -> Any:
        column = column_index(match[2]) + (0 if match[1] else self._right)
        row = int(match[4]) - 1 + (0 if match[3] else self._down)
        if row < 0 or column < 0:
            return WRONG
        cell = grid.cell_at(self._sheet, row, column)
        if "errorValue" in shown.effective(cell):
            return WRONG
        return shown.unformatted(cell) if cell and "userEnteredValue" in cell else None


def _carefully(do: Callable[..., Any], *values: Any) -> Any:
    """Do it; `WRONG` if a value is wrong already, or can't be used so."""
    if WRONG in values:
        return WRONG
    try:
        return do(*values)
    except (ValueError, ArithmeticError, re.error):
        return WRONG
