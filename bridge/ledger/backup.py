"""Copies of a SQLite ledger, and the way back. A live file is never copied byte by byte: that tears transactions.

PostgreSQL has backups of its own (pg_dump, or the hosting's): those hold the whole server at one moment.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bridge.errors import LedgerUnusable, Refused
from bridge.files import settle
from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, sqlite_file
from bridge.ledger.lease import Lease
from bridge.ledger.migrations import VERSION_TABLE, is_known, version_of
from bridge.ledger.schema import leases
from bridge.ports import Clock

NAME = "ledger-{:%Y%m%dT%H%M%SZ}.db"
COMPANIONS = ("-journal", "-wal", "-shm")


def backups(folder: Path) -> Sequence[Path]:
    """The backups in *folder*, newest first."""
    return sorted(folder.glob("ledger-????????T??????Z.db"), reverse=True)


def backup(file: Path, folder: Path, now: datetime, keep: int) -> Path:
    """Copy the ledger in *file* into *folder*, see that the copy opens, and keep the newest *keep* (at least one).

    Raise Refused if the folder can't be written, LedgerUnusable if the copy is not sound.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / NAME.format(now.astimezone(UTC))
        copy(file, made)
        for old in backups(folder)[max(keep, 1) :]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            f"No backup could be written into {folder}: {error.strerror}. Check the folder and its rights."
        ) from error
    return made


def copy(file: Path, to: Path) -> None:
    """Put a copy of one moment of the ledger in *file* at *to*, whole or not at all, for nobody else's eyes."""
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(file, timeout=PATIENCE.total_seconds(), isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        check(draft)
        settle(draft)
        draft.replace(to)
    except sqlite3.Error as error:
        raise LedgerUnusable(f"The ledger {file} could not be copied: {error}. Nothing was changed.") from error
    finally:
        draft.unlink(missing_ok=True)


def check(file: Path) -> str:
    """See that *file* is a sound ledger that this program can read; return its version. Raise LedgerUnusable."""
    if not file.is_file():
        raise LedgerUnusable(f"There is no backup {file}. Look into the folder of [ledger] backups.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            version = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608  # a constant
    except sqlite3.Error as error:
        raise LedgerUnusable(f"{file} is no sound ledger ({error}). Choose another backup.") from error
    if finding != "ok" or version is None:
        raise LedgerUnusable(f"{file} is no sound ledger ({finding}). Choose another backup.")
    if not is_known(version[0]):
        raise LedgerUnusable(
            f"{file} was written by a newer badge-bridge. Choose an older backup or update the program."
        )
    return str(version[0])


def restore(url: str, backup_file: Path, clock: Clock) -> Path | None:
    """Put *backup_file* in the place of the ledger at *url*; return where the present one was put aside, if any.

    Raise LeaseHeld while a bridge is at work (nothing is changed), LedgerUnusable if the backup is not sound, Refused
    for PostgreSQL. Whoever opens the ledger meanwhile sees the old one or the restored one.
    """
    file = sqlite_file(parse_url(url))
    if file is None:
        raise Refused("This ledger is in PostgreSQL: restore it there, with pg_restore or the hosting's own backups.")
    check(backup_file)
    _hold(url, file, clock)
    try:
        draft = _draft(backup_file, file)
        aside = _set_aside(file, clock.now())
        draft.replace(file)
        settle(file.parent)
    except OSError as error:
        raise Refused(
            f"The ledger {file} could not be replaced: {error.strerror}. Check the folder and its rights."
        ) from error
    return aside


def _hold(url: str, file: Path, clock: Clock) -> None:
    """Take every lease in the present ledger and never give it back: who waits for its lock then goes home."""
    if not file.exists():
        return
    address = parse_url(url)
    engine = make_engine(address, PATIENCE)
    try:
        with explained(address), engine.begin() as connection:
            programmes = connection.scalars(select(leases.c.programme)).all() if version_of(connection) else []
            for programme in programmes:
                Lease(programme, clock, timedelta(hours=1)).take(connection)
    except LedgerUnusable:
        return  # damaged: that is what the backup is for, and nobody can be at work on it
    finally:
        engine.dispose()


def _draft(backup_file: Path, file: Path) -> Path:
    """A copy of the backup beside *file*, its leases free."""
    draft = file.with_name(f".{file.name}.restored.{os.getpid()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    shutil.copyfile(backup_file, draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("UPDATE leases SET holder = ''")
    settle(draft)
    return draft


def _set_aside(file: Path, now: datetime) -> Path | None:
    if not file.exists():
        return None
    aside = file.with_name(f"{file.name}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    aside.unlink(missing_ok=True)
    try:
        aside.hardlink_to(file)
    except OSError:  # a disk without links
        shutil.copy2(file, aside)
    for companion in COMPANIONS:
        # A journal left beside the restored file would be taken for its own, and ruin it.
        left = file.with_name(file.name + companion)
        if left.exists():
            left.replace(aside.with_name(aside.name + companion))
    return aside
