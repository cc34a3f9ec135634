"""Cells in a tab: find, put, insert, delete, move, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.following import ROWS, Shift, follow
from bridge.sandbox.sheets_state import MOST_CELLS, Cell, Json, Sheet, Spreadsheet

Item = TypeVar("Item")


def cell_at(sheet: Sheet, row: int, column: int) -> Cell | None:
    if row < len(sheet.rows) and column < len(sheet.rows[row]):
        return sheet.rows[row][column]
    return None


def row_for_writing(sheet: Sheet, row: int, width: int) -> list[Cell | None]:
    """The row's own list, at least *width* long."""
    if row >= len(sheet.rows):
        sheet.rows.extend([] for _ in range(row + 1 - len(sheet.rows)))
    line = sheet.rows[row]
    if len(line) < width:
        line.extend([None] * (width - len(line)))
    return line


def put(sheet: Sheet, row: int, column: int, cell: Cell | None) -> None:
    row_for_writing(sheet, row, column + 1)[column] = cell


def is_hidden(lines: list[Json], index: int) -> bool:
    """Say whether somebody hid the row or column; *lines* are the tab's row or column properties."""
    return index < len(lines) and bool(lines[index].get("hiddenByUser"))


def rows_with_data(sheet: Sheet) -> int:
    """How many rows there are up to the last that holds a value; format and validation alone are not data."""
    for number in range(len(sheet.rows), 0, -1):
        if any(cell is not None and "userEnteredValue" in cell for cell in sheet.rows[number - 1]):
            return number
    return 0


def count(sheet: Sheet, dimension: str) -> int:
    return sheet.row_count if dimension == ROWS else sheet.column_count


def check_room(book: Spreadsheet) -> None:
    """Raise Invalid if the file holds more cells than Google allows."""
    if sum(sheet.row_count * sheet.column_count for sheet in book.sheets) > MOST_CELLS:
        raise Invalid(
            "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
        )


def resize(sheet: Sheet, rows: int, columns: int) -> None:
    """Make the grid so large; what lies outside is gone."""
    del sheet.rows[rows:]
    for line in sheet.rows:
        del line[columns:]
    sheet.set_grid(rowCount=rows, columnCount=columns)


def insert(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, number: int, *, like_before: bool) -> None:
    """Put in empty rows or columns; they take format and validation from their neighbour."""
    neighbour = start - 1 if like_before else start
    if dimension == ROWS:
        model: list[Cell | None] = []
        if neighbour < len(sheet.rows):
            model = [_dressed(cell) for cell in sheet.rows[neighbour]]
        _insert_into(sheet.rows, start, [model.copy() for _ in range(number)])
        _insert_into(sheet.row_properties, start, [Json()] * number)
    else:
        for line in sheet.rows:
            dress = _dressed(line[neighbour]) if neighbour < len(line) else None
            _insert_into(line, start, [dress] * number)
        _insert_into(sheet.column_properties, start, [Json()] * number)
    _grow(sheet, dimension, start, number)
    follow(book, sheet, dimension, lambda a, b: (a + number * (start <= a), b + number * (start < b)))
    check_room(book)


def _dressed(cell: Cell | None) -> Cell | None:
    """What a new neighbour of *cell* looks like."""
    if cell is None:
        return None
    return {name: cell[name] for name in ("userEnteredFormat", "dataValidation") if name in cell} or None


def _insert_into(items: list[Item], start: int, new: list[Item]) -> None:
    if start <= len(items):
        items[start:start] = new


def _grow(sheet: Sheet, dimension: str, start: int, number: int) -> None:
    frozen = sheet.frozen_rows if dimension == ROWS else sheet.frozen_columns
    total = count(sheet, dimension) + number
    inside = frozen + number if start < frozen else frozen
    if dimension == ROWS:
        sheet.set_grid(rowCount=total, frozenRowCount=inside)
    else:
        sheet.set_grid(columnCount=total, frozenColumnCount=inside)


def append(book: Spreadsheet, sheet: Sheet, dimension: str, number: int) -> None:
    if dimension == ROWS:
        sheet.set_grid(rowCount=sheet.row_count + number)
    else:
        sheet.set_grid(columnCount=sheet.column_count + number)
    check_room(book)


def delete(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int) -> None:
    """Take rows or columns out, with all that is tied to them; raises Invalid where Google does."""
    total = count(sheet, dimension)
    word = "row" if dimension == ROWS else "column"
    if start >= total or end > total:
        raise Invalid(
            f"Cannot delete a {word} that doesn't exist. "
            f"Tried to delete {word} index {max(start, end - 1)} but there are only {total} {word}s."
        )
    if end - start >= total:
        raise Invalid(f"You can't delete all the {word}s on the sheet.")
    frozen = sheet.frozen_rows if dimension == ROWS else sheet.frozen_columns
    still_frozen = frozen - max(0, min(end, frozen) - start)
    if still_frozen and total - (end - start) <= still_frozen:
        raise Invalid(f"Sorry, it is not possible to delete all non-frozen {word}s.")
    if dimension == ROWS:
        del sheet.rows[start:end], sheet.row_properties[start:end]
        sheet.set_grid(rowCount=total - (end - start), frozenRowCount=still_frozen)
    else:
        for line in sheet.rows:
            del line[start:end]
        del sheet.column_properties[start:end]
        sheet.set_grid(columnCount=total - (end - start), frozenColumnCount=still_frozen)
    follow(book, sheet, dimension, _after_deletion(start, end))


def _after_deletion(start: int, end: int) -> Shift:
    def place(index: int) -> int:
        return index if index <= start else max(start, index - (end - start))

    return lambda a, b: (place(a), place(b)) if place(a) < place(b) else None


def move(book: Spreadsheet, sheet: Sheet, dimension: str, start: int, end: int, to: int) -> None:
    """Carry rows or columns before the one that was number *to*; a *to* inside the moved part raises Invalid."""
    total = count(sheet, dimension)
    if not (0 <= start < end <= total and 0 <= to <= total) or start < to < end:
        raise Invalid(f"Cannot move {dimension.lower()} {start} to {end} before {to}: there are {total}.")
    if dimension == ROWS:
        _move_in(sheet.rows, start, end, to, list)
        _move_in(sheet.row_properties, start, end, to, dict)
    else:
        for line in sheet.rows:
            _move_in(line, start, end, to, lambda: None)
        _move_in(sheet.column_properties, start, end, to, dict)
    follow(book, sheet, dimension, _after_move(start, end, to))


def _move_in(items: list[Item], start: int, end: int, to: int, empty: Callable[[], Item]) -> None:
    items.extend(empty() for _ in range(max(end, to) - len(items)))
    moved = items[start:end]
    del items[start:end]
    target = to if to <= start else to - (end - start)
    items[target:target] = moved


def _after_move(start: int, end: int, to: int) -> Shift:
    size = end - start
    target = to if to <= start else to - size
    removed = _after_deletion(start, end)

    def place(a: int, b: int) -> tuple[int, int] | None:
        if start <= a and b <= end:
            return a - start + target, b - start + target
        left = removed(a, b)
        return left and (left[0] + size * (target <= left[0]), left[1] + size * (target < left[1]))

    return place


def sort(sheet: Sheet, box: Box, keys: Sequence[tuple[int, bool]], value_of: Callable[[Cell | None], Any]) -> None:
    """Sort the rows of the box by columns, each (index, descending); blanks come last either way.

    Only cells inside the box change place; what is tied to whole rows stays where it is.
    """
    lines = [[cell_at(sheet, row, column) for column in range(box.left, box.right)] for row in _used(sheet, box)]
    lines = in_order(lines, keys, lambda line, column: value_of(line[column - box.left]))
    for row, line in zip(_used(sheet, box), lines, strict=True):
        row_for_writing(sheet, row, box.left + len(line))[box.left : box.left + len(line)] = line


def in_order(lines: list[Item], keys: Sequence[tuple[int, bool]], value: Callable[[Item, int], Any]) -> list[Item]:
    """The lines sorted by columns, each (index, descending); blanks come last either way."""
    for column, descending in reversed(keys):
        ranked = [(_rank(value(line, column)), line) for line in lines]
        full = [one for one in ranked if one[0][0] < 3]
        full.sort(key=lambda one: one[0], reverse=descending)
        lines = [line for _, line in full] + [line for rank, line in ranked if rank[0] == 3]
    return lines


def _used(sheet: Sheet, box: Box) -> range:
    return range(box.top, min(box.bottom, max(len(sheet.rows), box.top)))


def _rank(value: Any) -> tuple[int, Any]:
    """Numbers before text before yes/no before nothing."""
    match value:
        case None | "":
            return 3, 0
        case bool():
            return 2, value
        case int() | float():
            return 0, value
    return 1, str(value).casefold()
