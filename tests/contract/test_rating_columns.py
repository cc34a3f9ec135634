"""The columns of criteria in the sandbox's Google Sheets: made beside Decision, with each row's own drop-down."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.ports import Change, Patch
from bridge.review import CRITERION, Scales
from tests.contract.sheet_stages import DECISION, TITLES, FakeStage, SandboxStage, Stage, new_row
from tests.contract.test_review_looks import MINE, as_coach, batch, header, made, mend, one_more_column, tab
from tests.contract.workspace import Workspace

FIRST = {"planning": ("not yet", "meets"), "delivery": ("1", "2", "3")}
OTHER = {"planning": ("a", "b", "c")}
BOTH = ("Planning", "Delivery")


@pytest.fixture(params=["fake", "sandbox"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return FakeStage() if request.param == "fake" else SandboxStage(request.getfixturevalue("workspace"))


@pytest.fixture
def google(workspace: Workspace) -> SandboxStage:
    return SandboxStage(workspace)


def scales(*rows: dict[str, tuple[str, ...]], new: tuple[str, ...] = (), since: int = 1, mark: str = "m1") -> Scales:
    return Scales(new, rows, since, mark)


def rate(stage: Stage, wanted: Scales, **more: Any) -> None:
    stage.sheet.write(stage.sheet.read(), Change(ratings=wanted, **more))


def offered(google: SandboxStage, title: str) -> list[tuple[str, ...]]:
    """The choices of each row below the titles in a column, down to the last one that has any."""
    place = header(google).index(title)
    fields = "sheets(properties.title,data(rowData(values(dataValidation))))"
    found = google.workspace.reach().gspread.fetch_sheet_metadata(
        google.id, {"includeGridData": True, "fields": fields}
    )
    review = next(one for one in found["sheets"] if one["properties"]["title"] == "Review")
    rows = [row.get("values", ()) for row in review["data"][0].get("rowData", ())][1:]
    cells = [row[place] if place < len(row) else {} for row in rows]
    lists = [cell.get("dataValidation", {}).get("condition", {}).get("values", ()) for cell in cells]
    told = [tuple(one["userEnteredValue"] for one in values) for values in lists]
    while told and not told[-1]:
        told.pop()
    return told


# ── both kinds of sheet ──────────────────────────────────────────────────────


class TestEverySheet:
    def test_new_columns_stand_to_the_left_of_decision_and_are_known_by_their_marks(self, stage: Stage) -> None:
        stage.sheet.write(stage.sheet.read(), Change(make_review=True, added=(new_row("1-1", Decision="Hold"),)))
        rate(stage, scales(FIRST, new=BOTH))
        review = stage.sheet.read().review
        assert review is not None
        assert review.values[0][DECISION - 1 : DECISION + 4] == (
            *("Earlier feedback", "Planning", "Delivery"),
            *("Decision", "Feedback"),
        )
        assert review.marked[f"{CRITERION}planning"] == DECISION
        assert review.marked[f"{CRITERION}delivery"] == DECISION + 1
        assert review.rated == "m1"
        assert [row["Decision"] for row in stage.rows()] == ["Hold"]

    def test_a_tab_is_made_with_them(self, stage: Stage) -> None:
        row = list(new_row("1-1"))
        row[DECISION:DECISION] = ["meets"]
        change = Change(make_review=True, added=(tuple(row),), ratings=scales(FIRST, new=("Planning",)))
        stage.sheet.write(stage.sheet.read(), change)
        reading = stage.sheet.read()
        assert reading.review is not None
        assert (reading.review.marked[f"{CRITERION}planning"], reading.review.rated) == (DECISION, "m1")
        assert reading.lacking == ()
        assert [row["Planning"] for row in stage.rows()] == ["meets"]

    def test_they_follow_whoever_moves_them(self, stage: Stage) -> None:
        stage.sheet.write(stage.sheet.read(), Change(make_review=True, added=(new_row("1-1"),)))
        rate(stage, scales(FIRST, new=BOTH))
        stage.move_column("Delivery", "ID")
        review = stage.sheet.read().review
        assert review is not None
        assert review.marked[f"{CRITERION}delivery"] == 0

    def test_rows_patches_and_new_columns_come_in_one_write(self, stage: Stage) -> None:
        stage.sheet.write(stage.sheet.read(), Change(make_review=True, added=(new_row("1-1"), new_row("2-1"))))
        status = Patch(2, TITLES.index("Status"), "On hold.")
        rate(stage, scales({}, OTHER, FIRST, new=("Planning",)), review=(status,), added=(new_row("3-1"),))
        assert [(row["ID"], row["Status"], row["Planning"]) for row in stage.rows()] == [
            ("1-1", "Waiting.", ""),
            ("2-1", "On hold.", ""),
            ("3-1", "Waiting.", ""),
        ]


# ── Google's alone ───────────────────────────────────────────────────────────


def test_each_row_has_the_levels_of_its_own_badge(google: SandboxStage) -> None:
    made(google, new_row("1-1"), new_row("2-1"), new_row("3-1"))
    rate(google, scales(FIRST, {}, OTHER, new=BOTH))
    assert offered(google, "Planning") == [("not yet", "meets"), (), ("a", "b", "c")]
    assert offered(google, "Delivery") == [("1", "2", "3")]
    assert offered(google, "Decision")[:1] == [("Approve", "Return", "Decline", "Hold", "Revoke")]
    assert offered(google, "Earlier feedback") == []


def test_a_coach_can_choose_a_level_and_nothing_else(google: SandboxStage) -> None:
    made(google, new_row("1-1"), new_row("2-1"))
    rate(google, scales(FIRST, OTHER, new=("Planning",)))
    assert as_coach(google, "type-in-row", where={"ID": "1-1"}, set={"Planning": "meets"}).ok
    assert not as_coach(google, "type-in-row", where={"ID": "2-1"}, set={"Planning": "meets"}).ok
    assert [row["Planning"] for row in google.rows()] == ["meets", ""]


def test_after_new_columns_nothing_of_the_looks_is_lacking(google: SandboxStage) -> None:
    made(google)
    rate(google, scales(FIRST, new=BOTH))
    assert google.sheet.read().lacking == ()
    (titles,) = [one for one in tab(google)["protectedRanges"] if not one.get("warningOnly")]
    assert titles["range"]["endColumnIndex"] == len(TITLES) + 2
    assert not as_coach(google, "type", cell=f"{chr(ord('A') + DECISION)}1", value="My own").ok


@pytest.mark.slow
def test_somebodys_own_column_of_that_title_is_left_alone(google: SandboxStage) -> None:
    made(google)
    batch(google, one_more_column(tab(google)["properties"]["sheetId"]))
    google.act("type", range=f"{MINE}1:{MINE}2", values=[["Planning"], ["on Monday"]])
    rate(google, scales(FIRST, new=("Planning",)))
    review = google.sheet.read().review
    assert review is not None
    assert review.values[0][DECISION] == "Planning (badge-bridge)"
    assert review.marked[f"{CRITERION}planning"] == DECISION
    assert [row["Planning"] for row in google.rows()] == ["on Monday"]


@pytest.mark.slow
def test_a_moved_tab_is_brought_in_order_in_the_next_cycle(google: SandboxStage) -> None:
    made(google)
    google.move_column("Decision", "ID")
    mend(google)
    rate(google, scales(FIRST, new=BOTH))
    assert header(google)[:4] == ["Planning", "Delivery", "Decision", "ID"]
    mend(google)


@pytest.mark.slow
def test_levels_that_change_are_offered_from_then_on(google: SandboxStage) -> None:
    made(google, new_row("1-1"), new_row("2-1"))
    rate(google, scales(FIRST, FIRST, new=BOTH))
    google.type("1-1", "Planning", "meets")
    rate(google, scales(OTHER, {}, mark="m2"))
    assert offered(google, "Planning") == [("a", "b", "c")]
    assert offered(google, "Delivery") == []
    assert [row["Planning"] for row in google.rows()] == ["meets", ""]
    review = google.sheet.read().review
    assert review is not None
    assert review.rated == "m2"


def test_new_rows_alone_get_theirs_where_the_others_have_them(google: SandboxStage) -> None:
    made(google, new_row("1-1"))
    rate(google, scales(FIRST, new=BOTH))
    rate(google, scales(FIRST, OTHER, since=2, mark="m2"), added=(dressed("2-1"),))
    assert offered(google, "Planning") == [("not yet", "meets"), ("a", "b", "c")]


def dressed(attempt_id: str) -> tuple[str, ...]:
    """A new row under the titles as they stand with two columns of criteria."""
    row = list(new_row(attempt_id))
    row[DECISION:DECISION] = ["", ""]
    return tuple(row)


def test_rows_that_go_to_the_archive_leave_the_others_their_own(google: SandboxStage) -> None:
    made(google, new_row("1-1"), new_row("2-1"), new_row("3-1"))
    rate(google, scales(FIRST, {}, OTHER, new=("Planning",)))
    away = list(new_row("4-1"))
    away[DECISION:DECISION] = [""]
    rate(google, scales({}, OTHER, FIRST, since=3, mark="m2"), removed=(1,), added=(tuple(away),))
    assert [row["ID"] for row in google.rows()] == ["2-1", "3-1", "4-1"]
    assert offered(google, "Planning") == [(), ("a", "b", "c"), ("not yet", "meets")]


@pytest.mark.slow
def test_an_emptied_tab_that_is_made_again_has_nothing_of_them_twice(google: SandboxStage) -> None:
    made(google)
    rate(google, scales(FIRST, new=BOTH))
    google.clear()
    google.sheet.write(google.sheet.read(), Change(make_review=True, ratings=scales(new=BOTH, mark="m2")))
    reading = google.sheet.read()
    assert reading.review is not None
    assert header(google)[DECISION : DECISION + 3] == ["Planning", "Delivery", "Decision"]
    assert (reading.review.rated, reading.lacking) == ("m2", ())
    assert list(reading.review.marked)[-2:] == [f"{CRITERION}planning", f"{CRITERION}delivery"]
