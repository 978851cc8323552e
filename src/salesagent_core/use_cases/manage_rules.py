"""The rules that may approve alone, and how sure they must be: listed and changed by people.

Every change is audited with who, when, and what it was before and after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from salesagent_core.domain.approval import MAX_THRESHOLD, MIN_THRESHOLD
from salesagent_core.domain.approval_rules import Rule
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.autonomy import SegmentState, Stage, start_shadow, withdraw
from salesagent_core.domain.rule_reading import (
    MAX_PRIORITY,
    is_number,
    read_rule,
    reordered,
    rule_as_data,
)
from salesagent_core.errors import Conflict, InvalidInput, NotFound, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.approvals import (
    OPERATOR_SCOPE,
    TENANT_SCOPE,
    StoredRule,
    StoredThreshold,
)
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import DecidingTransaction, DecidingWork
from salesagent_core.use_cases.earned_trust import EarnedTrust, policy_of, tenant_threshold

MAX_RULES = 200


@attrs.frozen(kw_only=True)
class ThresholdView:
    """``effective`` is what a rule needs now: the tenant's, or the strictest operator's own."""

    effective: float
    tenant: float
    own: float | None
    set_by: str | None = None
    set_at: datetime | None = None


class ManageRules:
    """A rule that says something else than before has to earn its trust anew."""

    def __init__(
        self,
        *,
        work: DecidingWork,
        tenants: TenantDirectory,
        trust: EarnedTrust,
        ids: IdSource,
    ) -> None:
        self._work = work
        self._tenants = tenants
        self._trust = trust
        self._ids = ids

    # ------------------------------------------------------------------ rules

    async def list(self, tenant_id: TenantId) -> tuple[StoredRule, ...]:
        """All of them, in the order in which they are tried."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.rules.all()

    async def get(self, tenant_id: TenantId, rule_id: str) -> StoredRule:
        """Raises: NotFound."""
        return _find(await self.list(tenant_id), rule_id)

    async def create(self, tenant_id: TenantId, data: object, *, who: str) -> StoredRule:
        """Add a rule of your own; without a priority it is tried last. See ``read_rule``.

        Raises:
            InvalidInput: every problem with its place. Conflict: the name is taken.
        """
        async with self._work.begin(tenant_id) as tx:
            rules = await tx.rules.all(lock=True)
            if len(rules) >= MAX_RULES:
                raise Conflict(f"there are {MAX_RULES} rules already")
            last = max((each.rule.priority for each in rules), default=0)
            if isinstance(data, Mapping) and data.get("priority") is None:
                data = {**data, "priority": min(last + 1, MAX_PRIORITY)}
            now = await tx.sends.now()
            stored = StoredRule(
                id=self._ids.new(),
                rule=read_rule(data),
                built_in=False,
                changed_at=now,
                changed_by=who,
            )
            await tx.rules.add(stored)
            await self._note(tx, tenant_id, "rule.created", stored.id, now, who, after=stored.rule)
        return stored

    async def update(
        self, tenant_id: TenantId, rule_id: str, data: object, *, who: str
    ) -> StoredRule:
        """Change a rule of your own; what ``data`` leaves out stays. With other conditions its
        segments are back in shadow, and their evidence starts anew.

        Raises:
            NotFound. InvalidInput: as ``create``, or another name. Conflict: a built-in rule.
        """
        async with self._work.begin(tenant_id) as tx:
            present = _own(await tx.rules.all(lock=True), rule_id, "changed")
            rule = read_rule(data, base=present.rule)
            if rule.name != present.rule.name:
                what = "cannot be changed: trust and past decisions go by it"
                raise InvalidInput("a rule keeps its name", [Problem(where="name", what=what)])
            now = await tx.sends.now()
            if rule.conditions != present.rule.conditions:
                await self._distrust(tx, tenant_id, rule.name, now, who, gone=False)
            return await self._save(tx, tenant_id, "rule.changed", present, rule, now, who)

    async def switch(
        self, tenant_id: TenantId, rule_id: str, *, enabled: bool, who: str
    ) -> StoredRule:
        """Enable or disable a rule. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            present = _find(await tx.rules.all(lock=True), rule_id)
            if present.rule.enabled is enabled:
                return present
            now = await tx.sends.now()
            rule = attrs.evolve(present.rule, enabled=enabled)
            action = "rule.enabled" if enabled else "rule.disabled"
            return await self._save(tx, tenant_id, action, present, rule, now, who)

    async def order(
        self, tenant_id: TenantId, rule_ids: Sequence[str], *, who: str
    ) -> tuple[StoredRule, ...]:
        """Try the rules in this order, which names each of them once.

        Raises:
            InvalidInput: a rule is missing, twice there or nobody's.
        """
        async with self._work.begin(tenant_id) as tx:
            stored = await tx.rules.all(lock=True)
            by_id = {each.id: each for each in stored}
            if sorted(by_id) != sorted(rule_ids):
                what = f"must name each of the {len(by_id)} rules once, by id"
                raise InvalidInput("that is not an order", [Problem(where="ids", what=what)])
            names = [by_id[each].rule.name for each in rule_ids]
            now = await tx.sends.now()
            for present, rule in zip(
                (by_id[each] for each in rule_ids),
                reordered([each.rule for each in stored], names),
                strict=True,
            ):
                if present.rule.priority != rule.priority:
                    await self._save(tx, tenant_id, "rule.moved", present, rule, now, who)
            return await tx.rules.all()

    async def delete(self, tenant_id: TenantId, rule_id: str, *, who: str) -> None:
        """Remove a rule of your own, with all its trust.

        Raises:
            NotFound. Conflict: a built-in rule, which can only be disabled.
        """
        async with self._work.begin(tenant_id) as tx:
            present = _own(await tx.rules.all(lock=True), rule_id, "deleted")
            now = await tx.sends.now()
            await self._distrust(tx, tenant_id, present.rule.name, now, who, gone=True)
            await tx.rules.remove(rule_id)
            await self._note(tx, tenant_id, "rule.deleted", rule_id, now, who, before=present.rule)

    # ------------------------------------------------------------------ threshold

    async def threshold(self, tenant_id: TenantId, *, who: str) -> ThresholdView:
        """The confidence that a rule needs, and what ``who`` asked for."""
        tenant = await self._tenants.get(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            found = await tx.thresholds.all()
        of = {each.scope: each for each in found}
        mine, ours = of.get(OPERATOR_SCOPE + who), of.get(TENANT_SCOPE)
        return ThresholdView(
            effective=policy_of(tenant, found).effective_threshold,
            tenant=tenant_threshold(tenant, found),
            own=mine.value if mine else None,
            set_by=ours.changed_by if ours else None,
            set_at=ours.changed_at if ours else None,
        )

    async def set_threshold(
        self, tenant_id: TenantId, value: float, *, who: str, why: str
    ) -> ThresholdView:
        """Set it for the tenant, 0.5 to 1.0. Raises: InvalidInput."""
        _bounded(value)
        if not why.strip():
            raise InvalidInput("why is missing", [Problem(where="why", what="must not be empty")])
        tenant = await self._tenants.get(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            before = tenant_threshold(tenant, await tx.thresholds.all(lock=True))
            detail = (("before", str(before)), ("after", str(value)), ("why", why.strip()))
            await self._put(tx, tenant_id, TENANT_SCOPE, value, who, detail)
        return await self.threshold(tenant_id, who=who)

    async def set_own_threshold(
        self, tenant_id: TenantId, value: float | None, *, who: str
    ) -> ThresholdView:
        """An operator's own, only ever upwards; None takes it back. It counts for every decision
        that no operator is asked about.

        Raises:
            InvalidInput: out of bounds, or below the tenant's.
        """
        tenant = await self._tenants.get(tenant_id)
        scope = OPERATOR_SCOPE + who
        async with self._work.begin(tenant_id) as tx:
            found = await tx.thresholds.all(lock=True)
            floor = tenant_threshold(tenant, found)
            before = next((str(each.value) for each in found if each.scope == scope), "none")
            if value is None:
                await tx.thresholds.remove(scope)
                await self._note_threshold(tx, tenant_id, who, (("before", before),))
            else:
                _bounded(value, floor)
                detail = (("before", before), ("after", str(value)))
                await self._put(tx, tenant_id, scope, value, who, detail)
        return await self.threshold(tenant_id, who=who)

    # ------------------------------------------------------------------ parts

    async def _save(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        action: str,
        present: StoredRule,
        rule: Rule,
        now: datetime,
        who: str,
    ) -> StoredRule:
        stored = attrs.evolve(present, rule=rule, changed_at=now, changed_by=who)
        await tx.rules.save(stored)
        await self._note(
            tx, tenant_id, action, stored.id, now, who, before=present.rule, after=rule
        )
        return stored

    async def _distrust(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        name: str,
        now: datetime,
        who: str,
        *,
        gone: bool,
    ) -> None:
        for listed in await tx.trust.all():
            if listed.segment.rule != name:
                continue
            state = await tx.trust.get(listed.segment, lock=True)
            if state.stage is Stage.MANUAL:
                continue
            await self._trust.moved(tx, tenant_id, _fallen(state, who, now, gone))

    async def _put(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        scope: str,
        value: float,
        who: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        now = await tx.sends.now()
        await tx.thresholds.put(
            StoredThreshold(scope=scope, value=value, changed_at=now, changed_by=who)
        )
        await self._note_threshold(tx, tenant_id, who, (("scope", scope), *detail))

    async def _note_threshold(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        who: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        now = await tx.sends.now()
        await self._audit(tx, tenant_id, "threshold.changed", "tenant", tenant_id, now, who, detail)

    async def _note(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        action: str,
        rule_id: str,
        now: datetime,
        who: str,
        *,
        before: Rule | None = None,
        after: Rule | None = None,
    ) -> None:
        named = (("before", before), ("after", after))
        detail = tuple((key, _written(rule)) for key, rule in named if rule is not None)
        await self._audit(tx, tenant_id, action, "rule", rule_id, now, who, detail)

    async def _audit(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        action: str,
        kind: str,
        subject: str,
        now: datetime,
        who: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=now,
                actor=who,
                action=action,
                subject_kind=kind,
                subject_id=subject,
                detail=detail,
            )
        )


def _fallen(state: SegmentState, who: str, now: datetime, gone: bool) -> SegmentState:
    if gone:
        return withdraw(state, who, now, "the rule was deleted")
    return start_shadow(state, who, now, "the rule's conditions were changed")


def _find(rules: Sequence[StoredRule], rule_id: str) -> StoredRule:
    found = next((each for each in rules if each.id == rule_id), None)
    if found is None:
        raise NotFound("there is no such rule")
    return found


def _own(rules: Sequence[StoredRule], rule_id: str, what: str) -> StoredRule:
    found = _find(rules, rule_id)
    if found.built_in:
        raise Conflict(f"a built-in rule cannot be {what}: disable it and write your own")
    return found


def _bounded(value: Any, floor: float = MIN_THRESHOLD) -> None:
    if not is_number(value) or not floor <= value <= MAX_THRESHOLD:
        what = f"must be a number from {floor} to {MAX_THRESHOLD}"
        raise InvalidInput("that threshold cannot be set", [Problem(where="threshold", what=what)])


def _written(rule: Rule) -> str:
    return json.dumps(rule_as_data(rule), ensure_ascii=False, sort_keys=True)
