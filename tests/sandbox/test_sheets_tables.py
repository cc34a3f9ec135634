"""Named tables: made, changed, grown and deleted; what their columns take, and how they look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gspread
import pytest
from cast import OWNER as BOSS
from cast import ROBOT
from sheets_desk import COACH, Desk, by_gspread, cells, desk, row, sheet, span

from bridge.sandbox import sheets
from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import share
from bridge.sandbox.saving import read_world, write_world
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World

Json = dict[str, Any]


def area(bottom: int = 4, right: int = 4, *, top: int = 0, left: int = 0, sheet_id: int = 0) -> Json:
    where = {"sheetId": sheet_id, "startRowIndex": top, "endRowIndex": bottom}
    return where | {"startColumnIndex": left, "endColumnIndex": right}


def choice(index: int, *offered: str) -> Json:
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": one} for one in offered]}
    return {"columnIndex": index, "columnType": "DROPDOWN", "dataValidationRule": {"condition": condition}}


DECISION = choice(2, "Approve", "Return")


def adding(**more: Any) -> Json:
    return {"addTable": {"table": {"name": "Requests", "range": area(), "columnProperties": [DECISION], **more}}}


@pytest.fixture
def book() -> Desk:
    return desk()


def add(book: Desk, **more: Any) -> str:
    [reply] = book.batch(adding(**more))
    return str(reply["addTable"]["table"]["tableId"])


def tables(book: Desk, index: int = 0) -> list[Json]:
    found: list[Json] = sheet(book, index).get("tables", [])
    return found


def names(book: Desk) -> list[str]:
    return [one["columnName"] for one in tables(book)[0]["columnProperties"]]


def appended(number: str, *lines: Json) -> Json:
    return {"appendCells": {"tableId": number, "rows": list(lines), "fields": "userEnteredValue"}}


def test_a_table_comes_back_with_all_its_columns(book: Desk) -> None:
    [reply] = book.batch(adding(tableId="t1"))
    assert tables(book) == [reply["addTable"]["table"]]
    [table] = tables(book)
    assert (table["tableId"], table["name"], table["range"]) == ("t1", "Requests", area())
    assert names(book) == ["ID", "Name", "Decision", "Status"]
    assert table["columnProperties"][2] == DECISION | {"columnName": "Decision"}


def test_a_column_s_name_is_written_into_the_header(book: Desk) -> None:
    add(book, name="", columnProperties=[{"columnIndex": 1, "columnName": "Teacher"}], range=area(right=5))
    assert book.values("Review!A1:E1") == [["ID", "Teacher", "Decision", "Status", "Column 5"]]
    assert tables(book)[0]["name"] == "Table1"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "requests", "range": area(sheet_id=1)}, 'A table with the name "requests" already exists.'),
        ({"name": "B", "tableId": "t1"}, "A table with the id t1 already exists."),
        ({"name": "B", "range": area(9, 9, top=3, left=3)}, "overlaps with another table"),
        ({"name": "B", "range": area(bottom=9, top=8)}, "needs a header and at least one row"),
        ({"name": "B", "range": area(sheet_id=77)}, "No grid with id: 77"),
        ({"name": "B", "range": area(9, top=6), "columnProperties": [choice(4)]}, "lies outside the table"),
        ({"name": "B", "range": area(9, top=6), "columnProperties": [choice(1)]}, "needs a dataValidationRule"),
        (
            {"name": "B", "range": area(9, top=6), "columnProperties": [choice(1, "a") | {"columnType": "TEXT"}]},
            "on a column of type DROPDOWN only",
        ),
        (
            {"name": "B", "range": area(9, top=6), "columnProperties": [{"columnName": "Column 2"}]},
            "must have different names",
        ),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(book: Desk, more: Json, said: str) -> None:
    other = sheet(book, 1)["properties"]["sheetId"]
    if more.get("range", {}).get("sheetId") == 1:
        more = more | {"range": more["range"] | {"sheetId": other}}
    add(book, tableId="t1")
    before = book.call("get", includeGridData=True)
    assert said in book.refusal(adding(**more))
    assert book.call("get", includeGridData=True) == before


def test_a_table_is_changed_by_its_mask(book: Desk) -> None:
    number = add(book)

    def change(fields: str, **new: Any) -> Json:
        book.batch({"updateTable": {"table": {"tableId": number, **new}, "fields": fields}})
        return tables(book)[0]

    assert change("name", name="Wishes", range=area(2))["range"] == area()
    assert change("range", range=area(7))["name"] == "Wishes"
    changed = change("columnProperties", columnProperties=[{"columnIndex": 0, "columnName": "Number"}])
    assert (changed["columnProperties"][0]["columnName"], book.values("Review!A1")) == ("Number", [["Number"]])
    assert "columnType" not in changed["columnProperties"][2]
    narrow = change("range", range=area(7, 3, left=1))
    assert [one["columnName"] for one in narrow["columnProperties"]] == ["Name", "Decision"]
    assert "No table with id: 8" in book.refusal({"updateTable": {"table": {"tableId": "8"}, "fields": "name"}})
    empty = {"updateTable": {"table": {"tableId": number}, "fields": "name"}}
    assert "must not be empty" in book.refusal(empty)
    assert tables(book)[0]["name"] == "Wishes"


def test_rows_are_appended_to_the_table_and_it_grows(book: Desk) -> None:
    number = add(book)
    book.type("Review!F20", [["far below"]])
    book.batch(appended(number, row("44-1", "Di"), row("45-1", "Ed")))
    assert book.values("Review!A4:B7") == [["43-1", "Cy"], ["44-1", "Di"], ["45-1", "Ed"]]
    assert (tables(book)[0]["range"], book.values("Review!F20")) == (area(6), [["far below"]])


def test_rows_fill_the_empty_end_of_a_table_first(book: Desk) -> None:
    number = add(book, range=area(6))
    book.batch(appended(number, row("44-1")))
    assert (book.values("Review!A5"), tables(book)[0]["range"]) == ([["44-1"]], area(6))


@pytest.mark.parametrize("footer", [False, True])
def test_what_lies_below_a_growing_table_moves_down(book: Desk, footer: bool) -> None:
    book.type("Review!A5", [["Sum"]])
    looks = {"footerColorStyle": {"rgbColor": {"green": 1}}} if footer else {}
    number = add(book, range=area(5 if footer else 4), rowsProperties=looks)
    book.batch(appended(number, row("44-1", "Di"), row("45-1")))
    assert book.values("Review!A4:A8") == [["43-1"], ["44-1"], ["45-1"], ["Sum"]]
    assert tables(book)[0]["range"] == area(7 if footer else 6)


def test_a_table_grows_the_grid_and_takes_no_more_than_its_columns(book: Desk) -> None:
    small = {"gridProperties": {"rowCount": 4, "columnCount": 6}}
    book.batch({"updateSheetProperties": {"properties": small, "fields": "gridProperties"}})
    number = add(book)
    book.batch(appended(number, row("44-1"), row("45-1")))
    assert (sheet(book)["properties"]["gridProperties"]["rowCount"], tables(book)[0]["range"]) == (6, area(6))
    assert "beyond the last requested column" in book.refusal(appended(number, row(*"12345")))
    assert "No table with id: x" in book.refusal(appended("x", row("1")))
    assert tables(book)[0]["range"] == area(6)


def test_a_table_s_drop_down_binds_people_and_not_programs(book: Desk) -> None:
    number = add(book)
    with pytest.raises(ApiError, match="cell C2 violates the data validation rules"):
        book.do("POST", "type", tab="Review", cell="C2", value="Perhaps", **{"as": COACH})
    book.do("POST", "type", tab="Review", cell="C2", value="Return", **{"as": COACH})
    book.do("POST", "type", tab="Review", cell="C1", value="Decision", **{"as": COACH})
    book.do("POST", "type", tab="Review", cell="C9", value="Perhaps", **{"as": COACH})
    book.type("Review!C3", [["Perhaps"]])
    assert [one.get("formattedValue") for one in cells(book, "Review!C2:C3")] == ["Return", "Perhaps"]
    book.batch(appended(number, row("44-1")))
    with pytest.raises(ApiError, match="cell C5 violates"):
        book.do("POST", "type", tab="Review", cell="C5", value="Perhaps", **{"as": COACH})


def test_a_table_and_its_columns_follow_about(book: Desk) -> None:
    add(book)
    book.batch(
        {"insertDimension": {"range": span("ROWS", 0, 1)}},
        {"insertDimension": {"range": span("COLUMNS", 0, 1)}},
        {"insertDimension": {"range": span("COLUMNS", 2, 3), "inheritFromBefore": True}},
    )
    [table] = tables(book)
    assert table["range"] == area(5, 6, top=1, left=1)
    assert names(book) == ["ID", "Column 2", "Name", "Decision", "Status"]
    assert [one["columnIndex"] for one in table["columnProperties"]] == [0, 1, 2, 3, 4]
    book.batch({"moveDimension": {"source": span("COLUMNS", 4, 5), "destinationIndex": 2}})
    book.batch({"deleteDimension": {"range": span("COLUMNS", 3, 4)}})
    assert names(book) == ["ID", "Decision", "Name", "Status"]
    with pytest.raises(ApiError, match="cell C3 violates"):
        book.do("POST", "type", tab="Review", cell="C3", value="Perhaps")
    book.batch({"deleteDimension": {"range": span("COLUMNS", 1, 5)}})
    assert tables(book) == []


def test_a_deleted_table_takes_its_rows_along(book: Desk) -> None:
    number = add(book, range=area(right=2), columnProperties=[])
    book.batch({"deleteTable": {"tableId": number}})
    assert tables(book) == []
    assert book.values("Review!A1:D2") == [["", "", "Decision", "Status"], ["", "", "", "waiting"]]
    assert f"No table with id: {number}" in book.refusal({"deleteTable": {"tableId": number}})


def test_a_copied_tab_has_tables_of_its_own(book: Desk) -> None:
    number = add(book)
    view = {"filter": {"title": "All", "tableId": number}}
    book.batch(
        {"addFilterView": view}, {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 2}}
    )
    [old], [copy] = tables(book), tables(book, 2)
    assert (copy["name"], copy["range"]["sheetId"]) == ("Requests_2", 9)
    assert copy["tableId"] != old["tableId"]
    assert sheet(book, 2)["filterViews"][0]["tableId"] == copy["tableId"]


def test_a_filter_on_a_table_grows_with_it(book: Desk) -> None:
    number = add(book)
    shown = {"criteria": {"3": {"hiddenValues": ["issued"]}}}
    book.batch({"addFilterView": {"filter": {"title": "Open", "tableId": number, **shown}}})
    both = {"filter": {"tableId": number, "range": area()}}
    assert "Only one of range and tableId" in book.refusal({"addFilterView": both})
    book.batch(appended(number, row("44-1", "Di", "", "waiting"), row("45-1", "Ed", "", "issued")))
    view = sheet(book)["filterViews"][0]
    assert (view["tableId"], view["range"]) == (number, area(6))
    change = {"filter": {"filterViewId": view["filterViewId"], "title": "Still open"}, "fields": "title"}
    book.batch({"updateFilterView": change})
    html = book.do("GET", "Review.html", filter_view="Still open").data.decode()
    assert re.findall(r"<span>(\d\d-1)</span>", html) == ["41-1", "43-1", "44-1"]
    book.batch({"deleteTable": {"tableId": number}})
    assert "tableId" not in sheet(book)["filterViews"][0]


def test_protected_cells_keep_a_table_as_it_is(book: Desk) -> None:
    number = add(book)
    book.batch({"addProtectedRange": {"protectedRange": {"range": area(1)}}})
    coach = replace(book, me=COACH)
    for change in (
        {"updateTable": {"table": {"tableId": number, "name": "Mine"}, "fields": "name"}},
        {"deleteTable": {"tableId": number}},
        adding(name="Mine", range=area(1 + 1), tableId="x"),
    ):
        assert re.search("protected cell or object|overlaps", coach.refusal(change))
    coach.batch(appended(number, row("44-1")))
    assert (tables(book)[0]["name"], book.values("Review!A5")) == ("Requests", [["44-1"]])


def test_a_table_is_seen_by_its_name_and_colours(book: Desk) -> None:
    add(book, rowsProperties={"headerColorStyle": {"rgbColor": {"blue": 1}}}, columnProperties=[DECISION])
    html = book.do("GET", "Review.html").data.decode()
    assert "Tables: <b>Requests</b> A1:D4" in html
    assert html.count("background: #0000ff; color: #ffffff; font-weight: bold") == 4
    assert html.count("background: #f6f8f9") == 4
    assert html.count('<span class="chip') == 3


def test_tables_over_http_and_after_a_restart(
    sandbox: Sandbox, world: World, signed: Callable[..., Any], tmp_path: Any
) -> None:
    rows = {"Review": [["ID", "Decision"], ["41-1", ""]]}
    made = sheets.new_spreadsheet(world, owner=BOSS, title="Desk", tabs=["Review"], rows=rows)
    share(world, made, ROBOT, "writer")
    book = by_gspread(sandbox.url, signed(), made)
    where = area(2, 2)
    wanted = {"name": "Requests", "range": where, "columnProperties": [choice(1, "Approve")]}
    [reply] = book.batch_update({"requests": [{"addTable": {"table": wanted}}]})["replies"]
    number = reply["addTable"]["table"]["tableId"]
    book.batch_update({"requests": [appended(number, row("42-1"))]})
    [tab] = book.fetch_sheet_metadata()["sheets"]
    assert tab["tables"] == [reply["addTable"]["table"] | {"range": where | {"endRowIndex": 3}}]
    with pytest.raises(gspread.exceptions.APIError, match=r"A table with the name .REQUESTS. already exists"):
        book.batch_update({"requests": [{"addTable": {"table": wanted | {"name": "REQUESTS"}}}]})
    write_world(world, tmp_path)
    again = read_world(tmp_path)
    assert again is not None
    assert again.sheets == world.sheets
