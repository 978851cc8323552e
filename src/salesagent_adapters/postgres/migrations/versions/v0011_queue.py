"""The queue: cards of drafts to list them by, drafts that are put aside, saved views.

Only adds, so that the version before goes on working while this runs: a draft that it writes has
no card, and is opened to be listed.

Revision ID: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Add the columns, and the table behind its policy."""
    op.execute(
        "ALTER TABLE drafts ADD COLUMN card bytea, ADD COLUMN snoozed_until timestamptz,"
        " ADD COLUMN person_index text"
    )
    op.execute(
        "CREATE TABLE saved_views ("
        " tenant_id text NOT NULL,"
        " id text NOT NULL,"
        " owner text NOT NULL,"
        " created_at timestamptz NOT NULL DEFAULT now(),"
        " sealed bytea NOT NULL,"
        " CONSTRAINT saved_views_pkey PRIMARY KEY (tenant_id, id),"
        " CONSTRAINT saved_views_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    op.execute("ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE saved_views FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY saved_views_tenant ON saved_views USING {_SEES} WITH CHECK {_SEES}")
    op.execute("CREATE INDEX saved_views_owner ON saved_views (tenant_id, owner)")
    op.execute("CREATE INDEX drafts_changed ON drafts (tenant_id, status, updated_at)")


def downgrade() -> None:
    """Remove them again; drafts that were put aside are back in the queue."""
    op.execute("DROP INDEX drafts_changed")
    op.execute("DROP TABLE saved_views")
    op.execute(
        "ALTER TABLE drafts DROP COLUMN card, DROP COLUMN snoozed_until, DROP COLUMN person_index"
    )
