"""Where an earner takes a badge is kept apart from where a vendor shows it to all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credentials", sa.Column("accept_url", sa.Text, nullable=False, server_default=""))
    # Credly told the earner's link at issuing, and it stood where the public one belongs. Whether a badge was taken is
    # asked once more, since where it is shown is told with the answer.
    op.execute(
        "UPDATE credentials SET accept_url = vendor_url, vendor_url = '', acceptance = NULL WHERE backend = 'credly'"
    )
