"""What every `ReviewSheet` keeps: the one in memory, and the real one on the sandbox."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bridge.errors import InDoubt, Refused, TryLater
from bridge.ports import Change, Patch, ReviewSheet, Tab
from bridge.review import COLUMNS
from bridge.sandbox.drive_state import unshare
from bridge.sandbox.seed import CATALOGUE_TITLES
from bridge.sheet_keeping import STATUS_COLOURS
from bridge.sheets import review_sheet_id, to_text
from tests.contract.sheet_stages import DECISION, ID, STATUS, TITLES, FakeStage, SandboxStage, Stage, new_row
from tests.contract.workspace import Workspace, staged

stage = staged(FakeStage, SandboxStage)


def write(sheet: ReviewSheet, **change: Any) -> None:
    sheet.write(sheet.read(), Change(**change))


def made(stage: Stage, *attempt_ids: str) -> None:
    write(stage.sheet, make_review=True, added=tuple(map(new_row, attempt_ids)))


def review(stage: Stage) -> Tab:
    tab = stage.sheet.read().review
    assert tab is not None
    return tab


def ids(stage: Stage) -> list[str]:
    return [row["ID"] for row in stage.rows()]


class TestEveryReviewSheet:
    def test_before_the_review_tab_is_made(self, stage: Stage) -> None:
        reading = stage.sheet.read()
        assert reading.review is None
        assert reading.catalogue is not None
        assert reading.catalogue.values[0] == CATALOGUE_TITLES
        assert reading.url.startswith("https://docs.google.com/spreadsheets/d/")

    def test_the_tab_is_made_with_its_first_rows(self, stage: Stage) -> None:
        made(stage, "1-1", "2-1")
        tab = review(stage)
        assert tab.title == "Review"
        assert tab.values[0] == TITLES
        assert [row[ID] for row in tab.values[1:]] == ["1-1", "2-1"]
        assert review(stage) == tab

    def test_new_rows_go_below_the_others(self, stage: Stage) -> None:
        made(stage, "1-1")
        write(stage.sheet, added=(new_row("2-1"), new_row("3-1")))
        assert ids(stage) == ["1-1", "2-1", "3-1"]

    def test_rows_added_after_people_changed_the_tab_hurt_nobody(self, stage: Stage) -> None:
        made(stage, "1-1", "2-1")
        reading = stage.sheet.read()
        stage.copy("1-1")
        stage.sort("E-mail")
        stage.type("2-1", "Feedback", "Lovely.")
        stage.sheet.write(reading, Change(added=(new_row("3-1"),)))
        assert sorted(ids(stage)) == ["1-1", "1-1", "2-1", "3-1"]
        assert [row["Feedback"] for row in stage.rows() if row["ID"] == "2-1"] == ["Lovely."]

    @pytest.mark.parametrize(
        "text",
        [
            "=1+1",
            "+41",
            "1-2",
            "007",
            "3.10",
            "TRUE",
            "'quoted",
            "2026-11-22",
            "a\nb",
            "🦆 שלום",
            " spaced ",
            "1/2",
            "50%",
        ],
    )
    def test_text_stays_text(self, stage: Stage, text: str) -> None:
        write(stage.sheet, make_review=True, added=(new_row("1-1", Reflection=text),))
        write(stage.sheet, review=(Patch(1, STATUS, text),))
        row = review(stage).values[1]
        assert (row[TITLES.index("Reflection")], row[STATUS]) == (text, text)

    def test_patches_set_and_clear_single_cells(self, stage: Stage) -> None:
        made(stage, "1-1", "2-1", "3-1")
        stage.type("2-1", "Decision", "Approve")
        patches = [Patch(row, STATUS, f"status {row}") for row in (1, 2, 3)]
        patches += [Patch(1, STATUS + 1, "https://x.example/1"), Patch(3, STATUS + 1, "https://x.example/3")]
        write(stage.sheet, review=tuple(patches))
        assert [row["Status"] for row in stage.rows()] == ["status 1", "status 2", "status 3"]
        assert [row["Badge link"] for row in stage.rows()] == ["https://x.example/1", "", "https://x.example/3"]
        assert [row["Decision"] for row in stage.rows()] == ["", "Approve", ""]
        write(stage.sheet, review=(Patch(1, STATUS, ""),))
        assert [row["Status"] for row in stage.rows()] == ["", "status 2", "status 3"]
        assert [row["ID"] for row in stage.rows()] == ["1-1", "2-1", "3-1"]

    def test_the_catalogue_is_patched_in_the_same_write(self, stage: Stage) -> None:
        made(stage, "1-1")
        status = CATALOGUE_TITLES.index("Status")
        write(stage.sheet, review=(Patch(1, STATUS, "here"),), catalogue=(Patch(1, status, "In use."),))
        reading = stage.sheet.read()
        assert reading.catalogue is not None
        assert reading.catalogue.values[1][status] == "In use."
        assert reading.catalogue.values[0] == CATALOGUE_TITLES
        assert review(stage).values[1][STATUS] == "here"

    def test_people_and_the_bridge_read_the_same(self, stage: Stage) -> None:
        made(stage, "1-1", "2-1", "3-1")
        stage.type("1-1", "Decision", "Approve")
        stage.type("3-1", "Feedback", "41")
        stage.delete("2-1")
        stage.move_column("Status", "Name")
        tab = review(stage)
        rows = [dict(zip(tab.values[0], [*row, *[""] * len(TITLES)], strict=False)) for row in tab.values[1:]]
        assert [(row["ID"], row["Decision"], row["Feedback"]) for row in rows] == [
            ("1-1", "Approve", ""),
            ("3-1", "", "41"),
        ]
        assert rows == [dict.fromkeys(tab.values[0], "") | row for row in stage.rows()]

    def test_an_emptied_tab_is_there_and_empty(self, stage: Stage) -> None:
        made(stage, "1-1")
        stage.clear()
        assert review(stage).values == ()
        made(stage, "1-1", "2-1")
        assert ids(stage) == ["1-1", "2-1"]

    def test_a_deleted_tab_is_none_and_can_be_made_again(self, stage: Stage) -> None:
        made(stage, "1-1")
        stage.delete_tab()
        assert stage.sheet.read().review is None
        made(stage, "1-1", "2-1")
        assert ids(stage) == ["1-1", "2-1"]

    def test_a_tab_deleted_between_reading_and_writing(self, stage: Stage) -> None:
        made(stage, "1-1")
        reading = stage.sheet.read()
        stage.delete_tab()
        with pytest.raises(TryLater, match="Somebody changed the sheet"):
            stage.sheet.write(reading, Change(review=(Patch(1, STATUS, "x"),)))

    def test_without_a_tab_nothing_can_be_added(self, stage: Stage) -> None:
        with pytest.raises(Refused, match="The tab “Review” is gone"):
            write(stage.sheet, added=(new_row("1-1"),))

    def test_nothing_to_write_writes_nothing(self, stage: Stage) -> None:
        before = stage.sheet.read()
        stage.sheet.write(before, Change())
        assert stage.sheet.read() == before


class TestGoogleSheet:
    @pytest.fixture
    def stage(self, workspace: Workspace) -> SandboxStage:
        return SandboxStage(workspace)

    def test_rows_that_a_filter_hides_are_read_and_added_like_the_others(self, stage: SandboxStage) -> None:
        made(stage, "1-1", "2-1", "3-1")
        found = review(stage)
        spec = {"columnIndex": ID, "filterCriteria": {"hiddenValues": ["1-1", "3-1"]}}
        hiding = {"filter": {"range": {"sheetId": found.sheet_id}, "filterSpecs": [spec]}}
        stage.workspace.reach().gspread.batch_update(stage.id, {"requests": [{"setBasicFilter": hiding}]})
        assert review(stage) == found
        write(stage.sheet, added=(new_row("4-1"),), review=(Patch(1, STATUS, "Hidden, and put right."),))
        assert ids(stage) == ["1-1", "2-1", "3-1", "4-1"]
        assert stage.rows()[0]["Status"] == "Hidden, and put right."

    def test_two_calls_to_read_and_one_to_write(self, stage: SandboxStage) -> None:
        reading = stage.sheet.read()
        two = {"sheets.spreadsheets.get": 1, "sheets.spreadsheets.values.batchGetByDataFilter": 1}
        assert stage.workspace.counts() == two
        added = tuple(new_row(f"{n}-1") for n in range(1, 1001))
        stage.sheet.write(reading, Change(make_review=True, added=added))
        assert stage.workspace.counts() == {"sheets.spreadsheets.batchUpdate": 1}
        reading = stage.sheet.read()
        assert stage.workspace.counts() == two
        patches = tuple(Patch(row, STATUS, f"s{row}") for row in range(1, 1001))
        stage.sheet.write(reading, Change(review=patches, added=(new_row("1001-1"),)))
        stage.sheet.write(reading, Change())
        assert stage.workspace.counts() == {"sheets.spreadsheets.batchUpdate": 1}
        assert ids(stage)[-1] == "1001-1"

    def test_how_the_tab_looks(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        write(stage.sheet, added=(new_row("2-1"),))
        (tab,) = self.details(stage, "Review")
        assert tab["properties"]["gridProperties"]["frozenRowCount"] == 1
        assert tab["properties"]["sheetId"] == review_sheet_id(stage.id)
        data = tab["data"][0]
        widths = [column["pixelSize"] for column in data["columnMetadata"][: len(COLUMNS)]]
        assert widths == [column.width for column in COLUMNS]
        header = data["rowData"][0]["values"][0]
        assert header["userEnteredFormat"]["textFormat"]["bold"]
        for row in data["rowData"][1:3]:
            rule = row["values"][DECISION]["dataValidation"]
            assert rule["condition"]["type"] == "ONE_OF_LIST"
            assert [value["userEnteredValue"] for value in rule["condition"]["values"]] == [
                "Approve",
                "Return",
                "Decline",
                "Hold",
                "Revoke",
            ]
            assert rule["strict"]
            assert "dataValidation" not in row["values"][STATUS]
            assert row["values"][0]["userEnteredFormat"]["wrapStrategy"] == "WRAP"
        assert len(tab["conditionalFormats"]) == len(STATUS_COLOURS) + 3  # Needs fix; overdue rows, closed rows
        spans = [
            (span.get("warningOnly", False), span["range"].get("startColumnIndex", 0), span["range"]["endColumnIndex"])
            for span in tab["protectedRanges"]
        ]
        assert spans == [(True, 0, DECISION), (True, STATUS, len(COLUMNS)), (False, 0, len(COLUMNS))]
        assert [span["range"].get("endRowIndex") for span in tab["protectedRanges"]] == [None, None, 1]

    def test_a_mistyped_verdict_is_refused_by_the_drop_down(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        with pytest.raises(AssertionError, match="violates the data validation rules"):
            stage.type("1-1", "Decision", "Maybe")

    def test_drop_downs_follow_a_moved_column(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        stage.move_column("Decision", "Name")
        reading = stage.sheet.read()
        assert reading.review is not None
        header = list(reading.review.values[0])
        row = dict(zip(TITLES, new_row("2-1"), strict=True))
        stage.sheet.write(reading, Change(added=(tuple(row[title] for title in header),)))
        (tab,) = self.details(stage, "Review")
        values = tab["data"][0]["rowData"][2]["values"]
        assert "dataValidation" in values[header.index("Decision")]
        assert values[header.index("ID")]["userEnteredValue"]["stringValue"] == "2-1"

    def test_a_renamed_tab_of_ours_is_found(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        stage.act("rename-tab", title="Begutachtung")
        assert review(stage).title == "Begutachtung"
        write(stage.sheet, added=(new_row("2-1"),))
        assert [row[ID] for row in review(stage).values[1:]] == ["1-1", "2-1"]

    def test_an_empty_tab_that_a_person_made_is_used(self, stage: SandboxStage) -> None:
        stage.act("add-tab", title="Review")
        tab = review(stage)
        assert tab.values == ()
        made(stage, "1-1")
        assert review(stage).sheet_id == tab.sheet_id
        assert ids(stage) == ["1-1"]

    def test_numbers_dates_and_ticks_are_read_as_text(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        stage.act("type", tab="Badges", range="A20:D20", values=[["41", "1.5", "TRUE", "50%"]])
        catalogue = stage.sheet.read().catalogue
        assert catalogue is not None
        assert catalogue.values[19] == ("41", "1.5", "TRUE", "0.5")

    def test_a_cell_is_never_longer_than_google_takes(self, stage: SandboxStage) -> None:
        write(stage.sheet, make_review=True, added=(new_row("1-1", Reflection="x" * 60_000),))
        text = review(stage).values[1][TITLES.index("Reflection")]
        assert len(text) == 50_000
        assert text.endswith("x…")

    def test_more_rows_than_the_grid_has(self, stage: SandboxStage) -> None:
        made(stage, *(f"{n}-1" for n in range(1, 1501)))
        assert ids(stage)[-1] == "1500-1"

    @pytest.mark.parametrize("kind", ["429", "503", "503-after", "close-before", "close-after"])
    def test_patches_are_made_again_after_a_stumble(self, stage: SandboxStage, kind: str) -> None:
        made(stage, "1-1")
        stage.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", kind, nth=1)
        write(stage.sheet, review=(Patch(1, STATUS, "Issued."),))
        assert stage.rows()[0]["Status"] == "Issued."

    @pytest.mark.parametrize(("kind", "there"), [("503", 0), ("503-after", 1), ("close-before", 0), ("close-after", 1)])
    def test_new_rows_are_not_added_again_blindly(self, stage: SandboxStage, kind: str, there: int) -> None:
        made(stage, "1-1")
        stage.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", kind, nth=1)
        stage.workspace.counts()
        with pytest.raises(InDoubt, match="the bridge will look"):
            write(stage.sheet, added=(new_row("2-1"),))
        assert stage.workspace.counts()["sheets.spreadsheets.batchUpdate"] == 1
        assert ids(stage) == ["1-1", *["2-1"] * there]

    def test_too_fast_is_waited_for(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        stage.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", "429", nth=1, retry_after=30)
        write(stage.sheet, added=(new_row("2-1"),))
        assert stage.workspace.clock.slept == [30]
        assert ids(stage) == ["1-1", "2-1"]

    def test_a_hundred_readings_keep_within_the_quota(self, stage: SandboxStage) -> None:
        begun = time.monotonic()
        for _ in range(100):
            stage.sheet.read()
        took = time.monotonic() - begun
        with stage.workspace.sandbox.lock:
            statuses = {call["status"] for call in stage.workspace.sandbox.workspace.calls.tell()["calls"]}
        assert statuses == {200}
        assert sum(stage.workspace.clock.slept) + took >= 180

    def test_a_spreadsheet_that_is_not_shared(self, stage: SandboxStage) -> None:
        programme = stage.workspace.programme
        with stage.workspace.sandbox.lock:
            for file_id in (stage.id, programme.folder_id):
                unshare(stage.workspace.sandbox.world, file_id, programme.mailbox)
        with pytest.raises(Refused, match=f"add {programme.mailbox} as Editor, then run: badge-bridge doctor"):
            stage.sheet.read()

    def test_a_stale_row_is_a_matter_of_reading_again(self, stage: SandboxStage) -> None:
        made(stage, "1-1")
        reading = stage.sheet.read()
        with pytest.raises(TryLater, match="The next cycle reads it anew"):
            stage.sheet.write(reading, Change(review=(Patch(5000, STATUS, "x"),)))

    @staticmethod
    def details(stage: SandboxStage, title: str) -> list[Any]:
        google = stage.workspace.reach()
        found = google.gspread.fetch_sheet_metadata(stage.id, {"includeGridData": True})
        return [tab for tab in found["sheets"] if tab["properties"]["title"] == title]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (41, "41"),
        (41.0, "41"),
        (0.1 + 0.2, "0.3"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("a\x0bb\x00", "a\nb"),
    ],
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert to_text(cell) == text
