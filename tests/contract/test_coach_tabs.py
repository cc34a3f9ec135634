"""A tab per coach in the sandbox's Google Sheets: made, found, closed to all others, and closed again."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from bridge.ports import Change, Patch, SheetReading
from bridge.review import COLUMNS, REVIEWER
from bridge.sheet_coaches import LOCK, CoachTabs, coach_sheet_id
from bridge.sheet_keeping import ReviewLook
from bridge.sheets import GoogleSheet
from tests.contract.sheet_stages import SandboxStage, new_row
from tests.contract.workspace import Workspace

LOOK = ReviewLook(COLUMNS)
TITLES = [column.title for column in COLUMNS if column.title != REVIEWER]


class Stage(SandboxStage):
    """A spreadsheet with a tab for each of two coaches."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.mia, self.omar = (coach.email for coach in workspace.programme.coaches[:2])
        self.only(self.mia, self.omar)

    def only(self, *coaches: str) -> None:
        mailbox = self.workspace.programme.mailbox
        tabs = CoachTabs(coaches, bridge=mailbox)
        google = self.workspace.reach(mailbox)
        self.sheet = GoogleSheet(google, self.id, "Review", "Badges", LOOK, coaches=tabs)

    def make(self) -> None:
        change = {coach: Change(make_review=True, added=(theirs(f"{n}-1"),)) for n, coach in enumerate(self.both, 1)}
        self.sheet.write(self.sheet.read(), Change(make_review=True, coaches=change))
        self.workspace.counts()

    @property
    def both(self) -> tuple[str, str]:
        return self.mia, self.omar

    def title(self, coach: str) -> str:
        tab = self.sheet.read().coaches[coach].review
        assert tab is not None
        return tab.title

    def type_as(self, who: str, coach: str, text: str) -> str:
        """What Google says to *who* for a word typed into *coach*'s tab; "" if nothing."""
        url = f"{self.workspace.sandbox.url}/_sandbox/sheets/{self.id}/type-in-row"
        row = {"where": {"ID": f"{1 + self.both.index(coach)}-1"}, "set": {"Decision": text}}
        answer = requests.post(url, json={"tab": self.title(coach), "as": who, **row}, timeout=10)
        return "" if answer.ok else answer.text

    def loosen(self, who: str, coach: str, **change: Any) -> None:
        """*who* changes the protection of *coach*'s tab, or (without a change) takes it away."""
        [one] = [one for one in self.protections(coach) if set(one["range"]) == {"sheetId"}]
        number = one["protectedRangeId"]
        wanted: dict[str, Any] = {"deleteProtectedRange": {"protectedRangeId": number}}
        if change:
            told = {"protectedRange": {"protectedRangeId": number, **change}, "fields": ",".join(change)}
            wanted = {"updateProtectedRange": told}
        self.workspace.reach(who).gspread.batch_update(self.id, {"requests": [wanted]})

    def protections(self, coach: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = list(self.sheet.read().coaches[coach].structure["protectedRanges"])
        return found

    def mend(self) -> SheetReading:
        """One cycle's reading and writing; what was read."""
        reading = self.sheet.read()
        change = {coach: Change(mend_review=True) for coach, one in reading.coaches.items() if one.lacking}
        self.sheet.write(reading, Change(coaches=change))
        return reading


def theirs(attempt_id: str) -> tuple[str, ...]:
    return tuple(cell for column, cell in zip(COLUMNS, new_row(attempt_id), strict=True) if column.title in TITLES)


@pytest.fixture
def stage(workspace: Workspace) -> Stage:
    return Stage(workspace)


def test_tabs_that_were_made_lack_nothing_and_cost_two_reads(stage: Stage) -> None:
    stage.make()
    reading = stage.sheet.read()
    tabs = [reading.coaches[coach] for coach in stage.both]
    assert [(one.lacking, one.open) for one in tabs] == [((), False)] * 2
    assert [one.review and list(one.review.values[0]) for one in tabs] == [TITLES] * 2
    assert [one.review and one.review.values[1][0] for one in tabs] == ["1-1", "2-1"]
    counts = stage.workspace.counts()
    # Google names the file's owner among the editors of each protection: whose the file is is asked once
    assert counts == {
        "sheets.spreadsheets.get": 1,
        "sheets.spreadsheets.values.batchGetByDataFilter": 1,
        "drive.files.get": 1,
    }
    stage.sheet.read()
    assert "drive.files.get" not in stage.workspace.counts()


def test_only_the_coach_and_the_file_s_owner_can_write_there(stage: Stage) -> None:
    stage.make()
    assert "protected cell" in stage.type_as(stage.omar, stage.mia, "Approve")
    assert stage.type_as(stage.mia, stage.mia, "Hold") == ""
    assert stage.type_as(stage.workspace.programme.coordinator.email, stage.mia, "Approve") == ""


@pytest.mark.slow
def test_a_renamed_tab_is_found_and_a_copy_is_nobody_s(stage: Stage) -> None:
    stage.make()
    stage.act("rename-tab", tab=stage.title(stage.mia), title="Mine!")
    number = coach_sheet_id(stage.mia)
    copy = {"duplicateSheet": {"sourceSheetId": number, "newSheetName": "Copy"}}
    stage.workspace.reach(stage.omar).gspread.batch_update(stage.id, {"requests": [copy]})
    reading = stage.sheet.read()
    assert stage.title(stage.mia) == "Mine!"
    assert set(reading.coaches) == set(stage.both)


OTHERS = ("all of the domain", "a mere warning", "a hole", "a part")


@pytest.mark.parametrize(
    "how", ["more editors", "gone", *(pytest.param(how, marks=pytest.mark.slow) for how in OTHERS)]
)
def test_a_loosened_protection_is_noticed_and_mended(stage: Stage, how: str) -> None:
    stage.make()
    number = coach_sheet_id(stage.mia)
    changes: dict[str, dict[str, Any]] = {
        "more editors": {"editors": {"users": [stage.mia, stage.omar, stage.workspace.programme.mailbox]}},
        "all of the domain": {"editors": {"users": [stage.workspace.programme.mailbox], "domainUsersCanEdit": True}},
        "a mere warning": {"warningOnly": True},
        "a hole": {"unprotectedRanges": [{"sheetId": number, "startColumnIndex": 10, "endColumnIndex": 11}]},
        "a part": {"range": {"sheetId": number, "startRowIndex": 5}},
        "gone": {},
    }
    stage.loosen(stage.mia, stage.mia, **changes[how])
    assert stage.type_as(stage.omar, stage.mia, "Approve") == ""
    reading = stage.mend()
    assert (reading.coaches[stage.mia].open, reading.coaches[stage.omar].open) == (True, False)
    assert reading.coaches[stage.mia].lacking == (LOCK,)
    after = stage.sheet.read().coaches[stage.mia]
    assert (after.open, after.lacking) == (False, ())
    assert "protected cell" in stage.type_as(stage.omar, stage.mia, "Hold")


@pytest.mark.slow
def test_who_is_no_coach_any_more_can_t_write_there_any_more(stage: Stage) -> None:
    stage.make()
    stage.only(stage.omar)
    reading = stage.mend()
    assert reading.coaches[stage.mia].review is not None
    assert "protected cell" in stage.type_as(stage.mia, stage.mia, "Approve")


@pytest.mark.slow
def test_a_coach_who_was_shut_out_is_let_in_again(stage: Stage) -> None:
    stage.make()
    stage.loosen(stage.mia, stage.mia, editors={"users": [stage.workspace.programme.mailbox]})
    stage.mend()
    stage.loosen(stage.workspace.programme.mailbox, stage.mia, editors={"users": []})
    assert "protected cell" in stage.type_as(stage.mia, stage.mia, "Hold")
    reading = stage.mend()
    assert (reading.coaches[stage.mia].open, reading.coaches[stage.mia].lacking) == (False, (LOCK,))
    assert stage.type_as(stage.mia, stage.mia, "Hold") == ""


def test_cells_rows_and_notes_of_several_tabs_go_in_one_write(stage: Stage) -> None:
    stage.make()
    reading = stage.sheet.read()
    stage.workspace.counts()
    place = TITLES.index("Status")
    change = {
        stage.mia: Change(review=(Patch(1, place, "Issued."),), notes=(Patch(1, 0, "History"),)),
        stage.omar: Change(added=(theirs("3-1"),), removed=(1,)),
    }
    stage.sheet.write(reading, Change(coaches=change))
    assert stage.workspace.counts() == {"sheets.spreadsheets.batchUpdate": 1}
    after = {coach: one.review for coach, one in stage.sheet.read().coaches.items()}
    mia, omar = after[stage.mia], after[stage.omar]
    assert mia is not None
    assert mia.values[1][place] == "Issued."
    assert omar is not None
    assert [row[0] for row in omar.values] == ["ID", "3-1"]


@pytest.mark.slow
def test_an_emptied_tab_is_made_again_with_everything_once(stage: Stage) -> None:
    stage.make()
    stage.act("clear-tab", tab=stage.title(stage.mia))
    reading = stage.sheet.read()
    change = Change(make_review=True, added=(theirs("1-1"),))
    stage.sheet.write(reading, Change(coaches={stage.mia: change}))
    after = stage.sheet.read().coaches[stage.mia]
    assert (after.open, after.lacking) == (False, ())
    assert after.review is not None
    assert after.review.values[1][0] == "1-1"
    assert len(stage.protections(stage.mia)) == len(stage.protections(stage.omar))


@pytest.mark.slow
def test_a_title_that_is_taken_is_left_to_whose_it_is(stage: Stage) -> None:
    name = stage.mia.partition("@")[0]
    stage.act("add-tab", title=f"Review – {name}")
    stage.make()
    assert stage.title(stage.mia) == f"Review – {name} (badge-bridge)"
