"""Who may open a spreadsheet, who may change it, and what protection stops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sheets_desk import COACH, OWNER, READER, ROWS, STRANGER, Desk, desk, row

from bridge.sandbox.api import ApiError, Call, Caller
from bridge.sandbox.drive import copy_file
from bridge.sandbox.drive_state import SPREADSHEET, new_file, unshare
from bridge.sandbox.sheets.making import create_spreadsheet


@pytest.fixture
def book() -> Desk:
    return desk()


def test_what_is_not_there_is_404_and_what_is_not_shared_403(book: Desk) -> None:
    with pytest.raises(ApiError, match=r"^Requested entity was not found.$") as absent:
        replace(book, id="1nothing").values("Review")
    assert (absent.value.status, absent.value.reason) == (404, "NOT_FOUND")
    with pytest.raises(ApiError, match=r"^The caller does not have permission$") as hidden:
        replace(book, me=STRANGER).values("Review")
    assert (hidden.value.status, hidden.value.reason) == (403, "PERMISSION_DENIED")


def test_a_reader_reads_and_does_not_write(book: Desk) -> None:
    rita = replace(book, me=READER)
    assert rita.values("Review") == ROWS
    with pytest.raises(ApiError, match="does not have permission"):
        rita.type("Review!A1", [["mine"]])
    with pytest.raises(ApiError, match="does not have permission"):
        rita.batch({"addSheet": {}})
    unshare(book.world, book.id, READER)
    with pytest.raises(ApiError, match="does not have permission"):
        rita.values("Review")


def test_each_write_makes_the_drive_file_newer(book: Desk) -> None:
    file = book.world.drive.files[book.id]
    before = file.version
    replace(book, me=COACH).type("Review!C2", [["Approve"]])
    assert (file.version, file.last_modified_by) == (before + 1, COACH)
    assert "No grid with id: 9" in book.refusal({"updateCells": {"start": {"sheetId": 9}, "fields": "note"}})
    assert file.version == before + 1


def test_a_file_has_one_name(book: Desk) -> None:
    book.batch({"updateSpreadsheetProperties": {"properties": {"title": "Renamed"}, "fields": "title"}})
    assert book.world.drive.files[book.id].name == "Renamed"
    book.world.drive.files[book.id].name = "Renamed on Drive"
    assert book.call("get")["properties"]["title"] == "Renamed on Drive"


def test_a_plain_service_account_can_make_no_spreadsheet(book: Desk) -> None:
    robot = Caller("robot@project.example", "robot@project.example", frozenset())
    with pytest.raises(ApiError, match="does not have permission"):
        create_spreadsheet(Call(book.world, robot, "sheets.spreadsheets.create", {}, {}))
    made = book.call("create", {"properties": {"title": "Mine"}, "sheets": [{"properties": {"title": "First"}}]})
    assert book.world.drive.files[made["spreadsheetId"]].owner == OWNER
    assert made["sheets"][0]["properties"]["title"] == "First"


def _protect(book: Desk, **more: object) -> int:
    where = {"sheetId": 0, "startColumnIndex": 3, "endColumnIndex": 4}
    [reply] = book.batch({"addProtectedRange": {"protectedRange": {"range": where, **more}}})
    number = reply["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    assert isinstance(number, int)
    return number


def test_protected_cells_stop_who_is_not_named(book: Desk) -> None:
    _protect(book)
    coach = replace(book, me=COACH)
    for act in (
        lambda: coach.type("Review!D2", [["issued"]]),
        lambda: coach.call("values.clear", range="Review!A2:D2"),
        lambda: coach.batch({"updateCells": {"start": {"columnIndex": 3}, "rows": [row("x")], "fields": "*"}}),
        lambda: coach.batch({"sortRange": {"range": {"sheetId": 0}, "sortSpecs": [{"dimensionIndex": 0}]}}),
        lambda: coach.batch({"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}),
        lambda: coach.batch({"deleteSheet": {"sheetId": 0}}),
        lambda: coach.do("POST", "type", tab="Review", cell="D2", value="issued", **{"as": COACH}),
        lambda: coach.do("POST", "sort", tab="Review", by="Name", **{"as": COACH}),
    ):
        with pytest.raises(ApiError, match="You are trying to edit a protected cell or object"):
            act()
    coach.type("Review!A2:C2", [["41-1", "Ann", "Hold"]])
    coach.batch({"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}})
    book.type("Review!D2", [["by the owner"]])


def test_a_warning_and_a_named_editor_let_pass(book: Desk) -> None:
    with pytest.raises(ApiError, match=r"ProtectedRange is warningOnly\. Editors cannot be set on it\."):
        _protect(book, warningOnly=True, editors={"users": [COACH]})
    _protect(book, warningOnly=True)
    coach = replace(book, me=COACH)
    coach.type("Review!D2", [["typed over"]])
    number = _protect(book, editors={"users": [COACH]})
    coach.type("Review!D2", [["again"]])
    new = {"protectedRangeId": number, "editors": {"users": [OWNER]}}
    book.batch({"updateProtectedRange": {"protectedRange": new, "fields": "editors"}})
    with pytest.raises(ApiError, match="protected"):
        coach.batch({"deleteProtectedRange": {"protectedRangeId": number}})
    seen = coach.call("get")["sheets"][0]["protectedRanges"]
    assert [one.get("requestingUserCanEdit", False) for one in seen] == [True, False]
    assert "editors" not in seen[1]
    book.batch({"deleteProtectedRange": {"protectedRangeId": number}})
    coach.type("Review!D2", [["free"]])


def test_cells_may_be_left_out_of_a_protection(book: Desk) -> None:
    free = {"sheetId": 0, "startColumnIndex": 2, "endColumnIndex": 3}
    whole = {"range": {"sheetId": 0}, "unprotectedRanges": [free]}
    book.batch({"addProtectedRange": {"protectedRange": whole}})
    coach = replace(book, me=COACH)
    coach.type("Review!C2", [["Approve"]])
    with pytest.raises(ApiError, match="protected"):
        coach.type("Review!B2:C2", [["Ann", "Approve"]])
    with pytest.raises(ApiError, match="protected"):
        coach.do("POST", "rename-tab", tab="Review", title="Mine", **{"as": COACH})


def test_a_file_made_or_copied_through_drive_is_a_spreadsheet(book: Desk) -> None:
    fresh = new_file(book.world, OWNER, "Fresh", SPREADSHEET)
    assert replace(book, id=fresh.id).call("get")["sheets"][0]["properties"]["title"] == "Sheet1"
    _protect(book, editors={"users": [COACH]})
    caller = Caller(OWNER, "robot@project.example", frozenset())
    params = {"fileId": book.id, "fields": "id"}
    made = copy_file(Call(book.world, caller, "drive.files.copy", params, {"name": "Copy"}))
    assert isinstance(made, dict)
    copy = replace(book, id=made["id"])
    copy.type("Review!A2", [["copied"]])
    assert copy.call("get")["sheets"][0]["protectedRanges"][0]["editors"] == {"users": [OWNER]}
    assert (copy.values("Review!A2"), book.values("Review!A2")) == ([["copied"]], [["41-1"]])
    with pytest.raises(ApiError, match="was not found"):
        replace(book, id=new_file(book.world, OWNER, "photo.jpg", "image/jpeg").id).call("get")
