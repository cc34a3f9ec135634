"""The few formulas that conditional formats are made of: comparisons, AND/OR/NOT and tests of one cell's text.

Cells themselves show no computed formulas; this is for how a tab looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bridge.sandbox.sheets import grid, shown
from bridge.sandbox.sheets.a1 import column_index
from bridge.sandbox.sheets_state import Sheet

_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|\$?[A-Za-z]{1,3}\$?[0-9]+|[A-Za-z.]+|[0-9.]+|<>|<=|>=|[=<>&(),;])')
_REFERENCE = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)")


class Unreadable(ValueError):
    """The formula is more than this little reader knows."""


def holds(formula: str, sheet: Sheet, row: int, column: int, origin: tuple[int, int]) -> bool:
    """Say whether the formula, written for the cell at *origin*, is true for the cell at (row, column).

    Raises Unreadable.
    """
    return bool(_Reader(formula, sheet, row - origin[0], column - origin[1], row).read())


def _text(value: Any) -> str:
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else str(value)


def _compare(left: Any, sign: str, right: Any) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        left, right = _text(left).casefold(), _text(right).casefold()
    signs: dict[str, bool] = {"=": left == right, "<>": left != right}
    return (
        signs[sign]
        if sign in signs
        else {"<": left < right, ">": left > right}.get(sign, left <= right if sign == "<=" else left >= right)
    )


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *values: all(values),
    "OR": lambda *values: any(values),
    "NOT": lambda value: not value,
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "ISBLANK": lambda value: value == "",
    "LEN": lambda value: len(_text(value)),
    "TRIM": lambda value: _text(value).strip(),
    "LOWER": lambda value: _text(value).lower(),
    "UPPER": lambda value: _text(value).upper(),
    "LEFT": lambda value, number=1: _text(value)[: int(number)],
    "RIGHT": lambda value, number=1: _text(value)[-int(number) :],
    "SEARCH": lambda what, where: _text(where).casefold().find(_text(what).casefold()) + 1 or None,
    "ISNUMBER": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "ISTEXT": lambda value: isinstance(value, str) and value != "",
    "REGEXMATCH": lambda value, pattern: re.search(pattern, _text(value)) is not None,
    "ISEVEN": lambda value: int(value) % 2 == 0,
    "ISODD": lambda value: int(value) % 2 == 1,
    "MOD": lambda value, by: value % by,
}


class _Reader:
    """Reads a formula and works it out in one go, references moved by (down, right)."""

    def __init__(self, formula: str, sheet: Sheet, down: int, right: int, row: int) -> None:
        self._tokens = _TOKEN.findall(formula.removeprefix("="))
        if "".join(self._tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", formula.removeprefix("=")):
            raise Unreadable(formula)
        self._sheet, self._down, self._right, self._row = sheet, down, right, row

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
        while self._peek() in ("=", "<>", "<", ">", "<=", ">="):
            sign = self._next()
            value = _compare(value, sign, self._joined())
        return value

    def _joined(self) -> Any:
        value = self._single()
        while self._peek() == "&":
            self._next()
            value = _text(value) + _text(self._single())
        return value

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
            if self._peek() in (",", ";"):
                self._next()
        self._expect(")")
        if name == "ROW":
            return self._row + 1
        if name not in _FUNCTIONS:
            raise Unreadable(name)
        try:
            return _FUNCTIONS[name](*values)
        except (TypeError, ValueError, re.error) as error:
            raise Unreadable(name) from error

    def _cell(self, match: re.Match[str]) -> Any:
        column = column_index(match[2]) + (0 if match[1] else self._right)
        row = int(match[4]) - 1 + (0 if match[3] else self._down)
        return shown.unformatted(grid.cell_at(self._sheet, row, column)) if row >= 0 and column >= 0 else ""
