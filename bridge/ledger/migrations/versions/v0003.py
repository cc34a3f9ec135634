"""Badges may be made by a vendor's server, moved from one backend to another, and taken by their earners there."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, autoincrement=False, nullable=False)


def upgrade() -> None:
    for table, name in [
        ("achievements", "backend"),
        ("orders", "given_name"),
        ("orders", "family_name"),
        ("credentials", "vendor_url"),
    ]:
        op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("credentials", sa.Column("acceptance", sa.Text, nullable=True))
    moves()
    tokens()


def moves() -> None:
    op.create_table(
        "moves",
        key("programme"),
        key("attempt_id"),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        text("old"),
        text("new"),
        sa.Column("at", TIME, nullable=False),
        sa.Column("replaced", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["programme", "attempt_id"], ["attempts.programme", "attempts.id"], name="fk_moves_attempts"
        ),
        sa.PrimaryKeyConstraint("programme", "attempt_id", "n", name="pk_moves"),
    )


def tokens() -> None:
    op.create_table(
        "tokens",
        key("programme"),
        key("backend"),
        text("access"),
        text("refresh"),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("blocked_until", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme", "backend", name="pk_tokens"),
    )
