"""Copies of a ledger, and the way back."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import LeaseHeld, LeaseLost, LedgerUnusable, Refused
from bridge.ledger import SqlLedger, backups, open_ledger, restore
from bridge.model import Lesson
from tests.contract.ledgers import BASIS, FULL, SqlitePlace, held, learnt
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import scratch

DAY = timedelta(days=1)
AFTERWARDS = Lesson(facts={"after": "the backup"})


@pytest.fixture
def place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def file(place: SqlitePlace) -> Path:
    return Path(place.url.removeprefix("sqlite:///"))


@pytest.fixture
def copy(place: SqlitePlace, folder: Path) -> Path:
    """A backup that knows FULL, of a ledger that knows more by now."""
    with held(place, FULL) as ledger:
        made = ledger.backup(folder, 7)
        ledger.learn(AFTERWARDS)
    assert made is not None
    return made


def test_a_backup_is_a_ledger_of_that_moment_for_its_owners_eyes(copy: Path, folder: Path, place: SqlitePlace) -> None:
    assert copy == folder / "ledger-20261122T120000Z.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == [copy]
    assert open_ledger(f"sqlite:///{copy}", "club", place.clock).load() == learnt(FULL)


def test_the_newest_backups_are_kept(place: SqlitePlace, folder: Path) -> None:
    (folder / "holiday.db").parent.mkdir()
    (folder / "holiday.db").touch()
    with held(place, BASIS) as ledger:
        for _ in range(5):
            ledger.backup(folder, 3)
            place.clock.advance(DAY)
            ledger.renew()
    assert [made.name for made in backups(folder)] == [f"ledger-202611{day}T120000Z.db" for day in (26, 25, 24)]
    assert (folder / "holiday.db").exists(), "what is not ours stays"


def test_a_second_backup_in_one_second_replaces_the_first(place: SqlitePlace, folder: Path) -> None:
    with held(place, BASIS) as ledger:
        first = ledger.backup(folder, 7)
        ledger.learn(FULL)
        assert ledger.backup(folder, 7) == first
    assert open_ledger(f"sqlite:///{first}", "club", place.clock).load() == learnt(FULL)


def test_a_folder_that_cannot_be_written_is_explained(place: SqlitePlace, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="No backup could be written into"):
        place.open().backup(tmp_path / "file", 7)


def test_a_damaged_ledger_makes_no_backup_and_loses_none(
    place: SqlitePlace, copy: Path, folder: Path, file: Path
) -> None:
    ledger = place.open()
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)
    with pytest.raises(LedgerUnusable, match="could not be copied"):
        ledger.backup(folder, 1)
    assert list(folder.iterdir()) == [copy]


@pytest.mark.slow
def test_a_server_has_backups_of_its_own(folder: Path) -> None:
    url = scratch()
    assert open_ledger(url, "club", FakeClock()).backup(folder, 7) is None
    with pytest.raises(Refused, match="pg_restore"):
        restore(url, folder, FakeClock())


# ── the way back ─────────────────────────────────────────────────────────────────


def test_restoring_brings_back_that_moment_and_keeps_the_present_aside(
    place: SqlitePlace, copy: Path, file: Path
) -> None:
    aside = restore(place.url, copy, place.clock)
    assert place.open().load() == learnt(FULL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert aside == file.with_name("bridge.db.before-restore-20261122T120000Z")
    assert open_ledger(f"sqlite:///{aside}", "club", place.clock).load() == learnt(FULL, AFTERWARDS)
    with held(place, AFTERWARDS) as ledger:
        assert ledger.load() == learnt(FULL, AFTERWARDS)


def test_a_service_between_two_cycles_goes_on_with_the_restored_ledger(place: SqlitePlace, copy: Path) -> None:
    service = place.open()
    assert service.load() == learnt(FULL, AFTERWARDS)
    restore(place.url, copy, place.clock)
    with service.lease():
        service.learn(BASIS)
    assert place.open().load() == service.load() == learnt(FULL, BASIS)


def test_a_lost_ledger_is_restored(place: SqlitePlace, copy: Path, file: Path) -> None:
    for left in file.parent.iterdir():
        left.unlink()
    assert restore(place.url, copy, place.clock) is None
    assert place.open().load() == learnt(FULL)


@pytest.mark.parametrize("damage", [b"Dear diary", b"SQLite format 3\0" + b"\xa5" * 8000, b""])
def test_a_damaged_ledger_is_restored_and_its_journal_does_no_harm(
    place: SqlitePlace, copy: Path, file: Path, damage: bytes
) -> None:
    file.write_bytes(damage)
    file.with_name("bridge.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x07" * 5000)
    aside = restore(place.url, copy, place.clock)
    assert place.open().load() == learnt(FULL)
    assert aside is not None
    assert aside.exists()


def test_nothing_is_restored_under_a_bridge_at_work(place: SqlitePlace, copy: Path, file: Path) -> None:
    with held(place) as ledger:
        with pytest.raises(LeaseHeld, match="Another bridge is at work"):
            restore(place.url, copy, place.clock)
        ledger.learn(BASIS)
        assert place.open().load() == learnt(FULL, AFTERWARDS, BASIS)
    assert not list(file.parent.glob("*before*"))
    assert not list(file.parent.glob(".*"))


def test_a_bridge_of_the_time_before_writes_nothing_into_the_restored_ledger(place: SqlitePlace, folder: Path) -> None:
    place.open()
    made = place.open().backup(folder, 7)
    assert made is not None
    sleeper, other = place.open(), place.open()
    with sleeper.lease():
        place.wait(1.1)
        restore(place.url, made, place.clock)
        with other.lease():  # would bear the sleeper's token, had the count begun anew
            with pytest.raises(LeaseLost):
                sleeper.learn(BASIS)
            other.learn(FULL)
    assert place.open().load() == learnt(FULL)


def test_a_bridge_that_waits_for_the_lock_while_a_ledger_is_restored_goes_home(place: SqlitePlace, copy: Path) -> None:
    waiting = place.open()
    assert isinstance(waiting, SqlLedger)
    old = waiting._engine.connect()  # it has the present file open already
    aside = restore(place.url, copy, place.clock)
    with old.begin(), pytest.raises(LeaseHeld):
        waiting._lease.take(old)
    old.close()
    assert aside is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no backup"),
        (b"Dear diary", "no sound ledger"),
        (b"", "no sound ledger"),
        (b"half", "no sound ledger"),
    ],
)
def test_a_bad_backup_is_refused_and_the_present_stays(
    place: SqlitePlace, copy: Path, content: bytes | None, words: str
) -> None:
    if content is None:
        copy.unlink()
    else:
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2] if content == b"half" else content)
    with pytest.raises(LedgerUnusable, match=words):
        restore(place.url, copy, place.clock)
    with held(place) as ledger:
        assert ledger.load() == learnt(FULL, AFTERWARDS)


def test_a_backup_of_a_newer_program_is_refused(place: SqlitePlace, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE ledger_version SET version_num = '9999'")
    with pytest.raises(LedgerUnusable, match="newer badge-bridge"):
        restore(place.url, copy, place.clock)
