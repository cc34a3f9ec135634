"""The ledger keeps the rubric of each badge, how coaches rated by it, and what of that an award tells."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name in (("achievement_versions", "rubric"), ("decisions", "ratings"), ("orders", "results")):
        op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default="[]"))
