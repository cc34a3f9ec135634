"""The decision log in SQL: what is written goes into the transaction of the deed that it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, tuple_

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
_TOLD = select(schema.decisions.c.attempt_id, schema.decisions.c.n).where(
    schema.decisions.c.programme == bindparam("of"),
    tuple_(schema.decisions.c.attempt_id, schema.decisions.c.n).in_(bindparam("decisions", expanding=True)),
)
_ADD = insert(schema.log)

#: Badge and person of an attempt that the ledger does not know.
NOBODY = ("", "")

#: So many keys are asked for in one query.
_MOST = 5_000


def untold(connection: Connection, programme: str, decisions: Sequence[Decision]) -> list[Decision]:
    """Return those of *decisions* that the ledger has not learnt yet."""
    known: set[tuple[str, int]] = set()
    for start in range(0, len(decisions), _MOST):
        keys = [(one.attempt_id, one.n) for one in decisions[start : start + _MOST]]
        known |= {(row[0], row[1]) for row in connection.execute(_TOLD, {"of": programme, "decisions": keys})}
    return [one for one in decisions if (one.attempt_id, one.n) not in known]


def tell_decisions(connection: Connection, programme: str, decisions: Sequence[Decision]) -> None:
    """Add a line for each of *decisions*."""
    whose = _whose(connection, programme, [one.attempt_id for one in decisions])
    entries = [chain.of_decision(one, *whose.get(one.attempt_id, NOBODY)) for one in decisions]
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
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(attempts), _MOST):
        asked = {"of": programme, "attempts": attempts[start : start + _MOST]}
        found |= {row[0]: (row[1], row[2]) for row in connection.execute(_WHOSE, asked)}
    return found


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
