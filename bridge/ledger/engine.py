"""How to speak to SQLite and to PostgreSQL: what each must be told, and what their errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bridge.errors import BridgeError, LedgerBusy, LedgerUnusable, Refused

#: Versions of SQLite in which the write-ahead log may lose commits or damage the file: https://sqlite.org/wal.html#walresetbug
WAL_FIXED_SINCE = (3, 51, 3)
WAL_FIXED_IN = ((3, 50, 7), (3, 44, 6))  # back-ports: fixed from here up to the end of that minor version

PATIENCE = timedelta(seconds=10)
RESTORE = "Put the newest backup back: badge-bridge restore"


def journal_rule(version: tuple[int, int, int] | None = None) -> tuple[str, str]:
    """The journal mode to use with this *version* of SQLite (default: the one in use), and why in a sentence."""
    version = version or (sqlite3.sqlite_version_info[0], *sqlite3.sqlite_version_info[1:3])
    dotted = ".".join(map(str, version))
    back_ported = any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_FIXED_IN)
    if version >= WAL_FIXED_SINCE or back_ported:
        return "WAL", f"SQLite {dotted} has a sound write-ahead log."
    return "TRUNCATE", f"SQLite {dotted} has the WAL-reset bug, so the ledger uses the older, slower and safe journal."


def parse_url(url: str) -> URL:
    """Read the address of a ledger: ``sqlite:////folder/bridge.db`` or ``postgresql://user@host/name``.

    Raise Refused if it is neither, or if SQLite is to keep nothing (in memory).
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused(f"{url!r} is no address of a ledger; write sqlite:////folder/bridge.db.") from error
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise Refused(f"A ledger lives in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.")
    if not parsed.database or parsed.database == ":memory:":
        raise Refused("A ledger needs a file: write sqlite:////folder/bridge.db.")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The file behind *url*, or None for a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_engine(url: URL, patience: timedelta) -> Engine:
    """Connect to nothing yet, but know how; *patience* is how long to wait for another writer."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, patience)
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise Refused("The driver for PostgreSQL is missing: pip install 'badge-bridge[postgres]'") from error

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.execute(f"SET lock_timeout = {patience // timedelta(milliseconds=1)}")
        connection.commit()

    return engine


def _sqlite_engine(url: URL, patience: timedelta) -> Engine:
    file = Path(url.database or "")
    _make_private(file)
    # isolation_level None: the driver itself must begin nothing, or a read that turns into a write deadlocks.
    engine = create_engine(
        url, connect_args={"isolation_level": None, "timeout": patience.total_seconds(), "check_same_thread": False}
    )
    journal, _ = journal_rule()

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        for pragma in (f"journal_mode = {journal}", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("ledger_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _make_private(file: Path) -> None:
    """Make *file* (empty) and its folder, for nobody else's eyes; SQLite gives its journals the same rights."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Refused(
            f"The ledger {file} can't be opened: {error.strerror}. Check the folder and its rights."
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection on which all reads are of one moment; it takes no writer's lock."""
    if engine.dialect.name == "sqlite":
        options: dict[str, Any] = {"ledger_reads": True}
    else:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Say in our words what the database's errors mean. A mistake of ours (a broken constraint) stays what it is."""
    try:
        yield
    except DBAPIError as error:
        raise_if_known(error, url)
        raise


def raise_if_known(error: DBAPIError, url: URL) -> None:
    where = sqlite_file(url) or url.render_as_string(hide_password=True)
    known = _sqlite_error(error.orig, where) if sqlite_file(url) else _postgres_error(error, where)
    if known is not None:
        raise known from error


def _sqlite_error(error: object, where: object) -> BridgeError | None:
    if not isinstance(error, sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", "") or ""
    match name.split("_")[1] if "_" in name else name:
        case "BUSY" | "LOCKED":
            return LedgerBusy(f"The ledger {where} is locked by another program; nothing was written. Try again later.")
        case "CORRUPT" | "NOTADB":
            return LedgerUnusable(f"The ledger {where} is damaged ({error}). {RESTORE}")
        case "FULL":
            return Refused(f"The disk is full: the ledger {where} could not be written. Make room and run again.")
        case "READONLY" | "CANTOPEN" | "PERM" | "AUTH" | "IOERR":
            return Refused(
                f"The ledger {where} can't be used: {error}. Check the disk and the rights of file and folder."
            )
    return None


def _postgres_error(error: DBAPIError, where: object) -> BridgeError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in {"55P03", "40P01", "40001"}:  # lock not available, deadlock, serialisation
        return LedgerBusy(f"The ledger {where} is busy; nothing was written. Try again later.")
    if state.startswith("28") or state == "3D000":  # wrong password, no such database
        return Refused(f"PostgreSQL refuses the ledger {where}: {error.orig}. Check the address, user and password.")
    if state == "42501":
        return Refused(
            f"The ledger's user may not do this in {where}: {error.orig}. Grant it the rights on its schema."
        )
    if error.connection_invalidated or not state or state.startswith(("08", "57P", "53")):
        return LedgerBusy(f"The ledger's database {where} can't be reached or gives up: {error.orig}. Try again later.")
    return None
