"""Watches and followed drafts, handed out with a lease each, by the database's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from salesagent_adapters.postgres.draft_sync import SYNC_LEASE
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, place, read_draft
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.outcome_watches import (
    ClaimedFollowUp,
    Watch,
    WatchKind,
    WatchState,
)
from salesagent_core.ports.secrets_vault import Sealer

_CLAIM_WATCH = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM outcome_watches
  WHERE {which}
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE outcome_watches w SET token = w.token + 1, due_at = now() + :lease
FROM due WHERE w.tenant_id = due.tenant_id AND w.id = due.id
RETURNING w.*
"""
_WATCH_ANY = text(_CLAIM_WATCH.format(which="due_at <= now()"))
_WATCH_NAMED = text(_CLAIM_WATCH.format(which="due_at <= now() AND id = ANY(:ids)"))
_WATCH_TAKEN = text(_CLAIM_WATCH.format(which="tenant_id = :tenant AND kind = :kind"))
_MAX_TAKEN = 1_000

_WATCH_DONE = text("""
UPDATE outcome_watches
SET due_at = now() + CAST(:again AS interval), sealed = :sealed
WHERE tenant_id = :tenant AND id = :id AND token = :token
""")

_CLAIM_DRAFT = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM drafts
  WHERE status = 'sent' AND {which}
  ORDER BY follow_due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE drafts d SET follow_token = d.follow_token + 1, follow_due_at = now() + :lease
FROM due WHERE d.tenant_id = due.tenant_id AND d.id = due.id
RETURNING d.*
"""
_DRAFT_ANY = text(_CLAIM_DRAFT.format(which="follow_due_at <= now()"))
_DRAFT_NAMED = text(_CLAIM_DRAFT.format(which="follow_due_at <= now() AND id = ANY(:ids)"))
_DRAFT_TAKEN = text(_CLAIM_DRAFT.format(which="follow_due_at IS NOT NULL AND tenant_id = :tenant"))

_DRAFT_DONE = text("""
UPDATE drafts SET follow_due_at = now() + CAST(:again AS interval)
WHERE tenant_id = :tenant AND id = :id AND follow_token = :token
""")


class PgOutcomeWatches:
    """``OutcomeWatches`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(self, watch_ids: Sequence[str] | None, limit: int) -> tuple[Watch, ...]:
        """See ``OutcomeWatches.claim``."""
        if watch_ids is None:
            return await self._claim(_WATCH_ANY, {"limit": limit})
        if not watch_ids:
            return ()
        return await self._claim(_WATCH_NAMED, {"limit": limit, "ids": list(watch_ids)})

    async def take(self, tenant_id: TenantId, kind: WatchKind) -> tuple[Watch, ...]:
        """See ``OutcomeWatches.take``."""
        values = {"limit": _MAX_TAKEN, "tenant": tenant_id, "kind": kind.value}
        return await self._claim(_WATCH_TAKEN, values)

    async def done(self, watch: Watch, state: WatchState, again_in: timedelta) -> bool:
        """See ``OutcomeWatches.done``."""
        values = {
            "tenant": watch.tenant_id,
            "id": watch.id,
            "token": watch.token,
            "again": again_in,
            "sealed": self._chest.shut(state, place("watch", watch.tenant_id, watch.id)),
        }
        async with self._database.across_tenants() as connection:
            return (await connection.execute(_WATCH_DONE, values)).rowcount == 1

    async def _claim(self, statement: Any, values: dict[str, Any]) -> tuple[Watch, ...]:
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(statement, {**values, "lease": SYNC_LEASE})).all()
        found = []
        for row in rows:
            try:
                where = place("watch", row.tenant_id, row.id)
                state = self._chest.take(row.sealed, WatchState, where)
            except Rejected:
                # What no version of ours can read comes round again with its lease.
                continue
            found.append(
                Watch(
                    id=row.id,
                    tenant_id=TenantId(row.tenant_id),
                    kind=WatchKind(row.kind),
                    state=state,
                    token=row.token,
                )
            )
        return tuple(found)


class PgFollowUps:
    """``FollowUps`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedFollowUp, ...]:
        """See ``FollowUps.claim``."""
        if draft_ids is None:
            return await self._claim(_DRAFT_ANY, {"limit": limit})
        if not draft_ids:
            return ()
        return await self._claim(_DRAFT_NAMED, {"limit": limit, "ids": list(draft_ids)})

    async def take(self, tenant_id: TenantId, limit: int) -> tuple[ClaimedFollowUp, ...]:
        """See ``FollowUps.take``."""
        return await self._claim(_DRAFT_TAKEN, {"limit": limit, "tenant": tenant_id})

    async def done(self, claimed: ClaimedFollowUp, again_in: timedelta | None) -> None:
        """See ``FollowUps.done``."""
        values = {
            "tenant": claimed.draft.tenant_id,
            "id": claimed.draft.id,
            "token": claimed.token,
            "again": again_in,
        }
        async with self._database.across_tenants() as connection:
            await connection.execute(_DRAFT_DONE, values)

    async def _claim(self, statement: Any, values: dict[str, Any]) -> tuple[ClaimedFollowUp, ...]:
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(statement, {**values, "lease": SYNC_LEASE})).all()
        found = []
        for row in rows:
            try:
                draft = read_draft(self._chest, row)
            except Rejected:
                # What no version of ours can read comes round again with its lease.
                continue
            found.append(ClaimedFollowUp(draft=draft, token=row.follow_token))
        return tuple(found)
