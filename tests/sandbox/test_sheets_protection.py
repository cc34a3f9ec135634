"""Hard protection: whom it stops from what, whom it lets pass, and that a refused act leaves all as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sheets_desk import COACH, OWNER, ROWS, Desk, desk, sheet, span

from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import share

Json = dict[str, Any]

SECOND = "second@district.example"
GUEST = "guest@elsewhere.example"

#: Column D from the header down to row 4.
STATUS = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 3, "endColumnIndex": 4}


@pytest.fixture
def book() -> Desk:
    return desk()


def protect(book: Desk, where: Json = STATUS, **more: Any) -> int:
    [reply] = book.batch({"addProtectedRange": {"protectedRange": {"range": where, **more}}})
    return int(reply["addProtectedRange"]["protectedRange"]["protectedRangeId"])


def person(act: str, **args: Any) -> tuple[str, Json]:
    return act, {"tab": "Review", **args}


#: What touches column D of rows 1 to 4.
ACROSS = [
    person("type", cell="D2", value="issued"),
    person("type", range="C2:D2", value="Approve"),
    person("type-in-row", where={"ID": "41-1"}, set={"Status": "issued"}),
    person("sort", by="Name"),
    person("sort-column", column="Status"),
    person("clear-tab"),
    person("delete-rows", row=2),
    person("delete-rows", row={"ID": "43-1"}),
    person("copy-row", **{"from": 2, "to": 3}),
    person("delete-column", column="Status"),
    person("move-column", column="Status", before="ID"),
    person("rename-column", column="Status", title="State"),
    person("insert-rows", before=3),
    person("delete-tab"),
]


@pytest.mark.parametrize(("act", "args"), ACROSS)
def test_a_coach_can_t_reach_across_hard_protected_cells(book: Desk, act: str, args: Json) -> None:
    protect(book)
    before = book.call("get", includeGridData=True)
    with pytest.raises(ApiError, match="You are trying to edit a protected cell or object"):
        book.do("POST", act, **args, **{"as": COACH})
    assert book.call("get", includeGridData=True) == before
    assert book.values("Review") == ROWS


@pytest.mark.parametrize(("act", "args"), ACROSS)
@pytest.mark.parametrize("who", ["owner", "editor", "warning"])
def test_the_owner_an_editor_and_who_is_only_warned_pass(book: Desk, act: str, args: Json, who: str) -> None:
    if who == "warning":
        protect(book, warningOnly=True)
    else:
        protect(book, **({"editors": {"users": [COACH.upper()]}} if who == "editor" else {}))
    before = book.world.drive.files[book.id].version
    book.do("POST", act, **args, **{"as": OWNER if who == "owner" else COACH})
    assert book.world.drive.files[book.id].version == before + 1


@pytest.mark.parametrize(
    ("act", "args"),
    [
        person("type", cell="C2", value="Hold"),
        person("type", cell="D9", value="free"),
        person("sort-column", column="Name"),
        person("delete-rows", row=6),
        person("delete-column", column="B"),
        person("insert-column", before="Name", title="New"),
        person("insert-rows", before=5),
        person("rename-tab", title="Mine"),
    ],
)
def test_what_lies_beside_hard_protected_cells_is_free(book: Desk, act: str, args: Json) -> None:
    protect(book)
    before = book.world.drive.files[book.id].version
    book.do("POST", act, **args, **{"as": COACH})
    assert book.world.drive.files[book.id].version == before + 1
    [kept] = book.call("get")["sheets"][0]["protectedRanges"]
    assert kept["range"]["endRowIndex"] - kept["range"]["startRowIndex"] == 4


@pytest.mark.parametrize(
    "request_",
    [
        {"sortRange": {"range": {"sheetId": 0, "startRowIndex": 1}, "sortSpecs": [{"dimensionIndex": 0}]}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": 0}, "sortSpecs": [{"dimensionIndex": 0}]}}},
        {"mergeCells": {"range": STATUS}},
        {"setDataValidation": {"range": STATUS}},
        {"repeatCell": {"range": STATUS, "cell": {"note": "mine"}, "fields": "note"}},
        {"deleteDimension": {"range": span("ROWS", 1, 2)}},
        {"deleteDimension": {"range": span("COLUMNS", 3, 4)}},
        {"moveDimension": {"source": span("ROWS", 1, 2), "destinationIndex": 3}},
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"rowCount": 3}},
                "fields": "gridProperties.rowCount",
            }
        },
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"columnCount": 3}},
                "fields": "gridProperties.columnCount",
            }
        },
        {"addProtectedRange": {"protectedRange": {"range": STATUS}}},
        {"deleteSheet": {"sheetId": 0}},
    ],
)
def test_a_program_that_is_no_editor_is_stopped_too(book: Desk, request_: Json) -> None:
    protect(book)
    before = book.call("get", includeGridData=True)
    assert "protected cell or object" in replace(book, me=COACH).refusal(request_)
    assert book.call("get", includeGridData=True) == before
    assert book.batch(request_) is not None  # the owner may


def test_protection_goes_where_its_cells_go(book: Desk) -> None:
    protect(book)
    book.batch(
        {"insertDimension": {"range": span("COLUMNS", 0, 1)}}, {"insertDimension": {"range": span("ROWS", 0, 1)}}
    )
    with pytest.raises(ApiError, match="protected"):
        book.do("POST", "type", tab="Review", cell="E2", value="x", **{"as": COACH})
    book.do("POST", "type", tab="Review", cell="D2", value="x", **{"as": COACH})
    assert book.values("Review!D2:E2") == [["x", "Status"]]


def test_all_members_of_the_domain_may_be_let_in(book: Desk) -> None:
    share(book.world, book.id, GUEST, "writer")
    protect(book, editors={"domainUsersCanEdit": True})
    book.do("POST", "type", tab="Review", cell="D2", value="by a member", **{"as": COACH})
    with pytest.raises(ApiError, match="protected"):
        book.do("POST", "type", tab="Review", cell="D2", value="by a guest", **{"as": GUEST})
    assert book.values("Review!D2") == [["by a member"]]


def test_a_tab_protected_whole_leaves_free_what_it_names(book: Desk) -> None:
    free = STATUS | {"startColumnIndex": 2, "endColumnIndex": 3}
    protect(book, {"sheetId": 0}, unprotectedRanges=[free])
    book.do("POST", "type", tab="Review", cell="C2", value="Hold", **{"as": COACH})
    for act, args in (
        person("type", cell="C9", value="x"),
        person("delete-rows", row=9),
        person("rename-tab", title="x"),
    ):
        with pytest.raises(ApiError, match="protected"):
            book.do("POST", act, **args, **{"as": COACH})
    assert (book.values("Review!C2"), book.call("get")["sheets"][0]["properties"]["title"]) == ([["Hold"]], "Review")
    bad = {"addProtectedRange": {"protectedRange": {"range": STATUS, "unprotectedRanges": [free]}}}
    assert "only supported on protected sheets" in book.refusal(bad)


def test_a_protection_is_made_a_warning_and_hard_again(book: Desk) -> None:
    number = protect(book, editors={"users": [SECOND]})
    change = {"protectedRange": {"protectedRangeId": number, "warningOnly": True}, "fields": "warningOnly"}
    book.batch({"updateProtectedRange": change})
    book.do("POST", "type", tab="Review", cell="D2", value="warned", **{"as": COACH})
    assert "editors" not in sheet(book)["protectedRanges"][0]
    hard = {"protectedRangeId": number, "editors": {"users": [SECOND]}}
    both = {"protectedRange": hard | {"warningOnly": True}, "fields": "editors"}
    assert "Editors cannot be set on it" in book.refusal({"updateProtectedRange": both})
    book.batch({"updateProtectedRange": {"protectedRange": hard, "fields": "editors,warningOnly"}})
    with pytest.raises(ApiError, match="protected"):
        book.do("POST", "type", tab="Review", cell="D2", value="again", **{"as": COACH})
    assert book.values("Review!D2") == [["warned"]]
    again = {"protectedRange": {"protectedRangeId": number, "range": STATUS}}
    assert f"id {number} already exists" in book.refusal({"addProtectedRange": again})
