"""Trouble on the bridge's own side: the site's folder, the publish command, the ledger."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import LeaseHeld, LedgerUnusable
from bridge.wiring import ledger_file, open_world, restore_ledger
from tests.night.district import District, told


@pytest.fixture
def due(decided: District) -> District:
    """A day after the three were approved."""
    decided.wait_a_day()
    return decided


def ledger(town: District) -> Path:
    file = ledger_file(town.settings)
    assert file is not None
    return file


def back_up(town: District) -> None:
    with open_world(town.settings) as (world, _):
        world.ledger.backup(town.settings.ledger.backups, 7)


# ── the site ─────────────────────────────────────────────────────────────────


def test_a_site_folder_that_can_t_be_written(due: District) -> None:
    town = due
    site = town.folder / "site"
    site.rename(town.folder / "site before")
    site.write_text("This is a file.")
    report = town.night()
    assert report.failed
    assert len(report.stuck) == 3
    assert f"Let the bridge write to {site}, or choose another folder in [site]" in told(report)
    assert "badge-bridge retry 1" in told(report)
    assert town.mails() == town.once("received")
    site.unlink()
    town.retry_stuck()
    town.nights()
    town.assert_each_has_one_badge()


def test_a_publish_command_that_fails(due: District) -> None:
    town = due
    flag, command = (
        town.folder / "server is up",
        [
            sys.executable,
            "-c",
            "import sys, pathlib; print('no route to web server'); sys.exit(not pathlib.Path(sys.argv[1]).exists())",
        ],
    )
    town.set('check = "file"', f'check = "file"\npublish = {[*command, str(flag)]!r}')
    report = town.night()
    assert report.failed
    assert "failed (exit 1): no route to web server Mails about new badges wait until the pages are public." in told(
        report
    )
    assert town.mails() == town.once("received")
    flag.touch()
    town.wait(timedelta(hours=1))
    town.nights()
    town.assert_each_has_one_badge()


def test_a_publish_command_that_is_not_there(due: District) -> None:
    town = due
    town.set('check = "file"', 'check = "file"\npublish = ["no-such-program", "site"]')
    report = town.night()
    assert report.failed
    assert "The publish command 'no-such-program' can't be started" in told(report)
    assert "Correct [site] publish" in told(report)
    assert town.mails() == town.once("received")
    town.set('publish = ["no-such-program", "site"]', "")
    town.wait(timedelta(hours=1))
    town.nights()
    town.assert_each_has_one_badge()


# ── the ledger ───────────────────────────────────────────────────────────────


def test_a_ledger_that_another_bridge_holds(due: District) -> None:
    town = due
    with open_world(town.settings) as (other, _), other.ledger.lease():
        town.calls()
        with pytest.raises(LeaseHeld, match=r"Another bridge is at work on the programme .* This one goes home"):
            town.night()
        assert town.calls() == {}
    town.nights()
    town.assert_each_has_one_badge()


def test_a_damaged_ledger_says_how_to_restore(due: District) -> None:
    town = due
    town.nights()
    back_up(town)
    data = bytearray(ledger(town).read_bytes())
    data[4096 : len(data) // 2] = b"\xa5" * (len(data) // 2 - 4096)
    ledger(town).write_bytes(data)
    town.calls()
    with pytest.raises(LedgerUnusable, match=r"is damaged .* badge-bridge restore"):
        town.night()
    assert town.calls() == {}
    _, aside = restore_ledger(town.settings, None)
    assert aside is not None
    assert aside.read_bytes() == data
    assert town.night().changed_nothing
    town.assert_each_has_one_badge()


def test_a_ledger_that_is_no_ledger(due: District) -> None:
    town = due
    ledger(town).write_text("Dear diary, " * 1000)
    with pytest.raises(LedgerUnusable, match=r"is damaged .* badge-bridge restore"):
        town.night()


def test_a_ledger_from_a_newer_version(due: District) -> None:
    town = due
    with closing(sqlite3.connect(ledger(town))) as connection:
        connection.execute("UPDATE ledger_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(LedgerUnusable, match="comes from a newer badge-bridge"):
        town.night()
    assert town.pages() == 0


def test_a_lost_ledger_before_a_sheet_with_issued_rows(due: District) -> None:
    """Nothing is done with an empty memory; with the backup it goes on as if nothing had been."""
    town = due
    town.nights()
    back_up(town)
    before = town.rows()
    ledger(town).unlink()
    with pytest.raises(LedgerUnusable, match=r"The ledger is empty, but the review tab already shows requests"):
        town.night()
    assert town.rows() == before
    restore_ledger(town.settings, None)
    assert town.night().changed_nothing
    town.submit()
    town.nights()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()
