"""Of each badge the ledger keeps who may decide, within how many days, and how many attempts a request may have."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("achievements", sa.Column("reviewers", sa.Text, nullable=False, server_default="[]"))
    op.add_column("achievements", sa.Column("review_days", sa.Integer, nullable=True))
    op.add_column("achievements", sa.Column("most_attempts", sa.Integer, nullable=True))
