"""Of each badge the ledger keeps who must approve it besides the first."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("achievements", sa.Column("second_look", sa.Text, nullable=False, server_default=""))
