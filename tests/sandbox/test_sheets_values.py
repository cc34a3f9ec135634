"""Values: A1 notation, what typing makes of text, what reading gives back."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_desk import HEADER, ROWS, Desk, desk

from bridge.sandbox.api import ApiError
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.a1 import OPEN, Box
from bridge.sandbox.sheets_state import Sheet, Spreadsheet


@pytest.fixture
def book() -> Desk:
    return desk()


@pytest.mark.parametrize(
    ("text", "title", "box"),
    [
        ("Review", "Review", Box(0, 0, OPEN, OPEN)),
        ("'Review'", "Review", Box(0, 0, OPEN, OPEN)),
        ("review!A1", "Review", Box(0, 0, 1, 1, is_corner=True)),
        ("A1:B2", "Review", Box(0, 0, 2, 2)),
        ("B2:A1", "Review", Box(0, 0, 2, 2)),
        ("$B$2:$C$9", "Review", Box(1, 1, 9, 3)),
        ("Review!A:C", "Review", Box(0, 0, OPEN, 3)),
        ("Review!2:5", "Review", Box(1, 0, 5, OPEN)),
        ("Review!A2:C", "Review", Box(1, 0, OPEN, 3)),
        ("Review!C2:5", "Review", Box(1, 2, 5, OPEN)),
        ("'Coach''s notes'!AA10", "Coach's notes", Box(9, 26, 10, 27, is_corner=True)),
        ("Coach's notes!A1", "Coach's notes", Box(0, 0, 1, 1, is_corner=True)),
        ("TAB1", "Review", Box(0, 13547, 1, 13548, is_corner=True)),  # a cell before it is a tab: pygsheets#416
        ("'TAB1'", "TAB1", Box(0, 0, OPEN, OPEN)),
    ],
)
def test_a1_notation(text: str, title: str, box: Box) -> None:
    tabs = [Sheet({"sheetId": n, "title": name}) for n, name in enumerate(("Review", "Coach's notes", "TAB1"))]
    sheet, found = a1.parse(Spreadsheet("x", {}, tabs), text)
    assert (sheet.title, found) == (title, box)


@pytest.mark.parametrize(
    "text", ["Log", "Log!A1", "Review!", "Review!A", "Review!A0", "Review!1:B:C", "", "Review!A1:"]
)
def test_a_range_that_is_none_is_refused(book: Desk, text: str) -> None:
    with pytest.raises(ApiError, match=r"^Unable to parse range: ") as caught:
        book.values(text)
    assert (caught.value.status, caught.value.reason) == (400, "INVALID_ARGUMENT")


def test_reading_leaves_out_what_is_empty_at_the_ends(book: Desk) -> None:
    book.type("Review!F9", [["far"]])
    book.call("values.clear", range="Review!F9")
    answer = book.call("values.get", range="Review")
    assert answer == {"range": "Review!A1:Z1000", "majorDimension": "ROWS", "values": ROWS}
    assert book.call("values.get", range="Review!B2:C2")["values"] == [["Ann"]]
    assert "values" not in book.call("values.get", range="Badges!A:C")
    assert book.call("values.get", range="Review!A2:B")["range"] == "Review!A2:B1000"
    assert book.call("values.get", range="Review!A1")["range"] == "Review!A1"


def test_reading_by_columns(book: Desk) -> None:
    columns = book.values("Review!A1:C", majorDimension="COLUMNS")
    assert columns == [["ID", "41-1", "42-1", "43-1"], ["Name", "Ann", "Bo", "Cy"], ["Decision", "", "Approve"]]


def test_a_range_past_the_grid_is_cut_and_one_outside_is_refused(book: Desk) -> None:
    assert book.call("values.get", range="Review!A1:ZZ2000")["range"] == "Review!A1:Z1000"
    book.batch({"updateSheetProperties": _size(rows=100)})
    with pytest.raises(
        ApiError, match=r"^Range \(Review!151:152\) exceeds grid limits. Max rows: 100, max columns: 26$"
    ):
        book.values("Review!151:152")


def _size(rows: int) -> dict[str, Any]:
    return {"properties": {"sheetId": 0, "gridProperties": {"rowCount": rows}}, "fields": "gridProperties.rowCount"}


def test_several_ranges_and_filters_in_one_call(book: Desk) -> None:
    found = book.call("values.batchGet", ranges=["Review!A1:B1", "Badges!A1"])["valueRanges"]
    assert [one.get("values") for one in found] == [[HEADER[:2]], None]
    where = {"gridRange": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2}}
    body = {"dataFilters": [where, {"a1Range": "Review!A2:Z2"}, {"a1Range": "Badges"}], "majorDimension": "ROWS"}
    first, second = book.call("values.batchGetByDataFilter", body)["valueRanges"]
    assert first["valueRange"]["values"] == [["41-1", "Ann", "", "waiting"]]
    assert first["dataFilters"] == [where, {"a1Range": "Review!A2:Z2"}]
    assert second["valueRange"]["range"] == "Badges!A1:Z1000"


def test_raw_keeps_text_and_typing_reads_it(book: Desk) -> None:
    wild = ["=1+1", "007", "1-2", "TRUE", "'quoted", "5%", ""]
    book.type("Badges!A1", [wild], "RAW")
    assert book.values("Badges!A1:G1", valueRenderOption="UNFORMATTED_VALUE") == [wild[:-1]]
    book.world.clock.set(book.world.clock.now().replace(year=2026, month=11, day=22), running=False)
    book.type("Badges!A2", [wild])
    assert book.values("Badges!A2:G2", valueRenderOption="UNFORMATTED_VALUE") == [
        ["#ERROR!", 7, 46024, True, "quoted", 0.05]
    ]
    assert book.values("Badges!A2:G2") == [["#ERROR!", "7", "1/2", "TRUE", "quoted", "5%"]]
    assert book.values("Badges!A2:A2", valueRenderOption="FORMULA") == [["=1+1"]]


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("42", 42, "42"),
        ("-3.50", -3.5, "-3.5"),
        ("1,234", 1234, "1,234"),
        ("$5", 5, "$5"),
        ("1e3", 1000, "1.00E+03"),
        ("2026-11-22", 46348, "2026-11-22"),
        ("11/22/2026", 46348, "11/22/2026"),
        ("Nov 22, 2026", 46348, "Nov 22, 2026"),
        ("2026-11-22 12:00", 46348.5, "2026-11-22 12:00:00"),
        ("6:30 pm", 0.7708333333333334, "18:30:00"),
        ("false", False, "FALSE"),
        ("+1", 1, "1"),
        ("41-1", "41-1", "41-1"),
        ("13/45/2026", "13/45/2026", "13/45/2026"),
        ("  kept  ", "  kept  ", "  kept  "),
        ("=", "=", "="),
        ("-", "-", "-"),
        (".", ".", "."),
        ("a@b.example", "a@b.example", "a@b.example"),
    ],
)
def test_what_typing_makes_of_text(book: Desk, typed: str, value: Any, shown: str) -> None:
    book.type("Badges!A1", [[typed]])
    assert book.values("Badges!A1", valueRenderOption="UNFORMATTED_VALUE") == [[value]]
    assert book.values("Badges!A1") == [[shown]]


def test_dates_are_read_in_the_file_s_own_order(book: Desk) -> None:
    book.batch({"updateSpreadsheetProperties": {"properties": {"locale": "de_DE"}, "fields": "locale"}})
    book.type("Badges!A1", [["22.11.2026"]])
    assert book.values("Badges!A1", valueRenderOption="UNFORMATTED_VALUE") == [[46348]]
    strings = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert book.values("Badges!A1", **strings) == [["22.11.2026"]]


def test_a_text_format_keeps_typed_digits(book: Desk) -> None:
    as_text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    where = {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}
    book.batch({"repeatCell": {"range": where, "cell": as_text, "fields": "userEnteredFormat.numberFormat"}})
    book.type("Review!A5", [["0041"]])
    assert book.values("Review!A5", valueRenderOption="UNFORMATTED_VALUE") == [["0041"]]


def test_a_link_shows_its_label(book: Desk) -> None:
    book.type(
        "Badges!A1", [['=HYPERLINK("https://x.example/?a=""b""","Open, please")', '=HYPERLINK("https://y.example")']]
    )
    assert book.values("Badges!A1:B1") == [["Open, please", "https://y.example"]]
    [cells] = book.call("get", ranges=["Badges!A1:B1"], includeGridData=True)["sheets"][0]["data"][0]["rowData"]
    assert [cell["hyperlink"] for cell in cells["values"]] == ['https://x.example/?a="b"', "https://y.example"]


def test_null_skips_a_cell_and_empty_text_clears_it(book: Desk) -> None:
    answer = book.type("Review!A2:D2", [["41-2", None, "Hold", ""]])
    assert answer == {
        "spreadsheetId": book.id,
        "updatedRange": "Review!A2:D2",
        "updatedRows": 1,
        "updatedColumns": 3,
        "updatedCells": 3,
    }
    assert book.values("Review!A2:D2") == [["41-2", "Ann", "Hold"]]


def test_columns_can_be_written_and_the_answer_may_hold_the_values(book: Desk) -> None:
    body = {"values": [["a", "b"], ["c"]], "majorDimension": "COLUMNS"}
    more = {"includeValuesInResponse": True, "valueInputOption": "RAW", "responseValueRenderOption": "FORMULA"}
    answer = book.call("values.update", body, range="Badges!B2", **more)
    assert answer["updatedData"]["values"] == [["a", "c"], ["b"]]
    assert answer["updatedRange"] == "Badges!B2:C3"


def test_data_must_fit_the_range(book: Desk) -> None:
    with pytest.raises(
        ApiError, match=r"^Requested writing within range \[Review!A1:B2\], but tried writing to column \[C\]$"
    ):
        book.type("Review!A1:B2", [["a", "b", "c"]])
    with pytest.raises(ApiError, match=r"but tried writing to row \[3\]$"):
        book.type("Review!A1:B2", [["a"]] * 3)
    with pytest.raises(
        ApiError, match=r"^Range \(Review!Z1:AA1\) exceeds grid limits. Max rows: 1000, max columns: 26$"
    ):
        book.type("Review!Z1", [["a", "b"]])
    with pytest.raises(ApiError, match="exceeds grid limits"):
        book.type("Review!A1001", [["a"]])
    assert book.values("Review") == ROWS


def test_what_a_cell_can_t_hold_is_refused(book: Desk) -> None:
    with pytest.raises(ApiError, match="more than the maximum of 50000 characters in a single cell"):
        book.type("Review!A1", [["x" * 50_001]])
    with pytest.raises(ApiError, match="list_value"):
        book.type("Review!A1", [[["nested"]]])
    with pytest.raises(ApiError, match="'valueInputOption' is required but not specified"):
        book.call("values.update", {"values": [["a"]]}, range="Review!A1")
    assert book.values("Review") == ROWS


def test_a_batch_of_ranges_is_all_or_nothing(book: Desk) -> None:
    data = [{"range": "Review!A2", "values": [["x"]]}, {"range": "Log!A1", "values": [["y"]]}]
    with pytest.raises(ApiError, match="Unable to parse range: Log!A1"):
        book.call("values.batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert book.values("Review") == ROWS
    data[1]["range"] = "Badges!A1"
    answer = book.call("values.batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert (answer["totalUpdatedCells"], answer["totalUpdatedSheets"]) == (2, 2)
    assert book.values("Badges") == [["y"]]


def test_clearing_keeps_looks(book: Desk) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    head = {"sheetId": 0, "endRowIndex": 1}
    book.batch({"repeatCell": {"range": head, "cell": bold, "fields": "userEnteredFormat"}})
    assert book.call("values.batchClear", {"ranges": ["Review!A:B"]})["clearedRanges"] == ["Review!A1:B1000"]
    assert book.values("Review!1:1") == [["", "", "Decision", "Status"]]
    data = book.call("get", ranges=["Review!A1"], includeGridData=True)["sheets"][0]["data"][0]
    assert data["rowData"][0]["values"][0]["userEnteredFormat"] == bold["userEnteredFormat"]


def test_append_goes_below_the_table(book: Desk) -> None:
    answer = book.call("values.append", {"values": [["44-1", "Di"]]}, range="Review", valueInputOption="RAW")
    assert answer["tableRange"] == "Review!A1:D4"
    assert answer["updates"]["updatedRange"] == "Review!A5:B5"


def test_append_drifts_to_the_right_below_a_lonely_note(book: Desk) -> None:
    book.type("Review!D7", [["a note"]])
    answer = book.call("values.append", {"values": [["44-1"]]}, range="Review", valueInputOption="RAW")
    assert answer["updates"]["updatedRange"] == "Review!D8"


def test_append_makes_the_grid_grow(book: Desk) -> None:
    book.batch({"updateSheetProperties": _size(rows=4)})
    body = {"values": [["44-1"], ["45-1"]]}
    answer = book.call("values.append", body, range="Review", valueInputOption="RAW", insertDataOption="INSERT_ROWS")
    assert answer["updates"]["updatedRange"] == "Review!A5:A6"
    assert book.call("get")["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 6


def test_append_into_an_empty_tab_starts_where_it_is_told(book: Desk) -> None:
    answer = book.call("values.append", {"values": [["a"]]}, range="Badges!C3", valueInputOption="RAW")
    assert "tableRange" not in answer
    assert answer["updates"]["updatedRange"] == "Badges!C3"
