"""Notices of what needs a person, the messages that tell of them, and who is told.

Only adds: the version before reads none of the tables.

Revision ID: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_TABLES = {
    "notices": """
        id text NOT NULL,
        kind text NOT NULL,
        subject text NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT now(),
        closed_at timestamptz,
        seen_at timestamptz,
        seen_by text,
        mail_id text,
        mail_told_at timestamptz,
        slack_id text,
        slack_told_at timestamptz,
        CONSTRAINT notices_pkey PRIMARY KEY (tenant_id, id)""",
    "notice_messages": """
        id text NOT NULL,
        channel text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz DEFAULT now(),
        leased boolean NOT NULL DEFAULT false,
        token bigint NOT NULL DEFAULT 0,
        attempt integer NOT NULL DEFAULT 0,
        lost integer NOT NULL DEFAULT 0,
        ended_at timestamptz,
        error text,
        CONSTRAINT notice_messages_pkey PRIMARY KEY (id, tenant_id)""",
    "notice_settings": """
        version integer NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT notice_settings_pkey PRIMARY KEY (tenant_id)""",
}
_INDEXES = (
    "UNIQUE INDEX notices_open ON notices (tenant_id, kind, subject) WHERE closed_at IS NULL",
    "INDEX notices_opened ON notices (tenant_id, opened_at, id)",
    "INDEX notice_messages_due ON notice_messages (due_at, id, tenant_id) WHERE due_at IS NOT NULL",
    "INDEX send_attempts_trouble ON send_attempts (tenant_id, updated_at)"
    " WHERE status IN ('unknown', 'needs_operator')",
    "INDEX notice_messages_newest ON notice_messages (tenant_id, channel, created_at)",
)


def upgrade() -> None:
    """Make the tables, each behind its policy."""
    for table, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {table} (tenant_id text NOT NULL,{columns},"
            f" CONSTRAINT {table}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING {_SEES} WITH CHECK {_SEES}")
    for index in _INDEXES:
        op.execute(f"CREATE {index}")


def downgrade() -> None:
    """Remove them, and with them who is told of what."""
    op.execute("DROP INDEX send_attempts_trouble")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
