"""What became of sent mails, and what was learned from it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Index, Integer, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

outcomes = col.table(
    "outcomes",
    col.text("id"),
    # A keyed digest of the event: what is recorded by hand is named after a person.
    col.text("key_index"),
    col.text("type"),
    col.text("source"),
    Column("confidence", Double, nullable=False),
    col.text("contact_index"),
    col.text("draft_id", null=True),
    col.text("intent", null=True),
    col.time("occurred_at"),
    col.time("recorded_at"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "key_index", name="outcomes_event"),
    key=("tenant_id", "id"),
)
Index("outcomes_contact", outcomes.c.tenant_id, outcomes.c.contact_index, outcomes.c.occurred_at)
Index("outcomes_draft", outcomes.c.tenant_id, outcomes.c.draft_id, outcomes.c.type)
Index("outcomes_time", outcomes.c.tenant_id, outcomes.c.occurred_at)

# A sent mail, with what analysis groups it by.
sent_mails = col.table(
    "sent_mails",
    col.text("draft_id"),
    col.text("contact_index"),
    col.text("mailbox_index"),
    col.text("thread_index"),
    col.text("tier"),
    col.text("rule", null=True),
    Column("automatic", Boolean, nullable=False),
    col.text("language"),
    col.integer("local_hour"),
    col.time("sent_at"),
    # What analysis asked the draft for, once the draft is past its time.
    col.text("voice_index", null=True),
    Column("edit_similarity", Double, nullable=True),
    key=("tenant_id", "draft_id"),
)
Index(
    "sent_mails_contact",
    sent_mails.c.tenant_id,
    sent_mails.c.contact_index,
    sent_mails.c.sent_at,
)
Index("sent_mails_thread", sent_mails.c.tenant_id, sent_mails.c.thread_index)
Index("sent_mails_time", sent_mails.c.tenant_id, sent_mails.c.sent_at)

outcome_watches = col.table(
    "outcome_watches",
    col.text("id"),
    col.text("kind"),
    col.text("subject_index"),
    col.time("due_at", now=True),
    col.token(),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "kind", "subject_index", name="outcome_watches_subject"),
    key=("id", "tenant_id"),
)
Index(
    "outcome_watches_due",
    outcome_watches.c.due_at,
    outcome_watches.c.tenant_id,
    outcome_watches.c.id,
)

deal_places = col.table(
    "deal_places",
    col.text("deal_id"),
    col.text("pipeline_id"),
    col.text("stage_id"),
    Column("position", Integer, nullable=True),
    Column("closed", Boolean, nullable=False),
    Column("won", Boolean, nullable=False),
    key=("tenant_id", "deal_id"),
)

meeting_places = col.table(
    "meeting_places",
    col.text("meeting_id"),
    col.text("contact_index"),
    col.text("mailbox_index"),
    Column("settled", Boolean, nullable=False),
    col.blob("sealed"),
    col.time("seen_at", now=True),
    key=("tenant_id", "meeting_id", "contact_index"),
)
Index(
    "meeting_places_open",
    meeting_places.c.tenant_id,
    meeting_places.c.mailbox_index,
    postgresql_where=text("NOT settled"),
)

learning_changes = col.table(
    "learning_changes",
    col.text("id"),
    col.text("tier"),
    col.text("rule"),
    col.text("period"),
    Column("before", Double, nullable=False),
    Column("after", Double, nullable=False),
    col.integer("sent"),
    col.integer("replied"),
    col.time("counted_until"),
    col.time("made_at"),
    col.text("made_by"),
    col.time("reverted_at", null=True),
    col.text("reverted_by", null=True),
    UniqueConstraint("tenant_id", "tier", "rule", "period", name="learning_changes_month"),
    key=("tenant_id", "id"),
)
