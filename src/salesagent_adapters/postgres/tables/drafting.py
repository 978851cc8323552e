"""Drafts and their revisions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Double, Index, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

drafts = col.table(
    "drafts",
    col.text("id"),
    col.text("run_id"),
    col.text("submission_id"),
    col.text("status"),
    col.text("tier"),
    Column("fit_score", Double, nullable=False),
    Column("revenue", Double, nullable=False),
    Column("urgency", Double, nullable=False),
    Column("strategic", Double, nullable=False),
    Column("effort", Double, nullable=False),
    Column("adjustment", Double, nullable=False),
    Column("degraded", Boolean, nullable=False),
    col.integer("revision_number"),
    col.text("content_hash"),
    col.text("mailbox_hash", null=True),
    col.text("contact_index"),
    col.token("sync_token"),
    col.time("sync_due_at", null=True, now=True),
    col.integer("sync_attempt", "0"),
    col.time("submitted_at"),
    col.time("created_at"),
    col.time("updated_at"),
    col.time("expires_at"),
    col.blob("sealed"),
    # When the copy in the mailbox is to be compared with what we think became of it.
    Column(
        "audit_due_at",
        DateTime(timezone=True),
        nullable=True,
        server_default=text("(now() + interval '1 day')"),
    ),
    col.token("audit_token"),
    # What lists show. Null where a version without cards wrote the row last.
    col.blob("card", null=True),
    col.time("snoozed_until", null=True),
    # By whom outcomes are found: the digest of the folded address.
    col.text("person_index", null=True),
    # When somebody looks again at what became of the mail, once it is sent.
    col.time("follow_due_at", null=True, now=True),
    col.token("follow_token"),
    col.text("voice_index", null=True),
    Column("edit_similarity", Double, nullable=True),
    UniqueConstraint("tenant_id", "run_id", name="drafts_run"),
    key=("id", "tenant_id"),
)
Index("drafts_status", drafts.c.tenant_id, drafts.c.status, drafts.c.created_at)
Index("drafts_changed", drafts.c.tenant_id, drafts.c.status, drafts.c.updated_at)
Index("drafts_contact", drafts.c.tenant_id, drafts.c.contact_index)
Index(
    "drafts_over",
    drafts.c.updated_at,
    drafts.c.tenant_id,
    drafts.c.id,
    postgresql_where=text(
        "status NOT IN ('pending_approval', 'sending', 'delivery_unknown', 'needs_operator')"
    ),
)
Index(
    "drafts_behind",
    drafts.c.sync_due_at,
    drafts.c.id,
    drafts.c.tenant_id,
    postgresql_where=text(
        "mailbox_hash <> content_hash AND status IN ('pending_approval', 'approved')"
    ),
)
Index(
    "drafts_expiry",
    drafts.c.expires_at,
    drafts.c.tenant_id,
    postgresql_where=text("status = 'pending_approval'"),
)

Index(
    "drafts_audit",
    drafts.c.audit_due_at,
    drafts.c.tenant_id,
    drafts.c.id,
    postgresql_where=text("audit_due_at IS NOT NULL AND mailbox_hash IS NOT NULL"),
)

Index(
    "drafts_follow",
    drafts.c.follow_due_at,
    drafts.c.tenant_id,
    drafts.c.id,
    postgresql_where=text("status = 'sent' AND follow_due_at IS NOT NULL"),
)

revisions = col.table(
    "revisions",
    col.text("draft_id"),
    col.integer("number"),
    col.text("content_hash"),
    col.text("author"),
    col.time("created_at"),
    col.blob("sealed"),
    key=("tenant_id", "draft_id", "number"),
)
