"""The Archive in a spreadsheet: rows move in one write, and from then on it is never read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bridge.cli import work
from bridge.plan.archive import ARCHIVE_TITLES
from tests.night.district import District
from tests.night.test_calls import looks, without_tokens
from tests.night.test_notes import notes


def archive(town: District) -> list[list[str]]:
    rows: list[list[str]] = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Archive")["rows"]
    return rows


def planned(town: District, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `badge-bridge plan` says would move; in words it says the same."""
    work.plan(town.config, as_json=True)
    moved: list[str] = json.loads(capsys.readouterr().out)["sheet"]["rows_moved"]
    work.plan(town.config, as_json=False)
    told = f"if nobody is at work in Review, {len(moved)} rows: {', '.join(moved)}.\n"
    assert (told in capsys.readouterr().out) is bool(moved)
    return moved


def test_rows_move_in_one_write_and_can_be_asked_back(town: District, capsys: pytest.CaptureFixture[str]) -> None:
    town.submit(4)
    town.night()
    coach = town.programme.coaches[0].email
    for n in (1, 2, 3):
        town.people.decide(f"{n}-1", "Decline", f"Words {n}.", coach)
    town.night()
    town.people.in_sheet("sort", coach, by="Name", descending=True)
    town.wait(timedelta(days=181))
    assert planned(town, capsys) == ["1-1", "2-1", "3-1"]
    assert len(town.rows()) == 4, "a plan moves nothing"
    town.calls()
    report = town.night()
    assert report.problems == []
    assert report.rows_moved == 3
    assert town.calls()["sheets.spreadsheets.batchUpdate"] == 1
    assert [row["ID"] for row in town.rows()] == ["4-1"]
    header, *rows = archive(town)
    assert tuple(header) == ARCHIVE_TITLES
    assert [row[0] for row in rows] == ["1-1", "2-1", "3-1"]
    assert [row[header.index("Feedback")] for row in rows] == ["Words 1.", "Words 2.", "Words 3."]
    town.calls()
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(4)
    assert planned(town, capsys) == []
    town.people.in_sheet("type", coach, range="A8", value="'2-1")  # pasted: typed, it would become a date
    town.night()
    back = [row for row in town.rows() if row["ID"] == "2-1"]
    assert "row 2-1 stands below" in back[0]["Status"]
    assert (back[1]["Decision"], back[1]["Feedback"]) == ("Decline", "Words 2.")
    assert back[1]["Status"] == "Declined; the teacher was told."
    assert notes(town)["2-1"] == ["2", "2-1 received", f"2-1 declined by {coach}: “Words 2.”"]
