"""Connected mailboxes, ways through a consent page, and runs that wait for a mailbox.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = {
    "mailbox_connections": """
        mailbox_index text NOT NULL,
        provider text NOT NULL,
        state text NOT NULL,
        why text,
        since timestamptz NOT NULL,
        changed_by text NOT NULL,
        generation bigint NOT NULL,
        expires_at timestamptz,
        refreshing_until timestamptz,
        sealed bytea NOT NULL,
        tokens bytea,
        CONSTRAINT mailbox_connections_pkey PRIMARY KEY (tenant_id, mailbox_index)""",
    "consent_flows": """
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT consent_flows_pkey PRIMARY KEY (digest, tenant_id)""",
}

_INDEXES = (
    "INDEX runs_waiting_mailbox ON runs (tenant_id, waiting_mailbox)"
    " WHERE waiting_mailbox IS NOT NULL",
    "INDEX consent_flows_expiry ON consent_flows (expires_at, tenant_id)",
)

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make the tables, each behind its policy; runs learn which mailbox they wait for."""
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns},\n"
            f"        CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    op.execute("ALTER TABLE runs ADD COLUMN waiting_mailbox text")
    for index in _INDEXES:
        op.execute(f"CREATE {index}")


def downgrade() -> None:
    """Remove them again; every mailbox must then be connected anew."""
    op.execute("DROP INDEX runs_waiting_mailbox")
    op.execute("ALTER TABLE runs DROP COLUMN waiting_mailbox")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
