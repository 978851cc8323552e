"""CRM events: stored once each, handed to one worker at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.bell import Bell, Ring
from salesagent_adapters.postgres.dead_letters import (
    CRM_EVENT_DONE,
    CRM_EVENT_GIVEN_UP,
    CRM_EVENT_KIND,
    CRM_EVENT_WAITING,
    GAVE_UP,
    add_dead_letter,
)
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.machine_time import machine_time
from salesagent_adapters.postgres.rows import Chest, clean, new_id, place
from salesagent_core.domain.run import LEASE
from salesagent_core.errors import Rejected
from salesagent_core.ids import SubmissionId
from salesagent_core.ports.crm_events import ClaimedEvent, CrmEvent, EventReceipt
from salesagent_core.ports.secrets_vault import Sealer

EVENT_LEASE = LEASE * 10
"""Events of one claim are looked up one after the other, and nobody renews the lease."""

_STEP = "resolve_crm_event"

_CLAIM = text("""
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM crm_events
  WHERE due_at <= now()
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE crm_events e SET token = e.token + 1, due_at = now() + :lease
FROM due WHERE e.tenant_id = due.tenant_id AND e.id = due.id
RETURNING e.*
""")


class PgCrmEventInbox:
    """``CrmEventInbox`` over PostgreSQL. ``ring`` is called once per delivery, after the commit."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        ring: Ring[str] | None = None,
        now: Callable[[], datetime] = machine_time,
    ) -> None:
        self._database = database
        self._now = now
        self._sealer = sealer
        self._chest = Chest(sealer)
        self._bell = Bell(ring) if ring is not None else None

    async def close(self) -> None:
        """Ring for what was accepted last."""
        if self._bell is not None:
            await self._bell.close()

    async def accept(self, events: Sequence[CrmEvent], raw: bytes) -> tuple[EventReceipt, ...]:
        """See ``CrmEventInbox.accept``."""
        if not events:
            return ()
        delivery = new_id()
        # In one order everywhere, so that two deliveries of the same events do not deadlock.
        rows = sorted(
            (self._row(event, delivery) for event in events),
            key=lambda row: (row["tenant_id"], row["event_key"]),
        )
        table = tables.crm_events
        async with self._database.across_tenants() as connection:
            new = await connection.execute(upsert(table).values(rows).on_conflict_do_nothing())
            if new.rowcount:
                await self._keep_raw(connection, delivery, {e.tenant_id for e in events}, raw)
            wanted = {(row["tenant_id"], row["event_key"]) for row in rows}
            found = await connection.execute(
                select(table.c.tenant_id, table.c.event_key, table.c.id).where(
                    tuple_(table.c.tenant_id, table.c.event_key).in_(wanted)
                )
            )
            first = {(row.tenant_id, row.event_key): row.id for row in found}
        receipts = []
        mine = {event.id for event in events}
        for event in events:
            stored = first[event.tenant_id, clean(event.key)]
            accepted = stored == event.id and stored in mine
            mine.discard(stored)
            receipts.append(EventReceipt(id=stored, accepted=accepted))
        new_ids = [receipt.id for receipt in receipts if receipt.accepted]
        if new_ids and self._bell is not None:
            self._bell.ring_soon(new_ids)
        return tuple(receipts)

    async def claim(self, limit: int) -> tuple[ClaimedEvent, ...]:
        """See ``CrmEventInbox.claim``. An event that no version of ours can read is given up."""
        claimed = []
        async with self._database.across_tenants() as connection:
            values = {"limit": limit, "lease": EVENT_LEASE}
            for row in (await connection.execute(_CLAIM, values)).all():
                try:
                    where = place("crm_event", row.tenant_id, row.id)
                    event = self._chest.take(row.sealed, CrmEvent, where)
                except Rejected as error:
                    await self._set(connection, row, CRM_EVENT_GIVEN_UP, due_at=None)
                    await add_dead_letter(
                        connection,
                        row.tenant_id,
                        CRM_EVENT_KIND,
                        row.id,
                        _STEP,
                        "unreadable",
                        str(error),
                        row.attempt,
                    )
                    continue
                claimed.append(ClaimedEvent(event=event, token=row.token, attempt=row.attempt))
        return tuple(claimed)

    async def resolve(self, claimed: ClaimedEvent, submission_id: SubmissionId | None) -> None:
        """See ``CrmEventInbox.resolve``. Changes nothing when another worker took over."""
        async with self._database.across_tenants() as connection:
            await self._set(
                connection,
                _Held.of(claimed),
                CRM_EVENT_DONE,
                due_at=None,
                submission_id=submission_id,
            )

    async def postpone(self, claimed: ClaimedEvent, until: datetime | None, error: str) -> None:
        """See ``CrmEventInbox.postpone``. Changes nothing when another worker took over."""
        attempts = claimed.attempt + 1
        state = CRM_EVENT_WAITING if until is not None else CRM_EVENT_GIVEN_UP
        held = _Held.of(claimed)
        async with self._database.across_tenants() as connection:
            wait = None if until is None else until - self._now()
            due_at = None if wait is None else func.now() + wait
            changed = await self._set(connection, held, state, due_at=due_at, attempt=attempts)
            if changed and until is None:
                await add_dead_letter(
                    connection,
                    held.tenant_id,
                    CRM_EVENT_KIND,
                    held.id,
                    _STEP,
                    GAVE_UP,
                    error,
                    attempts,
                )

    async def _set(
        self, connection: AsyncConnection, held: Any, state: str, **changes: Any
    ) -> bool:
        table = tables.crm_events
        statement = (
            update(table)
            .where(
                table.c.tenant_id == held.tenant_id,
                table.c.id == held.id,
                table.c.token == held.token,
                table.c.state == CRM_EVENT_WAITING,
            )
            .values(state=state, **changes)
        )
        return (await connection.execute(statement)).rowcount == 1

    async def _keep_raw(
        self, connection: AsyncConnection, delivery: str, tenants: set[Any], raw: bytes
    ) -> None:
        # A delivery for several tenants at once is kept by none: it shows each the others' events.
        if len(tenants) != 1:
            return
        tenant = checked_tenant(next(iter(tenants)))
        sealed = self._sealer.seal(raw, context=place("crm_delivery", tenant, delivery))
        values = {"tenant_id": tenant, "id": delivery, "sealed": sealed}
        await connection.execute(upsert(tables.crm_deliveries).values(values))

    def _row(self, event: CrmEvent, delivery: str) -> dict[str, Any]:
        return {
            "tenant_id": checked_tenant(event.tenant_id),
            "id": event.id,
            "delivery_id": delivery,
            "event_key": clean(event.key),
            "kind": clean(event.kind),
            "object_id": clean(event.object_id),
            "occurred_at": event.occurred_at,
            "state": CRM_EVENT_WAITING,
            "sealed": self._chest.shut(event, place("crm_event", event.tenant_id, event.id)),
        }


@attrs.frozen
class _Held:
    """An event under this worker's token."""

    tenant_id: str
    id: str
    token: int

    @classmethod
    def of(cls, claimed: ClaimedEvent) -> _Held:
        return cls(claimed.event.tenant_id, claimed.event.id, claimed.token)
