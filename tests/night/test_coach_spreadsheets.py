"""A coach's tab may lie in a spreadsheet of its own: whole nights with two spreadsheets."""

from __future__ import annotations

from collections import Counter

import pytest

from bridge.cycle import run_sync
from bridge.doctor.away import sheet
from bridge.doctor.findings import Mark
from bridge.review import WITH
from bridge.sandbox.drive_state import share
from bridge.sandbox.sheets.making import new_spreadsheet
from bridge.sheet_coaches import coach_sheet_id
from bridge.wiring import open_world
from tests.contract.sheet_stages import notes_of
from tests.night.coach_tabs import Tabs
from tests.night.district import District
from tests.night.test_calls import looks, without_tokens

WRITES = "sheets.spreadsheets.batchUpdate"


class Apart(Tabs):
    """Daniel's tab lies in a spreadsheet that only he, its owner and the bridge may open."""

    def __init__(self, town: District) -> None:
        super().__init__(town)
        world, programme = town.sandbox.world, town.programme
        with town.sandbox.lock:
            owner = programme.coordinator.email
            self.file = new_spreadsheet(world, owner=owner, title="Daniel's requests")
            share(world, self.file, programme.mailbox, "writer")
            share(world, self.file, self.daniel, "writer")
        self.place(self.file)

    def place(self, file: str) -> None:
        lines = f'[review.spreadsheets]\n"{self.daniel}" = "{file}"\n\n[issuer]\n'
        self.town.set("[issuer]\n", lines)

    def take_away(self) -> None:
        self.town.set(f'"{self.daniel}" = "{self.file}"\n', "")

    def file_of(self, coach: str) -> str:
        at_home = coach != self.daniel or self.daniel not in self.town.settings.review.spreadsheets
        return self.town.programme.spreadsheet_id if at_home else self.file

    def at_home(self) -> list[str]:
        """The coaches' tabs in the programme's spreadsheet."""
        titles = (one["properties"]["title"] for one in self.structure()["sheets"])
        return [title for title in titles if title.startswith("Review –")]

    def notes(self, coach: str) -> dict[str, str]:
        with self.town.sandbox.lock:
            return notes_of(self.town.sandbox.world.sheets.spreadsheets[self.file_of(coach)], self.title(coach))

    def hide(self, *, hidden: bool) -> None:
        """Somebody takes the bridge off the list of those who may open the file, or puts it back."""
        mailbox = self.town.programme.mailbox
        with self.town.sandbox.lock:
            file = self.town.sandbox.world.drive.files[self.file]
            if hidden:
                file.permissions = [one for one in file.permissions if one.email != mailbox]
            else:
                share(self.town.sandbox.world, self.file, mailbox, "writer")


@pytest.fixture
def apart(town: District) -> Apart:
    return Apart(town)


def test_each_decides_where_their_tab_lies(apart: Apart) -> None:
    town = apart.town
    town.submit(2)
    town.calls()
    assert town.night().problems == []
    assert without_tokens(town)[WRITES] == 2
    assert (apart.ids(apart.daniel), apart.ids(apart.priya)) == (["1-1"], ["2-1"])
    assert [row[WITH] for row in town.rows()] == [apart.daniel, apart.priya]
    assert apart.at_home() == [apart.title(apart.priya)]
    assert [len(apart.notes(coach)) for coach in (apart.daniel, apart.priya)] == [1, 1]

    assert apart.choose(apart.daniel, "1-1", "Approve") == ""
    town.calls()
    town.night()
    assert apart.decided(1) == [(apart.daniel, True)]
    assert apart.rows(apart.daniel)["1-1"]["Status"].startswith("Issued")
    assert "approved by" in apart.notes(apart.daniel)["1-1"]
    town.night()
    town.calls()
    assert town.night().changed_nothing
    calls = without_tokens(town)
    quiet = {name: n for name, n in looks(2).items() if name.startswith("sheets.")}
    assert {name: n for name, n in calls.items() if name.startswith("sheets.")} == {k: 2 * n for k, n in quiet.items()}


def test_a_spreadsheet_that_can_t_be_read_holds_up_its_own_coach_alone(apart: Apart) -> None:
    town = apart.town
    town.submit(2)
    town.night()
    apart.choose(apart.daniel, "1-1", "Approve")
    apart.choose(apart.priya, "2-1", "Approve")
    apart.hide(hidden=True)
    (problem,) = town.night().problems
    assert problem.where == f"sheet, tab of {apart.daniel.partition('@')[0]}"
    assert apart.file in problem.sentence
    assert "Until then no decision is taken" in problem.sentence
    assert [row["Status"][:7] for row in town.rows()] == ["Waiting", "Issued "]
    assert any(one.mark is Mark.BAD and apart.daniel in one.sentence for one in sheet(town.settings))
    assert apart.ids(apart.daniel) == ["1-1"]

    apart.hide(hidden=False)
    town.night()
    assert [row["Status"][:7] for row in town.rows()] == ["Issued ", "Issued "]
    assert town.mails() == Counter({(mail, what): 1 for mail in town.teachers for what in ("received", "issued")})


@pytest.mark.slow
def test_a_row_goes_from_one_spreadsheet_to_the_other_without_its_words(apart: Apart) -> None:
    town = apart.town
    town.submit(2)
    town.night()
    apart.choose(apart.daniel, "1-1", "Approve")
    apart.wish("1-1", apart.priya)
    town.night()
    assert (apart.ids(apart.daniel), apart.ids(apart.priya)) == ([], ["2-1", "1-1"])
    assert (apart.rows(apart.priya)["1-1"]["Decision"], town.pages()) == ("", 0)
    apart.wish("1-1", apart.daniel)
    town.night()
    assert (apart.ids(apart.daniel), apart.ids(apart.priya)) == (["1-1"], ["2-1"])
    town.night()
    assert town.night().changed_nothing


@pytest.mark.slow
def test_what_can_t_be_written_there_is_told_and_the_rest_is_written(apart: Apart) -> None:
    """The bridge may look at Daniel's spreadsheet, and no more."""
    town = apart.town
    town.submit(2)
    apart.hide(hidden=True)
    with town.sandbox.lock:
        share(town.sandbox.world, apart.file, town.programme.mailbox, "reader")
    (problem,) = town.night().problems
    assert problem.where == "sheet, coaches' tabs"
    assert apart.daniel in problem.sentence
    assert "may edit that spreadsheet" in problem.sentence
    assert (len(town.rows()), apart.ids(apart.priya)) == (2, ["2-1"])
    apart.hide(hidden=True)
    apart.hide(hidden=False)
    assert town.night().problems == []
    assert apart.ids(apart.daniel) == ["1-1"]
    town.night()
    assert town.night().changed_nothing


@pytest.mark.slow
def test_a_tab_moves_to_another_spreadsheet_and_back(apart: Apart) -> None:
    """What was decided stays; the tab that is left behind counts no more, and somebody is told to delete it."""
    town = apart.town
    apart.take_away()
    town.submit(2)
    town.night()
    apart.choose(apart.daniel, "1-1", "Approve")
    town.night()
    town.set("[review.spreadsheets]\n", f'[review.spreadsheets]\n"{apart.daniel}" = "{apart.file}"\n')
    report = town.night()
    assert [one.where for one in report.problems if "lies in another spreadsheet" in one.sentence] == [
        f"sheet, tab {apart.title(apart.daniel)}"
    ]
    assert apart.ids(apart.daniel) == ["1-1"]
    town.night()
    assert apart.rows(apart.daniel)["1-1"]["Status"].startswith("Issued")
    assert (apart.decided(1), town.pages()) == ([(apart.daniel, True)], 1)
    apart.batch({"deleteSheet": {"sheetId": coach_sheet_id(apart.daniel)}})
    assert town.night().problems == []
    apart.take_away()
    town.night()
    town.night()
    assert apart.rows(apart.daniel)["1-1"]["Status"].startswith("Issued")
    assert (apart.decided(1), town.pages()) == ([(apart.daniel, True)], 1)


@pytest.mark.slow
def test_sync_makes_the_tab_where_it_belongs(apart: Apart) -> None:
    town = apart.town
    with open_world(town.settings) as (world, policy):
        assert run_sync(world, policy).problems == ()
    assert apart.ids(apart.daniel) == []
    assert apart.at_home() == [apart.title(apart.priya)]
