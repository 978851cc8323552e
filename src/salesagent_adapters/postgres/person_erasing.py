"""A person's own rows, erased within one transaction: runs first, so that workers are fenced off.

What others rely on stays without its content: rows that keep a delivery from being taken in twice,
a mailbox's places in its limits, mails that must not be remembered anew.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables, vectors
from salesagent_adapters.postgres.person_rows import SUBMISSIONS, Own, own_rows
from salesagent_adapters.postgres.rows import dumps, emptied_form, new_id, place, read_form
from salesagent_adapters.postgres.sealed_scan import SealedScan
from salesagent_core.domain.submission import Submission
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.data_subjects import StoreLine
from salesagent_core.ports.secrets_vault import Sealer

VECTORS = "memory_vectors"

PRIVACY_DELETION = "contact.privacyDeletion"
"""What asks for an erasure becomes no run."""
_STUBS = frozenset({"submissions", "crm_events"})
_KEPT_BECAUSE = {
    "submissions": "the row stays without its content, so that it is not taken in again",
    "crm_events": "the row stays without its content, so that it is not taken in again",
    "memories": "the row stays without its content, so that the mail is not remembered again",
    "send_slots": "the mailbox's limits count on, without the person",
}
_DROP_VECTORS = text(
    "DELETE FROM memory_vectors WHERE tenant_id = :tenant AND memory_id IN (SELECT id FROM memories"
    " WHERE tenant_id = :tenant AND (contact_index = ANY(:people) OR id = ANY(:ids)))"
)


class PersonEraser:
    """``spare_*`` take out of ``own`` what has to stay for now; ``erase`` does the rest."""

    def __init__(self, sealer: Sealer, scan: SealedScan) -> None:
        self._sealer = sealer
        self._scan = scan

    async def spare_new(
        self, connection: AsyncConnection, tenant_id: TenantId, own: Own, asked_at: datetime
    ) -> None:
        """Leave what the person filled in after they asked: it is a new matter."""
        table = tables.submissions
        rows = await connection.execute(
            select(table).where(table.c.tenant_id == tenant_id, table.c.id.in_(own.submissions))
        )
        for row in rows:
            opened = self._scan.open(SUBMISSIONS, dict(row._mapping))
            form = None if opened is None else _form(opened.plain)
            if form is not None and (form.submitted_at or form.received_at) > asked_at:
                await self._leave(connection, tenant_id, own, {row.run_id})

    async def spare_sending(
        self, connection: AsyncConnection, tenant_id: TenantId, own: Own
    ) -> tuple[str, ...]:
        """Leave what is being sent at this moment: its result must be noted first."""
        table = tables.send_attempts
        rows = await connection.execute(
            select(table.c.draft_id)
            .where(
                table.c.tenant_id == tenant_id,
                table.c.id.in_(own.attempts),
                table.c.status == "sending",
                table.c.due_at > func.now(),
            )
            .with_for_update()
        )
        sending = {row.draft_id for row in rows}
        if not sending:
            return ()
        drafts = tables.drafts
        runs = await connection.execute(
            select(drafts.c.run_id).where(drafts.c.tenant_id == tenant_id, drafts.c.id.in_(sending))
        )
        await self._leave(connection, tenant_id, own, {row.run_id for row in runs})
        return (f"{len(sending)} mail is on its way at this moment: tried again in a minute",)

    async def _leave(
        self, connection: AsyncConnection, tenant_id: TenantId, own: Own, runs: set[str]
    ) -> None:
        own.runs -= runs
        forms, drafts, sends = tables.submissions, tables.drafts, tables.send_attempts
        found = await connection.execute(
            select(forms.c.id).where(forms.c.tenant_id == tenant_id, forms.c.run_id.in_(runs))
        )
        own.submissions -= {row.id for row in found}
        found = await connection.execute(
            select(drafts.c.id).where(drafts.c.tenant_id == tenant_id, drafts.c.run_id.in_(runs))
        )
        left = {row.id for row in found}
        own.drafts -= left
        found = await connection.execute(
            select(sends.c.id).where(sends.c.tenant_id == tenant_id, sends.c.draft_id.in_(left))
        )
        own.attempts -= {row.id for row in found}

    async def erase(
        self, connection: AsyncConnection, tenant_id: TenantId, own: Own
    ) -> tuple[bool, list[StoreLine]]:
        """Erase; whether a worker was at it, and what became of each store."""
        runs = tables.runs
        held = await connection.execute(
            select(runs.c.status)
            .where(runs.c.tenant_id == tenant_id, runs.c.id.in_(own.runs))
            .order_by(runs.c.id)
            .with_for_update()
        )
        in_flight = any(row.status == "processing" for row in held) or await self._looked_up(
            connection, tenant_id, own
        )
        lines = [await self._drop_vectors(connection, tenant_id, own)]
        for store, (table, theirs) in own_rows(own).items():
            mine = table.c.tenant_id == tenant_id
            emptied = self._emptied(store)
            if store in _STUBS:
                count = await self._stub(connection, store, tenant_id, own)
            elif emptied is not None:
                done = await connection.execute(update(table).where(mine, theirs).values(**emptied))
                count = done.rowcount
            else:
                count = (await connection.execute(delete(table).where(mine, theirs))).rowcount
            lines.append(StoreLine(store=store, erased=count, why=_KEPT_BECAUSE.get(store, "")))
        return in_flight, lines

    @staticmethod
    def _emptied(store: str) -> dict[str, Any] | None:
        """What rows become that others rely on; None where they simply go."""
        if store == "memories":
            return {"contact_index": "", "sealed": None, "outcome": None, "due_at": None}
        if store == "send_slots":
            return {"contact_index": f"erased:{new_id()}"}
        return None

    async def _looked_up(self, connection: AsyncConnection, tenant_id: TenantId, own: Own) -> bool:
        table = tables.crm_events
        statement = select(func.count()).where(
            table.c.tenant_id == tenant_id,
            table.c.id.in_(own.events),
            table.c.state == "waiting",
            table.c.due_at > func.now(),
            table.c.kind != PRIVACY_DELETION,
        )
        return bool((await connection.execute(statement)).scalar_one())

    async def _stub(
        self, connection: AsyncConnection, store: str, tenant_id: TenantId, own: Own
    ) -> int:
        """Rows that keep a delivery from being taken in twice stay, without content."""
        table, count = tables.metadata.tables[store], 0
        ids = own.submissions if store == "submissions" else own.events
        rows = await connection.execute(
            select(table).where(table.c.tenant_id == tenant_id, table.c.id.in_(ids))
        )
        for row in rows.all():
            values = self._empty_form(row) if store == "submissions" else self._empty_event(row)
            where = (table.c.tenant_id == tenant_id, table.c.id == row.id)
            await connection.execute(update(table).where(*where).values(**values))
            count += 1
        return count

    def _empty_form(self, row: Any) -> dict[str, Any]:
        return {"contact_index": "", "sealed": emptied_form(self._sealer, row)}

    def _empty_event(self, row: Any) -> dict[str, Any]:
        event = {
            "id": row.id,
            "tenant_id": row.tenant_id,
            "key": row.event_key,
            "kind": row.kind,
            "object_id": "",
            "occurred_at": row.occurred_at,
        }
        where = place("crm_event", row.tenant_id, row.id)
        return {
            "object_id": "",
            "state": "done",
            "due_at": None,
            "sealed": self._sealer.seal(dumps(event), context=where),
        }

    async def _drop_vectors(
        self, connection: AsyncConnection, tenant_id: TenantId, own: Own
    ) -> StoreLine:
        if await vectors.missing(connection) is not None:
            return StoreLine(store=VECTORS)
        values = {"tenant": tenant_id, "people": list(own.indexes), "ids": list(own.attempts)}
        done = await connection.execute(_DROP_VECTORS, values)
        return StoreLine(store=VECTORS, erased=done.rowcount)


def _form(plain: bytes) -> Submission | None:
    try:
        return read_form(plain)[0]
    except Rejected:
        return None
