"""Of a decision the ledger keeps how it is known who decided, and when it was said in the decision form."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("identity", sa.Text, nullable=False, server_default="column"))
    op.add_column("decisions", sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
