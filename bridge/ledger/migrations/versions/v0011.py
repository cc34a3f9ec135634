"""Of a picture the ledger keeps what might be better, although it can be used."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("artworks", sa.Column("remark", sa.Text, nullable=False, server_default=""))
