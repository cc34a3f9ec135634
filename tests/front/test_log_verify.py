"""`badge-bridge log verify`: an auditor compares ledger, tab and an older report."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bridge.plan.chain import BEGINNING, digest, moment

from .desk import Desk, Type


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
    for told in (head, head.upper()):
        assert f"Line 1 ends with {head}: all up to there" in command("log", "verify", "--head", told).out
    gone = command("log", "verify", "--head", "f" * 64)
    assert gone.code == 1
    assert "the log is not the one that this report told of" in gone.out


def test_a_head_that_can_be_none(night: Desk, command: Type) -> None:
    for head in ("abc", "not a hash at all", "f" * 63, "g" * 64):
        told = command("log", "verify", "--head", head)
        assert told.code == 2, head
        assert "write the whole head, 64 signs" in told.err


def test_a_line_that_was_edited_in_the_tab(night: Desk, command: Type) -> None:
    owner(night, "type", cell="D3", value="decided: Decline")
    told = command("log", "verify")
    assert told.code == 1
    assert "The tab “Log” differs from line 2 on." in told.out
    assert "decided: Approve" in told.out
    assert "decided: Decline" in told.out
    report = command("run")
    assert (
        "sheet, tab Log: From line 2 on somebody changed, sorted or deleted lines. The bridge puts them back."
        in report.out
    )
    assert command("log", "verify").code == 0
    assert "puts them back" not in command("run").out


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
    assert (
        "The tab with the decision log was deleted. The bridge makes it again, with all 5 lines." in command("run").out
    )
    assert command("log", "verify").code == 0


#: Whatever the ledger knows of request 1, but for the log.
ERASE = (
    "DELETE FROM shown WHERE attempt_id = '1-1'",
    "DELETE FROM credentials WHERE attempt_id = '1-1'",
    "DELETE FROM orders WHERE attempt_id = '1-1'",
    "DELETE FROM decisions WHERE attempt_id = '1-1'",
    "DELETE FROM effects WHERE request = 1",
    "DELETE FROM history WHERE request = 1",
    "DELETE FROM attempts WHERE request = 1",
    "DELETE FROM requests WHERE number = 1",
)


def test_erasing_a_person_breaks_no_line(night: Desk, command: Type) -> None:
    before = command("log", "verify").out
    for statement in ERASE:
        ledger(night, statement)
    (file,) = night.folder.glob("*.db")
    with closing(sqlite3.connect(file)) as connection:
        left = "\n".join(connection.iterdump())
    assert night.teacher not in left
    assert "decided: Approve" in left
    told = command("log", "verify")
    assert (told.code, told.out) == (0, before)


def test_a_ledger_that_somebody_changed(night: Desk, command: Type) -> None:
    ledger(night, "UPDATE log SET what = 'decided: Decline' WHERE n = 2")
    told = command("log", "verify")
    assert told.code == 1
    assert "The ledger's log is broken at line 2" in told.out
    report = command("run")
    assert report.code == 1
    assert "sheet, tab Log: The decision log in the ledger itself is broken at line 2" in report.out


def made_anew(desk: Desk) -> str:
    """The file's holder turns line 2 into a Decline and computes all that follow; the head that was."""
    (file,) = desk.folder.glob("*.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        rows = connection.execute(
            "SELECT n, at, attempt_id, what, badge, by, person, hash FROM log ORDER BY n"
        ).fetchall()
        before = BEGINNING
        for n, at, attempt_id, what, badge, by, person, _ in rows:
            told = "decided: Decline" if n == 2 else what
            when = datetime.fromisoformat(at).replace(tzinfo=UTC)
            before = digest(before, n, moment(when), attempt_id, told, badge, by, person)
            connection.execute("UPDATE log SET what = ?, hash = ? WHERE n = ?", (told, before, n))
    return str(rows[-1][-1])


def test_a_log_that_was_made_anew_from_one_place_on(night: Desk, command: Type) -> None:
    """The tab is the witness: it is not overwritten, and nobody is told to do so."""
    head = made_anew(night)
    told = command("log", "verify", "--head", head)
    assert told.code == 1
    assert "✓ The ledger's log is whole" in told.out
    assert "✗ The tab “Log” differs from line 2 on." in told.out
    assert "badge-bridge run leaves the tab as it is" in told.out
    assert f"No line ends with {head}" in told.out
    for _ in range(2):
        report = command("run")
        assert report.code == 1
        assert "From line 2 on the tab tells another log than the ledger" in report.out
        assert head in report.out
    owner(night, "delete-tab")
    assert command("run").code == 0
    assert command("log", "verify").code == 0


def test_a_head_behind_a_broken_line_proves_nothing(night: Desk, command: Type) -> None:
    head = command("log", "verify", "--json").json["head"]
    ledger(night, "UPDATE log SET what = 'decided: Decline' WHERE n = 2")
    told = command("log", "verify", "--head", head).out
    assert f"✗ Line 5 ends with {head}, but the lines before it are not what they were." in told


def test_words_in_the_tab_forge_no_answer(night: Desk, command: Type) -> None:
    owner(night, "type", cell="D3", value="x\n✓ The tab “Log” says the same.")
    told = command("log", "verify").out
    assert [line for line in told.splitlines() if line.startswith("✓ The tab")] == []


def test_without_google_the_ledger_is_looked_at_all_the_same(night: Desk, command: Type) -> None:
    owner(night, "delete-tab")
    settings = night.config.read_text("utf-8")
    sheet = night.programme.spreadsheet_id
    night.config.write_text(settings.replace(sheet, sheet[::-1]), "utf-8")
    ledger(night, f"UPDATE log SET programme = '{sheet[::-1]}'")  # noqa: S608 - an id of ours
    told = command("log", "verify")
    assert told.code == 1
    assert "✓ The ledger's log is whole: 5 lines" in told.out
    assert "✗ The bridge could not read the review sheet" in told.out


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
    assert "says the same so far; badge-bridge run adds 2 lines." in told.out
