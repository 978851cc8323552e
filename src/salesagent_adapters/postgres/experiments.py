"""A/B tests: kept, looked up by runs, and counted from sent mail and its outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.experiment import (
    COUNTED_AFTER,
    Experiment,
    ExperimentState,
    Metric,
)
from salesagent_core.domain.experiment_evidence import Count
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.treatment import ExperimentKind
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.experiments import ArmCount
from salesagent_core.ports.secrets_vault import Sealer

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('experiments:' || :tenant, 0))")
_ACTIVE = (ExperimentState.RUNNING.value, ExperimentState.DECIDED.value)
_SUCCESS = {
    Metric.REPLY: (OutcomeType.EMAIL_REPLIED.value,),
    Metric.MEETING: (OutcomeType.MEETING_BOOKED.value, OutcomeType.MEETING_HELD.value),
}

# A person's first sent mail of the test stands for them; later mails only bring it about.
_COUNT = text("""
WITH mails AS (
  SELECT v.variant_index, v.draft_id, s.sent_at, s.contact_index, row_number() OVER (
    PARTITION BY s.contact_index ORDER BY s.sent_at, s.draft_id
  ) AS place
  FROM draft_variants v
  LEFT JOIN sent_mails s ON s.tenant_id = v.tenant_id AND s.draft_id = v.draft_id
    AND (s.automatic OR NOT :only_automatic)
  WHERE v.tenant_id = :tenant AND v.experiment_id = :experiment
)
SELECT m.variant_index,
  count(*) AS drafted,
  count(m.sent_at) AS sent,
  count(*) FILTER (WHERE m.place = 1 AND m.sent_at > :now - :span) AS waiting,
  count(*) FILTER (WHERE m.place = 1 AND m.sent_at <= :now - :span) AS people,
  count(*) FILTER (WHERE m.place = 1 AND m.sent_at <= :now - :span AND EXISTS (
    SELECT 1 FROM outcomes o
    WHERE o.tenant_id = :tenant AND o.draft_id = m.draft_id AND o.type = ANY(:types)
      AND o.occurred_at <= m.sent_at + :span
  )) AS successes
FROM mails m
GROUP BY m.variant_index
""")


class PgExperimentBook:
    """``ExperimentBook`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def all(self) -> tuple[Experiment, ...]:
        """See ``ExperimentBook.all``."""
        table = tables.experiments
        return await self._read(
            select(table.c.id, table.c.sealed)
            .where(table.c.tenant_id == self._tenant)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
        )

    async def active(self) -> tuple[Experiment, ...]:
        """See ``ActiveExperiments.active``."""
        table = tables.experiments
        return await self._read(
            select(table.c.id, table.c.sealed)
            .where(table.c.tenant_id == self._tenant, table.c.state.in_(_ACTIVE))
            .order_by(table.c.created_at, table.c.id)
        )

    async def get(self, experiment_id: str, *, lock: bool = False) -> Experiment:
        """See ``ExperimentBook.get``."""
        table = tables.experiments
        statement = select(table.c.id, table.c.sealed).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(experiment_id)
        )
        found = await self._read(statement.with_for_update() if lock else statement)
        if not found:
            raise NotFound("there is no such test")
        return found[0]

    async def put(self, experiment: Experiment) -> None:
        """See ``ExperimentBook.put``."""
        table = tables.experiments
        name_index = self._chest.index(experiment.name.casefold())
        same = select(table.c.id).where(
            table.c.tenant_id == self._tenant,
            table.c.name_index == name_index,
            table.c.id != experiment.id,
        )
        if (await self._connection.execute(same)).first() is not None:
            raise Conflict("there is a test of this name already")
        values = {
            "name_index": name_index,
            "kind": experiment.kind.value,
            "state": experiment.state.value,
            "created_at": experiment.created_at,
            "sealed": self._chest.shut(experiment, self._place(experiment.id)),
        }
        await self._connection.execute(
            upsert(table)
            .values(tenant_id=self._tenant, id=experiment.id, **values)
            .on_conflict_do_update(constraint="experiments_pkey", set_=values)
        )

    async def hold(self) -> None:
        """See ``ExperimentBook.hold``."""
        await self._connection.execute(_LOCK, {"tenant": self._tenant})

    async def count(self, experiment: Experiment, now: datetime) -> Mapping[str, ArmCount]:
        """See ``ExperimentBook.count``."""
        values = {
            "tenant": self._tenant,
            "experiment": experiment.id,
            "now": now,
            "span": COUNTED_AFTER[experiment.metric],
            "types": list(_SUCCESS[experiment.metric]),
            "only_automatic": experiment.kind is ExperimentKind.SEND_TIME,
        }
        rows = (await self._connection.execute(_COUNT, values)).all()
        names = {self._chest.index(each.name): each.name for each in experiment.variants}
        return {
            names[row.variant_index]: ArmCount(
                drafted=row.drafted,
                sent=row.sent,
                waiting=row.waiting,
                counted=Count(people=row.people, successes=row.successes),
            )
            for row in rows
            if row.variant_index in names
        }

    async def _read(self, statement: Any) -> tuple[Experiment, ...]:
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._chest.take(row.sealed, Experiment, self._place(row.id)) for row in rows)

    def _place(self, experiment_id: str) -> bytes:
        return place("experiment", self._tenant, experiment_id)


class PgActiveExperiments:
    """``ActiveExperiments`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def active(self, tenant_id: TenantId) -> tuple[Experiment, ...]:
        """See ``ActiveExperiments.active``."""
        async with self._database.tenant(tenant_id) as connection:
            return await PgExperimentBook(connection, tenant_id, self._chest).active()
