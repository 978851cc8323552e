"""Attempts at sending, and whom and what they are held against."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

send_attempts = col.table(
    "send_attempts",
    col.text("id"),
    col.text("draft_id"),
    col.text("content_hash"),
    col.text("status"),
    # As with runs: the timer while it waits, the lease's end while somebody works on it.
    col.time("due_at", null=True),
    col.token(),
    col.text("waiting_code", null=True),
    col.time("created_at"),
    col.time("updated_at"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "draft_id", "content_hash", name="send_attempts_revision"),
    key=("id", "tenant_id"),
)
Index(
    "send_attempts_due",
    send_attempts.c.due_at,
    send_attempts.c.tenant_id,
    send_attempts.c.id,
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("send_attempts_status", send_attempts.c.tenant_id, send_attempts.c.status)
Index(
    "send_attempts_sent",
    send_attempts.c.updated_at,
    send_attempts.c.tenant_id,
    send_attempts.c.id,
    postgresql_where=text("status = 'sent'"),
)
# What needs a person is looked for every few seconds, among all that was ever sent.
Index(
    "send_attempts_trouble",
    send_attempts.c.tenant_id,
    send_attempts.c.updated_at,
    postgresql_where=text("status IN ('unknown', 'needs_operator')"),
)

send_slots = col.table(
    "send_slots",
    col.text("attempt_id"),
    col.text("contact_index"),
    col.text("mailbox_index"),
    col.text("company_index", null=True),
    col.time("taken_at", now=True),
    # Null while the mail may still go out, or may have gone out: then it always counts.
    col.time("settled_at", null=True),
    key=("tenant_id", "attempt_id"),
)
Index(
    "send_slots_contact",
    send_slots.c.tenant_id,
    send_slots.c.contact_index,
    send_slots.c.settled_at,
)
Index(
    "send_slots_mailbox",
    send_slots.c.tenant_id,
    send_slots.c.mailbox_index,
    send_slots.c.settled_at,
)
Index(
    "send_slots_company",
    send_slots.c.tenant_id,
    send_slots.c.company_index,
    send_slots.c.settled_at,
    postgresql_where=text("company_index IS NOT NULL"),
)

suppressions = col.table(
    "suppressions",
    col.text("id"),
    col.text("match_index"),
    col.text("reason"),
    col.time("created_at"),
    col.text("created_by"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "match_index", name="suppressions_match"),
    key=("tenant_id", "id"),
)

recipient_rules = col.table(
    "recipient_rules",
    col.text("id"),
    col.text("match_index"),
    col.text("kind"),
    col.time("created_at"),
    col.text("created_by"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "match_index", name="recipient_rules_match"),
    key=("tenant_id", "id"),
)

# A row of the tenant ``@all`` is read by every tenant, and written by its own transactions only.
send_switches = col.table(
    "send_switches",
    col.text("name"),
    col.text("value"),
    col.time("changed_at"),
    col.text("changed_by"),
    col.blob("sealed"),
    key=("tenant_id", "name"),
)
