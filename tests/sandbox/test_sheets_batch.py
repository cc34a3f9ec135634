"""spreadsheets.batchUpdate: each kind of request, all or none, and what follows rows and columns about."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_desk import HEADER, ROWS, Desk, desk, row, text

from bridge.sandbox.api import ApiError
from bridge.sandbox.sheets.masks import merged, paths

Json = dict[str, Any]


@pytest.fixture
def book() -> Desk:
    return desk()


def sheet(book: Desk, index: int = 0, **params: Any) -> Json:
    found = book.call("get", **params)["sheets"][index]
    assert isinstance(found, dict)
    return found


def cells(book: Desk, where: str) -> list[Json]:
    data = book.call("get", ranges=[where], includeGridData=True)["sheets"][0]["data"][0]
    return [cell for line in data.get("rowData", []) for cell in line.get("values", [])]


def span(dimension: str, start: int, end: int, sheet_id: int = 0) -> Json:
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}


def columns(start: int, end: int, top: int = 1) -> Json:
    return {"sheetId": 0, "startRowIndex": top, "startColumnIndex": start, "endColumnIndex": end}


def update(start: Json, *rows: Json, fields: str = "userEnteredValue") -> Json:
    return {"updateCells": {"start": start, "rows": list(rows), "fields": fields}}


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
    with pytest.raises(ApiError, match=r"requests\[0\].addChart") as caught:
        book.batch({"addChart": {}})
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


def anchored(book: Desk) -> None:
    """Tie one thing of each kind to column C and to row 3."""
    where = columns(2, 3)
    rule = {"ranges": [where], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    book.batch(
        {"addProtectedRange": {"protectedRange": {"range": where, "warningOnly": True}}},
        {"addConditionalFormatRule": {"rule": rule}},
        {"addBanding": {"bandedRange": {"range": where}}},
        {"setBasicFilter": {"filter": {"range": where}}},
        {"addFilterView": {"filter": {"range": where, "title": "Mine"}}},
        {"mergeCells": {"range": columns(2, 3) | {"startRowIndex": 8, "endRowIndex": 10}}},
        note_on(span("COLUMNS", 2, 3), "decision"),
        note_on(span("ROWS", 2, 3), "42-1"),
    )


def note_on(where: Json, value: str) -> Json:
    note = {"metadataKey": "bridge", "metadataValue": value, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": note | {"location": {"dimensionRange": where}}}}


def starts(book: Desk) -> set[int]:
    """The columns at which the things that `anchored` tied begin."""
    one = sheet(book)
    things = [
        *(found["range"] for name in ("protectedRanges", "bandedRanges", "filterViews") for found in one[name]),
        one["basicFilter"]["range"],
        one["conditionalFormats"][0]["ranges"][0],
        one["merges"][0],
    ]
    assert len(things) == 6
    return {thing["startColumnIndex"] for thing in things}


def by_metadata(book: Desk, value: str) -> list[str]:
    lookup = {"metadataKey": "bridge", "metadataValue": value}
    body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
    found = book.call("values.batchGetByDataFilter", body).get("valueRanges", [])
    return [one["valueRange"]["range"] for one in found]


def test_what_is_tied_to_columns_and_rows_follows_them(book: Desk) -> None:
    anchored(book)
    assert (starts(book), by_metadata(book, "decision"), by_metadata(book, "42-1")) == (
        {2},
        ["Review!C1:C1000"],
        ["Review!A3:Z3"],
    )
    book.batch(
        {"insertDimension": {"range": span("COLUMNS", 0, 2)}}, {"insertDimension": {"range": span("ROWS", 2, 3)}}
    )
    assert (starts(book), by_metadata(book, "decision"), by_metadata(book, "42-1")) == (
        {4},
        ["Review!E1:E1001"],
        ["Review!A4:AB4"],
    )
    book.batch({"moveDimension": {"source": span("COLUMNS", 4, 5), "destinationIndex": 1}})
    assert (starts(book), by_metadata(book, "decision")) == ({1}, ["Review!B1:B1001"])
    book.batch({"moveDimension": {"source": span("COLUMNS", 0, 1), "destinationIndex": 3}})
    assert (starts(book), by_metadata(book, "decision")) == ({0}, ["Review!A1:A1001"])


def test_what_is_tied_to_a_deleted_column_dies_with_it(book: Desk) -> None:
    anchored(book)
    book.batch(
        {"deleteDimension": {"range": span("COLUMNS", 2, 3)}}, {"deleteDimension": {"range": span("ROWS", 2, 3)}}
    )
    kinds = {"protectedRanges", "bandedRanges", "filterViews", "basicFilter", "conditionalFormats", "merges"}
    assert not kinds & sheet(book).keys()
    assert (by_metadata(book, "decision"), by_metadata(book, "42-1")) == ([], [])


def test_sorting_moves_cells_and_not_what_is_tied_to_rows(book: Desk) -> None:
    anchored(book)
    book.batch({"unmergeCells": {"range": columns(2, 3)}})
    by_name = {
        "range": {"sheetId": 0, "startRowIndex": 1},
        "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
    }
    book.batch({"sortRange": by_name})
    assert book.values("Review!A2:A") == [["43-1"], ["42-1"], ["41-1"]]
    assert by_metadata(book, "42-1") == ["Review!A3:Z3"]
    assert "outside the range" in book.refusal(
        {"sortRange": {"range": columns(0, 2), "sortSpecs": [{"dimensionIndex": 2}]}}
    )


def test_sorting_puts_numbers_before_text_before_nothing(book: Desk) -> None:
    book.type("Badges!A1:A6", [["b"], [10], [""], ["A"], [9], [True]])
    where = book.world.sheets.spreadsheets[book.id].sheets[1].id
    sort = {"range": {"sheetId": where, "endRowIndex": 6}, "sortSpecs": [{"dimensionIndex": 0}]}
    book.batch({"sortRange": sort})
    assert book.values("Badges!A:A") == [["9"], ["10"], ["A"], ["b"], ["TRUE"]]


def test_developer_metadata_is_found_changed_and_deleted(book: Desk) -> None:
    everywhere = {
        "metadataKey": "bridge",
        "metadataValue": "v1",
        "visibility": "PROJECT",
        "location": {"spreadsheet": True},
    }
    replies = book.batch(
        {"createDeveloperMetadata": {"developerMetadata": everywhere}},
        {"createDeveloperMetadata": {"developerMetadata": everywhere | {"location": {"sheetId": 0}}}},
        note_on(span("ROWS", 1, 2), "41-1"),
    )
    first = replies[0]["createDeveloperMetadata"]["developerMetadata"]
    assert book.call("get")["developerMetadata"] == [first]
    assert sheet(book)["developerMetadata"][0]["location"] == {"locationType": "SHEET", "sheetId": 0}
    data = sheet(book, includeGridData=True, ranges=["Review!A1:B3"])["data"][0]
    assert data["rowMetadata"][1]["developerMetadata"][0]["metadataValue"] == "41-1"
    assert book.call("developerMetadata.get", metadataId=first["metadataId"]) == first
    filters = [{"developerMetadataLookup": {"locationType": "ROW"}}, {"a1Range": "Review!A2"}]
    row_, tab = book.call("developerMetadata.search", {"dataFilters": filters})["matchedDeveloperMetadata"]
    assert (row_["dataFilters"], tab["dataFilters"]) == (filters, filters[1:])
    by_id = {"developerMetadataLookup": {"metadataId": first["metadataId"]}}
    new = {"developerMetadata": {"metadataValue": "v2"}, "dataFilters": [by_id], "fields": "metadataValue"}
    [changed] = book.batch({"updateDeveloperMetadata": new})
    assert changed["updateDeveloperMetadata"]["developerMetadata"][0]["metadataValue"] == "v2"
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": filters[0], "values": [["41-9"]]}]}
    assert book.call("values.batchUpdateByDataFilter", body)["totalUpdatedCells"] == 1
    assert book.values("Review!A2") == [["41-9"]]
    [gone] = book.batch({"deleteDeveloperMetadata": {"dataFilter": by_id}})
    assert len(gone["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 1
    with pytest.raises(ApiError, match="was not found"):
        book.call("developerMetadata.get", metadataId=first["metadataId"])
    assert "visibility must be set" in book.refusal(
        {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "x"}}}
    )


def test_conditional_formats_keep_their_order(book: Desk) -> None:
    def rule(kind: str) -> Json:
        return {"ranges": [columns(2, 3)], "booleanRule": {"condition": {"type": kind}, "format": {}}}

    book.batch(
        {"addConditionalFormatRule": {"rule": rule("BLANK"), "index": 0}},
        {"addConditionalFormatRule": {"rule": rule("NOT_BLANK"), "index": 0}},
    )
    [moved] = book.batch({"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 1}})
    assert moved["updateConditionalFormatRule"]["newRule"] == rule("NOT_BLANK")
    book.batch({"updateConditionalFormatRule": {"rule": rule("TEXT_EQ"), "index": 0}})
    kinds = [one["booleanRule"]["condition"]["type"] for one in sheet(book)["conditionalFormats"]]
    assert kinds == ["TEXT_EQ", "NOT_BLANK"]
    [gone] = book.batch({"deleteConditionalFormatRule": {"index": 1}})
    assert gone["deleteConditionalFormatRule"]["rule"] == rule("NOT_BLANK")
    assert "No conditional format on sheet: 0 at index: 7" in book.refusal(
        {"deleteConditionalFormatRule": {"index": 7}}
    )


def test_filters_banding_and_merges(book: Desk) -> None:
    whole = {"sheetId": 0, "endRowIndex": 4, "endColumnIndex": 4}
    sorted_ = {"range": whole, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}
    _, view, band = book.batch(
        {"setBasicFilter": {"filter": sorted_}},
        {"addFilterView": {"filter": {"range": whole, "title": "Waiting"}}},
        {"addBanding": {"bandedRange": {"range": whole, "rowProperties": {"firstBandColor": {"red": 1}}}}},
    )
    assert book.values("Review!A2:A") == [["43-1"], ["42-1"], ["41-1"]]
    filter_id = view["addFilterView"]["filter"]["filterViewId"]
    band_id = band["addBanding"]["bandedRange"]["bandedRangeId"]
    assert "already has them" in book.refusal({"addBanding": {"bandedRange": {"range": whole}}})
    book.batch(
        {"updateFilterView": {"filter": {"filterViewId": filter_id, "title": "Open"}, "fields": "title"}},
        {"updateBanding": {"bandedRange": {"bandedRangeId": band_id}, "fields": "rowProperties"}},
        {"mergeCells": {"range": whole | {"endRowIndex": 2}, "mergeType": "MERGE_ROWS"}},
    )
    assert sheet(book)["filterViews"][0]["title"] == "Open"
    assert "rowProperties" not in sheet(book)["bandedRanges"][0]
    assert [len(line) for line in book.values("Review!1:2")] == [1, 1]
    book.batch(
        {"deleteFilterView": {"filterId": filter_id}},
        {"deleteBanding": {"bandedRangeId": band_id}},
        {"clearBasicFilter": {}},
    )
    assert not {"filterViews", "bandedRanges", "basicFilter"} & sheet(book).keys()
    assert "No filter view with id: 5" in book.refusal({"deleteFilterView": {"filterId": 5}})


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
