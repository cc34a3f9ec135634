"""Of each badge the ledger keeps which others it comes after, and whether it is issued by itself then."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("achievements", sa.Column("prerequisites", sa.Text, nullable=True))
    op.add_column("achievements", sa.Column("by_itself", sa.Boolean, nullable=False, server_default=sa.false()))
