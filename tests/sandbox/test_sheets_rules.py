"""Protections, formats, filters and metadata: they are made and changed, and follow rows and columns about."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_desk import Desk, columns, desk, sheet, span

from bridge.sandbox.api import ApiError

Json = dict[str, Any]


@pytest.fixture
def book() -> Desk:
    return desk()


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
