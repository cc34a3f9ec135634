"""The decision log in SQL: what is written goes into the transaction of the deed that it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select

from bridge.ledger import schema
from bridge.ledger.shelves import LINES
from bridge.model import Decision, Effect, Line
from bridge.plan import chain

_WHOSE = (
    select(schema.attempts.c.id, schema.requests.c.achievement, schema.requests.c.recipient)
    .join(
        schema.requests,
        (schema.requests.c.programme == schema.attempts.c.programme)
        & (schema.requests.c.number == schema.attempts.c.request),
    )
    .where(
        schema.attempts.c.programme == bindparam("of"),
        schema.attempts.c.id.in_(bindparam("attempts", expanding=True)),
    )
)
_LAST = (
    select(schema.log.c.n, schema.log.c.hash)
    .where(schema.log.c.programme == bindparam("of"))
    .order_by(schema.log.c.n.desc())
    .limit(1)
)
_KEY = select(schema.log_keys.c.value).where(schema.log_keys.c.programme == bindparam("of"))
_KNOWN = select(
    schema.decisions.c.attempt_id,
    schema.decisions.c.n,
    schema.decisions.c.verdict,
    schema.decisions.c.reviewer,
    schema.decisions.c.seen_at,
).where(
    schema.decisions.c.programme == bindparam("of"),
    schema.decisions.c.attempt_id.in_(bindparam("attempts", expanding=True)),
)
_ADD = insert(schema.log)

#: Badge and person of an attempt that the ledger does not know.
NOBODY = ("", "")

#: So many keys are asked for in one query.
_MOST = 5_000


def news(connection: Connection, programme: str, decisions: Sequence[Decision]) -> list[chain.News]:
    """Return those of *decisions* that the ledger has not learnt yet."""
    attempts = list(dict.fromkeys(one.attempt_id for one in decisions))
    return chain.news(decisions, [tuple(row) for row in _rows(connection, _KNOWN, programme, attempts)])


def tell_decisions(connection: Connection, programme: str, fresh: Sequence[chain.News], at: datetime) -> None:
    """Add a line for each of the *fresh* decisions, learnt at *at*."""
    whose = _whose(connection, programme, [one.decision.attempt_id for one in fresh])
    entries = [chain.of_decision(one, at, *whose.get(one.decision.attempt_id, NOBODY)) for one in fresh]
    _append(connection, programme, entries)


def tell_effect(connection: Connection, programme: str, effect: Effect, at: datetime) -> None:
    """Add a line about an effect that was done."""
    whose = _whose(connection, programme, [effect.attempt_id])
    _append(connection, programme, [chain.of_effect(effect, at, *whose.get(effect.attempt_id, NOBODY))])


def lines(connection: Connection, programme: str) -> list[Line]:
    """Return the whole log, oldest first."""
    return LINES.read(connection, programme)


def _whose(connection: Connection, programme: str, attempts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By attempt id: the badge's key and the teacher's address."""
    return {row[0]: (row[1], row[2]) for row in _rows(connection, _WHOSE, programme, attempts)}


def _rows(connection: Connection, query: Select[Any], programme: str, attempts: Sequence[str]) -> Iterator[Any]:
    """Ask about *attempts*, so many at once as a database takes."""
    for start in range(0, len(attempts), _MOST):
        yield from connection.execute(query, {"of": programme, "attempts": attempts[start : start + _MOST]})


def _append(connection: Connection, programme: str, entries: Sequence[chain.Entry]) -> None:
    if not entries:
        return
    last = connection.execute(_LAST, {"of": programme}).one_or_none()
    added = chain.continued((last[0], last[1]) if last else None, entries, _key(connection, programme))
    connection.execute(_ADD, [LINES.row(programme, line) for line in added])


def _key(connection: Connection, programme: str) -> bytes:
    """Return the key of the pseudonyms; the first line makes it."""
    value = connection.execute(_KEY, {"of": programme}).scalar()
    if value is None:
        value = secrets.token_bytes(chain.KEY_BYTES)
        connection.execute(insert(schema.log_keys), [{"programme": programme, "value": value}])
    return bytes(value)
