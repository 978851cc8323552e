"""Who works here: people, their sessions and keys, and their own views."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

users = col.table(
    "users",
    col.text("id"),
    col.text("email_index"),
    col.text("role"),
    col.time("created_at"),
    col.time("disabled_at", null=True),
    col.time("last_login_at", null=True),
    col.integer("generation", "0"),
    # Address, name, password hash and the second factor's secret.
    col.blob("sealed"),
    UniqueConstraint("email_index", "tenant_id", name="users_email"),
    key=("tenant_id", "id"),
)

user_sessions = col.table(
    "user_sessions",
    col.blob("digest"),
    col.text("id"),
    col.text("user_id"),
    col.text("csrf"),
    col.time("created_at"),
    col.time("seen_at"),
    col.blob("sealed"),
    # When its person last proved again who they are; null: when it began.
    col.time("proven_at", null=True),
    key=("digest", "tenant_id"),
)
Index("user_sessions_user", user_sessions.c.tenant_id, user_sessions.c.user_id)

invitations = col.table(
    "invitations",
    col.text("id"),
    col.blob("digest"),
    col.text("email_index"),
    col.text("role"),
    col.time("created_at"),
    col.text("created_by"),
    col.time("expires_at"),
    col.blob("sealed"),
    UniqueConstraint("digest", "tenant_id", name="invitations_digest"),
    UniqueConstraint("email_index", "tenant_id", name="invitations_email"),
    key=("tenant_id", "id"),
)

# Whose tries they are is not known yet: the rows are those of the tenant ``@all``.
login_tries = col.table(
    "login_tries",
    col.text("subject_index"),
    col.integer("tries"),
    col.time("since"),
    key=("subject_index", "tenant_id"),
)
Index("login_tries_since", login_tries.c.since, login_tries.c.tenant_id)

# One row for each person, and one, of the subject "", for all people of the organisation.
refused_log_ins = col.table(
    "refused_log_ins",
    col.text("subject"),
    col.text("because"),
    col.time("at"),
    # Of the burst that goes on, and when it began.
    col.integer("tries"),
    col.time("since"),
    key=("tenant_id", "subject"),
)
Index("refused_log_ins_at", refused_log_ins.c.at, refused_log_ins.c.tenant_id)

# Of addresses that nobody has, rows of the tenant ``@all``: no mail follows them.
password_resets = col.table(
    "password_resets",
    col.text("user_id"),
    Column("by_mail", Boolean, nullable=False),
    col.text("id"),
    col.blob("digest", null=True),
    col.integer("generation", "0"),
    col.time("created_at"),
    col.text("created_by"),
    col.time("expires_at"),
    # As with runs: the timer while a mail waits, the lease's end while somebody sends it.
    col.time("mail_due_at", null=True),
    col.integer("tries", "0"),
    UniqueConstraint("digest", "tenant_id", name="password_resets_digest"),
    key=("tenant_id", "user_id", "by_mail"),
)
Index(
    "password_resets_due",
    password_resets.c.mail_due_at,
    password_resets.c.tenant_id,
    postgresql_where=text("mail_due_at IS NOT NULL"),
)

log_in_rules = col.table(
    "log_in_rules",
    Column("two_factor_required", Boolean, nullable=False),
    col.time("changed_at"),
    col.text("changed_by"),
    key=("tenant_id",),
)

api_keys = col.table(
    "api_keys",
    col.text("id"),
    col.text("name"),
    col.blob("digest"),
    col.text("scopes"),
    col.time("created_at"),
    col.time("expires_at", null=True),
    col.time("revoked_at", null=True),
    col.time("last_used_at", null=True),
    col.text("created_by", null=True),
    key=("id", "tenant_id"),
)

page_sessions = col.table(
    "page_sessions",
    col.blob("digest"),
    col.text("key_id"),
    col.time("created_at"),
    col.time("expires_at"),
    col.text("csrf"),
    key=("digest", "tenant_id"),
)

saved_views = col.table(
    "saved_views",
    col.text("id"),
    col.text("owner"),
    col.time("created_at", now=True),
    col.blob("sealed"),
    key=("tenant_id", "id"),
)
Index("saved_views_owner", saved_views.c.tenant_id, saved_views.c.owner)
