"""Run by Alembic: migrate over the connection, and in the transaction, that `upgrade` holds."""

from alembic import context

from bridge.ledger.migrations import VERSION_TABLE
from bridge.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite can't alter a column in place
)
context.run_migrations()
