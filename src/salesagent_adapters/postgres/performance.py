"""Sent mail and what became of it, counted group by group."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.experiments import PgExperimentBook
from salesagent_adapters.postgres.rows import Chest
from salesagent_adapters.postgres.voices import PgVoiceShelf
from salesagent_core.domain.outcomes.outcome import POSITIVE, OutcomeType
from salesagent_core.domain.outcomes.performance import Dimension, GroupCounts
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

# What stands between the braces is one of ours, never a caller's.
_GROUPS = """
WITH mails AS (
  SELECT {key} AS key, s.draft_id, s.automatic,
    coalesce(d.edit_similarity, s.edit_similarity) AS edit_similarity,
    array_agg(o.type) FILTER (WHERE o.type IS NOT NULL) AS types
  FROM sent_mails s
  LEFT JOIN drafts d ON d.tenant_id = s.tenant_id AND d.id = s.draft_id
  LEFT JOIN outcomes o ON o.tenant_id = s.tenant_id AND o.draft_id = s.draft_id
  {more}
  WHERE s.tenant_id = :tenant AND s.sent_at >= :since AND s.sent_at < :until
  GROUP BY 1, 2, 3, 4
)
SELECT key,
  count(*) AS sent,
  count(*) FILTER (WHERE types && :replied) AS replied,
  count(*) FILTER (WHERE types && :positive) AS positive,
  count(*) FILTER (WHERE types && :meetings) AS meetings,
  count(*) FILTER (WHERE types && :deals) AS deals,
  count(*) FILTER (WHERE types && :harmed) AS harmed,
  count(*) FILTER (WHERE automatic) AS alone,
  avg(edit_similarity) AS similarity
FROM mails
WHERE key IS NOT NULL
GROUP BY key
ORDER BY key
"""

_KEYS = {
    Dimension.SEGMENT: ("s.tier", ""),
    Dimension.VOICE: ("coalesce(d.voice_index, s.voice_index)", ""),
    Dimension.HOUR: ("to_char(s.local_hour, 'FM00')", ""),
    Dimension.WEEKDAY: ("to_char(s.sent_at AT TIME ZONE :zone, 'ID')", ""),
    Dimension.WEEK: (
        "to_char(date_trunc('week', s.sent_at AT TIME ZONE :zone), 'YYYY-MM-DD')",
        "",
    ),
    Dimension.RULE: ("s.rule", ""),
    Dimension.VARIANT: (
        "v.experiment_id || '/' || v.variant_index",
        "JOIN draft_variants v ON v.tenant_id = s.tenant_id AND v.draft_id = s.draft_id",
    ),
}
_STATEMENTS = {by: text(_GROUPS.format(key=key, more=more)) for by, (key, more) in _KEYS.items()}
_TYPES = {
    "replied": [OutcomeType.EMAIL_REPLIED.value],
    "positive": sorted(each.value for each in POSITIVE),
    "meetings": [OutcomeType.MEETING_BOOKED.value, OutcomeType.MEETING_HELD.value],
    "deals": [OutcomeType.DEAL_CREATED.value, OutcomeType.DEAL_WON.value],
    "harmed": [
        OutcomeType.EMAIL_BOUNCED.value,
        OutcomeType.EMAIL_UNSUBSCRIBED.value,
        OutcomeType.NEGATIVE_RESPONSE.value,
    ],
}
_APPROVED = text("SELECT count(*) FROM approved_recipients WHERE tenant_id = :tenant")


class PgPerformance:
    """``PerformanceReads`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def groups(
        self,
        tenant_id: TenantId,
        since: datetime,
        until: datetime,
        by: Dimension,
        zone: str = "UTC",
    ) -> tuple[GroupCounts, ...]:
        """See ``PerformanceReads.groups``."""
        values = {"tenant": tenant_id, "since": since, "until": until, **_TYPES}
        if by in (Dimension.WEEKDAY, Dimension.WEEK):
            values["zone"] = zone
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(_STATEMENTS[by], values)).all()
            names = await self._names(connection, tenant_id, by) if rows else {}
        groups = (
            GroupCounts(
                key=names.get(row.key, row.key),
                sent=row.sent,
                replied=row.replied,
                positive=row.positive,
                meetings=row.meetings,
                deals=row.deals,
                harmed=row.harmed,
                alone=row.alone,
                similarity=row.similarity,
            )
            for row in rows
        )
        return tuple(sorted(groups, key=lambda each: each.key))

    async def approved_recipients(self, tenant_id: TenantId) -> int:
        """See ``PerformanceReads.approved_recipients``."""
        async with self._database.tenant(tenant_id) as connection:
            found = await connection.execute(_APPROVED, {"tenant": tenant_id})
            return int(found.scalar_one())

    async def _names(
        self, connection: AsyncConnection, tenant_id: TenantId, by: Dimension
    ) -> dict[str, str]:
        """What people call the groups, where the key is a digest of that."""
        if by is Dimension.VOICE:
            voices = await PgVoiceShelf(connection, tenant_id, self._chest).all()
            called = {HOUSE_VOICE.name, *(each.profile.name for each in voices)}
            return {self._chest.index(name): name for name in called}
        if by is Dimension.VARIANT:
            tests = await PgExperimentBook(connection, tenant_id, self._chest).all()
            return {
                f"{test.id}/{self._chest.index(each.name)}": f"{test.name} / {each.name}"
                for test in tests
                for each in test.variants
            }
        return {}
