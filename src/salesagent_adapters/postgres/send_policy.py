"""What people have set about sending: switches, do-not-contact entries, recipient lists."""

from __future__ import annotations

from typing import Any

import attrs
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_adapters.postgres.usage_rows import budget_of, lock, month_spent
from salesagent_core.domain.sending.gate import (
    BudgetReached,
    ModeChange,
    RecipientVerdict,
    Restored,
    SendMode,
    Stop,
    SwitchState,
)
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.recipients import (
    EVERYONE,
    RecipientRule,
    canonical_pattern,
    covering_patterns,
)
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.domain.spending import month_ends, send_refusal
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.send_switches import EVERY_TENANT

_SWITCH_LOCK = 7_285_140_133
"""Held shared by every transaction that starts a send, alone by one that moves a switch."""
_HOLD = text("SELECT pg_advisory_xact_lock_shared(:key)")
_MOVE = text("SELECT pg_advisory_xact_lock(:key)")

_UNDER_WAY = text("""
SELECT count(*) FROM send_attempts WHERE tenant_id = :tenant AND status IN ('sending', 'unknown')
""")

_STOP, _MODE, _LIMITS, _RESTORED = "stop", "mode", "limits", "restored"


def switch_columns(
    chest: Chest, tenant_id: TenantId, name: str, value: str, by: str, sealed: object
) -> dict[str, Any]:
    """A switch as its row, without the time at which it was moved."""
    return {
        "tenant_id": tenant_id,
        "name": name,
        "value": value,
        "changed_by": clean(by),
        "sealed": chest.shut(sealed, place("switch", tenant_id, name)),
    }


def rows_after_restore(chest: Chest, restored: Restored, by: str, why: str) -> list[dict[str, Any]]:
    """The switches that a restore leaves behind: all sending stopped, and why."""
    return [
        switch_columns(chest, EVERY_TENANT, _STOP, "stopped", by, why),
        switch_columns(chest, EVERY_TENANT, _RESTORED, "open", by, restored),
    ]


class _Store:
    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest


class PgSendSwitches(_Store):
    """``SendSwitches``. A released switch is a row that is gone; the audit trail remembers it."""

    async def state(self, *, hold: bool = False) -> SwitchState:
        """See ``SendSwitches.state``."""
        if hold:
            # A statement of its own: the next one sees all that was committed before the lock.
            await self._connection.execute(_HOLD, {"key": _SWITCH_LOCK})
        table = tables.send_switches
        statement = select(table).where(table.c.tenant_id.in_([self._tenant, EVERY_TENANT]))
        rows = {
            (row.tenant_id, row.name): row
            for row in (await self._connection.execute(statement)).all()
        }
        stop = rows.get((EVERY_TENANT, _STOP)) or rows.get((self._tenant, _STOP))
        mode = rows.get((self._tenant, _MODE))
        limits = rows.get((self._tenant, _LIMITS))
        restored = rows.get((EVERY_TENANT, _RESTORED))
        return SwitchState(
            budget_reached=await self._budget_reached(alone=hold),
            stop=self._stop(stop) if stop is not None else None,
            mode=self._mode(mode) if mode is not None else None,
            limits=self._take(limits, Limits) if limits is not None else Limits(),
            restored=self._take(restored, Restored) if restored is not None else None,
        )

    async def _budget_reached(self, *, alone: bool) -> BudgetReached | None:
        """With ``alone`` nobody else starts a send until this transaction ends, where a bound
        is set."""
        budget = (await budget_of(self._connection, self._tenant)).budget
        if budget is None or budget.hard_sends is None:
            return None
        if alone:
            await lock(self._connection, self._tenant)
            budget = (await budget_of(self._connection, self._tenant)).budget or budget
        now, _, spent = await month_spent(self._connection, self._tenant)
        under_way = (await self._connection.execute(_UNDER_WAY, {"tenant": self._tenant})).scalar()
        reason = send_refusal(budget, attrs.evolve(spent, sends=spent.sends + (under_way or 0)))
        return None if reason is None else BudgetReached(reason=reason, until=month_ends(now))

    async def stop(self, stop: Stop) -> bool:
        """See ``SendSwitches.stop``."""
        await self._alone()
        table = tables.send_switches
        statement = (
            upsert(table)
            .values(self._columns(_STOP, "stopped", stop.by, stop.why))
            .on_conflict_do_nothing()
            .returning(table.c.name)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def resume(self) -> bool:
        """See ``SendSwitches.resume``."""
        await self._alone()
        table = tables.send_switches
        statement = delete(table).where(table.c.tenant_id == self._tenant, table.c.name == _STOP)
        return (await self._connection.execute(statement)).rowcount == 1

    async def set_mode(self, change: ModeChange) -> None:
        """See ``SendSwitches.set_mode``."""
        await self._set(self._columns(_MODE, change.mode.value, change.by, change.why))

    async def set_limits(self, limits: Limits, by: str) -> None:
        """See ``SendSwitches.set_limits``."""
        await self._set(self._columns(_LIMITS, "set", by, limits))

    async def set_restored(self, restored: Restored, by: str) -> None:
        """See ``SendSwitches.set_restored``."""
        value = "compared" if restored.compared else "open"
        await self._set(self._columns(_RESTORED, value, by, restored))

    async def _alone(self) -> None:
        await self._connection.execute(_MOVE, {"key": _SWITCH_LOCK})

    async def _set(self, columns: dict[str, Any]) -> None:
        await self._alone()
        statement = upsert(tables.send_switches).values(columns)
        new = statement.excluded
        await self._connection.execute(
            statement.on_conflict_do_update(
                constraint="send_switches_pkey",
                set_={
                    "value": new.value,
                    "changed_at": new.changed_at,
                    "changed_by": new.changed_by,
                    "sealed": new.sealed,
                },
            )
        )

    def _columns(self, name: str, value: str, by: str, sealed: object) -> dict[str, Any]:
        return {
            **switch_columns(self._chest, self._tenant, name, value, by, sealed),
            "changed_at": func.clock_timestamp(),
        }

    def _take(self, row: Any, kind: type[Any]) -> Any:
        return self._chest.take(row.sealed, kind, place("switch", row.tenant_id, row.name))

    def _stop(self, row: Any) -> Stop:
        return Stop(
            by=row.changed_by,
            why=self._take(row, str),
            at=row.changed_at,
            everywhere=row.tenant_id == EVERY_TENANT,
        )

    def _mode(self, row: Any) -> ModeChange:
        return ModeChange(
            mode=SendMode(row.value),
            by=row.changed_by,
            why=self._take(row, str),
            at=row.changed_at,
        )


class PgSuppressions(_Store):
    """``Suppressions``."""

    async def covering(self, address: str) -> tuple[Suppression, ...]:
        """See ``Suppressions.covering``."""
        table = tables.suppressions
        indexes = [self._chest.index(each) for each in covering_patterns(address)]
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant, table.c.match_index.in_(indexes))
            .order_by(table.c.id)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._read(row) for row in rows)

    async def add(self, entry: Suppression, by: str) -> Suppression:
        """See ``Suppressions.add``."""
        table = tables.suppressions
        index = entry.address_hash or self._chest.index(
            canonical_pattern(entry.address or f"@{entry.domain}")
        )
        if entry.reason is SuppressionReason.ERASED:
            entry = attrs.evolve(entry, address=None, domain=None, address_hash=index)
        columns = {
            "tenant_id": self._tenant,
            "id": entry.id,
            "match_index": index,
            "reason": entry.reason.value,
            "created_at": entry.created_at,
            "created_by": clean(by),
            "sealed": self._chest.shut(entry, place("suppression", self._tenant, index)),
        }
        statement = upsert(table).values(columns)
        if entry.reason is SuppressionReason.ERASED:
            new = statement.excluded
            statement = statement.on_conflict_do_update(
                constraint="suppressions_match",
                set_={
                    "id": new.id,
                    "reason": new.reason,
                    "created_at": new.created_at,
                    "created_by": new.created_by,
                    "sealed": new.sealed,
                },
            )
        else:
            statement = statement.on_conflict_do_nothing()
        await self._connection.execute(statement)
        stored = await self._connection.execute(
            select(table).where(table.c.tenant_id == self._tenant, table.c.match_index == index)
        )
        return self._read(stored.one())

    async def get(self, entry_id: str) -> Suppression:
        """See ``Suppressions.get``."""
        table = tables.suppressions
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(entry_id)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such entry on the do-not-contact list")
        return self._read(row)

    async def remove(self, entry_id: str) -> None:
        """See ``Suppressions.remove``."""
        table = tables.suppressions
        statement = delete(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(entry_id)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound("there is no such entry on the do-not-contact list")

    async def page(
        self, *, reason: SuppressionReason | None, after: str | None, limit: int
    ) -> tuple[Suppression, ...]:
        """See ``Suppressions.page``. Ids sort by the time that they were made."""
        table = tables.suppressions
        statement = select(table).where(table.c.tenant_id == self._tenant)
        if reason is not None:
            statement = statement.where(table.c.reason == reason.value)
        if after is not None:
            statement = statement.where(table.c.id < clean(after))
        statement = statement.order_by(table.c.id.desc()).limit(limit)
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._read(row) for row in rows)

    def _read(self, row: Any) -> Suppression:
        where = place("suppression", row.tenant_id, row.match_index)
        return self._chest.take(row.sealed, Suppression, where)


class PgRecipientRules(_Store):
    """``RecipientRules``."""

    async def judge(self, address: str) -> RecipientVerdict:
        """See ``RecipientRules.judge``."""
        table = tables.recipient_rules
        covering = [self._chest.index(each) for each in (EVERYONE, *covering_patterns(address))]
        hit = table.c.match_index.in_(covering)
        statement = select(
            func.coalesce(func.bool_or(hit & (table.c.kind == "allow")), False).label("allowed"),
            func.coalesce(func.bool_or(hit & (table.c.kind == "deny")), False).label("denied"),
            func.coalesce(func.bool_or(table.c.kind == "allow"), False).label("listed"),
        ).where(table.c.tenant_id == self._tenant)
        row = (await self._connection.execute(statement)).one()
        return RecipientVerdict(allowed=row.allowed, denied=row.denied, listed=row.listed)

    async def add(self, rule: RecipientRule) -> None:
        """See ``RecipientRules.add``."""
        table = tables.recipient_rules
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                id=rule.id,
                match_index=self._chest.index(rule.pattern),
                kind=rule.kind.value,
                created_at=rule.created_at,
                created_by=clean(rule.created_by),
                sealed=self._chest.shut(rule, place("recipient", self._tenant, rule.id)),
            )
            .on_conflict_do_nothing()
            .returning(table.c.id)
        )
        if (await self._connection.execute(statement)).one_or_none() is None:
            raise Conflict("this recipient is on one of the lists already")

    async def remove(self, rule_id: str) -> RecipientRule:
        """See ``RecipientRules.remove``."""
        table = tables.recipient_rules
        statement = (
            delete(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == clean(rule_id))
            .returning(table)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such line on the lists")
        return self._read(row)

    async def all(self) -> tuple[RecipientRule, ...]:
        """See ``RecipientRules.all``."""
        table = tables.recipient_rules
        statement = (
            select(table).where(table.c.tenant_id == self._tenant).order_by(table.c.id.desc())
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._read(row) for row in rows)

    def _read(self, row: Any) -> RecipientRule:
        return self._chest.take(
            row.sealed, RecipientRule, place("recipient", row.tenant_id, row.id)
        )
