"""Erasures of persons, and what the keys need kept."""

from __future__ import annotations

from sqlalchemy import Index, text

from salesagent_adapters.postgres.tables import columns as col

erasures = col.table(
    "erasures",
    col.text("id"),
    col.text("person_index"),
    col.text("state"),
    col.time("due_at", null=True),
    col.token(),
    col.time("requested_at", now=True),
    col.text("requested_by"),
    col.time("finished_at", null=True),
    # Who and what is left, while it is open; afterwards the report, which names nobody.
    col.blob("sealed"),
    key=("id", "tenant_id"),
)
Index(
    "erasures_open",
    erasures.c.tenant_id,
    erasures.c.person_index,
    unique=True,
    postgresql_where=text("state = 'open'"),
)
Index(
    "erasures_due",
    erasures.c.due_at,
    erasures.c.id,
    erasures.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)

# What the keys themselves need kept. All of it is of the tenant ``@all``.
keyring = col.table("keyring", col.text("name"), col.blob("sealed"), key=("tenant_id", "name"))
