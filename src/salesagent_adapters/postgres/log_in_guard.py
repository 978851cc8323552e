"""Refused log-ins and the rules of log-ins, over one connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean
from salesagent_core.domain.log_in_guard import BURST_GAP, Because, LogInRules, RefusedLogIn
from salesagent_core.ids import TenantId

EVERYBODY = ""
"""The subject of the row about all people of an organisation."""
UNKNOWN_KEPT = timedelta(days=1)


class PgRefusedLogIns:
    """``RefusedLogInStore`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def note(self, user_id: str, because: Because, at: datetime) -> None:
        """See ``RefusedLogInStore.note``."""
        await self._connection.execute(self._one_more((user_id, EVERYBODY), because, at))

    async def note_unknown(self, address: str, because: Because, at: datetime) -> None:
        """See ``RefusedLogInStore.note_unknown``."""
        table = tables.refused_log_ins
        subject = self._chest.index(f"refused log-in {address.strip().lower()}")
        await self._connection.execute(self._one_more((subject, EVERYBODY), because, at))
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.at <= at - UNKNOWN_KEPT)
        )

    async def of_people(self) -> Mapping[str, RefusedLogIn]:
        """See ``RefusedLogInStore.of_people``."""
        table = tables.refused_log_ins
        rows = await self._connection.execute(
            select(table).where(table.c.tenant_id == self._tenant, table.c.subject != EVERYBODY)
        )
        return {
            row.subject: RefusedLogIn(at=row.at, because=Because(row.because), tries=row.tries)
            for row in rows.all()
        }

    def _one_more(self, subjects: tuple[str, str], because: Because, at: datetime) -> Any:
        table = tables.refused_log_ins
        first = {"because": because.value, "at": at, "tries": 1, "since": at}
        statement = upsert(table).values(
            [{"tenant_id": self._tenant, "subject": subject, **first} for subject in subjects]
        )
        goes_on = table.c.at >= at - BURST_GAP
        return statement.on_conflict_do_update(
            constraint="refused_log_ins_pkey",
            set_={
                "because": because.value,
                "at": at,
                "tries": case((goes_on, table.c.tries + 1), else_=1),
                "since": case((goes_on, table.c.since), else_=at),
            },
        )


class PgLogInRules:
    """``LogInRuleStore`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant = tenant_id

    async def get(self) -> LogInRules:
        """See ``LogInRuleStore.get``."""
        table = tables.log_in_rules
        found = await self._connection.execute(
            select(table).where(table.c.tenant_id == self._tenant)
        )
        row = found.one_or_none()
        if row is None:
            return LogInRules()
        return LogInRules(
            two_factor_required=row.two_factor_required,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )

    async def put(self, rules: LogInRules) -> None:
        """See ``LogInRuleStore.put``."""
        values = attrs.asdict(rules) | {"changed_by": clean(rules.changed_by or "")}
        await self._connection.execute(
            upsert(tables.log_in_rules)
            .values(tenant_id=self._tenant, **values)
            .on_conflict_do_update(constraint="log_in_rules_pkey", set_=values)
        )
