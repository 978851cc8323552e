"""What replies teach about each segment's threshold: applied monthly, shown, and taken back.

Every change is audited. A person's own threshold stays what it is: what was learned is a step on
top of it, and goes when somebody takes it back.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.outcomes.learning import (
    ANSWER_TIME,
    LOOK_BACK,
    LearnedChange,
    Lesson,
    RulePrecision,
    learned_threshold,
    lesson,
    period_of,
)
from salesagent_core.errors import Conflict
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import DecidingTransaction, OutcomeTransaction, OutcomeWork
from salesagent_core.use_cases.earned_trust import SYSTEM, tenant_threshold

MAX_CHANGES = 200


@attrs.frozen(kw_only=True)
class SegmentLesson:
    """What the replies of one segment teach at this moment. ``threshold`` is what its rule needs
    now, ``next`` what it would need after the step (the same where there is none)."""

    lesson: Lesson
    threshold: float
    next: float


@attrs.frozen(kw_only=True)
class LearningView:
    """All segments that mail was sent in, and each rule's precision over the same time."""

    segments: tuple[SegmentLesson, ...]
    rules: tuple[RulePrecision, ...]
    since: datetime
    until: datetime


class Learn:
    """A segment makes at most one step a month, and no mail counts for two of them."""

    def __init__(self, *, work: OutcomeWork, tenants: TenantDirectory, ids: IdSource) -> None:
        self._work = work
        self._tenants = tenants
        self._ids = ids

    async def __call__(self, tenant_id: TenantId, *, by: str = SYSTEM) -> tuple[LearnedChange, ...]:
        """Make the steps that the evidence asks for; returns those made now."""
        base = await self._base(tenant_id)
        made = []
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            for each in await self._lessons(tx, base, now):
                if each.next == each.threshold:
                    continue
                change = self._change(each, now, by)
                if await tx.learning.add(change):
                    await self._note(tx, tenant_id, "learning.changed", change, now, by)
                    made.append(change)
        return tuple(made)

    async def view(self, tenant_id: TenantId) -> LearningView:
        """What the evidence says now; changes nothing."""
        base = await self._base(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            since, until = now - LOOK_BACK, now - ANSWER_TIME
            return LearningView(
                segments=tuple(await self._lessons(tx, base, now)),
                rules=await tx.outcomes.rule_precision(since, until),
                since=since,
                until=until,
            )

    async def changes(self, tenant_id: TenantId) -> tuple[LearnedChange, ...]:
        """The last ``MAX_CHANGES``, newest first."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.learning.all(limit=MAX_CHANGES)

    async def revert(self, tenant_id: TenantId, change_id: str, *, who: str) -> LearnedChange:
        """Take a change back: from now on decisions are made as if it had not been.

        Raises:
            NotFound. Conflict: it was taken back before.
        """
        async with self._work.begin(tenant_id) as tx:
            change = await tx.learning.get(change_id, lock=True)
            if change.reverted_at is not None:
                raise Conflict("this change was taken back already")
            now = await tx.sends.now()
            await tx.learning.revert(change_id, who, now)
            await self._note(tx, tenant_id, "learning.reverted", change, now, who)
            return await tx.learning.get(change_id)

    async def _base(self, tenant_id: TenantId) -> float:
        tenant = await self._tenants.get(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            return tenant_threshold(tenant, await tx.thresholds.all())

    async def _lessons(
        self, tx: OutcomeTransaction, base: float, now: datetime
    ) -> list[SegmentLesson]:
        found = []
        for replies in await tx.outcomes.segment_replies(now - LOOK_BACK, now - ANSWER_TIME):
            taught = lesson(replies)
            delta = dict(await tx.learning.deltas(replies.segment.tier))
            learned = delta.get(replies.segment.rule, 0.0)
            found.append(
                SegmentLesson(
                    lesson=taught,
                    threshold=learned_threshold(base, learned),
                    next=learned_threshold(base, learned + taught.step),
                )
            )
        return found

    def _change(self, each: SegmentLesson, now: datetime, by: str) -> LearnedChange:
        replies = each.lesson.replies
        return LearnedChange(
            id=self._ids.new(),
            segment=replies.segment,
            period=period_of(now),
            before=each.threshold,
            after=each.next,
            sent=replies.sent,
            replied=replies.replied,
            counted_until=now - ANSWER_TIME,
            made_at=now,
            made_by=by,
        )

    async def _note(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        action: str,
        change: LearnedChange,
        now: datetime,
        by: str,
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=now,
                actor=by,
                action=action,
                subject_kind="segment",
                subject_id=str(change.segment),
                detail=(
                    ("change", change.id),
                    ("before", str(change.before)),
                    ("after", str(change.after)),
                    ("sent", str(change.sent)),
                    ("replied", str(change.replied)),
                ),
            )
        )
