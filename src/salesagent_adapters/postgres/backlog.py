"""What is due but nobody works on, across tenants and by the database's time."""

from __future__ import annotations

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.long_memory import SEARCHED_BACK
from salesagent_core.ports.job_queue import Topic

_DUE = {
    Topic.RUN: text("SELECT id FROM runs WHERE due_at <= now() ORDER BY due_at, id LIMIT :limit"),
    Topic.CRM_EVENT: text(
        "SELECT id FROM crm_events WHERE due_at <= now() ORDER BY due_at, id LIMIT :limit"
    ),
    Topic.DRAFT_SYNC: text(
        "SELECT id FROM drafts WHERE mailbox_hash <> content_hash"
        " AND status IN ('pending_approval', 'approved') AND sync_due_at <= now()"
        " ORDER BY sync_due_at, id LIMIT :limit"
    ),
    Topic.SEND: text(
        "SELECT id FROM send_attempts WHERE due_at <= now() AND status = 'scheduled'"
        " ORDER BY due_at, id LIMIT :limit"
    ),
    Topic.RECONCILE: text(
        "SELECT id FROM send_attempts WHERE due_at <= now() AND status IN ('sending', 'unknown')"
        " ORDER BY due_at, id LIMIT :limit"
    ),
    Topic.SENT_AUDIT: text(
        "SELECT id FROM drafts WHERE mailbox_hash IS NOT NULL AND audit_due_at <= now()"
        " ORDER BY audit_due_at, id LIMIT :limit"
    ),
    Topic.CONVERSION_POLL: text(
        "SELECT tenant_id AS id FROM conversion_polls WHERE due_at <= now()"
        " ORDER BY due_at, tenant_id LIMIT :limit"
    ),
    Topic.REMEMBER: text(
        "(SELECT id FROM memories WHERE due_at <= now() ORDER BY due_at, id LIMIT :limit)"
        " UNION ALL "
        "(SELECT a.id FROM send_attempts a"
        " WHERE a.status = 'sent' AND a.updated_at > now() - CAST(:back AS interval)"
        " AND NOT EXISTS (SELECT FROM memories m WHERE m.id = a.id AND m.tenant_id = a.tenant_id)"
        " ORDER BY a.updated_at, a.id LIMIT :limit) LIMIT :limit"
    ).bindparams(back=SEARCHED_BACK),
    Topic.MAILBOX: text(
        "SELECT c.mailbox_index AS id FROM mailbox_connections c"
        " LEFT JOIN mailbox_watches w"
        " ON w.tenant_id = c.tenant_id AND w.mailbox_index = c.mailbox_index"
        " WHERE c.state = 'connected' AND (w.mailbox_index IS NULL OR"
        " w.due_at <= now() AND (w.leased_until IS NULL OR w.leased_until <= now()))"
        " ORDER BY w.due_at NULLS FIRST, c.mailbox_index LIMIT :limit"
    ),
    Topic.FOLLOW_UP: text(
        "SELECT id FROM drafts WHERE status = 'sent' AND follow_due_at <= now()"
        " ORDER BY follow_due_at, id LIMIT :limit"
    ),
    Topic.WATCH: text(
        "SELECT id FROM outcome_watches WHERE due_at <= now() ORDER BY due_at, id LIMIT :limit"
    ),
    Topic.NOTICE: text(
        "SELECT id FROM notice_messages WHERE due_at <= now() ORDER BY due_at, id LIMIT :limit"
    ),
}

_EXPIRE = text("""
UPDATE drafts SET status = 'expired', updated_at = now()
WHERE status = 'pending_approval' AND expires_at <= now()
""")


class PgBacklog:
    """``Backlog`` over PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, topic: Topic, limit: int) -> tuple[str, ...]:
        """See ``Backlog.due``."""
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_DUE[topic], {"limit": limit})).all()
        return tuple(row.id for row in rows)

    async def expire_drafts(self) -> int:
        """See ``Backlog.expire_drafts``."""
        async with self._database.across_tenants() as connection:
            return (await connection.execute(_EXPIRE)).rowcount
