"""The bridge's memory in SQL: SQLite for one machine, PostgreSQL for fleets. One schema, one set of statements."""

from bridge.ledger.backup import backups, restore
from bridge.ledger.engine import journal_rule
from bridge.ledger.issued import issued
from bridge.ledger.programmes import keep_programme
from bridge.ledger.sql import SqlLedger, open_ledger

__all__ = ["SqlLedger", "backups", "issued", "journal_rule", "keep_programme", "open_ledger", "restore"]
