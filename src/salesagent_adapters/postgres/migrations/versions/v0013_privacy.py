"""Privacy: the key ring, erasures that go on, and an audit trail whose rows hang together.

Only adds, so that the version before goes on working while this runs: an audit row that it writes
is signed by nobody, and is taken into the chain as one of its time.

Revision ID: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)

_TABLES = {
    "keyring": """
        name text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT keyring_pkey PRIMARY KEY (tenant_id, name)""",
    "erasures": """
        id text NOT NULL,
        person_index text NOT NULL,
        state text NOT NULL,
        due_at timestamptz,
        token bigint NOT NULL DEFAULT 0,
        requested_at timestamptz NOT NULL DEFAULT now(),
        requested_by text NOT NULL,
        finished_at timestamptz,
        sealed bytea NOT NULL,
        CONSTRAINT erasures_pkey PRIMARY KEY (id, tenant_id)""",
    "audit_heads": """
        position bigint NOT NULL,
        hash bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        mac bytea NOT NULL,
        CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id)""",
}

_INDEXES = (
    # Of one person one erasure is under way at a time.
    "UNIQUE INDEX erasures_open ON erasures (tenant_id, person_index) WHERE state = 'open'",
    "INDEX erasures_due ON erasures (due_at, id, tenant_id) WHERE due_at IS NOT NULL",
    "UNIQUE INDEX audit_position ON audit (tenant_id, position) WHERE position IS NOT NULL",
    "INDEX audit_unsealed ON audit (tenant_id, seq) WHERE position IS NULL",
)


def upgrade() -> None:
    """Add the tables behind their policies, and the audit trail's columns."""
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns},\n"
            f"        CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    op.execute(
        "ALTER TABLE audit ADD COLUMN salt bytea, ADD COLUMN detail_digest bytea,"
        " ADD COLUMN mac bytea, ADD COLUMN position bigint, ADD COLUMN origin text,"
        " ADD COLUMN previous bytea, ADD COLUMN hash bytea"
    )
    for index in _INDEXES:
        op.execute(f"CREATE {index}")


def downgrade() -> None:
    """Remove them again. The trail stays, without its chain."""
    op.execute("DROP INDEX audit_position")
    op.execute("DROP INDEX audit_unsealed")
    op.execute(
        "ALTER TABLE audit DROP COLUMN salt, DROP COLUMN detail_digest, DROP COLUMN mac,"
        " DROP COLUMN position, DROP COLUMN origin, DROP COLUMN previous, DROP COLUMN hash"
    )
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
