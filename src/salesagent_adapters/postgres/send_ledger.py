"""Send attempts and the limits' slots of one tenant, inside its transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, cast

import attrs
import psycopg
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.sending.rate_limit import (
    ACTIVE_FOR,
    CONTACT_WINDOW,
    MAILBOX_WINDOW,
    ActiveContact,
    Usage,
)
from salesagent_core.errors import Conflict, LeaseLost, NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.send_ledger import SlotKeys

_LOCKS = b"SELECT pg_advisory_xact_lock(%s), pg_advisory_xact_lock(%s), pg_advisory_xact_lock(%s)"

# One statement, three index look-ups. A slot that is not settled counts as taken just now.
_PART = """
SELECT '{kind}' AS kind, contact_index AS contact,
  coalesce(settled_at, clock_timestamp()) AS at
FROM send_slots
WHERE tenant_id = %(tenant)s AND {kind}_index = %({kind})s AND attempt_id <> %(besides)s
  AND (settled_at IS NULL OR settled_at > clock_timestamp() - %({kind}_window)s::interval)
"""
# The clock is read last: nothing that counts is younger.
_USAGE = " UNION ALL ".join(
    (
        *(_PART.format(kind=k) for k in ("contact", "mailbox", "company")),
        "SELECT 'now', NULL, clock_timestamp()",
    )
).encode()

_NOW = text("SELECT clock_timestamp()")
_TAKE = b"""
INSERT INTO send_slots
  (tenant_id, attempt_id, contact_index, mailbox_index, company_index, taken_at)
VALUES (%(tenant)s, %(attempt)s, %(contact)s, %(mailbox)s, %(company)s, clock_timestamp())
ON CONFLICT ON CONSTRAINT send_slots_pkey DO UPDATE SET
  contact_index = excluded.contact_index, mailbox_index = excluded.mailbox_index,
  company_index = excluded.company_index, taken_at = excluded.taken_at, settled_at = NULL
"""


def attempt_columns(chest: Chest, attempt: SendAttempt) -> dict[str, Any]:
    """An attempt as its row."""
    return {
        "tenant_id": attempt.tenant_id,
        "id": attempt.id,
        "draft_id": attempt.draft_id,
        "content_hash": attempt.content_hash,
        "status": attempt.status.value,
        "due_at": attempt.due_at,
        "token": attempt.token,
        "waiting_code": attempt.waiting[0].code if attempt.waiting else None,
        "created_at": attempt.created_at,
        "updated_at": attempt.updated_at,
        "sealed": chest.shut(attempt, place("send", attempt.tenant_id, attempt.id)),
    }


def read_attempt(chest: Chest, row: Any) -> SendAttempt:
    """An attempt from its row. Raises: Rejected."""
    attempt = chest.take(row.sealed, SendAttempt, place("send", row.tenant_id, row.id))
    # A claim writes these columns only.
    return attrs.evolve(
        attempt, status=AttemptStatus(row.status), due_at=row.due_at, token=row.token
    )


class PgSendLedger:
    """``SendLedger``."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def now(self) -> datetime:
        """See ``SendLedger.now``."""
        found = await self._connection.execute(_NOW)
        now: datetime = found.scalar_one()
        return now

    async def get(self, attempt_id: str, *, lock: bool = False) -> SendAttempt:
        """See ``SendLedger.get``."""
        table = tables.send_attempts
        statement = self._mine().where(table.c.id == clean(attempt_id))
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such send")
        return read_attempt(self._chest, row)

    async def of_draft(self, draft_id: DraftId, *, lock: bool = False) -> tuple[SendAttempt, ...]:
        """See ``SendLedger.of_draft``."""
        table = tables.send_attempts
        statement = (
            self._mine()
            .where(table.c.draft_id == clean(draft_id))
            .order_by(table.c.created_at.desc(), table.c.id.desc())
        )
        if lock:
            statement = statement.with_for_update()
        rows = (await self._connection.execute(statement)).all()
        return tuple(read_attempt(self._chest, row) for row in rows)

    async def add(self, attempt: SendAttempt) -> None:
        """See ``SendLedger.add``."""
        if attempt.tenant_id != self._tenant:
            raise NotFound("there is no such draft")
        table = tables.send_attempts
        statement = (
            upsert(table)
            .values(attempt_columns(self._chest, attempt))
            .on_conflict_do_nothing()
            .returning(table.c.id)
        )
        if (await self._connection.execute(statement)).one_or_none() is None:
            raise Conflict("this revision is being sent, or was sent, already")

    async def save(self, attempt: SendAttempt) -> SendAttempt:
        """See ``SendLedger.save``."""
        table = tables.send_attempts
        saved = attrs.evolve(attempt, token=attempt.token + 1)
        statement = (
            update(table)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.id == attempt.id,
                table.c.token == attempt.token,
            )
            .values(attempt_columns(self._chest, saved))
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise LeaseLost("another worker holds this send now")
        return saved

    async def usage(self, keys: SlotKeys, *, besides: str | None = None, lock: bool) -> Usage:
        """See ``SendLedger.usage``."""
        who = self._indexes(keys)
        values = {
            "tenant": self._tenant,
            "besides": besides or "",
            **who,
            "contact_window": CONTACT_WINDOW,
            "mailbox_window": MAILBOX_WINDOW,
            "company_window": ACTIVE_FOR,
        }
        # In one order everywhere, so that nobody waits in a circle.
        numbers = sorted(self._lock_number(kind, index) for kind, index in who.items())
        driver = await self._driver()
        # Sent together, but two statements: the second sees what was committed while the first
        # waited for the locks.
        async with driver.pipeline(), driver.cursor() as cursor:
            if lock:
                await cursor.execute(_LOCKS, numbers)
            counted = await driver.execute(_USAGE, values)
        rows = await counted.fetchall()
        return Usage(
            contact=who["contact"] or "",
            contact_sends=[at for kind, _, at in rows if kind == "contact"],
            mailbox_sends=[at for kind, _, at in rows if kind == "mailbox"],
            company_contacts=[
                ActiveContact(contact=contact, last_sent_at=at)
                for kind, contact, at in rows
                if kind == "company"
            ],
            counted_at=max(at for kind, _, at in rows if kind == "now"),
        )

    async def take(self, attempt_id: str, keys: SlotKeys) -> None:
        """See ``SendLedger.take``."""
        values = {"tenant": self._tenant, "attempt": attempt_id, **self._indexes(keys)}
        await (await self._driver()).execute(_TAKE, values)

    async def settle(self, attempt_id: str, at: datetime) -> None:
        """See ``SendLedger.settle``."""
        table = tables.send_slots
        await self._connection.execute(
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.attempt_id == attempt_id)
            .values(settled_at=at)
        )

    async def free(self, attempt_id: str) -> None:
        """See ``SendLedger.free``."""
        table = tables.send_slots
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.attempt_id == attempt_id)
        )

    async def _driver(self) -> psycopg.AsyncConnection[Any]:
        """The connection without its wrapper, which costs more than these statements."""
        pooled = await self._connection.get_raw_connection()
        return cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)

    def _mine(self) -> Any:
        return select(tables.send_attempts).where(tables.send_attempts.c.tenant_id == self._tenant)

    def _indexes(self, keys: SlotKeys) -> dict[str, str | None]:
        return {
            "contact": self._chest.contact_index(keys.contact),
            "mailbox": self._chest.index(f"mailbox:{keys.mailbox.lower()}"),
            "company": self._chest.index(f"company:{keys.company}") if keys.company else None,
        }

    def _lock_number(self, kind: str, index: str | None) -> int:
        name = f"{self._tenant}\x1f{kind}\x1f{index}".encode()
        return int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
