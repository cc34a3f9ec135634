"""Badges have a type, tags, alignments and a time after which they no longer count."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = "achievement_versions"
    op.add_column(table, sa.Column("kind", sa.Text, nullable=False, server_default="Badge"))
    op.add_column(table, sa.Column("tags", sa.Text, nullable=False, server_default="[]"))
    op.add_column(table, sa.Column("alignment", sa.Text, nullable=False, server_default="[]"))
    op.add_column(table, sa.Column("valid_months", sa.Integer, nullable=True))
