"""Trust in the middle of other work: used when a draft is decided, earned when a person decides
beside a rule in shadow, lost when a mail that went alone did harm.

Everything here happens in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.approval import (
    Decision,
    Evaluation,
    Facts,
    Policy,
    Verdict,
    evaluate,
)
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.autonomy import (
    Harm,
    Segment,
    SegmentState,
    Stage,
    assess,
    demote,
    promote,
)
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.edits import is_material_edit
from salesagent_core.domain.outcomes.backtest import Answer
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.approvals import (
    OPERATOR_SCOPE,
    TENANT_SCOPE,
    ShadowVerdict,
    StoredThreshold,
)
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.unit_of_work import DecidingTransaction

SYSTEM = "system"

HARMS = {
    SuppressionReason.UNSUBSCRIBED: Harm.UNSUBSCRIBE,
    SuppressionReason.REPLIED_STOP: Harm.UNSUBSCRIBE,
    SuppressionReason.COMPLAINED: Harm.COMPLAINT,
    SuppressionReason.BOUNCED: Harm.BOUNCE,
}
"""What of the do-not-contact list is a harm that our mail did."""


class EarnedTrust:
    """The moments at which trust counts. Every change of a stage is audited."""

    def __init__(self, *, ids: IdSource) -> None:
        self._ids = ids

    # ------------------------------------------------------------------ used

    async def judge(
        self, tx: DecidingTransaction, tenant: Tenant, email: str, facts: Facts
    ) -> Evaluation:
        """What the tenant's rules say about this case at this moment.

        Where the answer is an approval, nobody can take the trust it rests on away until the
        transaction ends; a demotion that was committed before has won.
        """
        entries = await tx.suppressions.covering(email)
        facts = attrs.evolve(
            facts,
            recipient_approved=await tx.approved_recipients.holds(email),
            suppressed=bool(entries),
            complained=any(each.reason is SuppressionReason.COMPLAINED for each in entries),
            kill_switch=(await tx.switches.state()).stop is not None,
            stages=await tx.trust.of_tier(facts.tier),
        )
        rules = [stored.rule for stored in await tx.rules.all()]
        policy = attrs.evolve(
            policy_of(tenant, await tx.thresholds.all()),
            learned=await tx.learning.deltas(facts.tier),
        )
        found = evaluate(facts, rules, policy)
        if found.verdict is not Verdict.AUTO_APPROVED or found.rule is None:
            return found
        held = await tx.trust.hold(Segment(tier=facts.tier, rule=found.rule))
        stages = {**dict(facts.stages), found.rule: held}
        return evaluate(attrs.evolve(facts, stages=tuple(stages.items())), rules, policy)

    async def note_verdict(self, tx: DecidingTransaction, draft: Draft, decision: Decision) -> None:
        """Keep what a rule in shadow would have decided, to be set beside the operator's word."""
        if decision.shadow_verdict is None or decision.rule is None:
            return
        segment = Segment(tier=draft.fit.tier, rule=decision.rule)
        state = await tx.trust.get(segment)
        await tx.trust.note(
            ShadowVerdict(
                decision_id=decision.id,
                draft_id=draft.id,
                segment=segment,
                era=state.era,
                verdict=decision.shadow_verdict,
                content_hash=decision.content_hash,
                at=decision.at,
            )
        )

    # ------------------------------------------------------------------ earned

    async def on_review(self, tx: DecidingTransaction, draft: Draft, decision: Decision) -> None:
        """A person decided; a verdict about this draft is agreed with or not. A later decision
        about the same draft replaces the answer. What was earned is given at once."""
        for verdict in await tx.trust.verdicts(draft.id):
            if verdict.answer is Answer.REWRITTEN:
                continue
            answer = await self._answer(tx, draft, decision, verdict)
            await self._settle(tx, draft.tenant_id, verdict, answer, decision.by)

    async def on_rewrite(self, tx: DecidingTransaction, draft: Draft, asked_by: str) -> None:
        """A person had the draft written again: that is no agreement with what it said before."""
        for verdict in await tx.trust.verdicts(draft.id):
            await self._settle(tx, draft.tenant_id, verdict, Answer.REWRITTEN, asked_by)

    async def _answer(
        self, tx: DecidingTransaction, draft: Draft, decision: Decision, verdict: ShadowVerdict
    ) -> Answer:
        if decision.verdict is not Verdict.APPROVED:
            return Answer.REJECTED
        if decision.content_hash == verdict.content_hash:
            return Answer.APPROVED
        revisions = await tx.drafts.revisions(draft.id)
        before = next(
            (each for each in revisions if each.content_hash == verdict.content_hash), None
        )
        after = draft.revision
        if before is None or is_material_edit(
            (before.subject, before.body), (after.subject, after.body)
        ):
            return Answer.EDITED
        return Answer.APPROVED

    async def _settle(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        verdict: ShadowVerdict,
        answer: Answer,
        by: str,
    ) -> None:
        await tx.trust.get(verdict.segment, lock=True)
        now = await tx.sends.now()
        await tx.trust.answer(verdict.decision_id, answer, by, now)
        # Counted after the lock and the answer, so that no two operators miss each other's.
        state = await tx.trust.get(verdict.segment)
        if state.stage is not Stage.SHADOW or verdict.era != state.era:
            return
        if assess(state).earned:
            await self.moved(tx, tenant_id, promote(state, now))

    # ------------------------------------------------------------------ lost

    async def on_harm(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        draft_id: DraftId,
        harm: Harm,
        email: str | None = None,
    ) -> SegmentState | None:
        """A mail did harm. If it went alone, its segment is back in shadow when the caller's
        transaction commits; its recipient (``email``, where the draft is not kept any more) is no
        approved one any more, whoever approved it.

        Returns the demoted segment, or None where no trust was lost.
        """
        try:
            draft = await tx.drafts.get(draft_id)
        except NotFound:
            segment = await tx.trust.went_alone(draft_id)
        else:
            email = draft.lead.person.email
            segment = await _trusted_for(tx, draft)
        if email is not None:
            await tx.approved_recipients.remove(email)
        if segment is None:
            return None
        state = await tx.trust.get(segment, lock=True)
        demoted = demote(state, harm, await tx.sends.now())
        if demoted == state:
            return None
        await self.moved(tx, tenant_id, demoted, (("draft", draft_id),))
        return demoted

    async def on_suppressed(
        self, tx: DecidingTransaction, tenant_id: TenantId, entry: Suppression
    ) -> None:
        """Somebody went on the do-not-contact list: was it the last mail to them that did it?"""
        harm = HARMS.get(entry.reason)
        if harm is None or entry.address is None:
            return
        draft_id = await tx.trust.last_mail_to(entry.address)
        if draft_id is not None:
            await self.on_harm(tx, tenant_id, draft_id, harm, entry.address)

    # ------------------------------------------------------------------ known to be good

    async def on_good_outcome(
        self, tx: DecidingTransaction, tenant_id: TenantId, draft_id: DraftId, outcome: str
    ) -> bool:
        """A mail had a positive outcome. Where a person had approved it, its recipient becomes
        an approved one. Returns whether somebody was put on the list.

        Raises:
            NotFound: no such draft.
        """
        draft = await tx.drafts.get(draft_id)
        decision = await _approval_of(tx, draft_id)
        if decision is None or decision.verdict is not Verdict.APPROVED:
            return False
        now = await tx.sends.now()
        if not await tx.approved_recipients.add(draft.lead.person.email, draft_id, outcome, now):
            return False
        detail = (("outcome", outcome),)
        await self._audit(tx, tenant_id, "recipient.approved", "draft", draft_id, now, detail)
        return True

    # ------------------------------------------------------------------ written down

    async def moved(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        state: SegmentState,
        detail: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Store a segment that has just changed, and who changed it and why."""
        change = state.last_change
        assert change is not None, "a segment that did not move is not stored"
        await tx.trust.save(state)
        detail = (
            ("before", change.before.value),
            ("after", change.after.value),
            ("code", change.reason.code),
            ("why", change.reason.sentence),
            *detail,
        )
        action = f"autonomy.{change.after.value}"
        name = str(state.segment)
        await self._audit(
            tx, tenant_id, action, "segment", name, change.at, detail, actor=change.by
        )

    async def _audit(
        self,
        tx: DecidingTransaction,
        tenant_id: TenantId,
        action: str,
        kind: str,
        subject: str,
        at: datetime,
        detail: tuple[tuple[str, str], ...],
        *,
        actor: str = SYSTEM,
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=at,
                actor=actor,
                action=action,
                subject_kind=kind,
                subject_id=subject,
                detail=detail,
            )
        )


def policy_of(tenant: Tenant, thresholds: tuple[StoredThreshold, ...]) -> Policy:
    """The tenant's policy. No operator is present when a rule decides, so the strictest of their
    own thresholds counts for all."""
    own = [each.value for each in thresholds if each.scope.startswith(OPERATOR_SCOPE)]
    return Policy(
        auto_approve_enabled=tenant.auto_approve_enabled,
        threshold=tenant_threshold(tenant, thresholds),
        operator_threshold=max(own, default=None),
    )


def tenant_threshold(tenant: Tenant, thresholds: tuple[StoredThreshold, ...]) -> float:
    """What the organisation asks for: as set by people, else as the settings say."""
    found = (each.value for each in thresholds if each.scope == TENANT_SCOPE)
    return next(found, tenant.auto_approve_threshold)


async def _trusted_for(tx: DecidingTransaction, draft: Draft) -> Segment | None:
    """The segment whose trust let the draft go without a person; None where none did."""
    decision = await _approval_of(tx, draft.id)
    if decision is None or decision.verdict is not Verdict.AUTO_APPROVED or not decision.rule:
        return None
    return Segment(tier=draft.fit.tier, rule=decision.rule)


async def _approval_of(tx: DecidingTransaction, draft_id: DraftId) -> Decision | None:
    """The decision by which the draft went out, or would."""
    approvals = (Verdict.APPROVED, Verdict.AUTO_APPROVED)
    decisions = await tx.decisions.of_draft(draft_id)
    return next((each for each in reversed(decisions) if each.verdict in approvals), None)
