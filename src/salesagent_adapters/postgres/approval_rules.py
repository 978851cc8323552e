"""The rules that may approve alone, and how sure they must be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean, new_id, place
from salesagent_core.domain.approval_rules import DEFAULT_RULES, Rule
from salesagent_core.domain.rule_reading import condition_as_data, read_rule
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.approvals import StoredRule, StoredThreshold

SEEDED_BY = "system"
_MISSING = "there is no such rule"


class PgRuleBook:
    """``RuleBook``. What the conditions say is sealed, like all that people wrote."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def all(self, *, lock: bool = False) -> tuple[StoredRule, ...]:
        """See ``RuleBook.all``."""
        rules = await self._read_all(lock)
        present = {stored.rule.name for stored in rules}
        missing = [rule for rule in DEFAULT_RULES if rule.name not in present]
        if not missing:
            return rules
        await self._seed(missing)
        return await self._read_all(lock)

    async def add(self, rule: StoredRule) -> None:
        """See ``RuleBook.add``."""
        table = tables.approval_rules
        statement = (
            upsert(table).values(self._columns(rule)).on_conflict_do_nothing().returning(table.c.id)
        )
        if (await self._connection.execute(statement)).one_or_none() is None:
            raise Conflict("there is a rule of that name already")

    async def save(self, rule: StoredRule) -> None:
        """See ``RuleBook.save``."""
        table = tables.approval_rules
        statement = (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == rule.id)
            .values(self._columns(rule))
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound(_MISSING)

    async def remove(self, rule_id: str) -> None:
        """See ``RuleBook.remove``."""
        table = tables.approval_rules
        statement = delete(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(rule_id)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound(_MISSING)

    async def _read_all(self, lock: bool) -> tuple[StoredRule, ...]:
        table = tables.approval_rules
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant)
            .order_by(table.c.priority, table.c.name)
        )
        if lock:
            statement = statement.with_for_update()
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._read(row) for row in rows)

    async def _seed(self, rules: list[Rule]) -> None:
        now = (await self._connection.execute(select(func.clock_timestamp()))).scalar_one()
        rows = [
            self._columns(
                StoredRule(
                    id=new_id(), rule=rule, built_in=True, changed_at=now, changed_by=SEEDED_BY
                )
            )
            for rule in rules
        ]
        # Two may see an empty book at once; the name decides.
        statement = upsert(tables.approval_rules).values(rows).on_conflict_do_nothing()
        await self._connection.execute(statement)

    def _columns(self, stored: StoredRule) -> dict[str, Any]:
        rule = stored.rule
        conditions = [condition_as_data(each) for each in rule.conditions]
        return {
            "tenant_id": self._tenant,
            "id": stored.id,
            "name": rule.name,
            "priority": rule.priority,
            "confidence": rule.confidence,
            "enabled": rule.enabled,
            "built_in": stored.built_in,
            "changed_at": stored.changed_at,
            "changed_by": clean(stored.changed_by),
            "sealed": self._chest.shut(conditions, place("rule", self._tenant, stored.id)),
        }

    def _read(self, row: Any) -> StoredRule:
        where = place("rule", row.tenant_id, row.id)
        rule = read_rule(
            {
                "name": row.name,
                "priority": row.priority,
                "confidence": row.confidence,
                "enabled": row.enabled,
                "conditions": self._chest.take(row.sealed, list[dict[str, Any]], where),
            }
        )
        return StoredRule(
            id=row.id,
            rule=rule,
            built_in=row.built_in,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )


class PgThresholds:
    """``Thresholds``."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant = tenant_id

    async def all(self, *, lock: bool = False) -> tuple[StoredThreshold, ...]:
        """See ``Thresholds.all``."""
        table = tables.approval_thresholds
        statement = select(table).where(table.c.tenant_id == self._tenant).order_by(table.c.scope)
        if lock:
            statement = statement.with_for_update()
        return tuple(
            StoredThreshold(
                scope=row.scope,
                value=row.value,
                changed_at=row.changed_at,
                changed_by=row.changed_by,
            )
            for row in (await self._connection.execute(statement)).all()
        )

    async def put(self, threshold: StoredThreshold) -> None:
        """See ``Thresholds.put``."""
        statement = upsert(tables.approval_thresholds).values(
            tenant_id=self._tenant,
            scope=clean(threshold.scope),
            value=threshold.value,
            changed_at=threshold.changed_at,
            changed_by=clean(threshold.changed_by),
        )
        new = statement.excluded
        await self._connection.execute(
            statement.on_conflict_do_update(
                constraint="approval_thresholds_pkey",
                set_={
                    "value": new.value,
                    "changed_at": new.changed_at,
                    "changed_by": new.changed_by,
                },
            )
        )

    async def remove(self, scope: str) -> None:
        """See ``Thresholds.remove``."""
        table = tables.approval_thresholds
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.scope == clean(scope))
        )
