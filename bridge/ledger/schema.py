"""What the ledger keeps: one schema for SQLite and PostgreSQL. Columns bear the names of the fields in `bridge.model`.

Every table has the programme in its key, so that several programmes may share one database. A change here needs a
migration in `bridge/ledger/migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from bridge.model import (
    Acceptance,
    Alignment,
    Credential,
    Criterion,
    Evidence,
    FileAccess,
    Identity,
    Kind,
    Order,
    Prerequisites,
    Rating,
    State,
    Submission,
    Superseded,
    Verdict,
)

#: SQLite counts up only plain INTEGER keys.
SERIAL = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, which comes back in UTC. A naive one is refused: nobody knows which hour it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} names no time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A member of *kind*, kept as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Nested(TypeDecorator[Any]):
    """A value of type *kind* as JSON text (not a JSON column: PostgreSQL's refuses some text that people may write)."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else self._adapter.dump_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else self._adapter.validate_json(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def col(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text, *, null: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=null)


def belongs(to: str, **columns: str) -> ForeignKeyConstraint:
    """The row hangs on the row of *to* whose columns (values) equal its own (names), within one programme."""
    return ForeignKeyConstraint(["programme", *columns], [f"{to}.programme", *(f"{to}.{c}" for c in columns.values())])


leases = Table(
    "leases",
    metadata,
    key("programme"),
    col("holder"),  # "host/boot id/pid"; empty: free
    col("token", BigInteger),  # grows with every holder: what an older one writes is refused
    col("since", UtcTime),
    col("until", UtcTime),
)
allowances = Table("allowances", metadata, key("programme"), col("awards", Integer))
facts = Table("facts", metadata, key("programme"), key("name"), col("value"))
labels = Table("labels", metadata, key("programme"), key("label"), col("key"))
achievement_versions = Table(
    "achievement_versions",
    metadata,
    key("programme"),
    key("key"),
    key("version"),
    col("name"),
    col("description"),
    col("criteria"),
    col("artwork"),
    col("hours", Double, null=True),
    col("artwork_link"),
    col("kind"),
    col("tags", Nested(tuple[str, ...])),
    col("alignment", Nested(tuple[Alignment, ...])),
    col("valid_months", Integer, null=True),
    col("rubric", Nested(tuple[Criterion, ...])),
)
achievements = Table(
    "achievements",
    metadata,
    key("programme"),
    key("key"),
    col("version"),
    col("active", Boolean),
    col("artwork_link"),
    col("backend"),
    col("reviewers", Nested(tuple[str, ...])),
    col("review_days", Integer, null=True),
    col("most_attempts", Integer, null=True),
    col("prerequisites", Nested(Prerequisites), null=True),
    col("by_itself", Boolean),
    col("second_look"),
    belongs("achievement_versions", key="key", version="version"),
)
artworks = Table("artworks", metadata, key("programme"), key("link"), col("sha256"), col("problem"), col("remark"))
criteria = Table("criteria", metadata, key("programme"), key("link"), col("text"), col("revision"), col("problem"))
pictures = Table("pictures", metadata, key("programme"), key("sha256"), col("data", LargeBinary))
requests = Table(
    "requests",
    metadata,
    key("programme"),
    key("number", BigInteger),
    col("recipient"),
    col("label"),
    col("achievement"),
    col("created_at", UtcTime),
    col("duplicate_of", BigInteger, null=True),
)
attempts = Table(
    "attempts",
    metadata,
    key("programme"),
    key("id"),
    col("request", BigInteger),
    col("n", Integer),
    col("submission", Nested(Submission)),
    col("version", Integer),
    col("superseded_by"),
    col("superseded_why", Word(Superseded), null=True),
    col("late_stamp"),
    belongs("requests", request="number"),
)
files = Table(
    "files",
    metadata,
    key("programme"),
    key("file_id"),
    col("access", Word(FileAccess)),
    col("name"),
    col("mime_type"),
    col("url"),
    col("revision"),
    col("sha256"),
)
decisions = Table(
    "decisions",
    metadata,
    key("programme"),
    key("attempt_id"),
    key("n", Integer),
    col("version", Integer),
    col("verdict", Word(Verdict), null=True),
    col("reviewer"),
    col("feedback"),
    col("seen_at", UtcTime),
    col("enacted", Boolean),
    col("ratings", Nested(tuple[Rating, ...])),
    col("identity", Word(Identity)),
    col("said_at", UtcTime, null=True),
    belongs("attempts", attempt_id="id"),
)
orders = Table(
    "orders",
    metadata,
    key("programme"),
    key("attempt_id"),
    col("award"),
    col("achievement"),
    col("version"),
    col("recipient"),
    col("salt"),
    col("name"),
    col("issued_on", UtcTime),
    col("status_index", BigInteger),
    col("key_id"),
    col("backend"),
    col("expires", UtcTime, null=True),
    col("evidence", Nested(tuple[Evidence, ...])),
    col("narrative"),
    col("given_name"),
    col("family_name"),
    col("results", Nested(tuple[Rating, ...])),
    belongs("attempts", attempt_id="id"),
)
credentials = Table(
    "credentials",
    metadata,
    key("programme"),
    key("attempt_id"),
    col("award"),
    col("url"),
    col("image"),
    col("backend"),
    col("backend_ref"),
    col("issued_at", UtcTime, null=True),
    col("revoked_at", UtcTime, null=True),
    col("revoked_why"),
    col("vendor_url"),
    col("acceptance", Word(Acceptance), null=True),
    col("accept_url"),
    belongs("attempts", attempt_id="id"),
)
moves = Table(
    "moves",
    metadata,
    key("programme"),
    key("attempt_id"),
    key("n", Integer),
    col("old", Nested(Order)),
    col("new", Nested(Order)),
    col("at", UtcTime),
    col("replaced", Nested(Credential), null=True),
    belongs("attempts", attempt_id="id"),
)
tokens = Table(  # secrets: whoever reads the ledger can act for the bridge at the vendor's
    "tokens",
    metadata,
    key("programme"),
    key("backend"),
    col("access"),
    col("refresh"),
    col("expires_at", UtcTime, null=True),
    col("blocked_until", UtcTime, null=True),
    col("failures", Integer),
)
effects = Table(
    "effects",
    metadata,
    key("programme"),
    key("key"),
    col("request", BigInteger),
    col("kind", Word(Kind)),
    col("subject"),
    col("after"),
    col("state", Word(State)),
    col("in_doubt", Boolean),
    col("attempts", Integer),
    col("not_before", UtcTime, null=True),
    col("ref"),
    col("note"),
    col("for_coach", Boolean),
    col("done_at", UtcTime, null=True),  # for the day's count of mails
    Index(None, "programme", "request"),
    Index(None, "programme", "done_at"),
)
shown = Table(
    "shown",
    metadata,
    key("programme"),
    key("attempt_id"),
    col("version", Integer),
    belongs("attempts", attempt_id="id"),
)
log = Table(  # never changed, only added to; no address in it, so that erasing a person breaks no line
    "log",
    metadata,
    key("programme"),
    key("n", BigInteger),
    col("at", UtcTime),
    col("attempt_id"),
    col("what"),
    col("badge"),
    col("by"),
    col("person"),
    col("hash"),
)
log_keys = Table("log_keys", metadata, key("programme"), col("value", LargeBinary))  # of the pseudonyms: a secret
history = Table(
    "history",
    metadata,
    Column("id", SERIAL, primary_key=True),
    col("programme"),
    col("request", BigInteger, null=True),
    col("attempt_id"),
    col("at", UtcTime),
    col("what"),
    col("note"),
    # Hash of a learnt event, so that learning it again adds nothing; NULL for a step of an effect, which may recur.
    col("mark", null=True),
    UniqueConstraint("programme", "mark"),
    Index(None, "programme", "request"),
)
