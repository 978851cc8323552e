"""What is tried and learned: A/B tests, voice profiles, and what drafts are grouped by.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = {
    "experiments": """
        id text NOT NULL,
        name_index text NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        created_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT experiments_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT experiments_name UNIQUE (tenant_id, name_index)""",
    "draft_variants": """
        draft_id text NOT NULL,
        experiment_id text NOT NULL,
        variant_index text NOT NULL,
        CONSTRAINT draft_variants_pkey PRIMARY KEY (tenant_id, draft_id, experiment_id)""",
    "voice_profiles": """
        id text NOT NULL,
        mailbox_index text NOT NULL,
        name_index text NOT NULL,
        active boolean NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT voice_profiles_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT voice_profiles_name UNIQUE (tenant_id, mailbox_index, name_index)""",
}

_INDEXES = (
    "INDEX experiments_state ON experiments (tenant_id, state)",
    "INDEX draft_variants_experiment ON draft_variants (tenant_id, experiment_id, variant_index)",
    "UNIQUE INDEX voice_profiles_active ON voice_profiles (tenant_id, mailbox_index) WHERE active",
)

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)


def upgrade() -> None:
    """Make the tables, each behind its policy, and the columns of drafts."""
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
    op.execute(
        "ALTER TABLE drafts ADD COLUMN voice_index text,"
        " ADD COLUMN edit_similarity double precision"
    )


def downgrade() -> None:
    """Remove them again, with all tests and profiles."""
    op.execute("ALTER TABLE drafts DROP COLUMN voice_index, DROP COLUMN edit_similarity")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
