"""Requests about charts. The sandbox knows columns, bars, lines, areas and pies; other kinds are 501."""

from __future__ import annotations

from bridge.sandbox.api import ApiError
from bridge.sandbox.sheets import a1, blank
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets.masks import merged, paths
from bridge.sandbox.sheets_state import Json, Sheet

KINDS = ("COLUMN", "BAR", "LINE", "AREA")

#: Size of a chart that names none, says Google's document.
_SIZE = {"widthPixels": 600, "heightPixels": 371}


@request("addChart")
def add_chart(edit: Edit, content: Json) -> Json:
    chart = content.get("chart", {})
    number = chart.get("chartId") or edit.book.new_number()
    if any(one["chartId"] == number for sheet in edit.book.sheets for one in sheet.charts):
        raise Invalid(f"A chart with the id {number} already exists.")
    spec = _checked(edit, chart.get("spec", {}))
    sheet, position = _placed(edit, chart.get("position", {}))
    made = {"chartId": number, "spec": spec, "position": position}
    if "border" in chart:
        made["border"] = chart["border"]
    sheet.charts.append(made)
    return {"chart": made}


@request("updateChartSpec")
def update_chart_spec(edit: Edit, content: Json) -> None:
    """Replace all of the specification: there is no mask."""
    sheet, place = _find(edit, content.get("chartId", 0), "chart")
    sheet.charts[place] = sheet.charts[place] | {"spec": _checked(edit, content.get("spec", {}))}


@request("updateEmbeddedObjectPosition")
def update_embedded_object_position(edit: Edit, content: Json) -> Json:
    """Move or resize a chart: on its tab, to another tab, or to a tab of its own."""
    sheet, place = _find(edit, content.get("objectId", 0), "embedded object")
    chart, new = sheet.charts[place], content.get("newPosition", {})
    if "overlayPosition" in new:
        paths(content.get("fields", ""))
        old = chart["position"].get("overlayPosition", {})
        new = {"overlayPosition": merged(old, new["overlayPosition"], content["fields"])}
    del sheet.charts[place]
    target, position = _placed(edit, new)
    target.charts.append(chart | {"position": position})
    _close(edit, sheet)
    return {"position": position}


@request("deleteEmbeddedObject")
def delete_embedded_object(edit: Edit, content: Json) -> None:
    sheet, place = _find(edit, content.get("objectId", 0), "embedded object")
    del sheet.charts[place]
    _close(edit, sheet)


def _find(edit: Edit, number: int, words: str) -> tuple[Sheet, int]:
    """The tab and the place in its charts; raises Invalid, or Protected for who may not change the tab."""
    for sheet in edit.book.sheets:
        for place, chart in enumerate(sheet.charts):
            if chart["chartId"] == number:
                edit.guard_tab(sheet)
                return sheet, place
    raise Invalid(f"No {words} with id: {number}")


def _close(edit: Edit, sheet: Sheet) -> None:
    """A chart's own tab goes with it."""
    if sheet.is_object:
        edit.book.sheets.remove(sheet)
        if all(left.hidden for left in edit.book.sheets):
            raise Invalid("You can't remove all the visible sheets in a document.")


def _placed(edit: Edit, position: Json) -> tuple[Sheet, Json]:
    """The tab that the chart comes to lie on, made if need be, and its position in full."""
    if sum(bool(name in position) for name in ("sheetId", "overlayPosition", "newSheet")) != 1:
        raise Invalid("The position must be one of sheetId, overlayPosition and newSheet.")
    if "overlayPosition" not in position:
        sheet = _own_tab(edit, position.get("sheetId", -1))
        return sheet, {"sheetId": sheet.id}
    overlay = position["overlayPosition"]
    anchor = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0} | overlay.get("anchorCell", {})
    sheet = edit.sheet(anchor["sheetId"])
    edit.guard_tab(sheet)
    if sheet.is_object or anchor["rowIndex"] >= sheet.row_count or anchor["columnIndex"] >= sheet.column_count:
        raise Invalid("overlayPosition.anchorCell lies outside the grid.")
    return sheet, {
        "overlayPosition": {"anchorCell": anchor} | _SIZE | {k: v for k, v in overlay.items() if k != "anchorCell"}
    }


def _own_tab(edit: Edit, sheet_id: int) -> Sheet:
    """A new tab that is the chart and nothing else."""
    if any(sheet.id == sheet_id for sheet in edit.book.sheets):
        raise Invalid(f"Cannot add chart to new sheet with ID: {sheet_id}, a sheet with that ID already exists.")
    number = 1
    while a1.named(edit.book, f"Chart{number}") is not None:
        number += 1
    sheet = blank.new_sheet(edit.book, {"sheetId": sheet_id, "title": f"Chart{number}"})
    sheet.properties = {"sheetId": sheet.id, "title": sheet.title, "sheetType": "OBJECT"}
    edit.book.sheets.append(sheet)
    return sheet


def _checked(edit: Edit, spec: Json) -> Json:
    """The specification with its source ranges checked and their tabs named; raises Invalid."""
    kinds = [name for name in spec if name.endswith("Chart")]
    if len(kinds) != 1:
        raise Invalid(f"A chart specification must hold exactly one kind of chart, not {len(kinds)}.")
    sources: list[int] = []
    match kinds[0]:
        case "basicChart":
            chart = _basic(edit, spec["basicChart"], sources)
        case "pieChart":
            chart = dict(spec["pieChart"])
            for name in ("domain", "series"):
                chart[name] = _data(edit, chart.get(name, {}), f"pieChart.{name}", sources)
        case other:
            raise ApiError(501, "UNIMPLEMENTED", f"The sandbox does not draw {other}.")
    if len(set(sources)) > 1:
        raise Invalid("The domain and all series must have the same number of source ranges.")
    return {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS"} | spec | {kinds[0]: chart}


def _basic(edit: Edit, chart: Json, sources: list[int]) -> Json:
    kind = chart.get("chartType", "BASIC_CHART_TYPE_UNSPECIFIED")
    if kind == "BASIC_CHART_TYPE_UNSPECIFIED":
        raise Invalid("basicChart.chartType must be set.")
    if kind not in KINDS:
        raise ApiError(501, "UNIMPLEMENTED", f"The sandbox does not draw charts of type {kind}.")
    if not chart.get("series"):
        raise Invalid("basicChart.series must hold at least one series.")
    if len(chart.get("domains", ())) > 1:
        raise Invalid("basicChart.domains can hold a single domain only.")
    axes = ("BOTTOM_AXIS",) if kind == "BAR" else ("LEFT_AXIS", "RIGHT_AXIS")
    for number, series in enumerate(chart["series"]):
        if series.get("targetAxis", axes[0]) not in axes:
            raise Invalid(f"basicChart.series[{number}].targetAxis is not a minor axis of a chart of type {kind}.")
    return chart | {
        name: [one | {part: _data(edit, one.get(part, {}), f"basicChart.{name}", sources)} for one in chart[name]]
        for name, part in (("domains", "domain"), ("series", "series"))
        if name in chart
    }


def _data(edit: Edit, data: Json, where: str, sources: list[int]) -> Json:
    """Google's ChartData, every source range on a tab that is there, one row or one column each."""
    ranges = data.get("sourceRange", {}).get("sources", [])
    if not ranges:
        raise Invalid(f"{where} must have a source range.")
    boxes = [a1.resolve(edit.book, one)[1] for one in ranges]
    if not (all(box.width == 1 for box in boxes) or all(box.height == 1 for box in boxes)):
        raise Invalid("ChartSourceRange ranges require all rows or all columns to have length of 1")
    sources.append(len(ranges))
    return data | {"sourceRange": {"sources": [{"sheetId": 0} | one for one in ranges]}}
