"""What the bridge remembers, without touching it."""

from __future__ import annotations

from bridge import wiring
from bridge.config import Settings
from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, reading
from bridge.ledger.lessons import load
from bridge.ledger.migrations import HEAD, version_of
from bridge.model import Known


def known_of(settings: Settings) -> Known:
    """What the ledger tells, as it lies there: nothing where there is none, or one of another version."""
    file = wiring.ledger_file(settings)
    if file is not None and not file.exists():
        return Known()
    address = parse_url(settings.ledger.url)
    engine = make_engine(address, PATIENCE)
    try:
        with explained(address), reading(engine) as connection:
            return load(connection, settings.key) if version_of(connection) == HEAD else Known()
    finally:
        engine.dispose()
