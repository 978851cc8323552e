"""The first schema: intake, runs and their journal, drafts, decisions, keys, tenants.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = {
    "submissions": """
        id text NOT NULL,
        run_id text NOT NULL,
        source text NOT NULL,
        received_at timestamptz NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        conversion_key text,
        moment_key text,
        content_key text,
        contact_index text,
        sealed bytea NOT NULL,
        CONSTRAINT submissions_pkey PRIMARY KEY (tenant_id, id)""",
    "runs": """
        id text NOT NULL,
        submission_id text NOT NULL,
        status text NOT NULL,
        pass_number integer NOT NULL DEFAULT 1,
        attempt integer NOT NULL DEFAULT 0,
        due_at timestamptz DEFAULT now(),
        lease_token bigint NOT NULL DEFAULT 0,
        waiting_for text,
        failure text,
        current_step text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        redraft bytea,
        CONSTRAINT runs_pkey PRIMARY KEY (id, tenant_id)""",
    "journal": """
        run_id text NOT NULL,
        pass_number integer NOT NULL,
        step text NOT NULL,
        status text NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL,
        sealed bytea,
        CONSTRAINT journal_pkey PRIMARY KEY (tenant_id, run_id, pass_number, step)""",
    "drafts": """
        id text NOT NULL,
        run_id text NOT NULL,
        submission_id text NOT NULL,
        status text NOT NULL,
        tier text NOT NULL,
        fit_score double precision NOT NULL,
        revenue double precision NOT NULL,
        urgency double precision NOT NULL,
        strategic double precision NOT NULL,
        effort double precision NOT NULL,
        adjustment double precision NOT NULL,
        degraded boolean NOT NULL,
        revision_number integer NOT NULL,
        content_hash text NOT NULL,
        mailbox_hash text,
        contact_index text NOT NULL,
        sync_token bigint NOT NULL DEFAULT 0,
        sync_due_at timestamptz DEFAULT now(),
        sync_attempt integer NOT NULL DEFAULT 0,
        submitted_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT drafts_pkey PRIMARY KEY (id, tenant_id),
        CONSTRAINT drafts_run UNIQUE (tenant_id, run_id)""",
    "revisions": """
        draft_id text NOT NULL,
        number integer NOT NULL,
        content_hash text NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT revisions_pkey PRIMARY KEY (tenant_id, draft_id, number)""",
    "decisions": """
        id text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        draft_id text NOT NULL,
        content_hash text NOT NULL,
        verdict text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        rule text,
        confidence double precision,
        sealed bytea NOT NULL,
        CONSTRAINT decisions_pkey PRIMARY KEY (tenant_id, id)""",
    "audit": """
        seq bigint GENERATED ALWAYS AS IDENTITY,
        id text NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        detail jsonb NOT NULL,
        CONSTRAINT audit_pkey PRIMARY KEY (tenant_id, seq),
        CONSTRAINT audit_id UNIQUE (tenant_id, id)""",
    "dead_letters": """
        id text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        step text NOT NULL,
        code text NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL,
        settled_at timestamptz,
        settled_by text,
        note bytea,
        CONSTRAINT dead_letters_pkey PRIMARY KEY (tenant_id, id)""",
    "crm_events": """
        id text NOT NULL,
        delivery_id text NOT NULL,
        event_key text NOT NULL,
        kind text NOT NULL,
        object_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL,
        due_at timestamptz DEFAULT now(),
        token bigint NOT NULL DEFAULT 0,
        attempt integer NOT NULL DEFAULT 0,
        submission_id text,
        sealed bytea NOT NULL,
        CONSTRAINT crm_events_pkey PRIMARY KEY (id, tenant_id),
        CONSTRAINT crm_events_key UNIQUE (tenant_id, event_key)""",
    "crm_deliveries": """
        id text NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        sealed bytea NOT NULL,
        CONSTRAINT crm_deliveries_pkey PRIMARY KEY (tenant_id, id)""",
    "api_keys": """
        id text NOT NULL,
        name text NOT NULL,
        digest bytea NOT NULL,
        scopes text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        CONSTRAINT api_keys_pkey PRIMARY KEY (id, tenant_id)""",
    "page_sessions": """
        digest bytea NOT NULL,
        key_id text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        csrf text NOT NULL,
        CONSTRAINT page_sessions_pkey PRIMARY KEY (digest, tenant_id)""",
    "tenants": """
        portal_id text,
        sealed bytea NOT NULL,
        CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id)""",
    "voices": """
        mailbox_index text NOT NULL,
        sealed bytea NOT NULL,
        CONSTRAINT voices_pkey PRIMARY KEY (tenant_id, mailbox_index)""",
}

_INDEXES = (
    "UNIQUE INDEX submissions_conversion ON submissions (conversion_key, tenant_id)"
    " WHERE conversion_key IS NOT NULL",
    "INDEX submissions_moment ON submissions (moment_key, tenant_id) WHERE moment_key IS NOT NULL",
    "INDEX submissions_content ON submissions (content_key, tenant_id, stored_at)"
    " WHERE content_key IS NOT NULL",
    "INDEX submissions_contact ON submissions (contact_index, tenant_id)"
    " WHERE contact_index IS NOT NULL",
    "INDEX runs_due ON runs (due_at, id, tenant_id) WHERE due_at IS NOT NULL",
    "INDEX runs_created ON runs (tenant_id, created_at, id)",
    "INDEX runs_status ON runs (tenant_id, status)",
    "INDEX drafts_status ON drafts (tenant_id, status, created_at)",
    "INDEX drafts_contact ON drafts (tenant_id, contact_index)",
    "INDEX drafts_behind ON drafts (sync_due_at, id, tenant_id)"
    " WHERE mailbox_hash <> content_hash AND status IN ('pending_approval', 'approved')",
    "INDEX drafts_expiry ON drafts (expires_at, tenant_id) WHERE status = 'pending_approval'",
    "INDEX decisions_draft ON decisions (tenant_id, draft_id, seq)",
    "INDEX audit_subject ON audit (tenant_id, subject_kind, subject_id)",
    "INDEX dead_letters_state ON dead_letters (tenant_id, state)",
    "INDEX dead_letters_subject ON dead_letters (tenant_id, subject_id)",
    "INDEX crm_events_due ON crm_events (due_at, id, tenant_id) WHERE due_at IS NOT NULL",
    "INDEX tenants_portal ON tenants (portal_id, tenant_id)",
)

_SEALED = (
    ("submissions", "sealed"),
    ("runs", "redraft"),
    ("journal", "sealed"),
    ("drafts", "sealed"),
    ("revisions", "sealed"),
    ("crm_deliveries", "sealed"),
)
"""Cipher text does not compress: PostgreSQL need not try."""

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)

# A role is the cluster's, not the database's: it may be there, or be made by another database's
# migration at this moment, or we may not be allowed to make it. Without it an owner that is no
# superuser is held by FORCE ROW LEVEL SECURITY all the same.
_MAKE_ROLE = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole))
     AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'salesagent_app') THEN
    CREATE ROLE salesagent_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$
"""

_GRANT = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'salesagent_app') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO salesagent_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I'
                   ' TO salesagent_app', current_schema());
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO salesagent_app',
                   current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE'
                   ' ON TABLES TO salesagent_app', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES'
                   ' TO salesagent_app', current_schema());
  END IF;
END $$
"""

_REVOKE = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'salesagent_app') THEN
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON TABLES'
                   ' FROM salesagent_app', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON SEQUENCES'
                   ' FROM salesagent_app', current_schema());
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM salesagent_app',
                   current_schema());
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM salesagent_app', current_schema());
  END IF;
END $$
"""


def upgrade() -> None:
    """Make everything, and put every table behind its policy."""
    op.execute(_MAKE_ROLE)
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
    for table, column in _SEALED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute(_GRANT)


def downgrade() -> None:
    """Remove everything; the role stays, because other databases may use it."""
    op.execute(_REVOKE)
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
