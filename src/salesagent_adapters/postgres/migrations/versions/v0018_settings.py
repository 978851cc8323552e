"""What people set on the pages, version by version, and mail templates.

Only adds: the version before reads neither table.

Revision ID: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make both tables, each behind its policy."""
    op.execute(
        "CREATE TABLE settings_versions ("
        " tenant_id text NOT NULL,"
        " name text NOT NULL,"
        " version integer NOT NULL,"
        " changed_at timestamptz NOT NULL,"
        " changed_by text NOT NULL,"
        " sealed bytea NOT NULL,"
        " CONSTRAINT settings_versions_pkey PRIMARY KEY (tenant_id, name, version),"
        " CONSTRAINT settings_versions_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    op.execute(
        "CREATE TABLE mail_templates ("
        " tenant_id text NOT NULL,"
        " id text NOT NULL,"
        " name_index text NOT NULL,"
        " used_for text NOT NULL,"
        " sealed bytea NOT NULL,"
        " CONSTRAINT mail_templates_pkey PRIMARY KEY (tenant_id, id),"
        " CONSTRAINT mail_templates_name UNIQUE (tenant_id, name_index),"
        " CONSTRAINT mail_templates_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    for table in ("settings_versions", "mail_templates"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING {_SEES} WITH CHECK {_SEES}")


def downgrade() -> None:
    """Remove them, and with them all that was set on the pages."""
    op.execute("DROP TABLE mail_templates")
    op.execute("DROP TABLE settings_versions")
