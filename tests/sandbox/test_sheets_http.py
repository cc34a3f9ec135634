"""Sheets through Google's own clients and gspread, over HTTP; and how quick it is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gspread
import pytest
import requests
from cast import OWNER, ROBOT, TEACHER
from googleapiclient.errors import HttpError
from sheets_desk import by_gspread

from bridge.sandbox import sheets
from bridge.sandbox.api import HANDLERS, Call, Caller
from bridge.sandbox.drive_state import share
from bridge.sandbox.saving import read_world, write_world
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World


@pytest.fixture
def spreadsheet(world: World) -> str:
    rows = {"Review": [["ID", "Decision"], ["41-1", ""], ["42-1", "Approve"]]}
    made = sheets.new_spreadsheet(world, owner=OWNER, title="Desk", tabs=["Review", "Coach's notes"], rows=rows)
    share(world, made, ROBOT, "writer")
    return made


@pytest.fixture
def book(sandbox: Sandbox, spreadsheet: str, signed: Callable[..., Any]) -> gspread.Spreadsheet:
    return by_gspread(sandbox.url, signed(), spreadsheet)


def test_gspread_reads_and_writes(book: gspread.Spreadsheet) -> None:
    tab = book.worksheet("Review")
    assert book.title == "Desk"
    assert tab.get_all_values() == [["ID", "Decision"], ["41-1", ""], ["42-1", "Approve"]]
    assert tab.find("42-1").row == 3
    tab.update_acell("B2", "Hold")
    tab.batch_update([{"range": "A4:B4", "values": [["43-1", "=1+1"]]}])
    assert tab.row_values(4) == ["43-1", "=1+1"]
    tab.append_row(["44-1", "Return"], table_range="A1:B1")
    tab.insert_row(["40-1"], index=2)
    tab.delete_rows(3)
    tab.sort((1, "des"), range="A2:B5")
    assert tab.col_values(1) == ["ID", "44-1", "43-1", "42-1", "40-1"]
    assert tab.get_all_records()[0] == {"ID": "44-1", "Decision": "Return"}


def test_gspread_arranges_tabs(book: gspread.Spreadsheet) -> None:
    tab = book.add_worksheet("Log", rows=20, cols=5)
    tab.freeze(rows=1)
    tab.format("A1:E1", {"textFormat": {"bold": True}})
    tab.update_title("Log 2026")
    tab.resize(rows=40)
    tab.add_protected_range("A1:E1", warning_only=True)
    tab.set_basic_filter("A1:E20")
    tab.hide_columns(1, 2)
    tab.update_index(0)
    tab.insert_note("A1", "when")
    assert tab.get_note("A1") == "when"
    assert [one.title for one in book.worksheets()] == ["Log 2026", "Review", "Coach's notes"]
    book.values_update("'Coach''s notes'!A1", {"valueInputOption": "RAW"}, {"values": [["hello"]]})
    assert book.worksheet("Coach's notes").acell("A1").value == "hello"
    book.del_worksheet(tab)
    assert len(book.worksheets()) == 2


def test_gspread_is_told_what_is_wrong(book: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="Unable to parse range: Nowhere!A1") as caught:
        book.values_get("Nowhere!A1")
    assert caught.value.response.status_code == 400
    assert caught.value.error["status"] == "INVALID_ARGUMENT"
    with pytest.raises(gspread.exceptions.APIError, match="exceeds grid limits"):
        book.values_update("Review!A2000", {"valueInputOption": "RAW"}, {"values": [["x"]]})
    with pytest.raises(gspread.exceptions.APIError, match=r"No grid with id: 77"):
        book.batch_update({"requests": [{"deleteSheet": {"sheetId": 77}}]})


def test_googles_client_gets_structure_and_values_by_filter(spreadsheet: str, client: Callable[..., Any]) -> None:
    api = client("sheets", "v4").spreadsheets()
    mask = "properties.title,sheets(properties(sheetId,title,index,gridProperties))"
    found = api.get(spreadsheetId=spreadsheet, fields=mask).execute()
    assert [one["properties"]["title"] for one in found["sheets"]] == ["Review", "Coach's notes"]
    body = {"dataFilters": [{"gridRange": {"sheetId": 0}}], "valueRenderOption": "UNFORMATTED_VALUE"}
    found = api.values().batchGetByDataFilter(spreadsheetId=spreadsheet, body=body).execute()
    assert found["valueRanges"][0]["valueRange"]["values"][2] == ["42-1", "Approve"]


def test_more_than_ten_megabytes_at_once_is_refused(book: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match=r"Request payload size exceeds the limit: 10485760 bytes\."):
        book.values_update("A1", {"valueInputOption": "RAW"}, {"values": [["x" * 40_000]] * 270})


def test_not_shared_is_403_and_absent_404(spreadsheet: str, client: Callable[..., Any]) -> None:
    api = client("sheets", "v4", TEACHER).spreadsheets()
    for wanted, status in ((spreadsheet, 403), ("1absent", 404)):
        with pytest.raises(HttpError) as caught:
            api.get(spreadsheetId=wanted).execute()
        assert caught.value.status_code == status


def test_people_act_over_http(sandbox: Sandbox, spreadsheet: str) -> None:
    there = f"{sandbox.url}/_sandbox/sheets/{spreadsheet}"
    body = {"tab": "Review", "where": {"ID": "41-1"}, "set": {"Decision": "Approve"}}
    assert requests.post(f"{there}/type-in-row", json=body, timeout=5).json() == {"rows": [2]}
    assert requests.get(f"{there}/Review", timeout=5).json()["rows"][1] == ["41-1", "Approve"]
    assert requests.get(f"{there}/Review.csv", timeout=5).text.splitlines()[1] == "41-1,Approve"
    html = requests.get(f"{there}/Review.html", timeout=5).text
    assert "Approve" in html
    other = re.findall(r'<a href="([^"]+)">Coach', html)
    assert requests.get(f"{there}/{other[0]}", timeout=5).status_code == 200
    notes = requests.get(f"{there}/{quote(chr(67) + 'oach' + chr(39) + 's notes')}", timeout=5).json()
    assert notes == {"tab": "Coach's notes", "rows": []}
    refused = requests.post(f"{there}/type", json={"tab": "Review", "cell": "A1"}, timeout=5)
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Missing: value")
    made = requests.post(f"{sandbox.url}/_sandbox/sheets", json={"owner": OWNER, "title": "New"}, timeout=5).json()
    assert made["spreadsheet_id"] in sandbox.world.drive.files


def test_a_saved_spreadsheet_comes_back(world: World, spreadsheet: str, tmp_path: Path) -> None:
    write_world(world, tmp_path)
    again = read_world(tmp_path)
    assert again is not None
    assert again.sheets == world.sheets


def test_ten_thousand_rows_are_quick(world: World, spreadsheet: str) -> None:
    caller = Caller(OWNER, ROBOT, frozenset())

    def call(method: str, body: dict[str, Any], **params: Any) -> float:
        start = time.process_time()
        method = f"sheets.spreadsheets.{method}"
        HANDLERS[method](Call(world, caller, method, {"spreadsheetId": spreadsheet, **params}, body))
        return time.process_time() - start

    cells = [
        {"values": [{"userEnteredValue": {"stringValue": f"{row} {n}"}} for n in range(15)]} for row in range(10_000)
    ]
    append = {"appendCells": {"sheetId": 0, "rows": cells, "fields": "userEnteredValue"}}
    assert call("batchUpdate", {"requests": [append]}) < 15  # 0.3 s on a quiet machine
    assert call("values.get", {}, range="Review") < 5  # 0.05 s
    note = {"repeatCell": {"range": {"endRowIndex": 1}, "cell": {"note": "x"}, "fields": "note"}}
    assert call("batchUpdate", {"requests": [note]}) < 0.5  # 0.005 s: a small change does not copy every cell
