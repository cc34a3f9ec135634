"""The schema's history, run when a ledger is opened: Alembic, driven from here, without an alembic.ini."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, table, text
from sqlalchemy.sql import column

from bridge.errors import LedgerUnusable

#: The newest revision in versions/. Written down, so that an up-to-date ledger opens without loading Alembic.
HEAD = "0013"
#: Not Alembic's own name: another program may share the database.
VERSION_TABLE = "ledger_version"
SCRIPTS = Path(__file__).parent
_LOCK = 0x62616467_65  # of PostgreSQL's advisory locks: "badge"


def version_of(connection: Connection) -> str | None:
    """The revision of the ledger behind *connection*; None: it is empty."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(table(VERSION_TABLE, column("version_num")).c.version_num)).scalar()


def upgrade(
    engine: Engine, where: str, *, keep: Callable[[], object], scripts: Path = SCRIPTS, head: str = HEAD
) -> None:
    """Bring the ledger to this program's version, or leave it as it was; any number of processes may try at once.

    *where* names it in sentences; *keep* is called before an older ledger is touched, to lay a copy aside.
    Raise LedgerUnusable if it is newer than this program, or not a ledger.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        present = version_of(connection)
        if present == head:
            return
        if present is not None:
            if not is_known(present, scripts):
                raise LedgerUnusable(
                    f"The ledger {where} comes from a newer badge-bridge (version {present}; this one knows {head})."
                    " Install the newer program again, or put an older backup back: badge-bridge restore"
                )
            keep()
        elif connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
            raise LedgerUnusable(f"{where} is a database of another program, not a ledger. Choose another file.")
        _run(connection, scripts)


def is_known(revision: str, scripts: Path = SCRIPTS) -> bool:
    """True if this program can read, or bring up to date, a ledger of that revision."""
    return (scripts / "versions" / f"v{revision}.py").exists()


def _run(connection: Connection, scripts: Path) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every plugin
    from alembic import command  # 0.4 s that an up-to-date ledger need not pay
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
