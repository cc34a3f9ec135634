"""Values into rows and rows into values. A shelf is one table and the dataclass that lies on it, field by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from bridge.ledger import schema
from bridge.model import Attempt, Credential, Decision, Effect, FileFacts, Order, Request

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

    def put(self, connection: Connection, programme: str, values: Iterable[T]) -> None:
        """Write *values*; those that are known already replace what was there."""
        upsert(connection, self.table, [self.row(programme, value) for value in values])


def shelf(table: Table, kind: type[T], *order: str, derived: tuple[str, ...] = ()) -> Shelf[T]:
    names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # a dataclass, all of them
    return Shelf(table, kind, names, derived, order)


REQUESTS = shelf(schema.requests, Request, "number")
ATTEMPTS = shelf(schema.attempts, Attempt, "request", "n", derived=("id",))
FILES = shelf(schema.files, FileFacts, "file_id")
DECISIONS = shelf(schema.decisions, Decision, "attempt_id", "n")
ORDERS = shelf(schema.orders, Order, "attempt_id")
CREDENTIALS = shelf(schema.credentials, Credential, "attempt_id")
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
    insert: Any = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    keys = unique or tuple(column.name for column in table.primary_key)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    if update and changed:
        insert = insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    connection.execute(insert, rows)
