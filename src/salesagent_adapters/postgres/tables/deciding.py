"""Verdicts on drafts, the rules that give them, and the trust that rules earned."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Identity, Index, UniqueConstraint

from salesagent_adapters.postgres.tables import columns as col

decisions = col.table(
    "decisions",
    col.text("id"),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    col.text("draft_id"),
    col.text("content_hash"),
    col.text("verdict"),
    col.text("decided_by"),
    col.time("decided_at"),
    col.text("rule", null=True),
    Column("confidence", Double, nullable=True),
    col.blob("sealed"),
    key=("tenant_id", "id"),
)
Index("decisions_draft", decisions.c.tenant_id, decisions.c.draft_id, decisions.c.seq)
Index("decisions_decided", decisions.c.tenant_id, decisions.c.decided_at, decisions.c.seq)

approval_rules = col.table(
    "approval_rules",
    col.text("id"),
    col.text("name"),
    col.integer("priority"),
    Column("confidence", Double, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("built_in", Boolean, nullable=False),
    col.time("changed_at"),
    col.text("changed_by"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "name", name="approval_rules_name"),
    key=("tenant_id", "id"),
)

approval_thresholds = col.table(
    "approval_thresholds",
    col.text("scope"),
    Column("value", Double, nullable=False),
    col.time("changed_at"),
    col.text("changed_by"),
    key=("tenant_id", "scope"),
)

trust_segments = col.table(
    "trust_segments",
    col.text("tier"),
    col.text("rule"),
    col.text("stage"),
    # How often the evidence was started anew: verdicts of an earlier era are history.
    col.integer("era", "0"),
    col.blob("sealed", null=True),
    key=("tenant_id", "tier", "rule"),
)

shadow_verdicts = col.table(
    "shadow_verdicts",
    col.text("decision_id"),
    col.text("draft_id"),
    col.text("tier"),
    col.text("rule"),
    col.integer("era"),
    col.text("verdict"),
    col.text("content_hash"),
    col.time("given_at"),
    col.text("answer", null=True),
    col.text("answered_by", null=True),
    col.time("answered_at", null=True),
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

approved_recipients = col.table(
    "approved_recipients",
    col.text("contact_index"),
    col.text("draft_id"),
    col.text("cause"),
    col.time("added_at"),
    key=("tenant_id", "contact_index"),
)
