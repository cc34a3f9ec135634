"""How values.append finds its "table": the block of filled cells around the range that it was given.

https://developers.google.com/workspace/sheets/api/guides/values#append_values
"""

from __future__ import annotations

from bridge.sandbox.sheets.a1 import Box
from bridge.sandbox.sheets.grid import cell_at
from bridge.sandbox.sheets_state import Sheet


def table_at(sheet: Sheet, box: Box) -> Box:
    """The last block of filled cells that touches *box*; a box without height if there is none.

    A block grows while a filled cell lies beside it or at its corner; so an empty first column makes it start further
    right, and an empty row cuts it in two.
    """
    last = min(box.bottom, len(sheet.rows))
    for row in range(last - 1, box.top - 1, -1):
        for column in range(box.left, min(box.right, len(sheet.rows[row]))):
            if _filled(sheet, row, column):
                return _grown(sheet, Box(row, column, row + 1, column + 1))
    return Box(box.top, box.left, box.top, box.left)


def _filled(sheet: Sheet, row: int, column: int) -> bool:
    cell = cell_at(sheet, row, column)
    return cell is not None and "userEnteredValue" in cell


def _grown(sheet: Sheet, box: Box) -> Box:
    while True:
        top = box.top - (box.top > 0 and _any(sheet, box.top - 1, box))
        bottom = box.bottom + _any(sheet, box.bottom, box)
        left = box.left - (box.left > 0 and _any_beside(sheet, box.left - 1, box))
        right = box.right + _any_beside(sheet, box.right, box)
        grown = Box(top, left, bottom, right)
        if grown == box:
            return box
        box = grown


def _any(sheet: Sheet, row: int, box: Box) -> bool:
    return any(_filled(sheet, row, column) for column in range(max(box.left - 1, 0), box.right + 1))


def _any_beside(sheet: Sheet, column: int, box: Box) -> bool:
    return any(_filled(sheet, row, column) for row in range(max(box.top - 1, 0), box.bottom + 1))
