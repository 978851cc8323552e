"""What came in: forms, and what the CRM told us."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

submissions = col.table(
    "submissions",
    col.text("id"),
    col.text("run_id"),
    col.text("source"),
    col.time("received_at"),
    col.time("stored_at", now=True),
    col.text("conversion_key", null=True),
    col.text("moment_key", null=True),
    col.text("content_key", null=True),
    col.text("contact_index", null=True),
    col.blob("sealed"),
    key=("tenant_id", "id"),
)
Index(
    "submissions_conversion",
    submissions.c.conversion_key,
    submissions.c.tenant_id,
    unique=True,
    postgresql_where=text("conversion_key IS NOT NULL"),
)
Index(
    "submissions_moment",
    submissions.c.moment_key,
    submissions.c.tenant_id,
    postgresql_where=text("moment_key IS NOT NULL"),
)
Index(
    "submissions_content",
    submissions.c.content_key,
    submissions.c.tenant_id,
    submissions.c.stored_at,
    postgresql_where=text("content_key IS NOT NULL"),
)
Index(
    "submissions_contact",
    submissions.c.contact_index,
    submissions.c.tenant_id,
    postgresql_where=text("contact_index IS NOT NULL"),
)

crm_events = col.table(
    "crm_events",
    col.text("id"),
    col.text("delivery_id"),
    col.text("event_key"),
    col.text("kind"),
    col.text("object_id"),
    col.time("occurred_at"),
    col.time("stored_at", now=True),
    col.text("state"),
    col.time("due_at", null=True, now=True),
    col.token(),
    col.integer("attempt", "0"),
    col.text("submission_id", null=True),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "event_key", name="crm_events_key"),
    key=("id", "tenant_id"),
)
Index(
    "crm_events_due",
    crm_events.c.due_at,
    crm_events.c.id,
    crm_events.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)

crm_deliveries = col.table(
    "crm_deliveries",
    col.text("id"),
    col.time("stored_at", now=True),
    col.blob("sealed"),
    key=("tenant_id", "id"),
)

conversion_polls = col.table(
    "conversion_polls",
    # All conversions before this were taken in.
    col.time("cursor_at"),
    col.time("due_at", null=True),
    col.token(),
    col.integer("attempt", "0"),
    col.time("polled_at", null=True),
    col.text("error", null=True),
    key=("tenant_id",),
)
Index(
    "conversion_polls_due",
    conversion_polls.c.due_at,
    conversion_polls.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)
