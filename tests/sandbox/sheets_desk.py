"""A spreadsheet and somebody who calls Google's methods on it, or acts as a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import gspread
import pytest

from bridge.sandbox import sheets
from bridge.sandbox.api import ACTS, HANDLERS, Act, ApiError, Call, Caller
from bridge.sandbox.contract import check_request, check_response
from bridge.sandbox.documents import load
from bridge.sandbox.drive_state import share
from bridge.sandbox.sheets_state import Sheet
from bridge.sandbox.state import Person, World

OWNER, COACH, READER = "olga@district.example", "coach@district.example", "rita@district.example"
STRANGER = "sam@district.example"

HEADER = ["ID", "Name", "Decision", "Status"]
ROWS = [HEADER, ["41-1", "Ann", "", "waiting"], ["42-1", "Bo", "Approve", "issued"], ["43-1", "Cy", "", "waiting"]]


def by_gspread(url: str, credentials: Any, spreadsheet_id: str) -> gspread.Spreadsheet:
    """The spreadsheet as gspread sees it, in the sandbox at *url*."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            return super().request(method, endpoint.replace("https://", f"{url}/", 1), *args, **kwargs)

    return gspread.Client(auth=credentials, http_client=Local).open_by_key(spreadsheet_id)


@dataclass
class Desk:
    world: World
    id: str
    me: str = OWNER

    def call(self, method: str, body: dict[str, Any] | None = None, **params: Any) -> Any:
        """Call Google's method as `me`; both the body and the answer are held against Google's document."""
        method = f"sheets.spreadsheets.{method}"
        found = load().methods[method]
        assert not check_request(found, body or {})
        caller = Caller(self.me, "robot@project.example", frozenset())
        call = Call(self.world, caller, method, {"spreadsheetId": self.id, **params}, body or {})
        answer = HANDLERS[method](call)
        assert isinstance(answer, dict)
        assert not check_response(found, answer)
        return answer

    def batch(self, *requests: dict[str, Any]) -> list[Any]:
        replies = self.call("batchUpdate", {"requests": list(requests)})["replies"]
        assert isinstance(replies, list)
        return replies

    def values(self, where: str, **params: Any) -> list[list[Any]]:
        values = self.call("values.get", range=where, **params).get("values", [])
        assert isinstance(values, list)
        return values

    def type(self, where: str, values: list[list[Any]], option: str = "USER_ENTERED") -> Any:
        return self.call("values.update", {"values": values}, range=where, valueInputOption=option)

    def do(self, verb: str, path: str, **args: Any) -> Any:
        """Act as a person: find the act by its path below the spreadsheet, as the server does."""
        whole = f"sheets/{self.id}/{path}" if path else f"sheets/{self.id}"
        for route in ACTS:
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route.path))
            if route.verb == verb and (found := re.fullmatch(pattern, whole)):
                return route.do(Act(self.world, args | found.groupdict()))
        raise AssertionError(f"no act {verb} {whole}")

    def refusal(self, *requests: dict[str, Any]) -> str:
        """The message with which a batch is refused as invalid."""
        with pytest.raises(ApiError) as caught:
            self.batch(*requests)
        assert (caught.value.status, caught.value.reason) == (400, "INVALID_ARGUMENT")
        return caught.value.message


def desk(*, tabs: tuple[str, ...] = ("Review", "Badges")) -> Desk:
    """A spreadsheet with `ROWS` in its first tab; the coach may edit it, Rita may read it, Sam sees nothing."""
    world = World()
    world.people = {email: Person(email, email) for email in (OWNER, COACH, READER, STRANGER)}
    made = sheets.new_spreadsheet(world, owner=OWNER, title="Badge desk", tabs=tabs, rows={tabs[0]: ROWS})
    share(world, made, COACH, "writer")
    share(world, made, READER, "reader")
    return Desk(world, made)


def sheet_of(*rows: list[Any]) -> Sheet:
    """A tab with these values; "" is a blank."""

    def cell(value: Any) -> dict[str, Any] | None:
        kind = "boolValue" if isinstance(value, bool) else "stringValue" if isinstance(value, str) else "numberValue"
        return {"userEnteredValue": {kind: value}} if value != "" else None

    size = {"rowCount": 100, "columnCount": 26}
    return Sheet({"sheetId": 0, "title": "T", "gridProperties": size}, [[cell(value) for value in row] for row in rows])


def text(value: str) -> dict[str, Any]:
    return {"userEnteredValue": {"stringValue": value}}


def row(*values: str) -> dict[str, Any]:
    return {"values": [text(value) for value in values]}


def sheet(book: Desk, index: int = 0, **params: Any) -> dict[str, Any]:
    found = book.call("get", **params)["sheets"][index]
    assert isinstance(found, dict)
    return found


def cells(book: Desk, where: str) -> list[dict[str, Any]]:
    data = book.call("get", ranges=[where], includeGridData=True)["sheets"][0]["data"][0]
    return [cell for line in data.get("rowData", []) for cell in line.get("values", [])]


def span(dimension: str, start: int, end: int, sheet_id: int = 0) -> dict[str, Any]:
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}


def columns(start: int, end: int, top: int = 1) -> dict[str, Any]:
    return {"sheetId": 0, "startRowIndex": top, "startColumnIndex": start, "endColumnIndex": end}


def update(start: dict[str, Any], *rows: dict[str, Any], fields: str = "userEnteredValue") -> dict[str, Any]:
    return {"updateCells": {"start": start, "rows": list(rows), "fields": fields}}
