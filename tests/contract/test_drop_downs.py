"""What a closer look at the sandbox's Google Sheets tells of drop-downs, and how the next write brings them back."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.ports import Change
from bridge.sheet_requests import drop_down
from tests.contract.sheet_stages import DECISION, SandboxStage, new_row
from tests.contract.test_rating_columns import offered
from tests.contract.test_review_looks import COACHES, batch, made, tab, with_coaches
from tests.contract.workspace import Workspace

VERDICTS = ("Approve", "Return", "Decline", "Hold", "Revoke")
OTHERS: dict[str, dict[str, Any]] = {
    "none": {},
    "another one": {"rule": drop_down(["yes", "no"])},
    "one that lets other words pass": {"rule": drop_down(VERDICTS) | {"strict": False}},
    "a box to tick": {"rule": {"condition": {"type": "BOOLEAN"}, "strict": True}},
}


@pytest.fixture
def google(workspace: Workspace) -> SandboxStage:
    stage = SandboxStage(workspace)
    made(stage, new_row("1-1"), new_row("2-1"))
    return stage


def give(google: SandboxStage, rule: dict[str, Any], *rows: int) -> None:
    for row in rows:
        span = {
            "startRowIndex": row,
            "endRowIndex": row + 1,
            "startColumnIndex": DECISION,
            "endColumnIndex": DECISION + 1,
        }
        where = {"sheetId": tab(google)["properties"]["sheetId"], **span}
        batch(google, {"setDataValidation": {"range": where, **rule}})


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("row", [1, 2])
def test_a_closer_look_finds_any_other_drop_down(google: SandboxStage, other: str, row: int) -> None:
    assert google.sheet.read(choices=True).lacking == ()
    give(google, OTHERS[other], row)
    assert google.sheet.read().lacking == ()
    reading = google.sheet.read(choices=True)
    assert reading.lacking == ("drop-downs",)
    google.sheet.write(reading, Change(mend_review=True))
    assert google.sheet.read(choices=True).lacking == ()
    assert offered(google, "Decision") == [VERDICTS] * 2


def test_all_rows_get_theirs_with_a_write_that_says_so_and_their_words_stay(google: SandboxStage) -> None:
    google.type("1-1", "Decision", "Hold")
    give(google, {}, 1, 2)
    google.workspace.sandbox.fault("sheets.spreadsheets.batchUpdate", "close-after", nth=1)
    google.sheet.write(google.sheet.read(), Change(choices={}))  # which may be repeated
    assert offered(google, "Decision") == [VERDICTS] * 2
    assert [row["Decision"] for row in google.rows()] == ["Hold", ""]


def test_new_coaches_are_offered_in_all_rows_and_a_closer_look_agrees(google: SandboxStage) -> None:
    with_coaches(google, *COACHES)
    google.sheet.write(google.sheet.read(), Change(mend_review=True))
    assert google.sheet.read(choices=True).lacking == ()
    assert offered(google, "Reviewer") == [COACHES] * 2
