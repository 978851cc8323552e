"""The allow and the deny list: who may be written to at all, by address or host."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.sending.recipients import (
    EVERYONE,
    RecipientRule,
    RuleKind,
    canonical_pattern,
)
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork, SettingHook


class ManageRecipients:
    """Every line that comes or goes is audited with who and when."""

    def __init__(
        self, *, work: SendingWork, ids: IdSource, on_changed: SettingHook | None = None
    ) -> None:
        self._on_changed = on_changed
        self._work = work
        self._ids = ids

    async def all(self, tenant_id: TenantId) -> tuple[RecipientRule, ...]:
        """Both lists, newest first."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.recipients.all()

    async def add(
        self, tenant_id: TenantId, kind: RuleKind, pattern: str, *, who: str
    ) -> RecipientRule:
        """Put an address, or a host with all under it, on a list. The first line on the allow
        list makes it one: nobody else is written to from then on.

        Raises:
            InvalidInput: neither an address nor a host, or everybody denied.
            Conflict: it is on one of the lists already.
        """
        (canonical,) = _canonical_patterns(kind, [pattern])
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            rule = self._rule(kind, canonical, now, who)
            before = await _patterns(tx, kind)
            await tx.recipients.add(rule)
            await self._note(tx, tenant_id, rule, "added", now, who)
            await self._keep(tx, kind, before, now, who)
        return rule

    async def replace(
        self, tenant_id: TenantId, kind: RuleKind, patterns: Sequence[str], *, who: str
    ) -> tuple[RecipientRule, ...]:
        """Make a list hold exactly these, in one transaction: no mail is ever judged by half of
        it. What stays keeps its id and its date; returns the list, newest first.

        Raises:
            InvalidInput: as ``add``; every bad line is named, and nothing changes.
            Conflict: one of them is on the other list already.
        """
        wanted = _canonical_patterns(kind, patterns)
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            on_it = [rule for rule in await tx.recipients.all() if rule.kind is kind]
            present = {rule.pattern: rule for rule in on_it}
            added = [self._rule(kind, each, now, who) for each in wanted if each not in present]
            gone = [rule for pattern, rule in present.items() if pattern not in wanted]
            before = await _patterns(tx, kind)
            for rule in added:
                await tx.recipients.add(rule)
                await self._note(tx, tenant_id, rule, "added", now, who)
            for rule in gone:
                await tx.recipients.remove(rule.id)
                await self._note(tx, tenant_id, rule, "removed", now, who)
            await self._keep(tx, kind, before, now, who)
            return tuple(rule for rule in await tx.recipients.all() if rule.kind is kind)

    async def remove(self, tenant_id: TenantId, rule_id: str, *, who: str) -> RecipientRule:
        """Take a line off its list. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            of_kind = {kind: await _patterns(tx, kind) for kind in RuleKind}
            rule = await tx.recipients.remove(rule_id)
            await self._note(tx, tenant_id, rule, "removed", now, who)
            await self._keep(tx, rule.kind, of_kind[rule.kind], now, who)
        return rule

    async def _keep(
        self, tx: SendingTransaction, kind: RuleKind, before: list[str], now: datetime, who: str
    ) -> None:
        after = await _patterns(tx, kind)
        if self._on_changed is not None and before != after:
            was, is_ = {"patterns": before}, {"patterns": after}
            name = f"{kind.value}_list"
            await self._on_changed(tx, name, was, is_, who=who, why="", now=now)

    def _rule(self, kind: RuleKind, canonical: str, now: datetime, who: str) -> RecipientRule:
        return RecipientRule(
            id=self._ids.new(), kind=kind, pattern=canonical, created_at=now, created_by=who
        )

    async def _note(
        self,
        tx: SendingTransaction,
        tenant_id: TenantId,
        rule: RecipientRule,
        what: str,
        now: datetime,
        who: str,
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=now,
                actor=who,
                action=f"recipients.{rule.kind.value}_{what}",
                subject_kind="tenant",
                subject_id=tenant_id,
                detail=(("rule", rule.id),),
            )
        )


async def _patterns(tx: SendingTransaction, kind: RuleKind) -> list[str]:
    return sorted(rule.pattern for rule in await tx.recipients.all() if rule.kind is kind)


def _canonical_patterns(kind: RuleKind, patterns: Sequence[str]) -> tuple[str, ...]:
    """Each once, in the order given. Raises: InvalidInput, naming each line that is wrong."""
    found: dict[str, None] = {}
    problems: list[Problem] = []
    for number, pattern in enumerate(patterns):
        where = f"patterns[{number}]" if len(patterns) > 1 else "pattern"
        try:
            canonical = canonical_pattern(pattern)
        except InvalidInput as wrong:
            what = "; ".join(each.what for each in wrong.problems) or str(wrong)
            problems.append(Problem(where=where, what=what))
            continue
        if canonical == EVERYONE and kind is RuleKind.DENY:
            problems.append(Problem(where=where, what="to deny everybody, stop sending"))
        found[canonical] = None
    if problems:
        raise InvalidInput("this recipient cannot be used", problems)
    return tuple(found)
