"""Send attempts handed out with a lease each, across tenants and by the database's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.dead_letters import SEND_KIND, add_dead_letter
from salesagent_adapters.postgres.draft_sync import SYNC_LEASE
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, read_draft
from salesagent_adapters.postgres.send_ledger import read_attempt
from salesagent_core.domain.sending.attempt import AUDIT_FOR, CLAIM_LEASE, IN_FLIGHT, SendAttempt
from salesagent_core.domain.sending.gate import STOPPED
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.send_ledger import ClaimedAudit

_STEP = "send"

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM send_attempts
  WHERE status = ANY(:statuses) AND due_at <= now() {named}
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE send_attempts a SET token = a.token + 1, due_at = now() + :lease
FROM due WHERE a.tenant_id = due.tenant_id AND a.id = due.id
RETURNING a.*
"""
_CLAIM_ANY = text(_CLAIM.format(named=""))
_CLAIM_NAMED = text(_CLAIM.format(named="AND id = ANY(:ids)"))

SCHEDULED = ("scheduled",)
UNSETTLED = ("sending", "unknown")
_OPEN = ("pending_approval", "approved", "send_failed")

_CLAIM_AUDIT = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM drafts
  WHERE mailbox_hash IS NOT NULL AND {which}
  ORDER BY audit_due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE drafts d SET audit_token = d.audit_token + 1, audit_due_at = now() + :lease
FROM due WHERE d.tenant_id = due.tenant_id AND d.id = due.id
RETURNING d.*
"""
_CLAIM_AUDIT_DUE = text(_CLAIM_AUDIT.format(which="audit_due_at <= now()"))
_CLAIM_AUDIT_NAMED = text(_CLAIM_AUDIT.format(which="id = ANY(:ids)"))

_AUDIT_DONE = text("""
UPDATE drafts
SET audit_due_at = CASE WHEN updated_at > now() - CAST(:keep AS interval)
                        THEN now() + CAST(:again AS interval) END
WHERE tenant_id = :tenant AND id = :id AND audit_token = :token
""")


class PgSendQueue:
    """``SendQueue`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(self, attempt_ids: Sequence[str] | None, limit: int) -> tuple[SendAttempt, ...]:
        """See ``SendQueue.claim``."""
        return await self._claim(attempt_ids, limit, SCHEDULED, CLAIM_LEASE)

    async def claim_unsettled(
        self, attempt_ids: Sequence[str] | None, limit: int
    ) -> tuple[SendAttempt, ...]:
        """See ``SendQueue.claim_unsettled``."""
        return await self._claim(attempt_ids, limit, UNSETTLED, CLAIM_LEASE)

    async def in_flight(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        """See ``SendQueue.in_flight``."""
        table = tables.send_attempts
        statement = select(table.c.id).where(
            table.c.status.in_([status.value for status in IN_FLIGHT])
        )
        if tenant_id is not None:
            statement = statement.where(table.c.tenant_id == tenant_id)
        async with self._database.across_tenants() as connection:
            return tuple((await connection.execute(statement.order_by(table.c.id))).scalars())

    async def wake(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        """See ``SendQueue.wake``. The tokens stay: nobody works on what waits."""
        table = tables.send_attempts
        statement = (
            update(table)
            .where(table.c.status.in_(SCHEDULED), table.c.waiting_code == STOPPED)
            .values(due_at=text("now()"))
            .returning(table.c.id)
        )
        if tenant_id is not None:
            statement = statement.where(table.c.tenant_id == tenant_id)
        async with self._database.across_tenants() as connection:
            return tuple((await connection.execute(statement)).scalars())

    async def _claim(
        self,
        attempt_ids: Sequence[str] | None,
        limit: int,
        statuses: Sequence[str],
        lease: timedelta,
    ) -> tuple[SendAttempt, ...]:
        if attempt_ids is not None and not attempt_ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": lease, "statuses": list(statuses)}
        statement = _CLAIM_ANY
        if attempt_ids is not None:
            statement, values["ids"] = _CLAIM_NAMED, list(attempt_ids)
        claimed = []
        async with self._database.across_tenants() as connection:
            for row in (await connection.execute(statement, values)).all():
                try:
                    claimed.append(read_attempt(self._chest, row))
                except Rejected as error:
                    await self._give_up(connection, row, error)
        return tuple(claimed)

    async def _give_up(self, connection: AsyncConnection, row: Any, error: Rejected) -> None:
        # It stays in its state, with its slot: what cannot be read may have been sent.
        table = tables.send_attempts
        await connection.execute(
            update(table)
            .where(table.c.tenant_id == row.tenant_id, table.c.id == row.id)
            .values(due_at=None)
        )
        await add_dead_letter(
            connection, row.tenant_id, SEND_KIND, row.id, _STEP, "unreadable", str(error), 1
        )


class PgSentAudits:
    """``SentAudits`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedAudit, ...]:
        """See ``SentAudits.claim``. A draft that cannot be read is left to its next day."""
        if draft_ids is not None and not draft_ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": SYNC_LEASE}
        statement = _CLAIM_AUDIT_DUE
        if draft_ids is not None:
            statement, values["ids"] = _CLAIM_AUDIT_NAMED, list(draft_ids)
        claimed = []
        async with self._database.across_tenants() as connection:
            for row in (await connection.execute(statement, values)).all():
                try:
                    draft = read_draft(self._chest, row)
                except Rejected:
                    continue
                claimed.append(ClaimedAudit(draft=draft, token=row.audit_token))
        return tuple(claimed)

    async def open(self) -> tuple[tuple[TenantId, DraftId], ...]:
        """See ``SentAudits.open``."""
        table = tables.drafts
        statement = (
            select(table.c.tenant_id, table.c.id)
            .where(table.c.mailbox_hash.is_not(None), table.c.status.in_(_OPEN))
            .order_by(table.c.id)
        )
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(statement)).all()
        return tuple((TenantId(row.tenant_id), DraftId(row.id)) for row in rows)

    async def done(self, claimed: ClaimedAudit, again_in: timedelta) -> None:
        """See ``SentAudits.done``."""
        values = {
            "keep": AUDIT_FOR,
            "again": again_in,
            "tenant": claimed.draft.tenant_id,
            "id": claimed.draft.id,
            "token": claimed.token,
        }
        async with self._database.across_tenants() as connection:
            await connection.execute(_AUDIT_DONE, values)
