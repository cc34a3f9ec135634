"""How many badges of our own there are, and under which address: a look that neither makes nor changes a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, and_, inspect, select

from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, reading, sqlite_file
from bridge.ledger.migrations import version_of
from bridge.ledger.schema import credentials, moves, orders
from bridge.model import LOCAL


def issued(url: str, programme: str) -> Mapping[str, int]:
    """Return how many badges of *programme* each issuer (a DID) has issued, the most first; {} without a ledger.

    Those whose place another backend's took count too: they are still in the site's folder, and genuine.
    Raise LedgerUnusable, LedgerBusy or Refused, each with its cure, when the ledger at *url* can't be read.
    """
    address = parse_url(url)
    file = sqlite_file(address)
    if file is not None and not file.exists():
        return {}
    engine = make_engine(address, PATIENCE)
    try:
        with explained(address), reading(engine) as connection:
            keys = dict(_keys(connection, programme)) if version_of(connection) else {}
    finally:
        engine.dispose()
    return dict(Counter(key_id.partition("#")[0] for key_id in keys.values()).most_common())


def _keys(connection: Connection, programme: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield attempt id and award of each badge of our own, with its key; one may come twice."""
    same = and_(orders.c.programme == credentials.c.programme, orders.c.attempt_id == credentials.c.attempt_id)
    in_force = select(orders.c.attempt_id, orders.c.award, orders.c.key_id).join(credentials, same)
    ours = in_force.where(orders.c.programme == programme, orders.c.backend == LOCAL)
    yield from (((attempt_id, award), key_id) for attempt_id, award, key_id in connection.execute(ours))
    if not inspect(connection).has_table(moves.name):
        return
    replaced = select(moves.c.old).where(moves.c.programme == programme, moves.c.replaced.is_not(None))
    for order in connection.scalars(replaced):
        if order.backend == LOCAL:
            yield (order.attempt_id, order.award), order.key_id
