"""Mailboxes: consent, connection, and how far each was read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Numeric

from salesagent_adapters.postgres.tables import columns as col

mailbox_connections = col.table(
    "mailbox_connections",
    col.text("mailbox_index"),
    col.text("provider"),
    col.text("state"),
    col.text("why", null=True),
    col.time("since"),
    col.text("changed_by"),
    # Grows with each new access token, and when it is connected or disconnected.
    Column("generation", BigInteger, nullable=False),
    col.time("expires_at", null=True),
    # Until then one worker alone may ask for a new access token.
    col.time("refreshing_until", null=True),
    col.blob("sealed"),
    col.blob("tokens", null=True),
    key=("tenant_id", "mailbox_index"),
)

consent_flows = col.table(
    "consent_flows",
    col.blob("digest"),
    col.time("expires_at"),
    col.blob("sealed"),
    key=("digest", "tenant_id"),
)
Index("consent_flows_expiry", consent_flows.c.expires_at, consent_flows.c.tenant_id)

mailbox_watches = col.table(
    "mailbox_watches",
    col.text("mailbox_index"),
    # The mailbox's history was read up to here; null before the first look.
    Column("point", Numeric, nullable=True),
    col.time("due_at", now=True),
    # One worker alone looks until then; a push may make it due again meanwhile.
    col.time("leased_until", null=True),
    col.token(),
    col.integer("attempt", "0"),
    # When the provider is to be asked (again) to push.
    col.time("ask_at", now=True),
    col.time("looked_at", null=True),
    col.text("error", null=True),
    key=("mailbox_index", "tenant_id"),
)
