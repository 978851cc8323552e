"""Outcomes as people and the queue read them, one tenant at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.outcome_points import FADED
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.outcomes.outcome import (
    Outcome,
    OutcomeSource,
    OutcomeType,
    contact_adjustment,
)
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.outcomes import OutcomeCounts
from salesagent_core.ports.secrets_vault import Sealer

_SENT = text("""
SELECT count(*) AS sent,
  count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM outcomes o
    WHERE o.tenant_id = s.tenant_id AND o.draft_id = s.draft_id AND o.type = 'email_replied'
  )) AS replied
FROM sent_mails s
WHERE s.tenant_id = :tenant AND s.sent_at >= :since AND s.sent_at < :until
""")

_WEIGHTS = text("""
SELECT contact_index, key_index, type, source, confidence, occurred_at, recorded_at
FROM outcomes
WHERE tenant_id = :tenant AND contact_index = ANY(:people) AND occurred_at > :oldest
""")


class PgOutcomeReads:
    """``OutcomeReads`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def recent(
        self,
        tenant_id: TenantId,
        *,
        types: Sequence[OutcomeType] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[Outcome, ...]:
        """See ``OutcomeReads.recent``. Ids sort by the time that they were made."""
        table = tables.outcomes
        statement = select(table).where(table.c.tenant_id == tenant_id)
        if types:
            statement = statement.where(table.c.type.in_([each.value for each in types]))
        statement = statement.order_by(table.c.id.desc()).limit(limit).offset(offset)
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(self._read(row) for row in rows)

    async def one(self, tenant_id: TenantId, outcome_id: str) -> Outcome:
        """See ``OutcomeReads.one``."""
        table = tables.outcomes
        statement = select(table).where(
            table.c.tenant_id == tenant_id, table.c.id == clean(outcome_id)
        )
        async with self._database.tenant(tenant_id) as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such outcome")
        return self._read(row)

    async def of_contacts(
        self, tenant_id: TenantId, emails: Sequence[str]
    ) -> Mapping[str, tuple[Outcome, ...]]:
        """See ``OutcomeReads.of_contacts``."""
        people = {self._chest.contact_index(person): person for person in map(fold_alias, emails)}
        if not people:
            return {}
        table = tables.outcomes
        statement = (
            select(table)
            .where(table.c.tenant_id == tenant_id, table.c.contact_index.in_(list(people)))
            .order_by(table.c.occurred_at.desc(), table.c.id.desc())
        )
        found: dict[str, list[Outcome]] = {}
        async with self._database.tenant(tenant_id) as connection:
            for row in (await connection.execute(statement)).all():
                found.setdefault(people[row.contact_index], []).append(self._read(row))
        return {person: tuple(outcomes) for person, outcomes in found.items()}

    async def adjustments(
        self, tenant_id: TenantId, emails: Sequence[str], now: datetime
    ) -> Mapping[str, float]:
        """See ``OutcomeReads.adjustments``. Nothing is unsealed: the queue asks for thousands."""
        people = {self._chest.contact_index(person): person for person in map(fold_alias, emails)}
        if not people:
            return {}
        values = {"tenant": tenant_id, "people": list(people), "oldest": now - FADED}
        found: dict[str, list[Outcome]] = {}
        async with self._database.tenant(tenant_id) as connection:
            for row in (await connection.execute(_WEIGHTS, values)).all():
                found.setdefault(people[row.contact_index], []).append(_weighed(row))
        return {person: contact_adjustment(known, now) for person, known in found.items()}

    async def counts(self, tenant_id: TenantId, since: datetime, until: datetime) -> OutcomeCounts:
        """See ``OutcomeReads.counts``."""
        table = tables.outcomes
        statement = (
            select(table.c.type, func.count().label("n"))
            .where(
                table.c.tenant_id == tenant_id,
                table.c.occurred_at >= since,
                table.c.occurred_at < until,
            )
            .group_by(table.c.type)
        )
        values = {"tenant": tenant_id, "since": since, "until": until}
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
            sent = (await connection.execute(_SENT, values)).one()
        return OutcomeCounts(
            by_type={OutcomeType(row.type): row.n for row in rows},
            sent=sent.sent,
            replied=sent.replied,
        )

    def _read(self, row: Any) -> Outcome:
        return self._chest.take(row.sealed, Outcome, place("outcome", row.tenant_id, row.id))


def _weighed(row: Any) -> Outcome:
    """As much of an outcome as its weight needs; what is sealed is not in it."""
    return Outcome(
        id="",
        key=row.key_index,
        type=OutcomeType(row.type),
        email="",
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        source=OutcomeSource(row.source),
        confidence=row.confidence,
    )
