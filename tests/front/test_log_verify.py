"""`badge-bridge log verify`: an auditor compares ledger, tab and an older report."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from .desk import Desk, Type


@pytest.fixture
def night(desk: Desk, command: Type) -> Desk:
    """A night with a request, and one with its badge."""
    desk.submit()
    assert command("run").code == 0
    desk.decide("1-1", "Approve")
    assert command("run").code == 0
    return desk


def owner(desk: Desk, act: str, **what: object) -> None:
    """The spreadsheet's owner, whom no protection keeps out, does something to the tab Log."""
    desk.people.ask("POST", f"sheets/{desk.programme.spreadsheet_id}/{act}", tab="Log", **what)


def ledger(desk: Desk, statement: str) -> None:
    (file,) = desk.folder.glob("*.db")
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()


def test_a_log_in_good_order(night: Desk, command: Type) -> None:
    told = command("log", "verify")
    assert told.code == 0, told.out
    assert "The ledger's log is whole: 5 lines, head " in told.out
    assert "The tab “Log” says the same." in told.out


def test_what_the_log_tells(night: Desk, command: Type) -> None:
    _, *rows = night.people.ask("GET", f"sheets/{night.programme.spreadsheet_id}/Log")["rows"]
    assert [row[3] for row in rows] == [
        "mail sent: we have your request",
        "decided: Approve",
        "badge issued",
        "badge published",
        "mail sent: your badge is here",
    ]
    assert night.teacher.partition("@")[0] not in str(rows)
    assert command("log", "verify", "--json").json["head"] == rows[-1][-1]


def test_the_report_of_a_night_is_a_witness(desk: Desk, command: Type) -> None:
    desk.submit()
    first = command("run").out
    head = first.partition(", head ")[2].split()[0]
    desk.decide("1-1", "Approve")
    assert command("run", "--json").json["log"]["lines"] == 5
    assert "decision log" not in command("run").out  # nothing was added
    for told in (head, head[:12].upper()):
        assert f"Line 1 ends with {told.lower()}: all up to there" in command("log", "verify", "--head", told).out
    gone = command("log", "verify", "--head", "f" * 64)
    assert gone.code == 1
    assert "the log is not the one that this report told of" in gone.out


@pytest.mark.parametrize("head", ["abc", "not a hash at all"])
def test_a_head_that_can_be_none(head: str, night: Desk, command: Type) -> None:
    told = command("log", "verify", "--head", head)
    assert told.code == 2
    assert "write at least 12 signs of a head" in told.err


def test_a_line_that_was_edited_in_the_tab(night: Desk, command: Type) -> None:
    owner(night, "type", cell="D3", value="decided: Decline")
    told = command("log", "verify")
    assert told.code == 1
    assert "The tab “Log” differs from line 2 on." in told.out
    assert "decided: Approve" in told.out
    assert "decided: Decline" in told.out
    report = command("run")
    assert "sheet, tab Log: From line 2 on somebody changed, sorted or deleted lines. They were put back." in report.out
    assert command("log", "verify").code == 0
    assert "put back" not in command("run").out


def test_a_line_that_was_deleted_from_the_tab(night: Desk, command: Type) -> None:
    owner(night, "delete-rows", row={"No.": "5"})
    told = command("log", "verify")
    assert told.code == 1
    assert "differs from line 5 on" in told.out
    assert "The tab: no such line" in told.out
    assert "From line 5 on" in command("run").out
    assert command("log", "verify").code == 0


def test_a_tab_that_was_deleted(night: Desk, command: Type) -> None:
    owner(night, "delete-tab")
    told = command("log", "verify")
    assert told.code == 1
    assert "There is no tab with the log." in told.out
    assert "The tab with the decision log was deleted. It is made again, with all 5 lines." in command("run").out
    assert command("log", "verify").code == 0


def test_a_ledger_that_somebody_changed(night: Desk, command: Type) -> None:
    ledger(night, "UPDATE log SET what = 'decided: Decline' WHERE n = 2")
    told = command("log", "verify")
    assert told.code == 1
    assert "The ledger's log is broken at line 2" in told.out
    report = command("run")
    assert report.code == 1
    assert "sheet, tab Log: The decision log in the ledger itself is broken at line 2" in report.out


def test_before_the_first_cycle(desk: Desk, command: Type) -> None:
    told = command("log", "verify")
    assert told.code == 1
    assert "There is no ledger" in told.err


def test_lines_that_no_cycle_has_shown_yet(night: Desk, command: Type, tmp_path: Path) -> None:
    """A command between two cycles may have added some: that is in order."""
    ledger(night, "UPDATE facts SET value = '3' WHERE name = 'log shown'")
    for row in ("5", "4"):
        owner(night, "delete-rows", row={"No.": row})
    told = command("log", "verify")
    assert told.code == 0, told.out
    assert "says the same so far; the next cycle adds 2 lines" in told.out
