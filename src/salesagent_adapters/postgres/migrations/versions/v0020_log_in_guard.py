"""Refused log-ins, what an organisation asks of log-ins, and when a session was last proven.

Only adds: the version before reads none of it.

Revision ID: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_TABLES = {
    "refused_log_ins": """
        subject text NOT NULL,
        because text NOT NULL,
        at timestamptz NOT NULL,
        tries integer NOT NULL,
        since timestamptz NOT NULL,
        CONSTRAINT refused_log_ins_pkey PRIMARY KEY (tenant_id, subject)""",
    "log_in_rules": """
        two_factor_required boolean NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        CONSTRAINT log_in_rules_pkey PRIMARY KEY (tenant_id)""",
}


def upgrade() -> None:
    """Make the tables, each behind its policy, and add the column."""
    for table, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {table} (tenant_id text NOT NULL,{columns},"
            f" CONSTRAINT {table}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING {_SEES} WITH CHECK {_SEES}")
    op.execute("CREATE INDEX refused_log_ins_at ON refused_log_ins (at, tenant_id)")
    op.execute("ALTER TABLE user_sessions ADD COLUMN proven_at timestamptz")


def downgrade() -> None:
    """Remove them; nobody is made to have a second factor any more."""
    op.execute("ALTER TABLE user_sessions DROP COLUMN proven_at")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
