"""Drafts whose mailbox copy is behind, handed out with a lease each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
from sqlalchemy import func, select, text, update

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.dead_letters import DRAFT_KIND, GAVE_UP, add_dead_letter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.journal_writes import lease_lost
from salesagent_adapters.postgres.rows import Chest, place, read_draft
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.run import LEASE
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId
from salesagent_core.ports.draft_sync import ClaimedSync
from salesagent_core.ports.secrets_vault import Sealer

SYNC_LEASE = LEASE * 4
"""Longer than a run's: nobody renews it, and one vendor call may take a minute."""

_STEP = "sync_draft"

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM drafts
  WHERE mailbox_hash <> content_hash AND status IN ('pending_approval', 'approved')
    AND sync_due_at <= now() {named}
  ORDER BY sync_due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE drafts d SET sync_token = d.sync_token + 1, sync_due_at = now() + :lease
FROM due WHERE d.tenant_id = due.tenant_id AND d.id = due.id
RETURNING d.*
"""
_CLAIM_ANY = text(_CLAIM.format(named=""))
_CLAIM_NAMED = text(_CLAIM.format(named="AND id = ANY(:ids)"))


class PgDraftSyncs:
    """``DraftSyncs`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedSync, ...]:
        """See ``DraftSyncs.claim``. A draft that no version of ours can read is given up."""
        if draft_ids is not None and not draft_ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": SYNC_LEASE}
        statement = _CLAIM_ANY
        if draft_ids is not None:
            statement, values["ids"] = _CLAIM_NAMED, list(draft_ids)
        claimed = []
        async with self._database.across_tenants() as connection:
            for row in (await connection.execute(statement, values)).all():
                try:
                    draft = read_draft(self._chest, row)
                except Rejected as error:
                    await self._give_up(connection, row.tenant_id, row.id, row.sync_attempt, error)
                    continue
                claimed.append(
                    ClaimedSync(draft=draft, token=row.sync_token, attempt=row.sync_attempt)
                )
        return tuple(claimed)

    async def record(self, claimed: ClaimedSync, in_mailbox: MailboxDraft) -> None:
        """See ``DraftSyncs.record``."""
        table, draft = tables.drafts, claimed.draft
        held = (table.c.tenant_id == draft.tenant_id) & (table.c.id == draft.id)
        async with self._database.across_tenants() as connection:
            # The draft may have a newer revision by now; only what the mailbox holds changes.
            found = await connection.execute(
                select(table).where(held, table.c.sync_token == claimed.token).with_for_update()
            )
            row = found.one_or_none()
            if row is None:
                raise lease_lost()
            now = attrs.evolve(read_draft(self._chest, row), in_mailbox=in_mailbox)
            sealed = self._chest.shut(now, place("draft", draft.tenant_id, draft.id))
            await connection.execute(
                update(table)
                .where(held)
                .values(
                    sealed=sealed,
                    mailbox_hash=in_mailbox.content_hash,
                    sync_attempt=0,
                    sync_due_at=func.now(),
                    updated_at=func.now(),
                )
            )

    async def postpone(self, claimed: ClaimedSync, again_in: timedelta | None, error: str) -> None:
        """See ``DraftSyncs.postpone``. Changes nothing when another worker took over."""
        table, draft = tables.drafts, claimed.draft
        attempts = claimed.attempt + 1
        statement = (
            update(table)
            .where(
                table.c.tenant_id == draft.tenant_id,
                table.c.id == draft.id,
                table.c.sync_token == claimed.token,
            )
            .values(
                sync_attempt=attempts,
                sync_due_at=None if again_in is None else func.now() + again_in,
            )
        )
        async with self._database.across_tenants() as connection:
            changed = (await connection.execute(statement)).rowcount
            if changed and again_in is None:
                await add_dead_letter(
                    connection,
                    draft.tenant_id,
                    DRAFT_KIND,
                    draft.id,
                    _STEP,
                    GAVE_UP,
                    error,
                    attempts,
                )

    async def _give_up(
        self, connection: Any, tenant_id: str, draft_id: str, attempts: int, error: Rejected
    ) -> None:
        table = tables.drafts
        await connection.execute(
            update(table)
            .where(table.c.tenant_id == tenant_id, table.c.id == draft_id)
            .values(sync_due_at=None)
        )
        await add_dead_letter(
            connection, tenant_id, DRAFT_KIND, draft_id, _STEP, "unreadable", str(error), attempts
        )
