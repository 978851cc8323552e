"""What runs alone: rules, thresholds, trust by segment, shadow verdicts, approved recipients.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = {
    "approval_rules": """
        id text NOT NULL,
        name text NOT NULL,
        priority integer NOT NULL,
        confidence double precision NOT NULL,
        enabled boolean NOT NULL,
        built_in boolean NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT approval_rules_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT approval_rules_name UNIQUE (tenant_id, name)""",
    "approval_thresholds": """
        scope text NOT NULL,
        value double precision NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        CONSTRAINT approval_thresholds_pkey PRIMARY KEY (tenant_id, scope)""",
    "trust_segments": """
        tier text NOT NULL,
        rule text NOT NULL,
        stage text NOT NULL,
        era integer NOT NULL DEFAULT 0,
        sealed bytea,
        CONSTRAINT trust_segments_pkey PRIMARY KEY (tenant_id, tier, rule)""",
    "shadow_verdicts": """
        decision_id text NOT NULL,
        draft_id text NOT NULL,
        tier text NOT NULL,
        rule text NOT NULL,
        era integer NOT NULL,
        verdict text NOT NULL,
        content_hash text NOT NULL,
        given_at timestamptz NOT NULL,
        answer text,
        answered_by text,
        answered_at timestamptz,
        CONSTRAINT shadow_verdicts_pkey PRIMARY KEY (tenant_id, decision_id)""",
    "approved_recipients": """
        contact_index text NOT NULL,
        draft_id text NOT NULL,
        cause text NOT NULL,
        added_at timestamptz NOT NULL,
        CONSTRAINT approved_recipients_pkey PRIMARY KEY (tenant_id, contact_index)""",
}

_INDEXES = (
    "decisions_decided ON decisions (tenant_id, decided_at, seq)",
    "shadow_verdicts_draft ON shadow_verdicts (tenant_id, draft_id)",
    "shadow_verdicts_segment ON shadow_verdicts (tenant_id, tier, rule, era)",
)

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make the tables, each behind its policy."""
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns},\n"
            f"        CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    for index in _INDEXES:
        op.execute(f"CREATE INDEX {index}")


def downgrade() -> None:
    """Remove them again, and all trust that was earned."""
    op.execute("DROP INDEX decisions_decided")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
