"""Ranges: A1 notation and Google's GridRange, both to and from a `Box`.

A1 rules: https://developers.google.com/workspace/sheets/api/guides/concepts#cell
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets_state import Json, Sheet, Spreadsheet

#: Further than any grid reaches: an open end, before it is cut to the grid.
OPEN = 1 << 60

_CORNERS = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]*)?(?::\$?([A-Za-z]{1,3})?\$?([1-9][0-9]*)?)?")
_TITLED = re.compile(r"(?:'((?:[^']|'')+)'|([^'!][^!]*))(?:!(.+))?", re.DOTALL)
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Box:
    """Cells from (top, left) to before (bottom, right), counted from 0."""

    top: int
    left: int
    bottom: int
    right: int
    is_corner: bool = False  # written as one cell: data may go beyond it

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def meets(self, other: Box) -> bool:
        return (
            self.top < other.bottom and other.top < self.bottom and self.left < other.right and other.left < self.right
        )

    def lies_in(self, other: Box) -> bool:
        return (
            other.top <= self.top
            and self.bottom <= other.bottom
            and other.left <= self.left
            and self.right <= other.right
        )


def whole(sheet: Sheet) -> Box:
    return Box(0, 0, sheet.row_count, sheet.column_count)


def column_name(index: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(65 + letter) + name
    return name


def column_index(name: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in name.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def parse(book: Spreadsheet, text: str) -> tuple[Sheet, Box]:
    """Read A1 notation; the box may reach beyond the grid, up to `OPEN`.

    A bare word is read as cells first ("TAB1" is a cell, "Sheet1" can't be one), then as a tab. Raises Invalid, as
    Google does, for what is neither.
    """
    if (box := corners(text)) is not None:
        return first_visible(book), box
    match = _TITLED.fullmatch(text)
    if match is None:
        raise unreadable(text)
    title = match[1].replace("''", "'") if match[1] else match[2]
    sheet = named(book, title)
    box = Box(0, 0, OPEN, OPEN) if match[3] is None else corners(match[3])
    if sheet is None or box is None:
        raise unreadable(text)
    return sheet, box


def corners(text: str) -> Box | None:
    """Read "B2", "A1:C9", "A:C", "2:5", "A2:C" or "A2:5"; None if it is something else."""
    match = _CORNERS.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return None
    if ":" not in text:
        return _cell(match[1], match[2])
    if not (match[3] or match[4]):
        return None
    columns = sorted(column_index(name) for name in (match[1], match[3]) if name)
    rows = sorted(int(number) - 1 for number in (match[2], match[4]) if number)
    return Box(
        top=rows[0] if rows else 0,
        left=columns[0] if columns else 0,
        bottom=rows[1] + 1 if len(rows) == 2 else OPEN,
        right=columns[1] + 1 if len(columns) == 2 else OPEN,
    )


def _cell(column: str | None, row: str | None) -> Box | None:
    if not (column and row):
        return None
    top, left = int(row) - 1, column_index(column)
    return Box(top, left, top + 1, left + 1, is_corner=True)


def unreadable(text: str) -> Invalid:
    return Invalid(f"Unable to parse range: {text}")


def named(book: Spreadsheet, title: str) -> Sheet | None:
    """The tab of that title; upper and lower case are the same to Sheets."""
    wanted = title.casefold()
    return next((sheet for sheet in book.sheets if sheet.title.casefold() == wanted), None)


def numbered(book: Spreadsheet, sheet_id: int) -> Sheet:
    """The tab with that sheetId; raises Invalid as Google does if there is none."""
    for sheet in book.sheets:
        if sheet.id == sheet_id:
            return sheet
    raise Invalid(f"No grid with id: {sheet_id}")


def first_visible(book: Spreadsheet) -> Sheet:
    return next((sheet for sheet in book.sheets if not sheet.hidden), book.sheets[0])


def quoted(title: str) -> str:
    """The title as it stands before "!", in quotes unless it is a plain word that could not be a cell."""
    if _PLAIN_TITLE.fullmatch(title) and corners(title) is None:
        return title
    return "'" + title.replace("'", "''") + "'"


def written(sheet: Sheet, box: Box) -> str:
    """A1 notation as Google writes it into answers: open ends are gone, one cell stands alone."""
    return f"{quoted(sheet.title)}!{_corners_of(box)}"


def _corners_of(box: Box) -> str:
    start = _corner(box.top, box.left, open_row=box.right == OPEN, open_column=box.bottom == OPEN)
    if box.height == 1 and box.width == 1:
        return start
    end = (column_name(box.right - 1) if box.right != OPEN else "") + (str(box.bottom) if box.bottom != OPEN else "")
    return f"{start}:{end}"


def _corner(top: int, left: int, *, open_row: bool, open_column: bool) -> str:
    letters = "" if open_row and left == 0 else column_name(left)
    digits = "" if open_column and top == 0 else str(top + 1)
    return letters + digits


def clipped(sheet: Sheet, box: Box) -> Box:
    """Cut the box to the grid; raises Invalid as Google does if it starts outside."""
    if box.top >= sheet.row_count or box.left >= sheet.column_count:
        raise beyond(sheet, box)
    return Box(box.top, box.left, min(box.bottom, sheet.row_count), min(box.right, sheet.column_count), box.is_corner)


def beyond(sheet: Sheet, box: Box) -> Invalid:
    return Invalid(
        f"Range ({written(sheet, box)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


def box_of(grid_range: Json) -> Box:
    """Google's GridRange as a box; a missing end is `OPEN`. Raises Invalid if it ends before it starts."""
    box = Box(
        top=grid_range.get("startRowIndex", 0),
        left=grid_range.get("startColumnIndex", 0),
        bottom=grid_range.get("endRowIndex", OPEN),
        right=grid_range.get("endColumnIndex", OPEN),
    )
    if box.top < 0 or box.left < 0 or box.bottom <= box.top or box.right <= box.left:
        raise Invalid(f"The range is empty or upside down: {grid_range}")
    return box


def resolve(book: Spreadsheet, grid_range: Json) -> tuple[Sheet, Box]:
    """The tab and the cells, cut to the grid, that a GridRange names."""
    sheet = numbered(book, grid_range.get("sheetId", 0))
    return sheet, clipped(sheet, box_of(grid_range))


def grid_range_of(sheet: Sheet, box: Box) -> Json:
    return {
        "sheetId": sheet.id,
        "startRowIndex": box.top,
        "endRowIndex": box.bottom,
        "startColumnIndex": box.left,
        "endColumnIndex": box.right,
    }
