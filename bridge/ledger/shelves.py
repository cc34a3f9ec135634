"""Values into rows and rows into values. A shelf is one table and the dataclass that lies on it, field by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select
from sqlalchemy.dialects import sqlite

from bridge.ledger import schema
from bridge.model import Attempt, Credential, Criteria, Decision, Effect, FileFacts, Line, Move, Order, Request

T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """*kind*'s fields are columns of *table*; further columns are properties of *kind*, or the ledger's own."""

    table: Table
    kind: Callable[..., T]
    names: tuple[str, ...]  # the fields of *kind*, in its order
    derived: tuple[str, ...] = ()  # properties of *kind* that are columns too
    order: tuple[str, ...] = ()  # how to sort when reading

    def row(self, programme: str, value: T) -> Row:
        return {"programme": programme} | {name: getattr(value, name) for name in (*self.names, *self.derived)}

    def read(self, connection: Connection, programme: str, *where: ColumnElement[bool]) -> list[T]:
        columns = self.table.c
        query = select(*(columns[name] for name in self.names)).where(columns.programme == programme, *where)
        return [self.kind(*row) for row in connection.execute(query.order_by(*(columns[name] for name in self.order)))]

    def find(self, connection: Connection, programme: str, name: str, value: object) -> list[T]:
        """Read those whose column *name* holds *value*. (Asked at every step of every effect.)"""
        query = _found_by(self.table, self.names, name)
        return [self.kind(*row) for row in connection.execute(query, {"of": programme, "value": value})]

    def put(self, connection: Connection, programme: str, values: Iterable[T]) -> None:
        """Write *values*; those that are known already replace what was there."""
        upsert(connection, self.table, [self.row(programme, value) for value in values])


def shelf(table: Table, kind: type[T], *order: str, derived: tuple[str, ...] = ()) -> Shelf[T]:
    names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # a dataclass, all of them
    return Shelf(table, kind, names, derived, order)


REQUESTS = shelf(schema.requests, Request, "number")
ATTEMPTS = shelf(schema.attempts, Attempt, "request", "n", derived=("id",))
CRITERIA = shelf(schema.criteria, Criteria, "link")
FILES = shelf(schema.files, FileFacts, "file_id")
DECISIONS = shelf(schema.decisions, Decision, "attempt_id", "n")
ORDERS = shelf(schema.orders, Order, "attempt_id")
CREDENTIALS = shelf(schema.credentials, Credential, "attempt_id")
MOVES = shelf(schema.moves, Move, "attempt_id", "n")
LINES = shelf(schema.log, Line, "n")
EFFECTS = shelf(schema.effects, Effect, "request", "subject", "kind", derived=("key", "request"))


def upsert(
    connection: Connection,
    table: Table,
    rows: list[Row],
    *,
    update: bool = True,
    where: ColumnElement[bool] | None = None,
    unique: tuple[str, ...] = (),
) -> None:
    """Insert *rows*; one that is there already (by primary key, or *unique*) is overwritten, or kept if not *update*.

    With *where* only those rows are overwritten for which it holds.
    """
    if not rows:
        return
    keys = unique or tuple(column.name for column in table.primary_key)
    make = _upsert if where is None else _upsert.__wrapped__
    connection.execute(make(connection.dialect.name, table, tuple(rows[0]), keys, update, where), rows)


# To build a statement costs more than to run it: those that come again and again are kept.


@cache
def _upsert(
    dialect: str,
    table: Table,
    names: tuple[str, ...],
    keys: tuple[str, ...],
    update: bool,
    where: ColumnElement[bool] | None,
) -> Any:
    insert: Any = _inserting(dialect)(table)
    changed = {name: insert.excluded[name] for name in names if name not in keys}
    if update and changed:
        return insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)
    return insert.on_conflict_do_nothing(index_elements=keys)


def _inserting(dialect: str) -> Callable[[Table], Any]:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # takes a tenth of a second, which SQLite need not pay

        return insert
    return sqlite.insert


@cache
def _found_by(table: Table, names: tuple[str, ...], name: str) -> Select[Any]:
    columns = table.c
    return select(*(columns[one] for one in names)).where(
        columns.programme == bindparam("of"), columns[name] == bindparam("value")
    )
