"""spreadsheets.batchUpdate: each kind of request, all or none, and what follows rows and columns about."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_desk import HEADER, ROWS, Desk, cells, columns, desk, row, sheet, span, text, update

from bridge.sandbox.api import ApiError
from bridge.sandbox.sheets.masks import merged, paths

Json = dict[str, Any]


@pytest.fixture
def book() -> Desk:
    return desk()


def test_one_bad_request_undoes_the_batch(book: Desk) -> None:
    before = book.call("get", includeGridData=True)
    message = book.refusal(
        {"addSheet": {"properties": {"title": "Log"}}},
        update({"rowIndex": 1}, row("changed")),
        {"deleteDimension": {"range": span("COLUMNS", 0, 1)}},
        update({"sheetId": 99}, row("nowhere")),
    )
    assert message == "Invalid requests[3].updateCells: No grid with id: 99"
    assert book.call("get", includeGridData=True) == before


def test_a_kind_that_the_sandbox_lacks_is_named(book: Desk) -> None:
    with pytest.raises(ApiError, match=r"requests\[0\].addSlicer") as caught:
        book.batch({"addSlicer": {}})
    assert caught.value.status == 501
    assert "exactly one kind" in book.refusal({})
    assert book.refusal() == "Must specify at least one request."


def test_replies_mirror_the_requests(book: Desk) -> None:
    replies = book.batch(update({}, row("ID")), {"addSheet": {"properties": {"title": "Log", "index": 1}}})
    assert replies[0] == {}
    added = replies[1]["addSheet"]["properties"]
    assert (added["title"], added["index"], added["gridProperties"]) == (
        "Log",
        1,
        {"rowCount": 1000, "columnCount": 26},
    )
    assert [one["properties"]["title"] for one in book.call("get")["sheets"]] == ["Review", "Log", "Badges"]


def test_the_answer_may_hold_the_file(book: Desk) -> None:
    body = {
        "requests": [update({"rowIndex": 1}, row("41-9"))],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Review!A2"],
        "responseIncludeGridData": True,
    }
    told = book.call("batchUpdate", body)["updatedSpreadsheet"]["sheets"]
    assert [one["properties"]["title"] for one in told] == ["Review"]
    assert told[0]["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "41-9"


def test_update_cells_writes_text_as_text_and_only_what_the_mask_names(book: Desk) -> None:
    note = {"note": "look", "userEnteredFormat": {"textFormat": {"bold": True}}}
    book.batch(update({"rowIndex": 1}, {"values": [note | text("=1+1")]}, fields="*"))
    book.batch(update({"rowIndex": 1}, {"values": [{"note": "gone?", **text("=2+2")}]}))
    [cell] = cells(book, "Review!A2")
    assert (cell["formattedValue"], cell["note"]) == ("=2+2", "look")
    book.batch(update({"rowIndex": 1}, {"values": [{}]}, fields="note,userEnteredFormat.textFormat.bold"))
    [cell] = cells(book, "Review!A2")
    assert "note" not in cell
    assert "userEnteredFormat" not in cell


def test_a_new_value_wipes_runs_and_chips(book: Desk) -> None:
    run = {"startIndex": 0, "format": {"link": {"uri": "https://a.example"}}}
    linked = {"values": [text("one two") | {"textFormatRuns": [run, {"startIndex": 3}]}]}
    book.batch(update({"rowIndex": 1}, linked, fields="userEnteredValue,textFormatRuns"))
    assert cells(book, "Review!A2")[0]["hyperlink"] == "https://a.example"
    book.batch(update({"rowIndex": 1}, row("plain")))
    assert "textFormatRuns" not in cells(book, "Review!A2")[0]


def test_update_cells_into_a_range_clears_what_the_rows_do_not_reach(book: Desk) -> None:
    where = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "endColumnIndex": 4}
    book.batch({"updateCells": {"range": where, "rows": [row("41-1", "Ann")], "fields": "userEnteredValue"}})
    assert book.values("Review") == [HEADER, ["41-1", "Ann"], [], ROWS[3]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (update({}, fields=""), "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"),
        (update({}, fields="colour"), "Invalid field mask: colour is not a field of CellData."),
        (update({"rowIndex": 1000}, row("x")), "GridCoordinate.rowIndex[1000] is after last row in grid[999]"),
        (
            update({"rowIndex": 999}, row("x"), row("y")),
            "Attempting to write row: 1000, beyond the last requested row of: 999",
        ),
        (
            update({"columnIndex": 25}, row("x", "y")),
            "Attempting to write column: 26, beyond the last requested column of: 25",
        ),
        (
            {"updateCells": {"range": {"startRowIndex": 1000}, "fields": "*"}},
            "Range (Review!1001:1000) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        (update({}, row("x" * 50_001)), "more than the maximum of 50000 characters in a single cell"),
        (update({}, {"values": [{"userEnteredValue": {"formulaValue": "1+1"}}]}), "must begin with '='"),
        (update({}, {"values": [{"userEnteredValue": {"errorValue": {}}}]}), "not ['errorValue']"),
        ({"updateCells": {"fields": "*"}}, "Must set either 'start' or 'range'."),
    ],
)
def test_cells_that_can_t_be_written(book: Desk, request_: Json, message: str) -> None:
    if "Range (" in message:
        message = "exceeds grid limits. Max rows: 1000, max columns: 26"
    refusal = book.refusal(request_)
    assert refusal.startswith("Invalid requests[0].updateCells: ")
    assert message in refusal
    assert book.values("Review") == ROWS


def test_append_cells_comes_below_the_last_row_with_data(book: Desk) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Approve"}]}}
    book.batch(
        {"setDataValidation": {"range": columns(2, 3), "rule": rule}},
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"rowCount": 5}},
                "fields": "gridProperties.rowCount",
            }
        },
        {"appendCells": {"rows": [row("44-1"), row("45-1")], "fields": "userEnteredValue"}},
    )
    assert book.values("Review!A5:A") == [["44-1"], ["45-1"]]
    assert sheet(book)["properties"]["gridProperties"]["rowCount"] == 6
    assert cells(book, "Review!C5")[0]["dataValidation"] == rule


def test_repeat_cell_and_validation_reach_empty_cells(book: Desk) -> None:
    grey = {"userEnteredFormat": {"backgroundColor": {"red": 0.5}}}
    book.batch({"repeatCell": {"range": columns(0, 4, top=0) | {"endRowIndex": 6}, "cell": grey, "fields": "*"}})
    assert book.values("Review") == []
    assert len(cells(book, "Review!A1:D9")) == 24
    book.batch({"setDataValidation": {"range": columns(0, 1) | {"endRowIndex": 3}}})
    assert all(cell == grey | {"effectiveFormat": grey["userEnteredFormat"]} for cell in cells(book, "Review"))


def test_rows_inserted_below_the_header_look_like_their_neighbour(book: Desk) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    book.batch({"repeatCell": {"range": {"endRowIndex": 1}, "cell": bold, "fields": "userEnteredFormat"}})
    book.batch({"insertDimension": {"range": span("ROWS", 1, 3)}}, update({"rowIndex": 1}, row("50-1"), row("51-1")))
    assert book.values("Review!A1:A4") == [["ID"], ["50-1"], ["51-1"], ["41-1"]]
    assert "userEnteredFormat" not in cells(book, "Review!A2")[0]
    book.batch({"insertDimension": {"range": span("ROWS", 1, 2), "inheritFromBefore": True}})
    assert cells(book, "Review!A2")[0]["userEnteredFormat"] == bold["userEnteredFormat"]
    assert sheet(book)["properties"]["gridProperties"]["rowCount"] == 1003


def test_columns_come_and_go_and_move(book: Desk) -> None:
    book.batch({"insertDimension": {"range": span("COLUMNS", 1, 2)}}, update({"columnIndex": 1}, row("New")))
    assert book.values("Review!1:1") == [["ID", "New", "Name", "Decision", "Status"]]
    book.batch({"moveDimension": {"source": span("COLUMNS", 3, 5), "destinationIndex": 0}})
    assert book.values("Review!1:2") == [
        ["Decision", "Status", "ID", "New", "Name"],
        ["", "waiting", "41-1", "", "Ann"],
    ]
    book.batch({"moveDimension": {"source": span("COLUMNS", 0, 1), "destinationIndex": 5}})
    assert book.values("Review!1:1") == [["Status", "ID", "New", "Name", "Decision"]]
    book.batch({"deleteDimension": {"range": span("COLUMNS", 2, 3)}})
    assert book.values("Review!1:1") == [["Status", "ID", "Name", "Decision"]]
    assert sheet(book)["properties"]["gridProperties"]["columnCount"] == 26


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"deleteDimension": {"range": span("ROWS", 1000, 1001)}},
            "Invalid requests[0].deleteDimension: Cannot delete a row that doesn't exist. "
            "Tried to delete row index 1000 but there are only 1000 rows.",
        ),
        ({"deleteDimension": {"range": span("ROWS", 0, 1000)}}, "You can't delete all the rows on the sheet."),
        ({"insertDimension": {"range": span("ROWS", 0, 1), "inheritFromBefore": True}}, "inserting at index 0"),
        ({"insertDimension": {"range": span("ROWS", 5, 5)}}, "must be after range.startIndex[5]"),
        ({"insertDimension": {"range": {"startIndex": 1, "endIndex": 2}}}, "must be ROWS or COLUMNS"),
        ({"moveDimension": {"source": span("ROWS", 1, 4), "destinationIndex": 2}}, "Cannot move rows 1 to 4"),
        ({"appendDimension": {"dimension": "ROWS", "length": 400_000}}, "above the limit of 10000000 cells"),
        ({"addSheet": {"properties": {"title": "review"}}}, 'A sheet with the name "review" already exists.'),
        ({"addSheet": {"properties": {"sheetId": 0}}}, "id 0 already exists"),
        ({"updateSheetProperties": {"properties": {"title": "Badges"}, "fields": "title"}}, "already exists"),
        ({"updateSheetProperties": {"properties": {}, "fields": "title"}}, "must not be empty"),
        ({"updateSheetProperties": {"properties": {"title": "x"}}}, "At least one field"),
        (
            {"updateSheetProperties": {"properties": {"gridProperties": {}}, "fields": "gridProperties.rowCount"}},
            "A sheet can't have 0 rows",
        ),
    ],
)
def test_tabs_and_lines_that_can_t_be_so(book: Desk, request_: Json, message: str) -> None:
    before = book.call("get", includeGridData=True)
    assert message in book.refusal(request_)
    assert book.call("get", includeGridData=True) == before


def test_tabs_are_renamed_moved_hidden_frozen_deleted(book: Desk) -> None:
    new = {"title": "Requests", "index": 2, "tabColor": {"red": 1}, "gridProperties": {"frozenRowCount": 1}}
    fields = "title,index,tabColor,gridProperties(frozenRowCount)"
    book.batch({"updateSheetProperties": {"properties": new, "fields": fields}})
    properties = sheet(book, 1)["properties"]
    assert (properties["title"], properties["index"], properties["tabColor"]) == ("Requests", 1, {"red": 1})
    assert properties["gridProperties"] == {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1}
    hide = {"updateSheetProperties": {"properties": {"hidden": True}, "fields": "hidden"}}
    other = sheet(book, 0)["properties"]["sheetId"]
    book.batch(hide)
    assert book.call("values.get", range="A1")["range"] == "Badges!A1"
    assert "remove all the visible sheets" in book.refusal({"deleteSheet": {"sheetId": other}})
    book.batch({"deleteSheet": {"sheetId": 0}})
    assert [one["properties"]["title"] for one in book.call("get")["sheets"]] == ["Badges"]


def test_a_duplicate_tab_takes_its_rules_along(book: Desk) -> None:
    blank = {"ranges": [columns(2, 3)], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    book.batch({"addConditionalFormatRule": {"rule": blank}})
    [reply] = book.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Last year"}})
    new = reply["duplicateSheet"]["properties"]["sheetId"]
    assert sheet(book)["conditionalFormats"][0]["ranges"][0]["sheetId"] == new
    assert book.values("Last year") == ROWS


def test_widths_and_hidden_columns(book: Desk) -> None:
    wide = {"range": span("COLUMNS", 1, 2), "properties": {"pixelSize": 240, "hiddenByUser": True}, "fields": "*"}
    book.batch({"updateDimensionProperties": wide}, {"insertDimension": {"range": span("COLUMNS", 0, 1)}})
    data = sheet(book, ranges=["Review!A1:D1"], includeGridData=True)["data"][0]
    assert data["columnMetadata"][1:3] == [{"pixelSize": 100}, {"pixelSize": 240, "hiddenByUser": True}]


def test_a_fields_mask_decides_whether_cells_come(book: Desk) -> None:
    assert "data" not in sheet(book, fields="sheets.properties", includeGridData=True)
    assert "data" in sheet(book, fields="sheets(properties,data.rowData.values.note)")
    assert "data" not in sheet(book)


@pytest.mark.parametrize(
    ("mask", "found"),
    [
        ("a", [("a",)]),
        ("a.b,c", [("a", "b"), ("c",)]),
        ("a(b,c.d),e", [("a", "b"), ("a", "c", "d"), ("e",)]),
        ("a(b(c,d))", [("a", "b", "c"), ("a", "b", "d")]),
    ],
)
def test_masks_are_read(mask: str, found: list[tuple[str, ...]]) -> None:
    assert paths(mask) == found


def test_a_mask_that_is_cut_off_is_refused() -> None:
    with pytest.raises(ApiError, match="At least one field"):
        paths("a(b")


def test_what_a_mask_names_and_the_new_lacks_is_cleared() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 5}}, "a.b,d") == {"a": {"c": 2}}
