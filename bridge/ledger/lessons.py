"""What was learnt, into the tables and back: `load` after `learn` gives what `Known.learn` gives."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from bridge.ledger import journal, schema
from bridge.ledger.shelves import (
    ATTEMPTS,
    CREDENTIALS,
    CRITERIA,
    DECISIONS,
    EFFECTS,
    FILES,
    MOVES,
    ORDERS,
    REQUESTS,
    Row,
    upsert,
)
from bridge.ledger.steps import request_of
from bridge.model import Achievement, Artwork, Event, Known, Lesson, State


def load(connection: Connection, programme: str) -> Known:
    known = Known()
    _load_catalogue(connection, programme, known)
    known.requests = {request.number: request for request in REQUESTS.read(connection, programme)}
    known.attempts = {attempt.id: attempt for attempt in ATTEMPTS.read(connection, programme)}
    known.files = {file.file_id: file for file in FILES.read(connection, programme)}
    for decision in DECISIONS.read(connection, programme):
        known.decisions[decision.attempt_id] = (*known.decisions.get(decision.attempt_id, ()), decision)
    known.orders = {order.attempt_id: order for order in ORDERS.read(connection, programme)}
    known.credentials = {credential.attempt_id: credential for credential in CREDENTIALS.read(connection, programme)}
    for move in MOVES.read(connection, programme):
        known.moves[move.attempt_id] = (*known.moves.get(move.attempt_id, ()), move)
    known.effects = {effect.key: effect for effect in EFFECTS.read(connection, programme)}
    known.shown = dict(_rows(connection, programme, "shown"))
    known.facts = dict(_rows(connection, programme, "facts"))
    known.allowance = sum(awards for (awards,) in _rows(connection, programme, "allowances"))
    return known


def _load_catalogue(connection: Connection, programme: str, known: Known) -> None:
    for row in _rows(connection, programme, "achievement_versions"):
        found = Achievement(**row._mapping)  # columns bear the names of its fields
        known.versions[found.key, found.version] = found
    for row in _rows(connection, programme, "achievements"):
        found = known.versions[row.key, row.version]
        known.achievements[found.key] = replace(found, **row._mapping)
    for row in _rows(connection, programme, "artworks"):
        known.artworks[row.link] = Artwork(**row._mapping)
    known.criteria = {criteria.link: criteria for criteria in CRITERIA.read(connection, programme)}
    known.labels = dict(_rows(connection, programme, "labels"))


def _rows(connection: Connection, programme: str, name: str) -> Sequence[Any]:
    """All rows of a table, sorted by key, without the programme."""
    table = schema.metadata.tables[name]
    columns = [column for column in table.columns if column.name != "programme"]
    query = select(*columns).where(table.c.programme == programme).order_by(*table.primary_key)
    return connection.execute(query).all()


def learn(connection: Connection, programme: str, lesson: Lesson, at: datetime) -> None:
    """Write all of *lesson*, learnt at *at*, in the caller's transaction. Doing it again changes nothing."""
    _learn_catalogue(connection, programme, lesson)
    REQUESTS.put(connection, programme, lesson.requests)
    ATTEMPTS.put(connection, programme, lesson.attempts)
    FILES.put(connection, programme, lesson.files)
    decided = journal.news(connection, programme, lesson.decisions)
    DECISIONS.put(connection, programme, lesson.decisions)
    journal.tell_decisions(connection, programme, decided, at)
    ORDERS.put(connection, programme, lesson.orders)
    MOVES.put(connection, programme, lesson.moves)
    _learn_acceptance(connection, programme, lesson)
    _learn_effects(connection, programme, lesson)
    facts: list[Row] = [{"programme": programme, "name": n, "value": v} for n, v in lesson.facts.items()]
    upsert(connection, schema.facts, facts)
    events: list[Row] = [event_row(programme, event, mark=_mark(event)) for event in lesson.history]
    upsert(connection, schema.history, events, update=False, unique=("programme", "mark"))


def _learn_catalogue(connection: Connection, programme: str, lesson: Lesson) -> None:
    def rows(table: str, values: Sequence[object]) -> list[Row]:
        names = [name for name in schema.metadata.tables[table].columns.keys() if name != "programme"]  # noqa: SIM118
        return [{"programme": programme, **{name: getattr(value, name) for name in names}} for value in values]

    versions = rows("achievement_versions", lesson.achievements)
    upsert(connection, schema.achievement_versions, versions, update=False)
    upsert(connection, schema.achievements, rows("achievements", lesson.achievements))
    upsert(connection, schema.artworks, rows("artworks", lesson.artworks))
    CRITERIA.put(connection, programme, lesson.criteria)
    pictures = rows("pictures", [artwork for artwork in lesson.artworks if artwork.sha256 and artwork.data])
    upsert(connection, schema.pictures, pictures, update=False)
    labels: list[Row] = [{"programme": programme, "label": label, "key": key} for label, key in lesson.labels.items()]
    upsert(connection, schema.labels, labels, update=False)


def _learn_effects(connection: Connection, programme: str, lesson: Lesson) -> None:
    kept = schema.effects.c
    rows: list[Row] = [{**EFFECTS.row(programme, effect), "done_at": None} for effect in lesson.effects]
    upsert(connection, schema.effects, rows, where=kept.state == State.CANCELLED)
    if lesson.cancelled:
        connection.execute(
            update(schema.effects)
            .where(
                kept.programme == programme,
                kept.key == bindparam("cancelled"),
                or_(kept.state == State.PLANNED, kept.state == State.STUCK),
                kept.in_doubt.is_(False),
            )
            .values(state=State.CANCELLED),
            [{"cancelled": key} for key in lesson.cancelled],
        )
    if lesson.forgotten:
        connection.execute(
            delete(schema.effects).where(kept.programme == programme, kept.key == bindparam("forgotten")),
            [{"forgotten": key} for key in lesson.forgotten],
        )


def _learn_acceptance(connection: Connection, programme: str, lesson: Lesson) -> None:
    if lesson.accepted:
        kept = schema.credentials.c
        connection.execute(
            update(schema.credentials)
            .where(kept.programme == programme, kept.attempt_id == bindparam("of"))
            .values(
                acceptance=bindparam("taken"),
                vendor_url=func.coalesce(func.nullif(bindparam("shown"), ""), kept.vendor_url),
            ),
            [
                {"of": attempt_id, "taken": uptake.acceptance, "shown": uptake.vendor_url}
                for attempt_id, uptake in lesson.accepted.items()
            ],
        )


def event_row(programme: str, event: Event, mark: str | None = None) -> Row:
    return {
        "programme": programme,
        "request": request_of(event.attempt_id),
        "attempt_id": event.attempt_id,
        "at": event.at,
        "what": event.what,
        "note": event.note,
        "mark": mark,
    }


def _mark(event: Event) -> str:
    words = (event.at.timestamp().hex(), event.attempt_id, event.what, event.note)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()
