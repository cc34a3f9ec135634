"""The basic filter and filter views: kept in both of Google's ways, and what a person sees through them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from cast import OWNER as BOSS
from cast import ROBOT
from sheets_desk import Desk, by_gspread, desk, sheet, span

from bridge.sandbox import sheets
from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import share
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World

Json = dict[str, Any]

AREA = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 4}
WAITING = {"hiddenValues": ["issued"]}


def condition(kind: str, *values: str) -> Json:
    return {"condition": {"type": kind, "values": [{"userEnteredValue": value} for value in values]}}


def spec(column: int, criteria: Json) -> Json:
    return {"columnIndex": column, "filterCriteria": criteria}


@pytest.fixture
def book() -> Desk:
    return desk()


def add_view(book: Desk, **more: Any) -> int:
    [reply] = book.batch({"addFilterView": {"filter": {"range": AREA, "title": "Waiting", **more}}})
    return int(reply["addFilterView"]["filter"]["filterViewId"])


def set_filter(book: Desk, **more: Any) -> None:
    book.batch({"setBasicFilter": {"filter": {"range": AREA, **more}}})


def html(book: Desk, **more: Any) -> str:
    page = book.do("GET", "Review.html", **more).data.decode()
    assert isinstance(page, str)
    return page


def seen(book: Desk, **more: Any) -> list[str]:
    """The ids of the rows that the page shows, from above."""
    return re.findall(r"<span>(\d\d-1)</span>", html(book, **more))


@pytest.mark.parametrize("way", [{"criteria": {"3": WAITING}}, {"filterSpecs": [spec(3, WAITING)]}])
def test_criteria_come_back_as_a_map_and_as_a_list(book: Desk, way: Json) -> None:
    set_filter(book, **way)
    number = add_view(book, **way, sortSpecs=[{"dimensionIndex": 1, "sortOrder": "DESCENDING"}])
    both = {"criteria": {"3": WAITING}, "filterSpecs": [spec(3, WAITING)], "range": AREA}
    one = sheet(book)
    assert one["basicFilter"] == both
    order = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    assert one["filterViews"] == [both | {"filterViewId": number, "title": "Waiting", "sortSpecs": order}]


def test_the_list_wins_over_the_map(book: Desk) -> None:
    add_view(book, criteria={"0": WAITING}, filterSpecs=[spec(3, WAITING)])
    assert sheet(book)["filterViews"][0]["criteria"] == {"3": WAITING}


def test_a_mask_says_which_way_a_view_is_changed(book: Desk) -> None:
    number = add_view(book, criteria={"3": WAITING})

    def change(fields: str, **new: Any) -> Json:
        book.batch({"updateFilterView": {"filter": {"filterViewId": number, **new}, "fields": fields}})
        view: Json = sheet(book)["filterViews"][0]
        return view

    assert change("criteria", criteria={"1": WAITING})["filterSpecs"] == [spec(1, WAITING)]
    assert change("filterSpecs", filterSpecs=[spec(0, WAITING)])["criteria"] == {"0": WAITING}
    assert change("title", title="Open")["criteria"] == {"0": WAITING}
    assert change("*", title="All", criteria={"2": WAITING})["filterSpecs"] == [spec(2, WAITING)]
    assert not {"criteria", "filterSpecs"} & change("filterSpecs").keys()
    assert change("range", range=AREA | {"endRowIndex": 3})["range"]["endRowIndex"] == 3


def test_views_have_ids_and_titles_of_their_own(book: Desk) -> None:
    first = add_view(book, title="")
    [reply] = book.batch({"duplicateFilterView": {"filterId": first}})
    copy = reply["duplicateFilterView"]["filter"]
    assert [one["title"] for one in sheet(book)["filterViews"]] == ["Filter 1", "Copy of Filter 1"]
    assert copy["filterViewId"] != first
    again = {"filter": {"range": AREA, "filterViewId": first}}
    assert f"id {first} already exists" in book.refusal({"addFilterView": again})
    assert "No filter view with id: 3" in book.refusal({"duplicateFilterView": {"filterId": 3}})


@pytest.mark.parametrize(
    "bad", [{"criteria": {"9": WAITING}}, {"sortSpecs": [{"dimensionIndex": 4}]}, {"range": AREA | {"sheetId": 8}}]
)
def test_a_filter_that_makes_no_sense_is_refused(book: Desk, bad: Json) -> None:
    whole = {"filter": {"range": AREA, "title": "x", **bad}}
    for request in ({"addFilterView": whole}, {"setBasicFilter": {"filter": {"range": AREA, **bad}}}):
        assert re.search("does not contain the column with index|No grid with id: 8", book.refusal(request))
    assert not {"filterViews", "basicFilter"} & sheet(book).keys()


def test_colours_are_beyond_the_sandbox(book: Desk) -> None:
    with pytest.raises(ApiError, match="does not filter by colour") as caught:
        set_filter(book, criteria={"3": {"visibleBackgroundColorStyle": {"rgbColor": {}}}})
    assert caught.value.status == 501


@pytest.mark.parametrize(
    ("criteria", "shown"),
    [
        (WAITING, ["41-1", "43-1"]),
        ({"hiddenValues": ["issued", "waiting"]}, []),
        (condition("TEXT_EQ", "issued"), ["42-1"]),
        (condition("TEXT_CONTAINS", "wait") | {"hiddenValues": ["waiting"]}, []),
        (condition("NOT_BLANK"), ["41-1", "42-1", "43-1"]),
        (condition("CUSTOM_FORMULA", '=AND($C2="",$B2<>"Cy")'), ["41-1"]),
        (condition("CUSTOM_FORMULA", "=COUNTIF($A$2:$A,$A2)>1"), ["41-1", "42-1", "43-1"]),
    ],
)
def test_the_basic_filter_hides_rows_from_everybody(book: Desk, criteria: Json, shown: list[str]) -> None:
    set_filter(book, filterSpecs=[spec(3, criteria)])
    assert seen(book) == shown
    assert ("Not evaluated: =COUNTIF" in html(book)) == ("COUNTIF" in str(criteria))
    lines = sheet(book, ranges=["Review!A1:A4"], includeGridData=True)["data"][0]["rowMetadata"]
    assert [number for number, line in enumerate(lines) if not line.get("hiddenByFilter")] == [
        0,
        *(int(one[:2]) - 40 for one in shown),
    ]
    assert len(book.values("Review!A2:A")) == 3
    book.batch({"clearBasicFilter": {"sheetId": 0}})
    assert seen(book) == ["41-1", "42-1", "43-1"]


def test_a_filter_view_is_opened_by_id_or_title_and_sorts_for_who_looks(book: Desk) -> None:
    set_filter(book, filterSpecs=[spec(3, condition("TEXT_EQ", "issued"))])
    order = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    number = add_view(book, filterSpecs=[spec(3, WAITING)], sortSpecs=order)
    assert seen(book) == ["42-1"]
    assert seen(book, filter_view=str(number)) == seen(book, filter_view="Waiting") == ["43-1", "41-1"]
    assert book.values("Review!A2:A") == [["41-1"], ["42-1"], ["43-1"]]
    assert f'<a href="?filter_view={number}">Waiting</a>' in html(book)
    assert '<a href="?" class="open" title="Close this view">Waiting</a>' in html(book, filter_view="Waiting")
    with pytest.raises(ApiError, match="has no filter view 'Mine'; there are: 'Waiting'"):
        book.do("GET", "Review.html", filter_view="Mine")


def test_today_moves_what_a_view_shows(book: Desk) -> None:
    book.type("Review!C2:C4", [["2026-11-20"], ["2026-12-24"], [""]])
    past = {"condition": {"type": "DATE_BEFORE", "values": [{"relativeDate": "TODAY"}]}}
    add_view(book, filterSpecs=[spec(2, past)])
    shown = []
    for month in (11, 12, 13):
        book.world.clock.set(datetime(2026 + month // 13, (month - 1) % 12 + 1, 1, tzinfo=UTC), running=False)
        shown.append(seen(book, filter_view="Waiting"))
    assert shown == [[], ["41-1"], ["41-1", "42-1"]]


def test_criteria_follow_their_columns(book: Desk) -> None:
    add_view(book, criteria={"3": WAITING, "0": {"hiddenValues": ["9"]}}, sortSpecs=[{"dimensionIndex": 3}])
    book.batch({"insertDimension": {"range": span("COLUMNS", 1, 2)}})
    view = sheet(book)["filterViews"][0]
    assert (set(view["criteria"]), view["sortSpecs"]) == ({"0", "4"}, [{"dimensionIndex": 4}])
    book.batch({"moveDimension": {"source": span("COLUMNS", 4, 5), "destinationIndex": 0}})
    assert set(sheet(book)["filterViews"][0]["criteria"]) == {"1", "0"}
    assert seen(book, filter_view="Waiting") == ["41-1", "43-1"]
    book.batch({"deleteDimension": {"range": span("COLUMNS", 0, 1)}})
    view = sheet(book)["filterViews"][0]
    assert (view["filterSpecs"], "sortSpecs" in view) == ([spec(0, {"hiddenValues": ["9"]})], False)


def test_a_chart_leaves_out_what_the_filter_hides(book: Desk) -> None:
    book.type("Review!C2:C4", [["3"], ["4"], ["5"]])
    ranges = [{"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4} | part for part in ({"endColumnIndex": 1}, {})]
    ranges[1] |= {"startColumnIndex": 2, "endColumnIndex": 3}
    domain, series = ({"sourceRange": {"sources": [one]}} for one in ranges)
    basic = {"chartType": "COLUMN", "domains": [{"domain": domain}], "series": [{"series": series}]}
    place = {"overlayPosition": {"anchorCell": {"rowIndex": 8}}}
    book.batch({"addChart": {"chart": {"spec": {"basicChart": basic | {"headerCount": 0}}, "position": place}}})
    assert html(book).count(">42-1</text>") == 1
    set_filter(book, filterSpecs=[spec(3, WAITING)])
    assert (html(book).count(">42-1</text>"), html(book).count(">43-1</text>")) == (0, 1)


def test_filters_over_http(sandbox: Sandbox, world: World, signed: Callable[..., Any]) -> None:
    rows = {"Review": [["ID", "Status"], ["41-1", "waiting"], ["42-1", "issued"]]}
    made = sheets.new_spreadsheet(world, owner=BOSS, title="Desk", tabs=["Review"], rows=rows)
    share(world, made, ROBOT, "writer")
    tab = by_gspread(sandbox.url, signed(), made).sheet1
    tab.set_basic_filter("A1:B3")
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    view = {"title": "To do", "range": area, "criteria": {"1": {"hiddenValues": ["issued"]}}}
    tab.spreadsheet.batch_update({"requests": [{"addFilterView": {"filter": view}}]})
    [kept] = tab.spreadsheet.fetch_sheet_metadata()["sheets"]
    assert (kept["basicFilter"], kept["filterViews"][0]["title"]) == ({"range": area}, "To do")
    there = f"{sandbox.url}/_sandbox/sheets/{made}/Review.html"
    through = requests.get(there, params={"filter_view": "To do"}, timeout=5).text
    assert ("41-1" in through, "42-1" in through) == (True, False)
    assert "42-1" in requests.get(there, timeout=5).text
    assert requests.get(there, params={"filter_view": "None"}, timeout=5).status_code == 404
