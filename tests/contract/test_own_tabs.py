"""The tabs that are the bridge's alone, in memory and in the sandbox's Google Sheets."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
import requests

from bridge.errors import InDoubt, TryLater
from bridge.model import Known
from bridge.plan import catalogue
from bridge.plan.progress import TITLES_ROW, progress_rows
from bridge.ports import Change, Own, OwnChange, Patch, Rows
from bridge.review import Noted
from bridge.sandbox.seed_people import COORDINATOR
from bridge.sheet_catalogue import COLUMNS as BADGE_COLUMNS
from bridge.sheet_pages import CHART_ROW, PAGES
from bridge.sheets import page_id
from tests.contract.sheet_stages import STATUS, FakeStage, SandboxStage, Stage, new_row
from tests.contract.workspace import Workspace, staged
from tests.core.desk import NOON, POLICY

TITLES = ("No.", "When (UTC)", "Request", "What", "Badge", "By", "For", "Hash")
ROWS: Rows = (TITLES, *((str(n), "=1+1", f"{n}-1", "decided: Approve", "1-2", "", "007", "ab") for n in range(1, 4)))
MADE = OwnChange(Own.LOG, make=True, added=ROWS)


stage = staged(FakeStage, SandboxStage)


@pytest.fixture
def google(workspace: Workspace) -> SandboxStage:
    return SandboxStage(workspace)


def write(stage: Stage, *own: OwnChange, **change: Any) -> None:
    stage.sheet.write(stage.sheet.read(), Change(own=own, **change))


def log(stage: Stage) -> Rows:
    return stage.sheet.read().own[Own.LOG].values


# ── every sheet ──────────────────────────────────────────────────────────────


def test_a_tab_is_made_in_the_same_write_as_the_rest(stage: Stage) -> None:
    assert stage.sheet.read().own == {}
    write(stage, MADE, make_review=True, added=(new_row("1-1"),))
    reading = stage.sheet.read()
    assert reading.review is not None
    assert [row[0] for row in reading.review.values] == ["ID", "1-1"]
    assert set(reading.own) == {Own.LOG}
    assert reading.own[Own.LOG].values == ROWS  # text as text: no formula, no date
    assert {"Review", "Log", "Badges"} <= reading.titles


def test_cells_are_set_and_rows_added(stage: Stage) -> None:
    write(stage, MADE)
    four = ("4", *ROWS[1][1:])
    write(stage, OwnChange(Own.LOG, patches=(Patch(2, 3, "decided: Return"), Patch(3, 7, "")), added=(four,)))
    rows = log(stage)
    assert rows[2][3] == "decided: Return"
    assert rows[3] == ROWS[3][:7]
    assert rows[4] == four


def test_rows_are_added_below_those_that_were_there_when_the_last_of_them_are_emptied(stage: Stage) -> None:
    write(stage, MADE)
    emptied = tuple(Patch(3, place, "") for place in range(8))
    write(stage, OwnChange(Own.LOG, patches=emptied, added=(ROWS[1],)))
    assert log(stage) == (*ROWS[:3], (), ROWS[1])


def test_a_tab_made_meanwhile_is_read_anew(stage: Stage) -> None:
    reading = stage.sheet.read()
    write(stage, MADE)
    with pytest.raises((TryLater, InDoubt)):
        stage.sheet.write(reading, Change(own=(MADE,)))
    assert log(stage) == ROWS


def test_the_tab_of_badges_is_made_once(stage: Stage) -> None:
    if isinstance(stage, FakeStage):
        stage.sheet.catalogue = None
    elif isinstance(stage, SandboxStage):
        stage.act("rename-tab", tab="Badges", title="Notes")
    reading = stage.sheet.read()
    assert reading.catalogue is None
    stage.sheet.write(reading, Change(make_catalogue=True))
    found = stage.sheet.read().catalogue
    assert found is not None
    assert found.title == "Badges"
    assert found.values == ((*catalogue.TITLES, *catalogue.OPTIONAL),)
    with pytest.raises((TryLater, InDoubt)):
        stage.sheet.write(reading, Change(make_catalogue=True))
    assert stage.sheet.read().catalogue == found


# ── in Google Sheets ─────────────────────────────────────────────────────────


def test_all_tabs_in_two_calls_and_one_write(google: SandboxStage) -> None:
    write(google, MADE, OwnChange(Own.HELP, make=True, added=(("You want to …", "…"),)), make_review=True)
    assert google.workspace.counts()["sheets.spreadsheets.batchUpdate"] == 1
    reading = google.sheet.read()
    assert google.workspace.counts() == {
        "sheets.spreadsheets.get": 1,
        "sheets.spreadsheets.values.batchGetByDataFilter": 1,
    }
    assert set(reading.own) == {Own.LOG, Own.HELP}


def test_a_tab_of_badges_that_was_renamed_is_found_and_says_what_belongs_where(google: SandboxStage) -> None:
    google.act("rename-tab", tab="Badges", title="Notes")
    google.sheet.write(google.sheet.read(), Change(make_catalogue=True))
    google.act("rename-tab", tab="Badges", title="What we offer")
    found = google.sheet.read().catalogue
    assert found is not None
    assert found.title == "What we offer"
    told = google.workspace.reach().gspread.fetch_sheet_metadata(google.id, {"includeGridData": True})
    (tab,) = (tab for tab in told["sheets"] if tab["properties"]["title"] == found.title)
    header = tab["data"][0]["rowData"][0]["values"]
    assert [one["note"] for one in header] == [column.help for column in BADGE_COLUMNS]
    (kept,) = tab["protectedRanges"]
    assert (kept["warningOnly"], kept["range"]["startColumnIndex"]) == (True, catalogue.TITLES.index(catalogue.STATUS))
    choosing = {place for place, column in enumerate(BADGE_COLUMNS) if column.choices}
    below = tab["data"][0]["rowData"][1]["values"]
    assert {place for place, one in enumerate(below) if "dataValidation" in one} == choosing
    assert not any(one["dataValidation"].get("strict") for one in below if "dataValidation" in one)


def test_more_lines_than_a_new_tab_has_rows(google: SandboxStage) -> None:
    rows = (TITLES, *(("1", *ROWS[1][1:]),) * 1500)
    write(google, OwnChange(Own.LOG, make=True, added=rows))
    write(google, OwnChange(Own.LOG, added=rows[1:700]))
    assert log(google) == rows + rows[1:700]


def test_how_a_tab_looks(google: SandboxStage) -> None:
    write(google, MADE)
    found = google.workspace.reach().gspread.fetch_sheet_metadata(google.id, {"includeGridData": True})
    (tab,) = (tab for tab in found["sheets"] if tab["properties"]["title"] == "Log")
    assert tab["properties"]["sheetId"] == page_id(Own.LOG)
    assert tab["properties"]["gridProperties"]["frozenRowCount"] == 1
    widths = [column["pixelSize"] for column in tab["data"][0]["columnMetadata"]]
    assert tuple(widths) == PAGES[Own.LOG].widths
    header, first = (row["values"][0]["userEnteredFormat"] for row in tab["data"][0]["rowData"][:2])
    assert header["textFormat"]["bold"]
    assert "bold" not in first.get("textFormat", {})
    (closed,) = tab["protectedRanges"]
    assert not closed.get("warningOnly")
    assert closed["range"] == {"sheetId": page_id(Own.LOG)}


def typed(stage: SandboxStage, who: str) -> requests.Response:
    url = f"{stage.workspace.sandbox.url}/_sandbox/sheets/{stage.id}/type"
    told = {"tab": "Log", "cell": "D2", "value": "decided: Decline", "as": who}
    return requests.post(url, json=told, timeout=10)


def test_only_the_owner_can_type_there(google: SandboxStage) -> None:
    programme = google.workspace.programme
    write(google, MADE)
    refused = typed(google, programme.coaches[0].email)
    assert refused.status_code == 400
    assert "protected" in refused.text
    assert log(google) == ROWS
    assert typed(google, COORDINATOR.email).ok
    assert log(google)[1][3] == "decided: Decline"


@pytest.mark.parametrize("titles", [["Log"], ["log", "Log (badge-bridge)"]])
def test_a_tab_of_somebody_elses_with_that_title_is_left_alone(google: SandboxStage, titles: list[str]) -> None:
    for title in titles:
        google.act("add-tab", title=title)
    google.act("type", tab=titles[0], range="A1", values=[["our diary"]])
    assert google.sheet.read().own == {}
    write(google, MADE)
    assert google.get(titles[0])["rows"] == [["our diary"]]
    assert google.sheet.read().own[Own.LOG].title == ["Log (badge-bridge)", "Log (badge-bridge 2)"][len(titles) - 1]
    assert log(google) == ROWS


def test_a_renamed_tab_is_found(google: SandboxStage) -> None:
    write(google, MADE)
    google.act("rename-tab", tab="Log", title="Protokoll")
    assert google.sheet.read().own[Own.LOG].title == "Protokoll"


def test_a_tab_is_not_made_again_blindly(google: SandboxStage) -> None:
    google.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", "503-after", nth=1)
    google.workspace.counts()
    with pytest.raises(InDoubt, match="the bridge will look"):
        write(google, MADE)
    assert google.workspace.counts()["sheets.spreadsheets.batchUpdate"] == 1
    assert log(google) == ROWS


# ── charts ───────────────────────────────────────────────────────────────────


def progress(google: SandboxStage) -> dict[str, Any]:
    found = google.workspace.reach().gspread.fetch_sheet_metadata(google.id)
    (tab,) = (tab for tab in found["sheets"] if tab["properties"]["sheetId"] == page_id(Own.PROGRESS))
    return dict(tab)


def make_progress(google: SandboxStage) -> None:
    write(google, OwnChange(Own.PROGRESS, make=True, added=progress_rows(Known(), NOON, POLICY)))


def test_charts_are_drawn_of_the_tables(google: SandboxStage) -> None:
    make_progress(google)
    drawn = progress(google)["charts"]
    assert [chart["chartId"] for chart in drawn] == [chart.id for chart in PAGES[Own.PROGRESS].charts]
    header = google.sheet.read().own[Own.PROGRESS].values[TITLES_ROW]
    for chart, look in zip(drawn, PAGES[Own.PROGRESS].charts, strict=True):
        basic = chart["spec"]["basicChart"]
        spans = [one["series"]["sourceRange"]["sources"][0] for one in basic["series"]]
        assert tuple(header[span["startColumnIndex"]] for span in spans) == look.series
        (domain,) = (one["domain"]["sourceRange"]["sources"][0] for one in basic["domains"])
        assert header[domain["startColumnIndex"]] == look.table[0]
        assert {span["startRowIndex"] for span in (*spans, domain)} == {TITLES_ROW}
    places = [chart["position"]["overlayPosition"] for chart in drawn]
    corners = [(one["offsetXPixels"], one["offsetYPixels"], one["widthPixels"], one["heightPixels"]) for one in places]
    for (x, y, wide, tall), (right, low, *_) in combinations(corners, 2):
        assert abs(x - right) >= wide or abs(y - low) >= tall, "two charts lie on each other"
    room = (TITLES_ROW - CHART_ROW) * 21  # pixels: as high as Google makes a row
    assert max(y + tall for _, y, _, tall in corners) <= room
    url = f"{google.workspace.sandbox.url}/_sandbox/sheets/{google.id}/Progress.html"
    assert requests.get(url, timeout=10).text.count("<svg") >= len(drawn)


def test_numbers_are_numbers(google: SandboxStage) -> None:
    write(google, OwnChange(Own.HOURS, make=True, added=(("Hours", "School year"), (8.5, "2026-27"), (7, "1-2"))))
    write(google, OwnChange(Own.HOURS, patches=(Patch(2, 0, 12),), added=((0, "x"),)))
    found = google.workspace.reach().gspread.fetch_sheet_metadata(google.id, {"includeGridData": True})
    (tab,) = (tab for tab in found["sheets"] if tab["properties"]["title"] == "Hours")
    cells = [row["values"][0]["userEnteredValue"] for row in tab["data"][0]["rowData"][1:4]]
    assert cells == [{"numberValue": 8.5}, {"numberValue": 12}, {"numberValue": 0}]
    assert google.sheet.read().own[Own.HOURS].values[1:] == (("8.5", "2026-27"), ("12", "1-2"), ("0", "x"))


def test_a_chart_that_was_deleted_is_drawn_again(google: SandboxStage) -> None:
    make_progress(google)
    assert google.sheet.read().undrawn == frozenset()
    first = PAGES[Own.PROGRESS].charts[0].id
    body = {"requests": [{"deleteEmbeddedObject": {"objectId": first}}]}
    google.workspace.reach().gspread.batch_update(google.id, body)
    assert google.sheet.read().undrawn == {Own.PROGRESS}
    write(google, OwnChange(Own.PROGRESS, draw=True))
    assert {chart["chartId"] for chart in progress(google)["charts"]} == {
        chart.id for chart in PAGES[Own.PROGRESS].charts
    }
    assert google.sheet.read().undrawn == frozenset()


# ── owners ───────────────────────────────────────────────────────────────────


def test_a_column_that_the_owner_took_away_is_put_back(google: SandboxStage) -> None:
    write(google, MADE)
    google.act("delete-column", tab="Log", column="Hash")
    reading = google.sheet.read()
    assert reading.own[Own.LOG].columns == len(TITLES) - 1
    place = len(TITLES) - 1
    patches = tuple(Patch(row, place, str(cells[place])) for row, cells in enumerate(ROWS))
    google.sheet.write(reading, Change(own=(OwnChange(Own.LOG, patches=patches),)))
    assert log(google) == ROWS


def test_a_chart_that_was_moved_elsewhere_is_not_drawn_twice(google: SandboxStage) -> None:
    make_progress(google)
    moved = PAGES[Own.PROGRESS].charts[0].id
    where = {"objectId": moved, "newPosition": {"newSheet": True}, "fields": "newSheet"}
    delete = {"deleteSheet": {"sheetId": page_id(Own.PROGRESS)}}
    body = {"requests": [{"updateEmbeddedObjectPosition": where}, delete]}
    google.workspace.reach().gspread.batch_update(google.id, body)
    make_progress(google)
    assert {chart["chartId"] for chart in progress(google)["charts"]} == {
        chart.id for chart in PAGES[Own.PROGRESS].charts
    } - {moved}
    assert google.sheet.read().undrawn == frozenset()


# ── the Archive ──────────────────────────────────────────────────────────────


def test_rows_go_over_to_the_archive_in_one_write_and_are_not_read_there(stage: Stage) -> None:
    """Rows are deleted by their position in the reading, and the tab takes new rows as before."""
    ids = [f"{n}-1" for n in range(1, 8)]
    write(stage, make_review=True, added=tuple(new_row(id_) for id_ in ids))
    titles, lines = ("ID", "Status"), (("1-1", "Waiting."), ("=1+1", "Waiting."))
    write(stage, OwnChange(Own.ARCHIVE, make=True, added=(titles, *lines)), removed=(1, 3, 4, 7))
    write(stage, OwnChange(Own.ARCHIVE, added=lines), added=(new_row("8-1"),))
    reading = stage.sheet.read()
    assert reading.review is not None
    assert [row[0] for row in reading.review.values] == ["ID", "2-1", "5-1", "6-1", "8-1"]
    assert reading.own[Own.ARCHIVE].values == ()
    assert "Archive" in reading.titles


def test_a_tab_keeps_its_size_where_all_its_rows_move(google: SandboxStage) -> None:
    rows = tuple(new_row(f"{n}-1") for n in range(1, 1_200))
    write(google, make_review=True, added=rows)
    write(google, OwnChange(Own.ARCHIVE, make=True, added=(("ID",),)), removed=tuple(range(1, 1_200)))
    write(google, added=rows[:3])
    assert [row["ID"] for row in google.rows()] == ["1-1", "2-1", "3-1"]


def test_a_note_is_put_on_a_cell_and_leaves_what_it_says(stage: Stage) -> None:
    stage.sheet.write(stage.sheet.read(), Change(make_review=True, added=(new_row("1-1"), new_row("2-1"))))
    notes = (Patch(1, 0, "Request 1\n=1+1"), Patch(2, 0, "Request 2"))
    stage.sheet.write(stage.sheet.read(), Change(review=(Patch(1, STATUS, "Issued."),), notes=notes))
    assert [row["ID"] for row in stage.rows()] == ["1-1", "2-1"]
    assert stage.notes() == {"1-1": "Request 1\n=1+1", "2-1": "Request 2"}


def test_new_rows_bring_the_notes_on_their_ids(stage: Stage) -> None:
    first, second = (noted_row(attempt_id) for attempt_id in ("2-1", "1-1"))
    stage.sheet.write(stage.sheet.read(), Change(make_review=True, added=(first,)))
    stage.sheet.write(stage.sheet.read(), Change(added=(second, new_row("3-1"))))
    stage.type("2-1", "Decision", "Approve")
    stage.sort("ID")
    assert [row["ID"] for row in stage.rows()] == ["1-1", "2-1", "3-1"]
    assert stage.notes() == {"1-1": "About 1-1\n=1+1", "2-1": "About 2-1\n=1+1"}


def noted_row(attempt_id: str) -> tuple[str, ...]:
    return (Noted(attempt_id, f"About {attempt_id}\n=1+1"), *new_row(attempt_id)[1:])
