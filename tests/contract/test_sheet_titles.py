"""Titles that stand below rows which people inserted: the sheet in memory, and the real one on the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.errors import InDoubt
from bridge.ports import Change, Patch
from bridge.review import TITLES_ROW
from bridge.sandbox.seed import CATALOGUE_TITLES
from tests.contract.sheet_stages import ID, STATUS, FakeStage, SandboxStage, Stage, new_row
from tests.contract.test_sheets import made, review, write
from tests.contract.workspace import Workspace, staged

stage = staged(FakeStage, SandboxStage)


def details(google: SandboxStage) -> dict[str, Any]:
    found = google.workspace.reach().gspread.fetch_sheet_metadata(google.id, {"includeGridData": True})
    return next(dict(tab) for tab in found["sheets"] if tab["properties"]["title"] == "Review")


@pytest.fixture
def google(workspace: Workspace) -> SandboxStage:
    return SandboxStage(workspace)


@pytest.mark.parametrize("count", [1, 2])
def test_titles_below_other_rows_come_on_top_with_the_next_write(stage: Stage, count: int) -> None:
    made(stage, "1-1", "2-1")
    stage.insert_rows(count)
    reading = stage.sheet.read()
    assert reading.review is not None
    assert (reading.review.titles_at, reading.lacking[0]) == (count, TITLES_ROW)
    assert [row[:1] for row in reading.review.values] == [("ID",), *[()] * count, ("1-1",), ("2-1",)]
    patches = (Patch(count + 1, STATUS, "first"), Patch(count + 2, STATUS, "second"))
    stage.sheet.write(reading, Change(review=patches, added=(new_row("3-1"),)))
    after = stage.sheet.read()
    assert after.review is not None
    assert (after.review.titles_at, TITLES_ROW in after.lacking) == (0, False)
    assert after.review.values[: count + 1] == reading.review.values[: count + 1]
    below = [(row[ID], row[STATUS]) for row in after.review.values[count + 1 :]]
    assert below == [("1-1", "first"), ("2-1", "second"), ("3-1", "Waiting.")]


def test_titles_of_the_catalogue_come_on_top_with_the_next_write(stage: Stage) -> None:
    stage.insert_rows(2, "Badges")
    reading = stage.sheet.read()
    assert reading.catalogue is not None
    assert (reading.catalogue.titles_at, reading.badges_lacking[0]) == (2, TITLES_ROW)
    status = CATALOGUE_TITLES.index("Status")
    stage.sheet.write(reading, Change(catalogue=(Patch(3, status, "In use."),)))
    after = stage.sheet.read().catalogue
    assert after is not None
    assert (after.titles_at, after.values[:3]) == (0, (CATALOGUE_TITLES, (), ()))
    assert [row[0] for row in after.values[3:5]] == [row[0] for row in reading.catalogue.values[3:5]]
    assert after.values[3][status] == "In use."


@pytest.mark.parametrize("count", [1, 2])
def test_titles_that_came_on_top_have_their_looks_again(google: SandboxStage, count: int) -> None:
    made(google, "1-1")
    before = details(google)
    google.insert_rows(count)
    write(google.sheet, mend_review=True)
    assert google.sheet.read().lacking == ()
    after = details(google)
    assert after["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert after["data"][0]["rowData"][0] == before["data"][0]["rowData"][0]
    assert after["data"][0]["rowData"][count + 1] == before["data"][0]["rowData"][1]
    for name in ("protectedRanges", "conditionalFormats", "filterViews", "developerMetadata"):
        assert after[name] == before[name]


def test_titles_that_were_moved_come_back_once_however_google_stumbles(google: SandboxStage) -> None:
    """The same again would carry another row on top."""
    made(google, "1-1", "2-1")
    google.insert_rows(1)
    reading = google.sheet.read()
    google.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", "close-after", nth=1)
    with pytest.raises(InDoubt):
        google.sheet.write(reading, Change(review=(Patch(2, STATUS, "first"),)))
    assert [row[:1] for row in review(google).values] == [("ID",), (), ("1-1",), ("2-1",)]


def test_titles_that_were_sorted_among_the_rows_are_locked_where_they_stand_again(google: SandboxStage) -> None:
    """A sort carries cells along, but not what protects them."""
    made(google, "1-1", "2-1")
    google.insert_rows(1)
    google.act("type", range="A1", value="Autumn term")
    google.act("sort", by="A", skip_header=False)
    reading = google.sheet.read()
    assert reading.review is not None
    assert reading.review.titles_at == 3
    write(google.sheet, mend_review=True)
    assert google.sheet.read().lacking == ()
    assert [row["ID"] for row in google.rows()] == ["1-1", "2-1", "Autumn term"]
    (titles,) = (one["range"] for one in details(google)["protectedRanges"] if not one.get("warningOnly"))
    assert (titles.get("startRowIndex", 0), titles["endRowIndex"]) == (0, 1)
