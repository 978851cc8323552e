"""Terms for everything: where the audit trail was cut, and the figures that outlive a draft.

Only adds: the version before reads none of it, and what it writes is good without.

Revision ID: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_OPEN = "'pending_approval', 'sending', 'delivery_unknown', 'needs_operator'"


def upgrade() -> None:
    """Make the table, the columns and the indexes by which old rows are found."""
    op.execute(
        "CREATE TABLE audit_cuts ("
        " tenant_id text NOT NULL,"
        " number integer NOT NULL,"
        " position bigint NOT NULL,"
        " hash bytea NOT NULL,"
        " rows integer NOT NULL,"
        " at timestamptz NOT NULL,"
        " why text NOT NULL,"
        " mac bytea NOT NULL,"
        " CONSTRAINT audit_cuts_pkey PRIMARY KEY (tenant_id, number),"
        " CONSTRAINT audit_cuts_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    op.execute("ALTER TABLE audit_cuts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_cuts FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY audit_cuts_tenant ON audit_cuts USING {_SEES} WITH CHECK {_SEES}")
    op.execute(
        "ALTER TABLE sent_mails ADD COLUMN voice_index text,"
        " ADD COLUMN edit_similarity double precision"
    )
    op.execute("ALTER TABLE meeting_places ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now()")
    op.execute(
        "CREATE INDEX drafts_over ON drafts (updated_at, tenant_id, id)"
        f" WHERE status NOT IN ({_OPEN})"
    )
    op.execute(
        "CREATE INDEX runs_finished ON runs (finished_at, tenant_id, id)"
        " WHERE finished_at IS NOT NULL"
    )


def downgrade() -> None:
    """Remove them. A trail that was cut cannot be proven any more without its cuts."""
    op.execute("DROP INDEX runs_finished")
    op.execute("DROP INDEX drafts_over")
    op.execute("ALTER TABLE meeting_places DROP COLUMN seen_at")
    op.execute("ALTER TABLE sent_mails DROP COLUMN voice_index, DROP COLUMN edit_similarity")
    op.execute("DROP TABLE audit_cuts")
