"""People who log in: their sessions, invitations and tries, and who made an API key.

Only adds, so that the version before goes on working while this runs.

Revision ID: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_TABLES = {
    "users": (
        " id text NOT NULL,"
        " email_index text NOT NULL,"
        " role text NOT NULL,"
        " created_at timestamptz NOT NULL,"
        " disabled_at timestamptz,"
        " last_login_at timestamptz,"
        " generation integer NOT NULL DEFAULT 0,"
        " sealed bytea NOT NULL,"
        " CONSTRAINT users_email UNIQUE (email_index, tenant_id),"
        " CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),"
    ),
    "user_sessions": (
        " digest bytea NOT NULL,"
        " id text NOT NULL,"
        " user_id text NOT NULL,"
        " csrf text NOT NULL,"
        " created_at timestamptz NOT NULL,"
        " seen_at timestamptz NOT NULL,"
        " sealed bytea NOT NULL,"
        " CONSTRAINT user_sessions_pkey PRIMARY KEY (digest, tenant_id),"
    ),
    "invitations": (
        " id text NOT NULL,"
        " digest bytea NOT NULL,"
        " email_index text NOT NULL,"
        " role text NOT NULL,"
        " created_at timestamptz NOT NULL,"
        " created_by text NOT NULL,"
        " expires_at timestamptz NOT NULL,"
        " sealed bytea NOT NULL,"
        " CONSTRAINT invitations_digest UNIQUE (digest, tenant_id),"
        " CONSTRAINT invitations_email UNIQUE (email_index, tenant_id),"
        " CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id),"
    ),
    "login_tries": (
        " subject_index text NOT NULL,"
        " tries integer NOT NULL,"
        " since timestamptz NOT NULL,"
        " CONSTRAINT login_tries_pkey PRIMARY KEY (subject_index, tenant_id),"
    ),
}


def upgrade() -> None:
    """Add the column, and the tables behind their policies."""
    op.execute("ALTER TABLE api_keys ADD COLUMN created_by text")
    for name, columns in _TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (tenant_id text NOT NULL,{columns}"
            f" CONSTRAINT {name}_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_tenant ON {name} USING {_SEES} WITH CHECK {_SEES}")
    op.execute("CREATE INDEX user_sessions_user ON user_sessions (tenant_id, user_id)")
    op.execute("CREATE INDEX login_tries_since ON login_tries (since, tenant_id)")


def downgrade() -> None:
    """Remove them again; people log in by API keys only."""
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
    op.execute("ALTER TABLE api_keys DROP COLUMN created_by")
