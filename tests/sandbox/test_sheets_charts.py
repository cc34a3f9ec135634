"""Charts: made, changed, moved and deleted; they follow their cells, and are drawn from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import gspread
import pytest
from cast import OWNER as BOSS
from cast import ROBOT
from sheets_desk import COACH, Desk, by_gspread, desk, sheet, span

from bridge.sandbox import sheets
from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import share
from bridge.sandbox.server import Sandbox
from bridge.sandbox.sheets.drawing import ticks
from bridge.sandbox.state import World

Json = dict[str, Any]

NUMBERS = [["Badge", "Waiting", "Issued"], ["Wait <Time>", "3", "8"], ["Cold Call", "5", "2"], ["Routines", "", "4"]]


def source(column: int, *, sheet_id: int = 0, top: int = 0, bottom: int = 4) -> Json:
    where = {"sheetId": sheet_id, "startRowIndex": top, "endRowIndex": bottom}
    return {"sourceRange": {"sources": [where | {"startColumnIndex": column, "endColumnIndex": column + 1}]}}


def columns(kind: str = "COLUMN", sheet_id: int = 0, **more: Any) -> Json:
    """A chart of both series, as Google's ChartSpec."""
    series = [{"series": source(column, sheet_id=sheet_id)} for column in (1, 2)]
    domains = [{"domain": source(0, sheet_id=sheet_id)}]
    basic = {"chartType": kind, "headerCount": 1, "domains": domains, "series": series}
    return {"title": "Requests", "basicChart": basic | more}


def over(row: int = 5, column: int = 1, sheet_id: int = 0) -> Json:
    return {"overlayPosition": {"anchorCell": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}}}


def adding(spec: Json, position: Json | None = None, **more: Any) -> Json:
    return {"addChart": {"chart": {"spec": spec, "position": position or over(), **more}}}


@pytest.fixture
def book() -> Desk:
    made = desk(tabs=("Numbers", "Notes"))
    made.call("values.clear", range="Numbers")
    made.type("Numbers!A1", NUMBERS)
    return made


def add(book: Desk, spec: Json, position: Json | None = None) -> int:
    [reply] = book.batch(adding(spec, position))
    return int(reply["addChart"]["chart"]["chartId"])


def charts(book: Desk, index: int = 0) -> list[Json]:
    found: list[Json] = sheet(book, index).get("charts", [])
    return found


def spots(chart: Json) -> list[tuple[int, int, int, int]]:
    """(tab, first row, end row, column) of each source range."""
    basic = chart["spec"]["basicChart"]
    data = [basic["domains"][0]["domain"], *(one["series"] for one in basic["series"])]
    ranges = [one for part in data for one in part["sourceRange"]["sources"]]
    return [(one["sheetId"], one["startRowIndex"], one["endRowIndex"], one["startColumnIndex"]) for one in ranges]


def drawn(book: Desk, tab: str = "Numbers") -> list[ElementTree.Element]:
    """The pictures on the tab's page; the page runs nothing."""
    html = book.do("GET", f"{tab}.html").data.decode()
    assert "<script" not in html
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in pictures]  # noqa: S314 - the sandbox's own page


def shapes(picture: ElementTree.Element, name: str) -> list[dict[str, str]]:
    return [one.attrib for one in picture.iter(f"{{http://www.w3.org/2000/svg}}{name}")]


def words(picture: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_a_chart_comes_back_as_google_gives_it(book: Desk) -> None:
    [reply] = book.batch(adding(columns(legendPosition="BOTTOM_LEGEND"), chartId=77))
    made = reply["addChart"]["chart"]
    assert charts(book) == [made]
    assert (made["chartId"], made["spec"]["basicChart"]["legendPosition"]) == (77, "BOTTOM_LEGEND")
    assert made["position"] == {
        "overlayPosition": {
            "anchorCell": {"sheetId": 0, "rowIndex": 5, "columnIndex": 1},
            "widthPixels": 600,
            "heightPixels": 371,
        }
    }
    assert add(book, columns()) != add(book, columns())
    assert "id 77 already exists" in book.refusal(adding(columns(), chartId=77))
    assert len(charts(book)) == 3


def test_charts_over_http(sandbox: Sandbox, world: World, signed: Callable[..., Any]) -> None:
    made = sheets.new_spreadsheet(world, owner=BOSS, title="Desk", tabs=["Numbers"], rows={"Numbers": NUMBERS})
    share(world, made, ROBOT, "writer")
    book = by_gspread(sandbox.url, signed(), made)
    reply = book.batch_update({"requests": [adding(columns()), adding(columns("BAR"), {"newSheet": True})]})
    first, own = (one["addChart"]["chart"] for one in reply["replies"])
    tabs = book.fetch_sheet_metadata()["sheets"]
    assert [tab["properties"]["sheetType"] for tab in tabs] == ["GRID", "OBJECT"]
    assert [tab["charts"] for tab in tabs] == [[first], [own]]
    assert [one.title for one in book.worksheets()] == ["Numbers", "Chart1"]
    with pytest.raises(gspread.exceptions.APIError, match=r"No embedded object with id: 5"):
        book.batch_update({"requests": [{"deleteEmbeddedObject": {"objectId": 5}}]})
    book.batch_update({"requests": [{"deleteEmbeddedObject": {"objectId": one["chartId"]}} for one in (first, own)]})
    assert ["charts" in tab for tab in book.fetch_sheet_metadata()["sheets"]] == [False]


def test_a_chart_gets_another_specification_whole(book: Desk) -> None:
    number = add(book, columns())
    pie = {"title": "Waiting", "pieChart": {"domain": source(0, top=1), "series": source(1, top=1)}}
    book.batch({"updateChartSpec": {"chartId": number, "spec": pie}})
    assert charts(book)[0]["spec"] == {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS", **pie}
    assert "No chart with id: 4" in book.refusal({"updateChartSpec": {"chartId": 4, "spec": pie}})


def test_a_chart_is_moved_by_its_mask(book: Desk) -> None:
    number = add(book, columns())
    new = {"overlayPosition": {"widthPixels": 300, "heightPixels": 9, "anchorCell": {"rowIndex": 8}}}
    move = {"objectId": number, "newPosition": new, "fields": "widthPixels,anchorCell.rowIndex"}
    [reply] = book.batch({"updateEmbeddedObjectPosition": move})
    assert reply["updateEmbeddedObjectPosition"]["position"] == charts(book)[0]["position"]
    place = charts(book)[0]["position"]["overlayPosition"]
    assert (place["widthPixels"], place["heightPixels"]) == (300, 371)
    assert place["anchorCell"] == {"sheetId": 0, "rowIndex": 8, "columnIndex": 1}
    assert "At least one field" in book.refusal({"updateEmbeddedObjectPosition": move | {"fields": ""}})


def test_a_chart_moves_to_a_tab_of_its_own_and_back(book: Desk) -> None:
    number = add(book, columns())
    book.batch({"updateEmbeddedObjectPosition": {"objectId": number, "newPosition": {"sheetId": 55}}})
    assert (charts(book), charts(book, 2)[0]["position"]) == ([], {"sheetId": 55})
    assert sheet(book, 2)["properties"] == {"sheetId": 55, "title": "Chart1", "index": 2, "sheetType": "OBJECT"}
    [picture] = drawn(book, "Chart1")
    assert "Cold Call" in words(picture)
    for refused in (
        {"insertDimension": {"range": span("ROWS", 0, 1, 55)}},
        {"appendDimension": {"sheetId": 55, "dimension": "ROWS", "length": 1}},
        {"appendCells": {"sheetId": 55, "rows": [], "fields": "*"}},
        {"updateSheetProperties": {"properties": {"sheetId": 55, "gridProperties": {"rowCount": 2}}, "fields": "*"}},
    ):
        book.refusal(refused)
    renamed = {"properties": {"sheetId": 55, "title": "Picture"}, "fields": "title"}
    back = {"objectId": number, "newPosition": over(), "fields": "*"}
    book.batch({"updateSheetProperties": renamed})
    assert sheet(book, 2, includeGridData=True)["properties"]["title"] == "Picture"
    book.batch({"updateEmbeddedObjectPosition": back})
    assert [one["properties"]["title"] for one in book.call("get")["sheets"]] == ["Numbers", "Notes"]
    assert len(charts(book)) == 1


def test_charts_follow_their_cells_and_their_place(book: Desk) -> None:
    notes = sheet(book, 1)["properties"]["sheetId"]
    add(book, columns(), over(row=6, column=2))
    add(book, columns(), over(row=6, sheet_id=notes))
    book.batch(
        {"insertDimension": {"range": span("ROWS", 2, 4), "inheritFromBefore": True}},
        {"insertDimension": {"range": span("COLUMNS", 0, 1)}},
    )
    here, there = charts(book)[0], charts(book, 1)[0]
    assert spots(here) == spots(there) == [(0, 0, 6, 1), (0, 0, 6, 2), (0, 0, 6, 3)]
    assert here["position"]["overlayPosition"]["anchorCell"] == {"sheetId": 0, "rowIndex": 8, "columnIndex": 3}
    assert there["position"]["overlayPosition"]["anchorCell"]["rowIndex"] == 6
    book.batch({"moveDimension": {"source": span("COLUMNS", 3, 4), "destinationIndex": 0}})
    assert spots(charts(book)[0]) == [(0, 0, 6, 2), (0, 0, 6, 3), (0, 0, 6, 0)]
    book.batch(
        {"deleteDimension": {"range": span("ROWS", 1, 3)}}, {"deleteDimension": {"range": span("COLUMNS", 0, 1)}}
    )
    assert spots(charts(book)[0]) == [(0, 0, 4, 1), (0, 0, 4, 2)]
    assert [len(drawn(book, tab)) for tab in ("Numbers", "Notes")] == [1, 1]
    book.batch({"deleteDimension": {"range": span("ROWS", 4, 9)}})
    assert charts(book)[0]["position"]["overlayPosition"]["anchorCell"]["rowIndex"] == 4


def test_a_chart_dies_with_its_tab_and_outlives_that_of_its_cells(book: Desk) -> None:
    notes = sheet(book, 1)["properties"]["sheetId"]
    add(book, columns())
    add(book, columns(), over(sheet_id=notes))
    book.batch({"deleteSheet": {"sheetId": 0}})
    [left] = charts(book)
    assert spots(left) == []
    assert "No data" in words(drawn(book, "Notes")[0])


def test_a_copied_tab_has_charts_of_its_own(book: Desk) -> None:
    number = add(book, columns())
    where = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4}
    book.batch(
        {"addFilterView": {"filter": {"title": "All", "range": where}}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 2}},
    )
    [copy] = charts(book, 2)
    assert copy["chartId"] != number
    assert [tab for tab, *_ in spots(copy)] == [9, 9, 9]
    assert copy["position"]["overlayPosition"]["anchorCell"]["sheetId"] == 9
    [old], [new] = sheet(book)["filterViews"], sheet(book, 2)["filterViews"]
    assert old["filterViewId"] != new["filterViewId"]
    book.type("'Copy of Numbers'!A2", [["Only here"]])
    assert "Only here" in words(drawn(book, "Copy of Numbers")[0])
    assert "Only here" not in words(drawn(book)[0])


@pytest.mark.parametrize(
    ("spec", "position", "said"),
    [
        ({}, over(), "exactly one kind of chart, not 0"),
        ({"basicChart": {"chartType": "COLUMN"}}, over(), "at least one series"),
        ({"basicChart": {"series": [{"series": source(1)}]}}, over(), "chartType must be set"),
        (columns(series=[{}]), over(), "basicChart.series must have a source range."),
        (columns(domains=[{"domain": source(0)}] * 2), over(), "a single domain only"),
        (columns(series=[{"series": source(1, sheet_id=8)}]), over(), "No grid with id: 8"),
        (columns(series=[{"series": source(70)}]), over(), "exceeds grid limits"),
        (columns("BAR", series=[{"series": source(1), "targetAxis": "LEFT_AXIS"}]), over(), "not a minor axis"),
        (
            columns(series=[{"series": {"sourceRange": {"sources": [{"startRowIndex": 1}]}}}]),
            over(),
            "ChartSourceRange ranges require all rows or all columns to have length of 1",
        ),
        (
            columns(series=[{"series": {"sourceRange": {"sources": source(1)["sourceRange"]["sources"] * 2}}}]),
            over(),
            "the same number of source ranges",
        ),
        ({"pieChart": {"domain": source(0)}}, over(), "pieChart.series must have a source range."),
        (columns(), {"newSheet": True, "sheetId": 4}, "must be one of"),
        (columns(), {"sheetId": 0}, "Cannot add chart to new sheet with ID: 0, a sheet with that ID already exists."),
        (columns(), over(sheet_id=8), "No grid with id: 8"),
        (columns(), over(row=5000), "lies outside the grid"),
    ],
)
def test_a_chart_that_makes_no_sense_is_refused(book: Desk, spec: Json, position: Json, said: str) -> None:
    message = book.refusal(adding(spec, position))
    assert message.startswith("Invalid requests[0].addChart: ")
    assert said in message
    assert [len(one.get("charts", ())) for one in book.call("get")["sheets"]] == [0, 0]


@pytest.mark.parametrize("spec", [columns("SCATTER"), {"histogramChart": {}}])
def test_kinds_that_the_sandbox_does_not_draw_say_so(book: Desk, spec: Json) -> None:
    with pytest.raises(ApiError, match="The sandbox does not draw") as caught:
        book.batch(adding(spec))
    assert caught.value.status == 501


def test_who_may_not_change_a_tab_may_not_change_its_charts(book: Desk) -> None:
    number = add(book, columns())
    book.batch({"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}})
    coach = replace(book, me=COACH)
    for change in (
        adding(columns()),
        {"updateChartSpec": {"chartId": number, "spec": columns("BAR")}},
        {"updateEmbeddedObjectPosition": {"objectId": number, "newPosition": {"newSheet": True}}},
        {"deleteEmbeddedObject": {"objectId": number}},
    ):
        assert "protected cell or object" in coach.refusal(change)
    assert [one["chartId"] for one in charts(book)] == [number]


def test_columns_are_as_high_as_the_cells_say(book: Desk) -> None:
    spec = columns(axis=[{"position": "LEFT_AXIS", "title": "How many"}], legendPosition="TOP_LEGEND")
    spec["basicChart"]["series"][0] |= {"styleOverrides": [{"index": 1, "color": {"red": 1}}]}
    add(book, spec)
    [picture] = drawn(book)
    assert (picture.attrib["width"], picture.attrib["height"]) == ("600", "371")
    assert {"Requests", "How many", "Badge", "Waiting", "Issued", "Wait <Time>", "Cold Call"} <= set(words(picture))
    heights = [round(float(one["height"])) for one in shapes(picture, "rect")[1:]]
    unit = heights[0] / 3
    assert heights == pytest.approx([3 * unit, 5 * unit, 8 * unit, 2 * unit, 4 * unit], abs=1.5)
    fills = [one["fill"] for one in shapes(picture, "rect")[1:]]
    assert fills == ["#4285f4", "#ff0000", "#ea4335", "#ea4335", "#ea4335"]
    book.type("Numbers!B2", [["6"]])
    assert float(shapes(drawn(book)[0], "rect")[1]["height"]) == pytest.approx(6 * unit, abs=1.5)


def test_stacked_bars_lie_end_to_end(book: Desk) -> None:
    add(book, columns("BAR", stackedType="STACKED"))
    bars = shapes(drawn(book)[0], "rect")[1:]
    first, second = bars[0], bars[2]
    assert float(first["x"]) + float(first["width"]) == pytest.approx(float(second["x"]), abs=0.2)
    assert first["y"] == second["y"]
    assert float(second["width"]) / float(first["width"]) == pytest.approx(8 / 3, rel=0.01)


def test_a_gap_breaks_a_line_and_percentages_fill_an_area(book: Desk) -> None:
    book.type("Numbers!B3:B5", [[""], ["4"], ["1"]])
    spec = columns("LINE", series=[{"series": source(1, bottom=5)}], domains=[{"domain": source(0, bottom=5)}])
    add(book, spec)
    add(book, columns("AREA", stackedType="PERCENT_STACKED"), over(row=20))
    line, area = drawn(book)
    assert [len(one["points"].split()) for one in shapes(line, "polyline")] == [1, 2]
    assert len(shapes(area, "polygon")) == 3
    assert "100%" in words(area)


@pytest.mark.parametrize("kind", ["COLUMN", "BAR", "LINE", "AREA"])
def test_noughts_alone_are_drawn_too(book: Desk, kind: str) -> None:
    book.type("Numbers!B2:C4", [[0, 0]] * 3)
    add(book, columns(kind, stackedType="PERCENT_STACKED"))
    [picture] = drawn(book)
    assert "Cold Call" in words(picture)
    assert "No data" not in words(picture)


def test_a_pie_is_cut_by_the_numbers(book: Desk) -> None:
    pie = {"title": "All", "pieChart": {"domain": source(0, top=1), "series": source(2, top=1), "pieHole": 0.5}}
    add(book, pie)
    [picture] = drawn(book)
    assert {"57.1%", "14.3%", "28.6%", "Routines"} <= set(words(picture))
    assert len(shapes(picture, "path")) == 3
    book.type("Numbers!C3:C4", [[0], [0]])
    [whole] = drawn(book)
    assert (len(shapes(whole, "path")), "100.0%" in words(whole)) == (0, True)


def test_hidden_rows_are_not_drawn_unless_asked_for(book: Desk) -> None:
    number = add(book, columns())
    hide = {"range": span("ROWS", 2, 3), "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    book.batch({"updateDimensionProperties": hide})
    assert "Cold Call" not in words(drawn(book)[0])
    everything = columns() | {"hiddenDimensionStrategy": "SHOW_ALL"}
    book.batch({"updateChartSpec": {"chartId": number, "spec": everything}})
    assert "Cold Call" in words(drawn(book)[0])


def test_a_chart_without_headers_or_end_finds_its_own(book: Desk) -> None:
    open_end = {"sourceRange": {"sources": [{"startColumnIndex": 2, "endColumnIndex": 3}]}}
    add(book, {"basicChart": {"chartType": "COLUMN", "series": [{"series": open_end}]}})
    [picture] = drawn(book)
    assert len(shapes(picture, "rect")) == 1 + 3
    assert {"Issued", "1", "2", "3"} <= set(words(picture))


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (0, 8, [0, 2, 4, 6, 8]),
        (0, 1, [0, 1]),
        (0, 0, [0, 1]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (-3, 9, [-5, -2.5, 0, 2.5, 5, 7.5, 10]),
        (0, 0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    ],
)
def test_axes_are_marked_with_round_numbers(low: float, high: float, marks: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(marks)
