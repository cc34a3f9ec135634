"""Field masks of writes: which parts of a cell, a tab or a rule a request sets."""

from __future__ import annotations

from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets_state import Json

Path = tuple[str, ...]

_CELL_FIELDS = frozenset(
    {
        "userEnteredValue",
        "userEnteredFormat",
        "note",
        "textFormatRuns",
        "dataValidation",
        "chipRuns",
        "pivotTable",
        "dataSourceTable",
        "dataSourceFormula",
        "hyperlink",
        "effectiveValue",
        "effectiveFormat",
        "formattedValue",
    }
)
_COMPUTED = frozenset({"hyperlink", "effectiveValue", "effectiveFormat", "formattedValue"})

#: Every part of a cell that a person or program can set: what "*" means.
WRITABLE = _CELL_FIELDS - _COMPUTED

#: Runs of text lie on a value: a new value wipes them. https://developers.google.com/workspace/sheets/api CellData
_ON_VALUE = ("textFormatRuns", "chipRuns")


def paths(mask: str) -> list[Path]:
    """ "a.b,c(d,e)" → (a, b), (c, d), (c, e). Raises Invalid for an empty or unbalanced mask."""
    found: list[Path] = []
    stack: list[Path] = [()]
    word = ""
    for letter in mask + ",":
        if letter in ",)(":
            path = (*stack[-1], *(part for part in word.strip().replace("/", ".").split(".") if part))
            if letter == "(":
                stack.append(path)
            elif word.strip():
                found.append(path)
            if letter == ")" and len(stack) > 1:
                stack.pop()
            word = ""
        else:
            word += letter
    if not found or len(stack) != 1:
        raise Invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return found


def merged(old: Json, new: Json, mask: str) -> Json:
    """*old* with what the mask names taken from *new*; named but absent in *new* means cleared."""
    if mask.strip() == "*":
        return old | new
    for path in paths(mask):
        old = _with(old, new, path)
    return old


def _with(old: Json, new: Json, path: Path) -> Json:
    name, rest = path[0], path[1:]
    if not rest or rest == ("*",):
        kept = {key: value for key, value in old.items() if key != name}
        return kept | {name: new[name]} if name in new else kept
    inner = _with(old.get(name, {}), new.get(name) or {}, rest)
    kept = {key: value for key, value in old.items() if key != name}
    return kept | {name: inner} if inner else kept


_NOTHING = {"stringValue": ""}


class CellMask:
    """A mask whose root is CellData, made ready for many cells."""

    def __init__(self, mask: str) -> None:
        if mask.strip() == "*":
            self.whole, self.deep = WRITABLE, []
        else:
            found = [path[2:] if path[:2] == ("rows", "values") else path for path in paths(mask)]
            for path in found:
                if not path or path[0] not in _CELL_FIELDS:
                    raise Invalid(f"Invalid field mask: {'.'.join(path)} is not a field of CellData.")
            self.whole = frozenset(path[0] for path in found if len(path) == 1) & WRITABLE
            self.deep = [path for path in found if len(path) > 1 and path[0] in WRITABLE]
        self._wiped = self.whole | set(_ON_VALUE) if "userEnteredValue" in self.whole else self.whole

    def apply(self, old: Json | None, new: Json) -> Json | None:
        """The cell after the write; None if nothing is left in it."""
        cell: Json = {}
        if old:
            for name in old:
                if name not in self._wiped:
                    cell[name] = old[name]
        for name in new:
            if name in self.whole and (value := new[name]) and value != _NOTHING:
                cell[name] = value
        for path in self.deep:
            cell = _with(cell, new, path)
        return cell or None
