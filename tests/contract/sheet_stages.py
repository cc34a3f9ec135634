"""Spreadsheets to try a `ReviewSheet` on, and what a coach does in them."""

from __future__ import annotations

from typing import Any, Protocol

import requests

from bridge.ports import ReviewSheet
from bridge.review import COLUMNS, Noted
from bridge.sandbox.seed import CATALOGUE_TITLES
from bridge.sandbox.sheets_state import Spreadsheet
from bridge.sheet_keeping import ReviewLook
from bridge.sheets import GoogleSheet
from tests.contract.workspace import Workspace
from tests.fakes.sheet import FakeSheet

TITLES = tuple(column.title for column in COLUMNS)
ID, DECISION, STATUS = TITLES.index("ID"), TITLES.index("Decision"), TITLES.index("Status")
CATALOGUE = (CATALOGUE_TITLES, ("first-aid", "First Aid"), ("co-teaching", "Co-Teaching"))


def new_row(attempt_id: str, **cells: str) -> tuple[str, ...]:
    given = {"ID": attempt_id, "E-mail": f"{attempt_id}@riverside.example", "Status": "Waiting."} | cells
    return tuple(given.get(title, "") for title in TITLES)


def notes_of(book: Spreadsheet, title: str) -> dict[str, str]:
    """The note on each cell of the first column of a tab."""
    (tab,) = (sheet for sheet in book.sheets if sheet.title == title)
    cells = ((row[0] or {}) for row in tab.rows if row)
    return {cell["userEnteredValue"]["stringValue"]: cell["note"] for cell in cells if cell.get("note")}


class Stage(Protocol):
    """A spreadsheet with a catalogue and no review tab, and a coach."""

    @property
    def sheet(self) -> ReviewSheet: ...
    def rows(self) -> list[dict[str, str]]: ...
    def notes(self) -> dict[str, str]: ...
    def type(self, attempt_id: str, column: str, text: str) -> None: ...
    def sort(self, column: str) -> None: ...
    def delete(self, attempt_id: str) -> None: ...
    def copy(self, attempt_id: str) -> None: ...
    def clear(self) -> None: ...
    def delete_tab(self) -> None: ...
    def move_column(self, column: str, before: str) -> None: ...
    def insert_rows(self, count: int, tab: str = "Review") -> None:
        """Above all others."""


class FakeStage:
    def __init__(self) -> None:
        self.sheet = FakeSheet(CATALOGUE)
        self.type, self.sort, self.delete = self.sheet.type, self.sheet.sort, self.sheet.delete
        self.copy, self.clear, self.delete_tab = self.sheet.copy, self.sheet.clear, self.sheet.delete_tab
        self.move_column = self.sheet.move_column

    def rows(self) -> list[dict[str, str]]:
        return self.sheet.rows

    def insert_rows(self, count: int, tab: str = "Review") -> None:
        found = self.sheet.review if tab == "Review" else self.sheet.catalogue
        assert found is not None
        found.cells[:0] = [[] for _ in range(count)]

    def notes(self) -> dict[str, str]:
        """The note on each ID."""
        assert self.sheet.review is not None
        return {str(row[0]): row[0].note for row in self.sheet.review.cells if isinstance(row[0], Noted)}


class SandboxStage:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.id = workspace.programme.spreadsheet_id
        self.sheet = GoogleSheet(workspace.reach(), self.id, "Review", "Badges", ReviewLook(COLUMNS))

    def rows(self) -> list[dict[str, str]]:
        header, *rows = self.get("Review")["rows"]
        return [dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True)) for row in rows]

    def notes(self) -> dict[str, str]:
        return notes_of(self.workspace.sandbox.world.sheets.spreadsheets[self.id], "Review")

    def type(self, attempt_id: str, column: str, text: str) -> None:
        self.act("type-in-row", where={"ID": attempt_id}, set={column: text})

    def sort(self, column: str) -> None:
        self.act("sort", by=column)

    def delete(self, attempt_id: str) -> None:
        self.act("delete-rows", row={"ID": attempt_id})

    def copy(self, attempt_id: str) -> None:
        source: dict[str, Any] = {"from": {"ID": attempt_id}}
        self.act("copy-row", **source)

    def clear(self) -> None:
        self.act("clear-tab")

    def delete_tab(self) -> None:
        self.act("delete-tab")

    def move_column(self, column: str, before: str) -> None:
        self.act("move-column", column=column, before=before)

    def insert_rows(self, count: int, tab: str = "Review") -> None:
        self.act("insert-rows", tab, before=1, count=count)

    def act(self, what: str, tab: str = "Review", **args: Any) -> Any:
        url = f"{self.workspace.sandbox.url}/_sandbox/sheets/{self.id}/{what}"
        answer = requests.post(url, json={"tab": tab, **args}, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, tab: str) -> Any:
        return requests.get(f"{self.workspace.sandbox.url}/_sandbox/sheets/{self.id}/{tab}", timeout=10).json()
