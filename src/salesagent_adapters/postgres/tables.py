"""The tables, as SQLAlchemy Core sees them. The migrations make them.

Ids, codes, statuses, times and numbers are plain columns. What a person wrote, and what we know
about one, is in ``sealed``; a person is found by ``contact_index`` only, a keyed digest.
Every key and every index holds ``tenant_id``; where batches of several tenants look rows up, the
key comes first, so that no plan made while a table was small reads a tenant's every row. There
are no foreign keys on the hot path: rows are written together in one transaction, and a check per
row would cost what it guards.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _time(name: str, *, null: bool = False, now: bool = False) -> Column[Any]:
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=null, server_default=default)


def _integer(name: str, default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=default)


def _bytes(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null)


def _table(name: str, *parts: Any, key: tuple[str, ...]) -> Table:
    return Table(
        name,
        metadata,
        _text("tenant_id"),
        *parts,
        PrimaryKeyConstraint(*key, name=f"{name}_pkey"),
        CheckConstraint("tenant_id NOT IN ('', '*')", name=f"{name}_tenant_check"),
    )


submissions = _table(
    "submissions",
    _text("id"),
    _text("run_id"),
    _text("source"),
    _time("received_at"),
    _time("stored_at", now=True),
    _text("conversion_key", null=True),
    _text("moment_key", null=True),
    _text("content_key", null=True),
    _text("contact_index", null=True),
    _bytes("sealed"),
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

runs = _table(
    "runs",
    _text("id"),
    _text("submission_id"),
    _text("status"),
    _integer("pass_number", "1"),
    _integer("attempt", "0"),
    # When anyone may claim the run: its timer while it waits, the lease's end while it is worked,
    # null when it is parked or over.
    _time("due_at", null=True, now=True),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    _text("waiting_for", null=True),
    _text("failure", null=True),
    _text("current_step", null=True),
    _time("created_at", now=True),
    _time("updated_at", now=True),
    _time("finished_at", null=True),
    _bytes("redraft", null=True),
    # The keyed hash of the mailbox that must be connected before the run goes on.
    _text("waiting_mailbox", null=True),
    # The month whose budget the run counts against; null until a worker may take it up.
    _text("admitted_month", null=True),
    _text("waiting_code", null=True),
    key=("id", "tenant_id"),
)
Index(
    "runs_open",
    runs.c.status,
    runs.c.tenant_id,
    postgresql_where=text("status IN ('triggered', 'processing', 'waiting')"),
)
Index(
    "runs_due",
    runs.c.due_at,
    runs.c.id,
    runs.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("runs_created", runs.c.tenant_id, runs.c.created_at, runs.c.id)
Index(
    "runs_finished",
    runs.c.finished_at,
    runs.c.tenant_id,
    runs.c.id,
    postgresql_where=text("finished_at IS NOT NULL"),
)
Index("runs_status", runs.c.tenant_id, runs.c.status)
Index(
    "runs_waiting_mailbox",
    runs.c.tenant_id,
    runs.c.waiting_mailbox,
    postgresql_where=text("waiting_mailbox IS NOT NULL"),
)

journal = _table(
    "journal",
    _text("run_id"),
    _integer("pass_number"),
    _text("step"),
    _text("status"),
    _time("started_at"),
    _time("finished_at"),
    _bytes("sealed", null=True),
    key=("tenant_id", "run_id", "pass_number", "step"),
)

drafts = _table(
    "drafts",
    _text("id"),
    _text("run_id"),
    _text("submission_id"),
    _text("status"),
    _text("tier"),
    Column("fit_score", Double, nullable=False),
    Column("revenue", Double, nullable=False),
    Column("urgency", Double, nullable=False),
    Column("strategic", Double, nullable=False),
    Column("effort", Double, nullable=False),
    Column("adjustment", Double, nullable=False),
    Column("degraded", Boolean, nullable=False),
    _integer("revision_number"),
    _text("content_hash"),
    _text("mailbox_hash", null=True),
    _text("contact_index"),
    Column("sync_token", BigInteger, nullable=False, server_default="0"),
    _time("sync_due_at", null=True, now=True),
    _integer("sync_attempt", "0"),
    _time("submitted_at"),
    _time("created_at"),
    _time("updated_at"),
    _time("expires_at"),
    _bytes("sealed"),
    # When the copy in the mailbox is to be compared with what we think became of it.
    Column(
        "audit_due_at",
        DateTime(timezone=True),
        nullable=True,
        server_default=text("(now() + interval '1 day')"),
    ),
    Column("audit_token", BigInteger, nullable=False, server_default="0"),
    # What lists show. Null where a version without cards wrote the row last.
    _bytes("card", null=True),
    _time("snoozed_until", null=True),
    # By whom outcomes are found: the digest of the folded address.
    _text("person_index", null=True),
    # When somebody looks again at what became of the mail, once it is sent.
    _time("follow_due_at", null=True, now=True),
    Column("follow_token", BigInteger, nullable=False, server_default="0"),
    _text("voice_index", null=True),
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

revisions = _table(
    "revisions",
    _text("draft_id"),
    _integer("number"),
    _text("content_hash"),
    _text("author"),
    _time("created_at"),
    _bytes("sealed"),
    key=("tenant_id", "draft_id", "number"),
)

decisions = _table(
    "decisions",
    _text("id"),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    _text("draft_id"),
    _text("content_hash"),
    _text("verdict"),
    _text("decided_by"),
    _time("decided_at"),
    _text("rule", null=True),
    Column("confidence", Double, nullable=True),
    _bytes("sealed"),
    key=("tenant_id", "id"),
)
Index("decisions_draft", decisions.c.tenant_id, decisions.c.draft_id, decisions.c.seq)
Index("decisions_decided", decisions.c.tenant_id, decisions.c.decided_at, decisions.c.seq)

audit = _table(
    "audit",
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    _text("id"),
    _time("at"),
    _text("actor"),
    _text("action"),
    _text("subject_kind"),
    _text("subject_id"),
    Column("detail", JSONB, nullable=False),
    # The chain: see ``audit_chain``. Without its salt a detail cannot be guessed from its digest.
    _bytes("salt", null=True),
    _bytes("detail_digest", null=True),
    _bytes("mac", null=True),
    Column("position", BigInteger, nullable=True),
    _text("origin", null=True),
    _bytes("previous", null=True),
    _bytes("hash", null=True),
    UniqueConstraint("tenant_id", "id", name="audit_id"),
    key=("tenant_id", "seq"),
)
Index("audit_subject", audit.c.tenant_id, audit.c.subject_kind, audit.c.subject_id)
Index(
    "audit_position",
    audit.c.tenant_id,
    audit.c.position,
    unique=True,
    postgresql_where=text("position IS NOT NULL"),
)
Index(
    "audit_unsealed",
    audit.c.tenant_id,
    audit.c.seq,
    postgresql_where=text("position IS NULL"),
)

# Where each tenant's chain ends.
audit_heads = _table(
    "audit_heads",
    Column("position", BigInteger, nullable=False),
    _bytes("hash"),
    _time("at", now=True),
    _bytes("mac"),
    key=("tenant_id",),
)

# Where the beginning of a tenant's chain was cut off, because it was past its time: signed, so
# that the rest can be proven, and nobody can cut more.
audit_cuts = _table(
    "audit_cuts",
    _integer("number"),
    Column("position", BigInteger, nullable=False),
    _bytes("hash"),
    _integer("rows"),
    _time("at"),
    _text("why"),
    _bytes("mac"),
    key=("tenant_id", "number"),
)

dead_letters = _table(
    "dead_letters",
    _text("id"),
    _text("subject_kind"),
    _text("subject_id"),
    _text("step"),
    _text("code"),
    _text("error"),
    _integer("attempts"),
    _time("created_at", now=True),
    _text("state"),
    _time("settled_at", null=True),
    _text("settled_by", null=True),
    _bytes("note", null=True),
    key=("tenant_id", "id"),
)
Index("dead_letters_state", dead_letters.c.tenant_id, dead_letters.c.state)
Index("dead_letters_subject", dead_letters.c.tenant_id, dead_letters.c.subject_id)

crm_events = _table(
    "crm_events",
    _text("id"),
    _text("delivery_id"),
    _text("event_key"),
    _text("kind"),
    _text("object_id"),
    _time("occurred_at"),
    _time("stored_at", now=True),
    _text("state"),
    _time("due_at", null=True, now=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _integer("attempt", "0"),
    _text("submission_id", null=True),
    _bytes("sealed"),
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

crm_deliveries = _table(
    "crm_deliveries",
    _text("id"),
    _time("stored_at", now=True),
    _bytes("sealed"),
    key=("tenant_id", "id"),
)

api_keys = _table(
    "api_keys",
    _text("id"),
    _text("name"),
    _bytes("digest"),
    _text("scopes"),
    _time("created_at"),
    _time("expires_at", null=True),
    _time("revoked_at", null=True),
    _time("last_used_at", null=True),
    _text("created_by", null=True),
    key=("id", "tenant_id"),
)

page_sessions = _table(
    "page_sessions",
    _bytes("digest"),
    _text("key_id"),
    _time("created_at"),
    _time("expires_at"),
    _text("csrf"),
    key=("digest", "tenant_id"),
)

tenants = _table("tenants", _text("portal_id", null=True), _bytes("sealed"), key=("tenant_id",))
Index("tenants_portal", tenants.c.portal_id, tenants.c.tenant_id)

voices = _table(
    "voices", _text("mailbox_index"), _bytes("sealed"), key=("tenant_id", "mailbox_index")
)

send_attempts = _table(
    "send_attempts",
    _text("id"),
    _text("draft_id"),
    _text("content_hash"),
    _text("status"),
    # As with runs: the timer while it waits, the lease's end while somebody works on it.
    _time("due_at", null=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _text("waiting_code", null=True),
    _time("created_at"),
    _time("updated_at"),
    _bytes("sealed"),
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

send_slots = _table(
    "send_slots",
    _text("attempt_id"),
    _text("contact_index"),
    _text("mailbox_index"),
    _text("company_index", null=True),
    _time("taken_at", now=True),
    # Null while the mail may still go out, or may have gone out: then it always counts.
    _time("settled_at", null=True),
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

suppressions = _table(
    "suppressions",
    _text("id"),
    _text("match_index"),
    _text("reason"),
    _time("created_at"),
    _text("created_by"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "match_index", name="suppressions_match"),
    key=("tenant_id", "id"),
)

recipient_rules = _table(
    "recipient_rules",
    _text("id"),
    _text("match_index"),
    _text("kind"),
    _time("created_at"),
    _text("created_by"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "match_index", name="recipient_rules_match"),
    key=("tenant_id", "id"),
)

# A row of the tenant ``@all`` is read by every tenant, and written by its own transactions only.
send_switches = _table(
    "send_switches",
    _text("name"),
    _text("value"),
    _time("changed_at"),
    _text("changed_by"),
    _bytes("sealed"),
    key=("tenant_id", "name"),
)

memories = _table(
    "memories",
    _text("id"),
    # Empty once the person had it erased: the row stays, so that it is not remembered anew.
    _text("contact_index"),
    _text("outcome", null=True),
    _time("sent_at"),
    # When it is to be given a vector (again); null when it has one, or never will.
    _time("due_at", null=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _integer("failures", "0"),
    _bytes("sealed", null=True),
    key=("id", "tenant_id"),
)
Index("memories_contact", memories.c.tenant_id, memories.c.contact_index)
Index(
    "memories_due",
    memories.c.due_at,
    memories.c.tenant_id,
    memories.c.id,
    postgresql_where=text("due_at IS NOT NULL"),
)

model_usage = _table(
    "model_usage",
    _text("month"),
    _text("model"),
    _text("purpose"),
    Column("calls", BigInteger, nullable=False),
    Column("unpriced_calls", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    key=("tenant_id", "month", "model", "purpose"),
)

model_holds = _table(
    "model_holds",
    _text("id"),
    _time("until"),
    Column("tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=True),
    key=("tenant_id", "id"),
)

# What a tenant took in a month (``YYYY-MM``, UTC); the sum over ``shard`` is the count.
usage_counts = _table(
    "usage_counts",
    _text("month"),
    _text("kind"),
    _integer("shard"),
    Column("count", BigInteger, nullable=False),
    key=("tenant_id", "month", "kind", "shard"),
)

# Bounds that an admin set; without a row those of the settings hold.
usage_budgets = _table(
    "usage_budgets",
    *(
        Column(f"{level}_{what}", BigInteger, nullable=True)
        for what in ("runs", "sends", "tokens", "cost_micros")
        for level in ("soft", "hard")
    ),
    _time("changed_at"),
    _text("changed_by"),
    key=("tenant_id",),
)

mailbox_connections = _table(
    "mailbox_connections",
    _text("mailbox_index"),
    _text("provider"),
    _text("state"),
    _text("why", null=True),
    _time("since"),
    _text("changed_by"),
    # Grows with each new access token, and when it is connected or disconnected.
    Column("generation", BigInteger, nullable=False),
    _time("expires_at", null=True),
    # Until then one worker alone may ask for a new access token.
    _time("refreshing_until", null=True),
    _bytes("sealed"),
    _bytes("tokens", null=True),
    key=("tenant_id", "mailbox_index"),
)

consent_flows = _table(
    "consent_flows",
    _bytes("digest"),
    _time("expires_at"),
    _bytes("sealed"),
    key=("digest", "tenant_id"),
)
Index("consent_flows_expiry", consent_flows.c.expires_at, consent_flows.c.tenant_id)

conversion_polls = _table(
    "conversion_polls",
    # All conversions before this were taken in.
    _time("cursor_at"),
    _time("due_at", null=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _integer("attempt", "0"),
    _time("polled_at", null=True),
    _text("error", null=True),
    key=("tenant_id",),
)
Index(
    "conversion_polls_due",
    conversion_polls.c.due_at,
    conversion_polls.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)

mailbox_watches = _table(
    "mailbox_watches",
    _text("mailbox_index"),
    # The mailbox's history was read up to here; null before the first look.
    Column("point", Numeric, nullable=True),
    _time("due_at", now=True),
    # One worker alone looks until then; a push may make it due again meanwhile.
    _time("leased_until", null=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _integer("attempt", "0"),
    # When the provider is to be asked (again) to push.
    _time("ask_at", now=True),
    _time("looked_at", null=True),
    _text("error", null=True),
    key=("mailbox_index", "tenant_id"),
)

rate_budgets = _table("rate_budgets", _text("name"), _time("next_at"), key=("tenant_id", "name"))
approval_rules = _table(
    "approval_rules",
    _text("id"),
    _text("name"),
    _integer("priority"),
    Column("confidence", Double, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("built_in", Boolean, nullable=False),
    _time("changed_at"),
    _text("changed_by"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "name", name="approval_rules_name"),
    key=("tenant_id", "id"),
)

approval_thresholds = _table(
    "approval_thresholds",
    _text("scope"),
    Column("value", Double, nullable=False),
    _time("changed_at"),
    _text("changed_by"),
    key=("tenant_id", "scope"),
)

trust_segments = _table(
    "trust_segments",
    _text("tier"),
    _text("rule"),
    _text("stage"),
    # How often the evidence was started anew: verdicts of an earlier era are history.
    _integer("era", "0"),
    _bytes("sealed", null=True),
    key=("tenant_id", "tier", "rule"),
)

shadow_verdicts = _table(
    "shadow_verdicts",
    _text("decision_id"),
    _text("draft_id"),
    _text("tier"),
    _text("rule"),
    _integer("era"),
    _text("verdict"),
    _text("content_hash"),
    _time("given_at"),
    _text("answer", null=True),
    _text("answered_by", null=True),
    _time("answered_at", null=True),
    key=("tenant_id", "decision_id"),
)
Index("shadow_verdicts_draft", shadow_verdicts.c.tenant_id, shadow_verdicts.c.draft_id)
Index(
    "shadow_verdicts_segment",
    shadow_verdicts.c.tenant_id,
    shadow_verdicts.c.tier,
    shadow_verdicts.c.rule,
    shadow_verdicts.c.era,
)

approved_recipients = _table(
    "approved_recipients",
    _text("contact_index"),
    _text("draft_id"),
    _text("cause"),
    _time("added_at"),
    key=("tenant_id", "contact_index"),
)

saved_views = _table(
    "saved_views",
    _text("id"),
    _text("owner"),
    _time("created_at", now=True),
    _bytes("sealed"),
    key=("tenant_id", "id"),
)
Index("saved_views_owner", saved_views.c.tenant_id, saved_views.c.owner)
vendor_states = _table(
    "vendor_states",
    _text("process"),
    _text("vendor"),
    _text("state"),
    _integer("failures"),
    _integer("calls_now"),
    _time("until", null=True),
    _time("at", now=True),
    key=("process", "vendor", "tenant_id"),
)

outcomes = _table(
    "outcomes",
    _text("id"),
    # A keyed digest of the event: what is recorded by hand is named after a person.
    _text("key_index"),
    _text("type"),
    _text("source"),
    Column("confidence", Double, nullable=False),
    _text("contact_index"),
    _text("draft_id", null=True),
    _text("intent", null=True),
    _time("occurred_at"),
    _time("recorded_at"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "key_index", name="outcomes_event"),
    key=("tenant_id", "id"),
)
Index("outcomes_contact", outcomes.c.tenant_id, outcomes.c.contact_index, outcomes.c.occurred_at)
Index("outcomes_draft", outcomes.c.tenant_id, outcomes.c.draft_id, outcomes.c.type)
Index("outcomes_time", outcomes.c.tenant_id, outcomes.c.occurred_at)

# A sent mail, with what analysis groups it by.
sent_mails = _table(
    "sent_mails",
    _text("draft_id"),
    _text("contact_index"),
    _text("mailbox_index"),
    _text("thread_index"),
    _text("tier"),
    _text("rule", null=True),
    Column("automatic", Boolean, nullable=False),
    _text("language"),
    _integer("local_hour"),
    _time("sent_at"),
    # What analysis asked the draft for, once the draft is past its time.
    _text("voice_index", null=True),
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

outcome_watches = _table(
    "outcome_watches",
    _text("id"),
    _text("kind"),
    _text("subject_index"),
    _time("due_at", now=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "kind", "subject_index", name="outcome_watches_subject"),
    key=("id", "tenant_id"),
)
Index(
    "outcome_watches_due",
    outcome_watches.c.due_at,
    outcome_watches.c.tenant_id,
    outcome_watches.c.id,
)

deal_places = _table(
    "deal_places",
    _text("deal_id"),
    _text("pipeline_id"),
    _text("stage_id"),
    Column("position", Integer, nullable=True),
    Column("closed", Boolean, nullable=False),
    Column("won", Boolean, nullable=False),
    key=("tenant_id", "deal_id"),
)

meeting_places = _table(
    "meeting_places",
    _text("meeting_id"),
    _text("contact_index"),
    _text("mailbox_index"),
    Column("settled", Boolean, nullable=False),
    _bytes("sealed"),
    _time("seen_at", now=True),
    key=("tenant_id", "meeting_id", "contact_index"),
)
Index(
    "meeting_places_open",
    meeting_places.c.tenant_id,
    meeting_places.c.mailbox_index,
    postgresql_where=text("NOT settled"),
)

learning_changes = _table(
    "learning_changes",
    _text("id"),
    _text("tier"),
    _text("rule"),
    _text("period"),
    Column("before", Double, nullable=False),
    Column("after", Double, nullable=False),
    _integer("sent"),
    _integer("replied"),
    _time("counted_until"),
    _time("made_at"),
    _text("made_by"),
    _time("reverted_at", null=True),
    _text("reverted_by", null=True),
    UniqueConstraint("tenant_id", "tier", "rule", "period", name="learning_changes_month"),
    key=("tenant_id", "id"),
)

experiments = _table(
    "experiments",
    _text("id"),
    # A keyed digest: a name is what a person wrote.
    _text("name_index"),
    _text("kind"),
    _text("state"),
    _time("created_at"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "name_index", name="experiments_name"),
    key=("tenant_id", "id"),
)
Index("experiments_state", experiments.c.tenant_id, experiments.c.state)

draft_variants = _table(
    "draft_variants",
    _text("draft_id"),
    _text("experiment_id"),
    _text("variant_index"),
    key=("tenant_id", "draft_id", "experiment_id"),
)
Index(
    "draft_variants_experiment",
    draft_variants.c.tenant_id,
    draft_variants.c.experiment_id,
    draft_variants.c.variant_index,
)

voice_profiles = _table(
    "voice_profiles",
    _text("id"),
    _text("mailbox_index"),
    _text("name_index"),
    Column("active", Boolean, nullable=False),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "mailbox_index", "name_index", name="voice_profiles_name"),
    key=("tenant_id", "id"),
)
Index(
    "voice_profiles_active",
    voice_profiles.c.tenant_id,
    voice_profiles.c.mailbox_index,
    unique=True,
    postgresql_where=text("active"),
)

settings_versions = _table(
    "settings_versions",
    _text("name"),
    _integer("version"),
    _time("changed_at"),
    _text("changed_by"),
    _bytes("sealed"),
    key=("tenant_id", "name", "version"),
)

mail_templates = _table(
    "mail_templates",
    _text("id"),
    # A keyed digest: a name is what a person wrote.
    _text("name_index"),
    _text("used_for"),
    _bytes("sealed"),
    UniqueConstraint("tenant_id", "name_index", name="mail_templates_name"),
    key=("tenant_id", "id"),
)

# What the keys themselves need kept. All of it is of the tenant ``@all``.
keyring = _table("keyring", _text("name"), _bytes("sealed"), key=("tenant_id", "name"))

erasures = _table(
    "erasures",
    _text("id"),
    _text("person_index"),
    _text("state"),
    _time("due_at", null=True),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _time("requested_at", now=True),
    _text("requested_by"),
    _time("finished_at", null=True),
    # Who and what is left, while it is open; afterwards the report, which names nobody.
    _bytes("sealed"),
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
users = _table(
    "users",
    _text("id"),
    _text("email_index"),
    _text("role"),
    _time("created_at"),
    _time("disabled_at", null=True),
    _time("last_login_at", null=True),
    _integer("generation", "0"),
    # Address, name, password hash and the second factor's secret.
    _bytes("sealed"),
    UniqueConstraint("email_index", "tenant_id", name="users_email"),
    key=("tenant_id", "id"),
)

user_sessions = _table(
    "user_sessions",
    _bytes("digest"),
    _text("id"),
    _text("user_id"),
    _text("csrf"),
    _time("created_at"),
    _time("seen_at"),
    _bytes("sealed"),
    key=("digest", "tenant_id"),
)
Index("user_sessions_user", user_sessions.c.tenant_id, user_sessions.c.user_id)

invitations = _table(
    "invitations",
    _text("id"),
    _bytes("digest"),
    _text("email_index"),
    _text("role"),
    _time("created_at"),
    _text("created_by"),
    _time("expires_at"),
    _bytes("sealed"),
    UniqueConstraint("digest", "tenant_id", name="invitations_digest"),
    UniqueConstraint("email_index", "tenant_id", name="invitations_email"),
    key=("tenant_id", "id"),
)

# Whose tries they are is not known yet: the rows are those of the tenant ``@all``.
login_tries = _table(
    "login_tries",
    _text("subject_index"),
    _integer("tries"),
    _time("since"),
    key=("subject_index", "tenant_id"),
)
Index("login_tries_since", login_tries.c.since, login_tries.c.tenant_id)

# What needs a person: one open row for each cause. The ids are those of the messages that tell it.
notices = _table(
    "notices",
    _text("id"),
    _text("kind"),
    _text("subject"),
    _time("opened_at", now=True),
    _time("closed_at", null=True),
    _time("seen_at", null=True),
    _text("seen_by", null=True),
    _text("mail_id", null=True),
    _time("mail_told_at", null=True),
    _text("slack_id", null=True),
    _time("slack_told_at", null=True),
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

notice_messages = _table(
    "notice_messages",
    _text("id"),
    _text("channel"),
    Column("state", Text, nullable=False, server_default="open"),
    _time("created_at", now=True),
    # As with runs: the timer while it waits, the lease's end while somebody sends it.
    _time("due_at", null=True, now=True),
    Column("leased", Boolean, nullable=False, server_default="false"),
    Column("token", BigInteger, nullable=False, server_default="0"),
    _integer("attempt", "0"),
    # Leases that ran out: each may have been a hand-over that nobody noted.
    _integer("lost", "0"),
    _time("ended_at", null=True),
    _text("error", null=True),
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

notice_settings = _table(
    "notice_settings",
    _integer("version"),
    _time("changed_at"),
    _text("changed_by"),
    # Addresses and the webhook, which is a secret.
    _bytes("sealed"),
    key=("tenant_id",),
)
