"""Past decisions of rules and the policy, with what the operator then did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, read_decision, read_revision
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.draft import Revision
from salesagent_core.domain.edits import is_material_edit
from salesagent_core.domain.outcomes.backtest import Answer, PastDecision
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.ids import TenantId
from salesagent_core.ports.decision_history import DecisionPage
from salesagent_core.ports.secrets_vault import Sealer

_OURS = (Verdict.AUTO_APPROVED.value, Verdict.NEEDS_REVIEW.value)
_THEIRS = (Verdict.APPROVED.value, Verdict.REJECTED.value)


class PgDecisionHistory:
    """``DecisionHistory`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def page(
        self,
        tenant_id: TenantId,
        *,
        since: datetime,
        until: datetime,
        after: int = 0,
        limit: int,
    ) -> DecisionPage:
        """See ``DecisionHistory.page``."""
        table = tables.decisions
        later = table.alias()
        superseded = exists().where(
            later.c.tenant_id == table.c.tenant_id,
            later.c.draft_id == table.c.draft_id,
            later.c.seq > table.c.seq,
            later.c.verdict.in_(_OURS),
        )
        statement = (
            select(table)
            .where(
                table.c.tenant_id == tenant_id,
                table.c.decided_at >= since,
                table.c.decided_at < until,
                table.c.seq > after,
                table.c.verdict.in_(_OURS),
                ~superseded,
            )
            .order_by(table.c.seq)
            .limit(limit)
        )
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
            answers = await self._answers(connection, tenant_id, rows)
            outcomes = await _outcomes(connection, tenant_id, [row.draft_id for row in rows])
        decisions = tuple(
            PastDecision(
                decision=read_decision(self._chest, row),
                answer=answers.get(row.id),
                outcomes=outcomes.get(row.draft_id, ()),
            )
            for row in rows
        )
        return DecisionPage(decisions=decisions, after=rows[-1].seq if len(rows) == limit else None)

    async def _answers(
        self, connection: AsyncConnection, tenant_id: TenantId, rows: Sequence[Any]
    ) -> dict[str, Answer]:
        """By the id of our decision; the last word of a person about the draft counts."""
        table = tables.decisions
        ours = {row.draft_id: row for row in rows}
        if not ours:
            return {}
        found = await connection.execute(
            select(table.c.draft_id, table.c.verdict, table.c.content_hash, table.c.seq)
            .where(
                table.c.tenant_id == tenant_id,
                table.c.draft_id.in_(list(ours)),
                table.c.verdict.in_(_THEIRS),
            )
            .order_by(table.c.seq)
        )
        last = {row.draft_id: row for row in found if row.seq > ours[row.draft_id].seq}
        edited = [
            hashed
            for draft_id, theirs in last.items()
            if theirs.content_hash != ours[draft_id].content_hash
            for hashed in (theirs.content_hash, ours[draft_id].content_hash)
        ]
        texts = await self._texts(connection, tenant_id, list(last), edited)
        return {
            ours[draft_id].id: _answer(ours[draft_id], theirs, texts)
            for draft_id, theirs in last.items()
        }

    async def _texts(
        self,
        connection: AsyncConnection,
        tenant_id: TenantId,
        draft_ids: Sequence[str],
        hashes: Sequence[str],
    ) -> dict[tuple[str, str], Revision]:
        if not hashes:
            return {}
        table = tables.revisions
        rows = await connection.execute(
            select(table).where(
                table.c.tenant_id == tenant_id,
                table.c.draft_id.in_(draft_ids),
                table.c.content_hash.in_(hashes),
            )
        )
        return {(row.draft_id, row.content_hash): read_revision(self._chest, row) for row in rows}


async def _outcomes(
    connection: AsyncConnection, tenant_id: TenantId, draft_ids: Sequence[str]
) -> dict[str, tuple[OutcomeType, ...]]:
    """By draft, what became of its mail; that it went out is no outcome to judge by."""
    if not draft_ids:
        return {}
    table = tables.outcomes
    rows = await connection.execute(
        select(table.c.draft_id, table.c.type)
        .where(
            table.c.tenant_id == tenant_id,
            table.c.draft_id.in_(list(draft_ids)),
            table.c.type != OutcomeType.EMAIL_SENT.value,
        )
        .order_by(table.c.occurred_at, table.c.id)
    )
    found: dict[str, tuple[OutcomeType, ...]] = {}
    for row in rows:
        found[row.draft_id] = (*found.get(row.draft_id, ()), OutcomeType(row.type))
    return found


def _answer(ours: Any, theirs: Any, texts: dict[tuple[str, str], Revision]) -> Answer:
    if theirs.verdict == Verdict.REJECTED.value:
        return Answer.REJECTED
    if theirs.content_hash == ours.content_hash:
        return Answer.APPROVED
    before = texts.get((ours.draft_id, ours.content_hash))
    after = texts.get((ours.draft_id, theirs.content_hash))
    if before is None or after is None:
        return Answer.EDITED
    same = not is_material_edit((before.subject, before.body), (after.subject, after.body))
    return Answer.APPROVED if same else Answer.EDITED
