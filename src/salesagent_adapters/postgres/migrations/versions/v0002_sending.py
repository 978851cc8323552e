"""Sending: attempts, slots in the limits, suppressions, recipient lists, switches.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = {
    "send_attempts": """
        id text NOT NULL,
        draft_id text NOT NULL,
        content_hash text NOT NULL,
        status text NOT NULL,
        due_at timestamptz,
        token bigint NOT NULL DEFAULT 0,
        waiting_code text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT send_attempts_pkey PRIMARY KEY (id, tenant_id),
        CONSTRAINT send_attempts_revision UNIQUE (tenant_id, draft_id, content_hash)""",
    "send_slots": """
        attempt_id text NOT NULL,
        contact_index text NOT NULL,
        mailbox_index text NOT NULL,
        company_index text,
        taken_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz,
        CONSTRAINT send_slots_pkey PRIMARY KEY (tenant_id, attempt_id)""",
    "suppressions": """
        id text NOT NULL,
        match_index text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT suppressions_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT suppressions_match UNIQUE (tenant_id, match_index)""",
    "recipient_rules": """
        id text NOT NULL,
        match_index text NOT NULL,
        kind text NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT recipient_rules_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT recipient_rules_match UNIQUE (tenant_id, match_index)""",
    "send_switches": """
        name text NOT NULL,
        value text NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT send_switches_pkey PRIMARY KEY (tenant_id, name)""",
}

_INDEXES = (
    "INDEX send_attempts_due ON send_attempts (due_at, tenant_id, id) WHERE due_at IS NOT NULL",
    "INDEX send_attempts_status ON send_attempts (tenant_id, status)",
    "INDEX send_slots_contact ON send_slots (tenant_id, contact_index, settled_at)",
    "INDEX send_slots_mailbox ON send_slots (tenant_id, mailbox_index, settled_at)",
    "INDEX send_slots_company ON send_slots (tenant_id, company_index, settled_at)"
    " WHERE company_index IS NOT NULL",
    "INDEX drafts_audit ON drafts (audit_due_at, tenant_id, id)"
    " WHERE audit_due_at IS NOT NULL AND mailbox_hash IS NOT NULL",
)

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)

# What is set for all tenants is read by each of them, but not by a connection that names none.
_SEES_ALL = "(tenant_id = '@all' AND current_setting('salesagent.tenant', true) <> '')"


def upgrade() -> None:
    """Make the tables, each behind its policy; drafts learn when they are next compared."""
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns},\n"
            f"        CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    op.execute(f"CREATE POLICY send_switches_all ON send_switches FOR SELECT USING {_SEES_ALL}")
    op.execute("ALTER TABLE drafts ADD COLUMN audit_due_at timestamptz")
    op.execute("ALTER TABLE drafts ALTER COLUMN audit_due_at SET DEFAULT now() + interval '1 day'")
    op.execute("ALTER TABLE drafts ADD COLUMN audit_token bigint NOT NULL DEFAULT 0")
    op.execute("UPDATE drafts SET audit_due_at = now() WHERE mailbox_hash IS NOT NULL")
    for index in _INDEXES:
        op.execute(f"CREATE {index}")
    op.execute("ALTER TABLE send_attempts ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Remove them again, and all that they know about what was sent."""
    op.execute("DROP INDEX drafts_audit")
    op.execute("ALTER TABLE drafts DROP COLUMN audit_token")
    op.execute("ALTER TABLE drafts DROP COLUMN audit_due_at")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
