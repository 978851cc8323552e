"""What replies teach, counted by segment and rule, and the steps that thresholds made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import clean
from salesagent_core.domain.autonomy import Segment
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.learning import LearnedChange, RulePrecision, SegmentReplies
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId

_REPLIES = text("""
SELECT s.tier, s.rule, count(*) AS sent,
  count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM outcomes o
    WHERE o.tenant_id = s.tenant_id AND o.draft_id = s.draft_id AND o.type = 'email_replied'
  )) AS replied
FROM sent_mails s
WHERE s.tenant_id = :tenant AND s.rule IS NOT NULL AND s.sent_at >= :since AND s.sent_at <= :until
  AND s.sent_at > coalesce((
    SELECT max(c.counted_until) FROM learning_changes c
    WHERE c.tenant_id = s.tenant_id AND c.tier = s.tier AND c.rule = s.rule
  ), '-infinity')
GROUP BY s.tier, s.rule
ORDER BY s.tier, s.rule
""")

_PRECISION = text("""
SELECT s.rule, count(*) AS sent, count(*) FILTER (WHERE s.automatic) AS alone,
  count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM outcomes o
    WHERE o.tenant_id = s.tenant_id AND o.draft_id = s.draft_id
      AND o.type IN ('email_bounced', 'email_unsubscribed', 'negative_response')
  )) AS harmed
FROM sent_mails s
WHERE s.tenant_id = :tenant AND s.rule IS NOT NULL AND s.sent_at >= :since AND s.sent_at <= :until
GROUP BY s.rule
ORDER BY s.rule
""")


async def replies_by_segment(
    connection: AsyncConnection, tenant_id: TenantId, since: datetime, until: datetime
) -> tuple[SegmentReplies, ...]:
    """See ``OutcomeStore.segment_replies``."""
    values = {"tenant": tenant_id, "since": since, "until": until}
    rows = (await connection.execute(_REPLIES, values)).all()
    return tuple(
        SegmentReplies(segment=_segment(row), sent=row.sent, replied=row.replied) for row in rows
    )


async def precision_by_rule(
    connection: AsyncConnection, tenant_id: TenantId, since: datetime, until: datetime
) -> tuple[RulePrecision, ...]:
    """See ``OutcomeStore.rule_precision``."""
    values = {"tenant": tenant_id, "since": since, "until": until}
    rows = (await connection.execute(_PRECISION, values)).all()
    return tuple(
        RulePrecision(rule=row.rule, sent=row.sent, alone=row.alone, harmed=row.harmed)
        for row in rows
    )


class PgLearning:
    """``LearningLedger`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant = tenant_id

    async def deltas(self, tier: Tier) -> tuple[tuple[str, float], ...]:
        """See ``LearningLedger.deltas``."""
        table = tables.learning_changes
        statement = (
            select(table.c.rule, func.sum(table.c.after - table.c.before).label("delta"))
            .where(
                table.c.tenant_id == self._tenant,
                table.c.tier == tier.value,
                table.c.reverted_at.is_(None),
            )
            .group_by(table.c.rule)
            .order_by(table.c.rule)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple((row.rule, round(row.delta, 4)) for row in rows)

    async def add(self, change: LearnedChange) -> bool:
        """See ``LearningLedger.add``."""
        table = tables.learning_changes
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                id=change.id,
                tier=change.segment.tier.value,
                rule=clean(change.segment.rule),
                period=change.period,
                before=change.before,
                after=change.after,
                sent=change.sent,
                replied=change.replied,
                counted_until=change.counted_until,
                made_at=change.made_at,
                made_by=clean(change.made_by),
            )
            .on_conflict_do_nothing(constraint="learning_changes_month")
            .returning(table.c.id)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def get(self, change_id: str, *, lock: bool = False) -> LearnedChange:
        """See ``LearningLedger.get``."""
        table = tables.learning_changes
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(change_id)
        )
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such change")
        return _change(row)

    async def revert(self, change_id: str, by: str, at: datetime) -> None:
        """See ``LearningLedger.revert``."""
        table = tables.learning_changes
        await self._connection.execute(
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == clean(change_id))
            .values(reverted_at=at, reverted_by=clean(by))
        )

    async def all(self, *, limit: int) -> tuple[LearnedChange, ...]:
        """See ``LearningLedger.all``."""
        table = tables.learning_changes
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant)
            .order_by(table.c.made_at.desc(), table.c.id.desc())
            .limit(limit)
        )
        return tuple(_change(row) for row in (await self._connection.execute(statement)).all())


def _segment(row: Any) -> Segment:
    return Segment(tier=Tier(row.tier), rule=row.rule)


def _change(row: Any) -> LearnedChange:
    return LearnedChange(
        id=row.id,
        segment=_segment(row),
        period=row.period,
        before=row.before,
        after=row.after,
        sent=row.sent,
        replied=row.replied,
        counted_until=row.counted_until,
        made_at=row.made_at,
        made_by=row.made_by,
        reverted_at=row.reverted_at,
        reverted_by=row.reverted_by,
    )
