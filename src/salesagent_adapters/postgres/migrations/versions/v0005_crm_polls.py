"""How far each tenant's conversions were read, and how fast vendors are called.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = {
    "conversion_polls": """
        cursor_at timestamptz NOT NULL,
        due_at timestamptz,
        token bigint NOT NULL DEFAULT 0,
        attempt integer NOT NULL DEFAULT 0,
        polled_at timestamptz,
        error text,
        CONSTRAINT conversion_polls_pkey PRIMARY KEY (tenant_id)""",
    "rate_budgets": """
        name text NOT NULL,
        next_at timestamptz NOT NULL,
        CONSTRAINT rate_budgets_pkey PRIMARY KEY (tenant_id, name)""",
}

_INDEXES = (
    "INDEX conversion_polls_due ON conversion_polls (due_at, tenant_id) WHERE due_at IS NOT NULL",
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
        op.execute(f"CREATE {index}")


def downgrade() -> None:
    """Remove them again; the next version polls from when it was started."""
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
