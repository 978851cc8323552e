"""What needs a person, and the messages that say so."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Text, text

from salesagent_adapters.postgres.tables import columns as col

# What needs a person: one open row for each cause. The ids are those of the messages that tell it.
notices = col.table(
    "notices",
    col.text("id"),
    col.text("kind"),
    col.text("subject"),
    col.time("opened_at", now=True),
    col.time("closed_at", null=True),
    col.time("seen_at", null=True),
    col.text("seen_by", null=True),
    col.text("mail_id", null=True),
    col.time("mail_told_at", null=True),
    col.text("slack_id", null=True),
    col.time("slack_told_at", null=True),
    key=("tenant_id", "id"),
)
Index(
    "notices_open",
    notices.c.tenant_id,
    notices.c.kind,
    notices.c.subject,
    unique=True,
    postgresql_where=text("closed_at IS NULL"),
)
Index("notices_opened", notices.c.tenant_id, notices.c.opened_at, notices.c.id)

notice_messages = col.table(
    "notice_messages",
    col.text("id"),
    col.text("channel"),
    Column("state", Text, nullable=False, server_default="open"),
    col.time("created_at", now=True),
    # As with runs: the timer while it waits, the lease's end while somebody sends it.
    col.time("due_at", null=True, now=True),
    Column("leased", Boolean, nullable=False, server_default="false"),
    col.token(),
    col.integer("attempt", "0"),
    # Leases that ran out: each may have been a hand-over that nobody noted.
    col.integer("lost", "0"),
    col.time("ended_at", null=True),
    col.text("error", null=True),
    key=("id", "tenant_id"),
)
Index(
    "notice_messages_due",
    notice_messages.c.due_at,
    notice_messages.c.id,
    notice_messages.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)
Index(
    "notice_messages_newest",
    notice_messages.c.tenant_id,
    notice_messages.c.channel,
    notice_messages.c.created_at,
)

notice_settings = col.table(
    "notice_settings",
    col.integer("version"),
    col.time("changed_at"),
    col.text("changed_by"),
    # Addresses and the webhook, which is a secret.
    col.blob("sealed"),
    key=("tenant_id",),
)
