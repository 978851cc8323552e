"""What became of mail: outcomes, sent mail, what is watched, deals, meetings, learned changes.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = {
    "outcomes": """
        id text NOT NULL,
        key_index text NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        confidence double precision NOT NULL,
        contact_index text NOT NULL,
        draft_id text,
        intent text,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT outcomes_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT outcomes_event UNIQUE (tenant_id, key_index)""",
    "sent_mails": """
        draft_id text NOT NULL,
        contact_index text NOT NULL,
        mailbox_index text NOT NULL,
        thread_index text NOT NULL,
        tier text NOT NULL,
        rule text,
        automatic boolean NOT NULL,
        language text NOT NULL,
        local_hour integer NOT NULL,
        sent_at timestamptz NOT NULL,
        CONSTRAINT sent_mails_pkey PRIMARY KEY (tenant_id, draft_id)""",
    "outcome_watches": """
        id text NOT NULL,
        kind text NOT NULL,
        subject_index text NOT NULL,
        due_at timestamptz NOT NULL DEFAULT now(),
        token bigint NOT NULL DEFAULT 0,
        sealed bytea NOT NULL,
        CONSTRAINT outcome_watches_pkey PRIMARY KEY (id, tenant_id),
        CONSTRAINT outcome_watches_subject UNIQUE (tenant_id, kind, subject_index)""",
    "deal_places": """
        deal_id text NOT NULL,
        pipeline_id text NOT NULL,
        stage_id text NOT NULL,
        position integer,
        closed boolean NOT NULL,
        won boolean NOT NULL,
        CONSTRAINT deal_places_pkey PRIMARY KEY (tenant_id, deal_id)""",
    "meeting_places": """
        meeting_id text NOT NULL,
        contact_index text NOT NULL,
        mailbox_index text NOT NULL,
        settled boolean NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT meeting_places_pkey PRIMARY KEY (tenant_id, meeting_id, contact_index)""",
    "learning_changes": """
        id text NOT NULL,
        tier text NOT NULL,
        rule text NOT NULL,
        period text NOT NULL,
        before double precision NOT NULL,
        after double precision NOT NULL,
        sent integer NOT NULL,
        replied integer NOT NULL,
        counted_until timestamptz NOT NULL,
        made_at timestamptz NOT NULL,
        made_by text NOT NULL,
        reverted_at timestamptz,
        reverted_by text,
        CONSTRAINT learning_changes_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT learning_changes_month UNIQUE (tenant_id, tier, rule, period)""",
}

_INDEXES = (
    "outcomes_contact ON outcomes (tenant_id, contact_index, occurred_at)",
    "outcomes_draft ON outcomes (tenant_id, draft_id, type)",
    "outcomes_time ON outcomes (tenant_id, occurred_at)",
    "sent_mails_contact ON sent_mails (tenant_id, contact_index, sent_at)",
    "sent_mails_thread ON sent_mails (tenant_id, thread_index)",
    "sent_mails_time ON sent_mails (tenant_id, sent_at)",
    "outcome_watches_due ON outcome_watches (due_at, tenant_id, id)",
    "meeting_places_open ON meeting_places (tenant_id, mailbox_index) WHERE NOT settled",
    "drafts_follow ON drafts (follow_due_at, tenant_id, id)"
    " WHERE status = 'sent' AND follow_due_at IS NOT NULL",
)

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make the tables, each behind its policy; drafts learn when they are next followed up."""
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns},\n"
            f"        CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    op.execute("ALTER TABLE drafts ADD COLUMN follow_due_at timestamptz DEFAULT now()")
    op.execute("ALTER TABLE drafts ADD COLUMN follow_token bigint NOT NULL DEFAULT 0")
    for index in _INDEXES:
        op.execute(f"CREATE INDEX {index}")


def downgrade() -> None:
    """Remove them again, and all that was noticed."""
    op.execute("DROP INDEX drafts_follow")
    op.execute("ALTER TABLE drafts DROP COLUMN follow_token")
    op.execute("ALTER TABLE drafts DROP COLUMN follow_due_at")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
