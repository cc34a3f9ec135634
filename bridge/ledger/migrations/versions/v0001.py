"""The first ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, autoincrement=False, nullable=False)


def upgrade() -> None:
    achievement_versions()
    allowances()
    artworks()
    effects()
    facts()
    files()
    history()
    labels()
    leases()
    pictures()
    requests()
    achievements()
    attempts()
    credentials()
    decisions()
    orders()
    shown()


def achievement_versions() -> None:
    op.create_table(
        "achievement_versions",
        key("programme"),
        key("key"),
        key("version"),
        text("name"),
        text("description"),
        text("criteria"),
        text("artwork"),
        sa.Column("hours", sa.Double(), nullable=True),
        text("artwork_link"),
        sa.PrimaryKeyConstraint("programme", "key", "version", name="pk_achievement_versions"),
    )


def allowances() -> None:
    op.create_table(
        "allowances",
        key("programme"),
        sa.Column("awards", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme", name="pk_allowances"),
    )


def artworks() -> None:
    op.create_table(
        "artworks",
        key("programme"),
        key("link"),
        text("sha256"),
        text("problem"),
        sa.PrimaryKeyConstraint("programme", "link", name="pk_artworks"),
    )


def effects() -> None:
    op.create_table(
        "effects",
        key("programme"),
        key("key"),
        sa.Column("request", sa.BigInteger(), nullable=False),
        text("kind"),
        text("subject"),
        text("after"),
        text("state"),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        text("ref"),
        text("note"),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("programme", "key", name="pk_effects"),
    )
    op.create_index("ix_effects_programme_done_at", "effects", ["programme", "done_at"])
    op.create_index("ix_effects_programme_request", "effects", ["programme", "request"])


def facts() -> None:
    op.create_table(
        "facts",
        key("programme"),
        key("name"),
        text("value"),
        sa.PrimaryKeyConstraint("programme", "name", name="pk_facts"),
    )


def files() -> None:
    op.create_table(
        "files",
        key("programme"),
        key("file_id"),
        text("access"),
        text("name"),
        text("mime_type"),
        text("url"),
        text("revision"),
        text("sha256"),
        sa.PrimaryKeyConstraint("programme", "file_id", name="pk_files"),
    )


def history() -> None:
    op.create_table(
        "history",
        sa.Column("id", SERIAL, nullable=False),
        text("programme"),
        sa.Column("request", sa.BigInteger(), nullable=True),
        text("attempt_id"),
        sa.Column("at", TIME, nullable=False),
        text("what"),
        text("note"),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sa.UniqueConstraint("programme", "mark", name="uq_history_programme_mark"),
    )
    op.create_index("ix_history_programme_request", "history", ["programme", "request"])


def labels() -> None:
    op.create_table(
        "labels",
        key("programme"),
        key("label"),
        text("key"),
        sa.PrimaryKeyConstraint("programme", "label", name="pk_labels"),
    )


def leases() -> None:
    op.create_table(
        "leases",
        key("programme"),
        text("holder"),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("programme", name="pk_leases"),
    )


def pictures() -> None:
    op.create_table(
        "pictures",
        key("programme"),
        key("sha256"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("programme", "sha256", name="pk_pictures"),
    )


def requests() -> None:
    op.create_table(
        "requests",
        key("programme"),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        text("recipient"),
        text("label"),
        text("achievement"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("programme", "number", name="pk_requests"),
    )


def achievements() -> None:
    op.create_table(
        "achievements",
        key("programme"),
        key("key"),
        text("version"),
        sa.Column("active", sa.Boolean(), nullable=False),
        text("artwork_link"),
        sa.ForeignKeyConstraint(
            ["programme", "key", "version"],
            ["achievement_versions.programme", "achievement_versions.key", "achievement_versions.version"],
            name="fk_achievements_achievement_versions",
        ),
        sa.PrimaryKeyConstraint("programme", "key", name="pk_achievements"),
    )


def attempts() -> None:
    op.create_table(
        "attempts",
        key("programme"),
        key("id"),
        sa.Column("request", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        text("submission"),
        sa.Column("version", sa.Integer(), nullable=False),
        text("superseded_by"),
        sa.Column("superseded_why", sa.Text(), nullable=True),
        text("late_stamp"),
        sa.ForeignKeyConstraint(
            ["programme", "request"], ["requests.programme", "requests.number"], name="fk_attempts_requests"
        ),
        sa.PrimaryKeyConstraint("programme", "id", name="pk_attempts"),
    )


def credentials() -> None:
    op.create_table(
        "credentials",
        key("programme"),
        key("attempt_id"),
        text("award"),
        text("url"),
        text("image"),
        text("backend"),
        text("backend_ref"),
        sa.Column("issued_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        text("revoked_why"),
        sa.ForeignKeyConstraint(
            ["programme", "attempt_id"], ["attempts.programme", "attempts.id"], name="fk_credentials_attempts"
        ),
        sa.PrimaryKeyConstraint("programme", "attempt_id", name="pk_credentials"),
    )


def decisions() -> None:
    op.create_table(
        "decisions",
        key("programme"),
        key("attempt_id"),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        text("reviewer"),
        text("feedback"),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("enacted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme", "attempt_id"], ["attempts.programme", "attempts.id"], name="fk_decisions_attempts"
        ),
        sa.PrimaryKeyConstraint("programme", "attempt_id", "n", name="pk_decisions"),
    )


def orders() -> None:
    op.create_table(
        "orders",
        key("programme"),
        key("attempt_id"),
        text("award"),
        text("achievement"),
        text("version"),
        text("recipient"),
        text("salt"),
        text("name"),
        sa.Column("issued_on", TIME, nullable=False),
        sa.Column("status_index", sa.BigInteger(), nullable=False),
        text("key_id"),
        text("backend"),
        sa.Column("expires", TIME, nullable=True),
        text("evidence"),
        text("narrative"),
        sa.ForeignKeyConstraint(
            ["programme", "attempt_id"], ["attempts.programme", "attempts.id"], name="fk_orders_attempts"
        ),
        sa.PrimaryKeyConstraint("programme", "attempt_id", name="pk_orders"),
    )


def shown() -> None:
    op.create_table(
        "shown",
        key("programme"),
        key("attempt_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme", "attempt_id"], ["attempts.programme", "attempts.id"], name="fk_shown_attempts"
        ),
        sa.PrimaryKeyConstraint("programme", "attempt_id", name="pk_shown"),
    )
