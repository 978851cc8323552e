"""How far mailboxes were followed: one row a mailbox, leased like all other work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from salesagent_adapters.postgres.connections import read_connection
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.machine_time import machine_time
from salesagent_adapters.postgres.rows import Chest, clean, read_draft
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.mailbox_watches import ClaimedWatch
from salesagent_core.ports.secrets_vault import Sealer

log = logging.getLogger(__name__)

WATCH_LEASE = timedelta(minutes=3)
MAX_ERROR = 500
MAX_POINT = 100
"""Digits of a point in history: Gmail's have 20 at most, others may have more."""

_DUE = "(w.leased_until IS NULL OR w.leased_until <= now()) AND w.due_at <= now()"

_BEGIN = text("""
INSERT INTO mailbox_watches (tenant_id, mailbox_index)
SELECT c.tenant_id, c.mailbox_index FROM mailbox_connections c
WHERE c.state = 'connected' AND NOT EXISTS (
  SELECT FROM mailbox_watches w
  WHERE w.tenant_id = c.tenant_id AND w.mailbox_index = c.mailbox_index)
ON CONFLICT DO NOTHING
""")

# A push that comes while the mailbox is looked at makes it due again: only the lease is held.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT w.tenant_id, w.mailbox_index, c.sealed
  FROM mailbox_watches w JOIN mailbox_connections c
    ON c.tenant_id = w.tenant_id AND c.mailbox_index = w.mailbox_index
  WHERE c.state = 'connected' AND {due} {named}
  ORDER BY w.due_at, w.mailbox_index
  LIMIT :limit
  FOR UPDATE OF w SKIP LOCKED
)
UPDATE mailbox_watches w SET token = w.token + 1, leased_until = now() + CAST(:lease AS interval),
  due_at = now() + CAST(:lease AS interval)
FROM due WHERE w.tenant_id = due.tenant_id AND w.mailbox_index = due.mailbox_index
RETURNING w.*, due.sealed, w.ask_at <= now() AS ask
"""
_CLAIM_ANY = text(_CLAIM.format(due=_DUE, named=""))
_CLAIM_NAMED = text(_CLAIM.format(due=_DUE, named="AND w.mailbox_index = ANY(:ids)"))

_TOLD = text("""
UPDATE mailbox_watches w SET due_at = least(w.due_at, now())
FROM mailbox_connections c
WHERE w.mailbox_index = :mailbox AND c.tenant_id = w.tenant_id
  AND c.mailbox_index = w.mailbox_index AND c.state = 'connected'
  AND (w.point IS NULL OR w.point < CAST(:point AS numeric))
RETURNING w.mailbox_index
""")

_FINISH = text("""
UPDATE mailbox_watches
SET point = CAST(:point AS numeric), leased_until = NULL, looked_at = now(), attempt = 0,
  error = NULL,
  due_at = CASE WHEN due_at <= now() THEN due_at ELSE now() + CAST(:again AS interval) END
WHERE tenant_id = :tenant AND mailbox_index = :mailbox AND token = :token
""")

_COMPARE = text("""
UPDATE drafts SET audit_due_at = now() WHERE tenant_id = :tenant AND id = ANY(:ids)
""")

_POSTPONE = text("""
UPDATE mailbox_watches
SET leased_until = NULL, attempt = attempt + 1, error = :error,
  due_at = now() + (CAST(:until AS timestamptz) - CAST(:told AS timestamptz))
WHERE tenant_id = :tenant AND mailbox_index = :mailbox AND token = :token
""")

_ASKED = text("""
UPDATE mailbox_watches SET ask_at = now() + CAST(:again AS interval)
WHERE tenant_id = :tenant AND mailbox_index = :mailbox AND token = :token
""")

_OPEN = text("""
SELECT * FROM drafts
WHERE tenant_id = :tenant AND status IN ('pending_approval', 'approved')
  AND mailbox_hash IS NOT NULL
ORDER BY created_at
""")


class PgMailboxWatches:
    """``MailboxWatches`` over PostgreSQL."""

    def __init__(
        self, database: Database, sealer: Sealer, now: Callable[[], datetime] = machine_time
    ) -> None:
        self._database = database
        self._now = now
        self._chest = Chest(sealer)

    async def told(self, mailbox: str, point: str) -> tuple[str, ...]:
        """See ``MailboxWatches.told``."""
        if not _is_point(point):
            return ()
        values = {"mailbox": self._chest.contact_index(mailbox), "point": point}
        async with self._database.across_tenants() as connection:
            found = (await connection.execute(_TOLD, values)).scalars().all()
        return tuple(dict.fromkeys(found))

    async def claim(self, ids: Sequence[str] | None, limit: int) -> tuple[ClaimedWatch, ...]:
        """See ``MailboxWatches.claim``."""
        if ids is not None and not ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": WATCH_LEASE}
        statement = _CLAIM_ANY
        if ids is not None:
            statement, values["ids"] = _CLAIM_NAMED, list(ids)
        async with self._database.across_tenants() as connection:
            await connection.execute(_BEGIN)
            rows = (await connection.execute(statement, values)).all()
        claimed = []
        for row in rows:
            try:
                connected = read_connection(self._chest, row)
            except Rejected:
                log.error("a connected mailbox cannot be read; it is not followed")
                continue
            claimed.append(
                ClaimedWatch(
                    tenant_id=TenantId(row.tenant_id),
                    mailbox=connected.mailbox,
                    token=row.token,
                    attempt=row.attempt,
                    point=None if row.point is None else str(row.point),
                    ask_for_pushes=row.ask,
                )
            )
        return tuple(claimed)

    async def open_drafts(
        self, claimed: ClaimedWatch, thread_ids: Sequence[str] | None
    ) -> tuple[DraftId, ...]:
        """See ``MailboxWatches.open_drafts``. Whose mailbox and thread it is, is sealed: the
        tenant's open drafts are read one by one."""
        wanted = None if thread_ids is None else frozenset(thread_ids)
        async with self._database.tenant(claimed.tenant_id) as connection:
            rows = (await connection.execute(_OPEN, {"tenant": claimed.tenant_id})).all()
        return await asyncio.to_thread(self._held, rows, claimed.mailbox, wanted)

    async def finish(
        self, claimed: ClaimedWatch, *, point: str, compare: Sequence[DraftId], again_in: timedelta
    ) -> bool:
        """See ``MailboxWatches.finish``."""
        values = {**self._key(claimed), "point": point, "again": again_in}
        async with self._database.tenant(claimed.tenant_id) as connection:
            if (await connection.execute(_FINISH, values)).rowcount != 1:
                return False
            if compare:
                named = {"tenant": claimed.tenant_id, "ids": list(compare)}
                await connection.execute(_COMPARE, named)
            return True

    async def postpone(self, claimed: ClaimedWatch, until: datetime, error: str) -> None:
        """See ``MailboxWatches.postpone``. Changes nothing when another worker took over."""
        values = {
            **self._key(claimed),
            "until": until,
            "told": self._now(),
            "error": clean(error)[:MAX_ERROR],
        }
        async with self._database.tenant(claimed.tenant_id) as connection:
            await connection.execute(_POSTPONE, values)

    async def asked(self, claimed: ClaimedWatch, again_in: timedelta) -> None:
        """See ``MailboxWatches.asked``."""
        async with self._database.tenant(claimed.tenant_id) as connection:
            await connection.execute(_ASKED, {**self._key(claimed), "again": again_in})

    def _held(
        self, rows: Sequence[Any], mailbox: str, threads: frozenset[str] | None
    ) -> tuple[DraftId, ...]:
        found = []
        for row in rows:
            try:
                draft = read_draft(self._chest, row)
            except Rejected:
                continue
            held = draft.in_mailbox
            if held is None or held.mailbox.lower() != mailbox.lower():
                continue
            if threads is None or held.thread_id in threads:
                found.append(draft.id)
        return tuple(found)

    def _key(self, claimed: ClaimedWatch) -> dict[str, object]:
        return {
            "tenant": claimed.tenant_id,
            "mailbox": self._chest.contact_index(claimed.mailbox),
            "token": claimed.token,
        }


def _is_point(point: str) -> bool:
    return point.isascii() and point.isdigit() and len(point) <= MAX_POINT
