"""The decision log: a line for each decision and effect from now on, chained by hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("programme", sa.Text, autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("attempt_id", "what", "badge", "by", "person", "hash")),
        sa.PrimaryKeyConstraint("programme", "n", name="pk_log"),
    )
    op.create_table(
        "log_keys",
        sa.Column("programme", sa.Text, autoincrement=False, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("programme", name="pk_log_keys"),
    )
