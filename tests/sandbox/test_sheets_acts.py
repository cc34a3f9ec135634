"""What people do in a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sheets_desk import COACH, HEADER, OWNER, READER, ROWS, Desk, desk

from bridge.sandbox.api import ApiError, Media


@pytest.fixture
def book() -> Desk:
    """The desk of `sheets_desk`, with a strict drop-down in the Decision column."""
    book = desk()
    words = [{"userEnteredValue": word} for word in ("Approve", "Return", "Hold")]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": words}, "strict": True, "showCustomUi": True}
    where = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}
    book.batch({"setDataValidation": {"range": where, "rule": rule}})
    return book


def rows(book: Desk, tab: str = "Review") -> Any:
    return book.do("GET", tab)["rows"]


def test_looking(book: Desk) -> None:
    assert book.do("GET", "")["title"] == "Badge desk"
    assert book.do("GET", "")["tabs"][0] == {"tab": "Review", "rows": 4, "hidden": False}
    assert rows(book) == ROWS
    csv = book.do("GET", "Review.csv")
    assert isinstance(csv, Media)
    assert csv.data.decode().splitlines()[:2] == ["ID,Name,Decision,Status", "41-1,Ann,,waiting"]
    with pytest.raises(ApiError, match="There is no tab 'Log'; there are 'Review', 'Badges'"):
        rows(book, "Log")


def test_a_coach_chooses_in_the_row_of_a_request(book: Desk) -> None:
    told = book.do(
        "POST", "type-in-row", tab="Review", where={"ID": "43-1"}, set={"Decision": "Return"}, **{"as": COACH}
    )
    assert told == {"rows": [4]}
    assert rows(book)[3] == ["43-1", "Cy", "Return", "waiting"]
    assert book.world.drive.files[book.id].last_modified_by == COACH


def test_a_strict_drop_down_refuses_other_words_from_people_and_not_from_programs(book: Desk) -> None:
    with pytest.raises(ApiError, match="The data you entered in cell C2 violates the data validation rules"):
        book.do("POST", "type", tab="Review", cell="C2", value="Yes!")
    book.do("POST", "type", tab="Review", cell="C2", value="")
    book.type("Review!C2", [["Yes!"]])
    assert rows(book)[1][2] == "Yes!"


def test_typing_is_read_as_typed_and_a_value_fills_a_range(book: Desk) -> None:
    assert book.do("POST", "type", tab="Review", range="C2:C4", value="Approve") == {"typed": "Review!C2:C4"}
    assert [line[2] for line in rows(book)[1:]] == ["Approve"] * 3
    book.do("POST", "type", tab="Badges", cell="A1", values=[["Hours", "5"], [None, "=1+1"]])
    assert book.values("Badges", valueRenderOption="FORMULA") == [["Hours", 5], ["", "=1+1"]]
    with pytest.raises(ApiError, match="Unable to parse range: nowhere"):
        book.do("POST", "type", tab="Review", cell="nowhere", value="x")


def test_who_may_not_edit_types_nothing(book: Desk) -> None:
    with pytest.raises(ApiError, match="does not have permission"):
        book.do("POST", "type", tab="Review", cell="C2", value="Hold", **{"as": READER})
    assert rows(book) == ROWS


def test_two_rows_that_read_the_same_must_be_told_apart(book: Desk) -> None:
    book.do("POST", "copy-row", tab="Review", **{"from": {"ID": "41-1"}})
    assert rows(book)[4] == ROWS[1]
    for wanted, message in (({"ID": "41-1"}, "several rows where ID is '41-1': 2, 5"), ({"ID": "9"}, "has 0 rows")):
        with pytest.raises(ApiError, match=message):
            book.do("POST", "type-in-row", tab="Review", where=wanted, set={"Decision": "Hold"})
    book.do("POST", "type-in-row", tab="Review", where={"ID": "41-1"}, set={"Decision": "Hold"}, nth=2)
    assert [line[2] for line in rows(book)] == ["Decision", "", "Approve", "", "Hold"]
    book.do("POST", "type-in-row", tab="Review", where={"ID": "41-1"}, set={"Decision": ""}, all=True)
    assert [line[2] for line in rows(book)] == ["Decision", "", "Approve", "", ""]


def test_sorting_rows_and_a_column_alone(book: Desk) -> None:
    book.do("POST", "sort", tab="Review", by="Name", descending=True, **{"as": COACH})
    assert [line[:2] for line in rows(book)] == [HEADER[:2], ["43-1", "Cy"], ["42-1", "Bo"], ["41-1", "Ann"]]
    book.do("POST", "sort", tab="Review", by="C")
    assert [line[0] for line in rows(book)] == ["ID", "42-1", "43-1", "41-1"]
    book.do("POST", "sort-column", tab="Review", column="Name")
    assert [line[:2] for line in rows(book)][1:] == [["42-1", "Ann"], ["43-1", "Bo"], ["41-1", "Cy"]]
    book.do("POST", "sort", tab="Review", by="Name", skip_header=False)
    assert [line[1] for line in rows(book)] == ["Ann", "Bo", "Cy", "Name"]
    with pytest.raises(ApiError, match="no rows to sort"):
        book.do("POST", "sort", tab="Badges", by="A")


def test_rows_come_and_go(book: Desk) -> None:
    assert book.do("POST", "insert-rows", tab="Review", before=2, count=2) == {"row_count": 1002}
    assert [line[:1] for line in rows(book)][:4] == [["ID"], [], [], ["41-1"]]
    book.do("POST", "delete-rows", tab="Review", row=2, count=2)
    book.do("POST", "delete-rows", tab="Review", row={"ID": "42-1"})
    assert [line[0] for line in rows(book)] == ["ID", "41-1", "43-1"]
    book.do("POST", "copy-row", tab="Review", to=3, **{"from": 2})
    assert [line[0] for line in rows(book)] == ["ID", "41-1", "41-1"]
    with pytest.raises(ApiError, match="has no row 0"):
        book.do("POST", "delete-rows", tab="Review", row=0)


def test_columns_come_and_go(book: Desk) -> None:
    book.do("POST", "insert-column", tab="Review", before="Name", title="Rubric")
    assert rows(book)[0] == ["ID", "Rubric", "Name", "Decision", "Status"]
    assert book.do("POST", "move-column", tab="Review", column="Status", before="ID")["header"][0] == "Status"
    assert book.do("POST", "move-column", tab="Review", column="Status")["header"][-1] == "Status"
    book.do("POST", "delete-column", tab="Review", column="Rubric")
    book.do("POST", "rename-column", tab="Review", column="Decision", title="Verdict")
    book.do("POST", "rename-column", tab="Review", column="A", title="Number")
    assert rows(book)[0] == ["Number", "Name", "Verdict", "Status"]
    assert book.do("POST", "hide-column", tab="Review", column="Name") == {"hidden": True}
    data = book.call("get", ranges=["Review!A1:D1"], includeGridData=True)["sheets"][0]["data"][0]
    assert data["columnMetadata"][1]["hiddenByUser"]
    with pytest.raises(ApiError, match=r"'Review' has no column 'Mood'; its header says: Number \| Name"):
        book.do("POST", "delete-column", tab="Review", column="Mood")


def test_tabs_are_renamed_cleared_added_deleted(book: Desk) -> None:
    assert book.do("POST", "rename-tab", tab="Review", title="Requests") == {"tab": "Requests"}
    book.do("POST", "clear-tab", tab="Requests")
    assert rows(book, "Requests") == []
    with pytest.raises(ApiError, match="is empty already"):
        book.do("POST", "clear-tab", tab="Badges")
    book.do("POST", "add-tab", title="Notes", **{"as": COACH})
    for title in ("Requests", "Badges"):
        book.do("POST", "delete-tab", tab=title)
    assert [one["tab"] for one in book.do("GET", "")["tabs"]] == ["Notes"]
    with pytest.raises(ApiError, match="can't remove all the visible sheets"):
        book.do("POST", "delete-tab", tab="Notes")


def test_a_spreadsheet_that_is_gone(book: Desk) -> None:
    gone = replace(book, id="1gone")
    with pytest.raises(ApiError, match="was not found"):
        gone.do("GET", "Review")
    with pytest.raises(ApiError, match="was not found"):
        gone.do("POST", "type", tab="Review", cell="A1", value="x", **{"as": OWNER})
