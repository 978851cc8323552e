"""Long memory, and what language models took of each tenant's budget.

Only adds, so that the version before goes on working while this runs. The vectors are not made
here: they need pgvector, which a server may not have, and ``vectors.ensure`` makes them after any
migration as soon as it has.

Revision ID: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = {
    "memories": """
        id text NOT NULL,
        contact_index text NOT NULL,
        outcome text,
        sent_at timestamptz NOT NULL,
        due_at timestamptz,
        token bigint NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        sealed bytea,
        CONSTRAINT memories_pkey PRIMARY KEY (id, tenant_id)""",
    "model_usage": """
        month text NOT NULL,
        model text NOT NULL,
        purpose text NOT NULL,
        calls bigint NOT NULL,
        unpriced_calls bigint NOT NULL,
        prompt_tokens bigint NOT NULL,
        completion_tokens bigint NOT NULL,
        cost_micros bigint NOT NULL,
        CONSTRAINT model_usage_pkey PRIMARY KEY (tenant_id, month, model, purpose)""",
    "model_holds": """
        id text NOT NULL,
        until timestamptz NOT NULL,
        tokens bigint NOT NULL,
        cost_micros bigint,
        CONSTRAINT model_holds_pkey PRIMARY KEY (tenant_id, id)""",
}

_INDEXES = (
    "INDEX memories_contact ON memories (tenant_id, contact_index)",
    "INDEX memories_due ON memories (due_at, tenant_id, id) WHERE due_at IS NOT NULL",
    "INDEX send_attempts_sent ON send_attempts (updated_at, tenant_id, id) WHERE status = 'sent'",
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
    op.execute("ALTER TABLE memories ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Remove them again, with the vectors and all that was spent."""
    op.execute("DROP TABLE IF EXISTS memory_vectors")
    op.execute("DROP INDEX send_attempts_sent")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
