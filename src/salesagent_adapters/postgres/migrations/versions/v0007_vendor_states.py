"""How the vendors answer, as each process sees it.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = {
    "vendor_states": """
        process text NOT NULL,
        vendor text NOT NULL,
        state text NOT NULL,
        failures integer NOT NULL,
        calls_now integer NOT NULL,
        until timestamptz,
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT vendor_states_pkey PRIMARY KEY (process, vendor, tenant_id)""",
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
    """Remove them again; nothing that lasts is lost."""
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
