"""Whose memory a ledger holds, told by its programmes' forms: a look that neither makes nor changes one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from bridge.errors import Refused
from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, reading, sqlite_file
from bridge.ledger.migrations import version_of
from bridge.ledger.schema import facts


def keep_programme(url: str, programme: str, forms: Collection[str]) -> None:
    """Raise Refused if the ledger knows *forms*, but under another spreadsheet: all would come in once more."""
    if other := known_elsewhere(url, programme, forms):
        raise Refused(
            f"The ledger knows the form of these settings under another spreadsheet, {other}. Nothing was done, so "
            "that nobody is told or given anything twice. Put that id back into [sheet] id. If the spreadsheet was "
            f'really replaced, write programme = "{other}" into [ledger]; then: badge-bridge sheet rebuild'
        )


def known_elsewhere(url: str, programme: str, forms: Collection[str]) -> str:
    """Return another programme that has read one of *forms*, where *programme* itself is new to the ledger; else "".

    Raise LedgerUnusable, LedgerBusy or Refused, each with its cure, when the ledger at *url* can't be read.
    """
    address = parse_url(url)
    file = sqlite_file(address)
    if file is not None and not file.exists():
        return ""
    engine = make_engine(address, PATIENCE)
    of_forms = or_(*(facts.c.name.startswith(f"question:{form}:", autoescape=True) for form in forms))
    try:
        with explained(address), reading(engine) as connection:
            known = set(connection.scalars(select(facts.c.programme).where(of_forms)) if version_of(connection) else ())
    finally:
        engine.dispose()
    return "" if programme in known else min(known, default="")
