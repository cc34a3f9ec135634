"""Of an effect that waits the ledger keeps whether a coach can mend it. What is stuck already is told as before."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("for_coach", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE effects SET for_coach = (1 = 1) WHERE state = 'stuck'")
