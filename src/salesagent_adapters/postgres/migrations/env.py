"""How Alembic runs here: over the connection that ``migrate`` hands in, in its transaction."""

from __future__ import annotations

from alembic import context

from salesagent_adapters.postgres.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, version_table="salesagent_schema"
)
with context.begin_transaction():
    context.run_migrations()
