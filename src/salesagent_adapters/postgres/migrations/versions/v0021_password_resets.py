"""Links by which somebody sets a new password, made by an admin or asked for by mail.

Only adds: the version before reads none of it.

Revision ID: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make the table behind its policy."""
    op.execute(
        "CREATE TABLE password_resets ("
        " tenant_id text NOT NULL,"
        " user_id text NOT NULL,"
        " by_mail boolean NOT NULL,"
        " id text NOT NULL,"
        " digest bytea,"
        " generation integer NOT NULL DEFAULT 0,"
        " created_at timestamptz NOT NULL,"
        " created_by text NOT NULL,"
        " expires_at timestamptz NOT NULL,"
        " mail_due_at timestamptz,"
        " tries integer NOT NULL DEFAULT 0,"
        " CONSTRAINT password_resets_digest UNIQUE (digest, tenant_id),"
        " CONSTRAINT password_resets_pkey PRIMARY KEY (tenant_id, user_id, by_mail),"
        " CONSTRAINT password_resets_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    op.execute("ALTER TABLE password_resets ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE password_resets FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY password_resets_tenant ON password_resets USING {_SEES} WITH CHECK {_SEES}"
    )
    op.execute(
        "CREATE INDEX password_resets_due ON password_resets (mail_due_at, tenant_id)"
        " WHERE mail_due_at IS NOT NULL"
    )


def downgrade() -> None:
    """Remove it, and with it the links that were not used yet."""
    op.execute("DROP TABLE password_resets")
