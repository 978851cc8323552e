"""Connected mailboxes, found by a keyed hash; their tokens are sealed for one row each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.journal_writes import MAILBOX_LOCK
from salesagent_adapters.postgres.rows import Chest, place
from salesagent_core.domain.run import RunStatus
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    ConsentFlow,
    KeptConnection,
    MailboxConnection,
    Resumed,
    Tokens,
)
from salesagent_core.ports.secrets_vault import Sealer

_NOW = text("SELECT clock_timestamp()")

_LOCK = """
SELECT pg_advisory_xact_lock({key})
FROM (VALUES (CAST(:tenant AS text), CAST(:mailbox AS text))) AS e (tenant_id, mailbox_index)
"""
_ALONE = text(_LOCK.format(key=MAILBOX_LOCK))

_RESUME_RUNS = text("""
UPDATE runs SET status = 'triggered', due_at = now(), attempt = 0, waiting_for = NULL,
    waiting_mailbox = NULL, updated_at = now()
WHERE tenant_id = :tenant AND waiting_mailbox = :mailbox AND status = 'waiting'
RETURNING id
""")

# The tokens stay, as when the kill switch is released: nobody works on what waits.
_RESUME_SENDS = text("""
UPDATE send_attempts SET due_at = now()
WHERE tenant_id = :tenant AND status = 'scheduled' AND waiting_code = 'mailbox_disconnected'
RETURNING id
""")

# The reconciliation itself keeps the time of grace, so that sooner is never too soon.
_RESUME_UNKNOWN = text("""
UPDATE send_attempts SET due_at = now()
WHERE tenant_id = :tenant AND status = 'unknown' AND due_at > now()
RETURNING id
""")

_RESUME_DRAFTS = text("""
UPDATE drafts SET sync_due_at = now()
WHERE tenant_id = :tenant AND mailbox_hash <> content_hash AND sync_attempt > 0
  AND status IN ('pending_approval', 'approved') AND sync_due_at > now()
RETURNING id
""")

_LOOK_AGAIN = text("""
UPDATE mailbox_watches SET due_at = now(), ask_at = now()
WHERE tenant_id = :tenant AND mailbox_index = :mailbox
""")


def read_connection(chest: Chest, row: Any) -> MailboxConnection:
    """A connection from its row. Raises: Rejected."""
    where = place("mailbox", row.tenant_id, row.mailbox_index)
    return chest.take(row.sealed, MailboxConnection, where)


class PgMailboxConnections:
    """``MailboxConnections`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def now(self) -> datetime:
        """See ``MailboxConnections.now``."""
        now: datetime = (await self._connection.execute(_NOW)).scalar_one()
        return now

    async def get(self, mailbox: str, *, lock: bool = False) -> KeptConnection | None:
        """See ``MailboxConnections.get``."""
        table = tables.mailbox_connections
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.mailbox_index == self.subject_of(mailbox)
        )
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else self._kept(row)

    async def all(self) -> tuple[MailboxConnection, ...]:
        """See ``MailboxConnections.all``."""
        table = tables.mailbox_connections
        rows = await self._connection.execute(
            select(table).where(table.c.tenant_id == self._tenant)
        )
        found = [self._read(row) for row in rows.all()]
        return tuple(sorted(found, key=lambda each: each.mailbox))

    async def save(self, kept: KeptConnection) -> None:
        """See ``MailboxConnections.save``."""
        columns = self._columns(kept)
        statement = upsert(tables.mailbox_connections).values(columns)
        keys = ("tenant_id", "mailbox_index")
        changes = {name: statement.excluded[name] for name in columns if name not in keys}
        await self._connection.execute(
            statement.on_conflict_do_update(constraint="mailbox_connections_pkey", set_=changes)
        )

    async def waiting(self, mailboxes: Collection[str]) -> dict[str, int]:
        """See ``MailboxConnections.waiting``."""
        by_index = {self.subject_of(mailbox): mailbox for mailbox in mailboxes}
        table = tables.runs
        rows = await self._connection.execute(
            select(table.c.waiting_mailbox, func.count())
            .where(
                table.c.tenant_id == self._tenant,
                table.c.waiting_mailbox.in_(by_index),
                table.c.status == RunStatus.WAITING.value,
            )
            .group_by(table.c.waiting_mailbox)
        )
        counts = {by_index[row[0]]: row[1] for row in rows.all()}
        return {mailbox: counts.get(mailbox, 0) for mailbox in mailboxes}

    async def resume(self, mailbox: str) -> Resumed:
        """See ``MailboxConnections.resume``."""
        values = {"tenant": self._tenant, "mailbox": self.subject_of(mailbox)}

        # A statement of its own: the next one sees every run that was parked before the lock.
        await self._connection.execute(_ALONE, values)
        await self._connection.execute(_LOOK_AGAIN, values)

        async def ids(statement: Any) -> tuple[str, ...]:
            return tuple((await self._connection.execute(statement, values)).scalars())

        return Resumed(
            runs=await ids(_RESUME_RUNS),
            sends=await ids(_RESUME_SENDS),
            unknown_sends=await ids(_RESUME_UNKNOWN),
            drafts=await ids(_RESUME_DRAFTS),
        )

    def subject_of(self, mailbox: str) -> str:
        """See ``MailboxConnections.subject_of``."""
        return self._chest.contact_index(mailbox)

    def _columns(self, kept: KeptConnection) -> dict[str, Any]:
        connection, tokens = kept.connection, kept.tokens
        index = self.subject_of(connection.mailbox)
        return {
            "tenant_id": self._tenant,
            "mailbox_index": index,
            "provider": connection.provider,
            "state": connection.state.value,
            "why": connection.why and connection.why.value,
            "since": connection.since,
            "changed_by": connection.by,
            "generation": kept.generation,
            "expires_at": tokens and tokens.expires_at,
            "refreshing_until": kept.refreshing_until,
            "sealed": self._chest.shut(connection, self._place("mailbox", index)),
            "tokens": tokens and self._chest.shut(tokens, self._place("mailbox tokens", index)),
        }

    def _read(self, row: Any) -> MailboxConnection:
        return read_connection(self._chest, row)

    def _kept(self, row: Any) -> KeptConnection:
        tokens = None
        if row.tokens is not None:
            where = self._place("mailbox tokens", row.mailbox_index)
            tokens = self._chest.take(row.tokens, Tokens, where)
        return KeptConnection(
            connection=self._read(row),
            tokens=tokens,
            generation=row.generation,
            refreshing_until=row.refreshing_until,
        )

    def _place(self, kind: str, index: str) -> bytes:
        return place(kind, self._tenant, index)


class PgConsentFlows:
    """``ConsentFlows`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def add(self, flow: ConsentFlow) -> None:
        """See ``ConsentFlows.add``. Flows that ran out are cleared away by the way."""
        table = tables.consent_flows
        values = {
            "tenant_id": checked_tenant(flow.tenant_id),
            "digest": flow.digest,
            "expires_at": flow.expires_at,
            "sealed": self._chest.shut(flow, _flow_place(flow.tenant_id, flow.digest)),
        }
        async with self._database.across_tenants() as connection:
            await connection.execute(delete(table).where(table.c.expires_at <= func.now()))
            await connection.execute(insert(table).values(values))

    async def take(self, digest: bytes) -> ConsentFlow | None:
        """See ``ConsentFlows.take``."""
        table = tables.consent_flows
        statement = delete(table).where(table.c.digest == digest).returning(table, func.now())
        async with self._database.across_tenants() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None or row.expires_at <= row[-1]:
            return None
        return self._chest.take(row.sealed, ConsentFlow, _flow_place(row.tenant_id, digest))


def _flow_place(tenant_id: str, digest: bytes) -> bytes:
    return place("consent flow", tenant_id, digest.hex())
