"""How far each connected mailbox was followed.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = {
    "mailbox_watches": """
        mailbox_index text NOT NULL,
        point numeric,
        due_at timestamptz NOT NULL DEFAULT now(),
        leased_until timestamptz,
        token bigint NOT NULL DEFAULT 0,
        attempt integer NOT NULL DEFAULT 0,
        ask_at timestamptz NOT NULL DEFAULT now(),
        looked_at timestamptz,
        error text,
        CONSTRAINT mailbox_watches_pkey PRIMARY KEY (mailbox_index, tenant_id)""",
}

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


def downgrade() -> None:
    """Remove them again; the next version follows mailboxes from then on."""
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
