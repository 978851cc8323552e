"""Step 16: may it go alone, or does it wait for a person? And what is stored with the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.domain.approval import (
    DEFAULT_RULES,
    Case,
    Decision,
    Evaluation,
    Policy,
    Verdict,
    evaluate,
)
from salesagent_core.domain.approval import Facts as RuleFacts
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.conversation import Direction, Mail
from salesagent_core.domain.draft import (
    NEW_MAIL,
    Author,
    Draft,
    DraftStatus,
    Revision,
    move,
    revise,
)
from salesagent_core.domain.finding import INBOUND_PART
from salesagent_core.domain.grounding.check import ungrounded
from salesagent_core.domain.priority import Priority, assess_priority
from salesagent_core.domain.replies.intent import ReplyIntent, read_reply_intent
from salesagent_core.domain.titles.title import read_title
from salesagent_core.errors import Conflict
from salesagent_core.ids import DraftId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.unit_of_work import ApprovalHook, DecidingTransaction, Transaction
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.facts import Facts

CONTEXT_PARTS = 5
"""Optional sources of context: notes, memory, files, calendar, voice."""
MAX_REPLIES = 20
"""Replies of a thread whose intent is read, the newest; a longer thread is for a person."""
STALE_AFTER = timedelta(hours=1)
"""From the beginning of the run: an older reading of the thread is not relied on."""


def decide(facts: Facts) -> Case:
    """Pure: all that the run knows about the draft. The rules are asked when it is stored."""
    return Case(facts=_rule_facts(facts))


def _rule_facts(facts: Facts) -> RuleFacts:
    lead, plan, findings = facts.lead, facts.plan, facts.checked.findings
    title = read_title(lead.person.title)
    inbound = [
        mail
        for mail in facts.conversation.mails
        if mail.direction is Direction.INBOUND and not mail.automatic
    ]
    unread = len(inbound) - MAX_REPLIES
    replies = [
        (mail, _intent(mail) if at >= unread else mail.intent or ReplyIntent.UNCLEAR.value)
        for at, mail in enumerate(inbound)
    ]
    # Somebody else in the thread may have written last: that is no word of this person.
    person = fold_alias(lead.person.email)
    own = [each for each in replies if fold_alias(each[0].sender) == person]
    last, said = own[-1] if own else (None, None)
    age = facts.valid.began_at - last.sent_at if last else None
    return RuleFacts(
        tier=facts.fit.tier,
        fit=facts.fit.score,
        coverage=facts.fit.coverage,
        disqualified=facts.fit.disqualified,
        domain_verified=lead.email_verified_domain,
        free_mail=judge_address(lead.person.email).free,
        title=lead.person.title,
        seniority=title.seniority.value,
        department=lead.person.department or title.department,
        industry=lead.company.industry,
        employees=lead.company.employees,
        country=lead.person.country or lead.company.country,
        language=plan.language,
        form_intent=plan.intent,
        ask=plan.ask.value,
        is_customer=lead.is_customer,
        is_target_account=lead.is_target_account,
        first_contact=not facts.conversation.mails,
        days_since_human_reply=age.total_seconds() / 86_400 if age is not None else None,
        last_reply_intent=said,
        findings=findings,
        ungrounded_claims=sum(ungrounded([finding]) for finding in findings),
        injection_suspected=any(finding.part == INBOUND_PART for finding in findings),
        degraded=facts.degraded,
        thread_intents=tuple(intent for _, intent in replies),
        asked_for=facts.run.redraft is not None,
    )


def _intent(mail: Mail) -> str:
    """What a reply wants. One that nobody can read for certain is for a person to read."""
    return mail.intent or read_reply_intent(mail.text).value


class PublishDraft:
    """Asks the rules and stores draft, decision and audit event with the step's own result.

    Without ``trust`` the four default rules are asked, which are off.
    """

    def __init__(
        self,
        clock: Clock,
        ids: IdSource,
        on_approval: ApprovalHook | None = None,
        trust: EarnedTrust | None = None,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._on_approval = on_approval
        self._trust = trust

    async def __call__(
        self, tx: Transaction, facts: Facts, result: object
    ) -> tuple[tuple[Topic, str], ...]:
        """Put the draft before the operator; returns the bells to ring after the commit.

        Another version of a draft that was decided meanwhile is dropped: the decision stands.
        """
        if not isinstance(result, Case) or result.facts is None:
            raise TypeError(f"decide leaves a Case with facts, not {type(result).__name__}")
        present = await tx.drafts.by_run(facts.run.id, lock=True)
        evaluation = await self._evaluate(tx, facts, result.facts)
        if present is None:
            draft = self._new_draft(facts, evaluation)
            await tx.drafts.add(draft)
        else:
            try:
                draft = self._next_version(facts, evaluation, present)
            except Conflict:
                await self._audit(tx, present, "draft.version_dropped")
                return ()
            await tx.drafts.save(draft)
        decision = self._decision(draft, evaluation)
        await tx.decisions.add(decision)
        await self._audit(tx, draft, f"draft.{evaluation.verdict.value}")
        await self._set_beside(tx, facts, draft, decision)
        if draft.status is DraftStatus.APPROVED and self._on_approval is not None:
            await self._on_approval(tx, draft, by=decision.by, automatic=True)
        return ((Topic.DRAFT_SYNC, draft.id),) if draft.mailbox_is_behind else ()

    async def _evaluate(self, tx: Transaction, facts: Facts, case: RuleFacts) -> Evaluation:
        tenant = facts.tenant
        # What was read this long ago may not be all there is: a retry, or another version.
        read_for = self._clock.now() - facts.valid.began_at
        case = attrs.evolve(case, stale=case.stale or read_for > STALE_AFTER)
        if self._trust is None:
            policy = Policy(
                auto_approve_enabled=tenant.auto_approve_enabled,
                threshold=tenant.auto_approve_threshold,
            )
            return evaluate(case, DEFAULT_RULES, policy)
        email = facts.lead.person.email
        return await self._trust.judge(cast("DecidingTransaction", tx), tenant, email, case)

    async def _set_beside(
        self, tx: Transaction, facts: Facts, draft: Draft, decision: Decision
    ) -> None:
        """In shadow the rule's word waits for the operator's. What an operator had written again
        is theirs, and no word of a rule."""
        if self._trust is None:
            return
        deciding = cast("DecidingTransaction", tx)
        redraft = facts.run.redraft
        if redraft is not None:
            await self._trust.on_rewrite(deciding, draft, redraft.asked_by)
        else:
            await self._trust.note_verdict(deciding, draft, decision)

    def _new_draft(self, facts: Facts, evaluation: Evaluation) -> Draft:
        now = self._clock.now()
        draft = Draft(
            id=DraftId(self._ids.new()),
            tenant_id=facts.tenant.id,
            run_id=facts.run.id,
            submission_id=facts.submission.id,
            status=DraftStatus.PENDING_APPROVAL,
            lead=facts.lead,
            mailbox=facts.tenant.mailbox,
            fit=facts.fit,
            priority=_priority(facts),
            plan=facts.plan,
            revision=self._revision(facts, number=1),
            submitted_at=facts.submission.submitted_at or facts.submission.received_at,
            created_at=now,
            updated_at=now,
            sources=facts.written.sources,
            degraded=facts.degraded,
            in_mailbox=facts.mailbox_draft,
            thread_read=tuple(mail.id for mail in facts.conversation.mails),
            assigned=facts.written.treatment.assigned,
            hours=facts.written.treatment.hours,
            voice=facts.voice.name,
        )
        return self._approved_if(evaluation, draft)

    def _next_version(self, facts: Facts, evaluation: Evaluation, present: Draft) -> Draft:
        redraft = facts.run.redraft
        if redraft is None or redraft.previous_body != present.revision.body:
            # Edited since this version was asked for: it would undo a person's work.
            raise Conflict("the draft was edited while it was being written again")
        if present.status is not DraftStatus.PENDING_APPROVAL:
            raise Conflict("the draft was decided while it was being written again")
        revision = self._revision(facts, number=present.revision.number + 1)
        draft = revise(present, revision, self._clock.now())
        written = facts.written
        draft = attrs.evolve(
            draft,
            sources=written.sources,
            degraded=tuple(mark for mark in present.degraded if mark != NEW_MAIL),
            thread_read=tuple(mail.id for mail in facts.conversation.mails),
            assigned=written.treatment.assigned,
            hours=written.treatment.hours,
            voice=facts.voice.name,
        )
        return self._approved_if(evaluation, draft)

    def _approved_if(self, evaluation: Evaluation, draft: Draft) -> Draft:
        if evaluation.verdict is Verdict.AUTO_APPROVED:
            return move(draft, DraftStatus.APPROVED, self._clock.now())
        return draft

    def _revision(self, facts: Facts, number: int) -> Revision:
        checked, redraft = facts.checked, facts.run.redraft
        return Revision(
            number=number,
            subject=checked.subject,
            body=checked.body,
            content_hash=checked.content_hash,
            author=Author.WRITER,
            author_id=facts.written.writer,
            created_at=self._clock.now(),
            claims=checked.claims,
            findings=checked.findings,
            instruction=redraft.instruction if redraft else None,
            use=facts.written.use,
        )

    def _decision(self, draft: Draft, evaluation: Evaluation) -> Decision:
        return Decision(
            id=self._ids.new(),
            draft_id=draft.id,
            content_hash=draft.revision.content_hash,
            verdict=evaluation.verdict,
            by=f"rule:{evaluation.rule}" if evaluation.rule else "policy",
            at=self._clock.now(),
            reasons=evaluation.reasons,
            rule=evaluation.rule,
            confidence=evaluation.confidence,
            inputs=evaluation.inputs,
            vetoes=evaluation.vetoes,
            shadow_verdict=evaluation.shadow_verdict,
        )

    async def _audit(self, tx: Transaction, draft: Draft, action: str) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=draft.tenant_id,
                at=self._clock.now(),
                actor="system",
                action=action,
                subject_kind="draft",
                subject_id=draft.id,
                detail=(("revision", str(draft.revision.number)),),
            )
        )


def _priority(facts: Facts) -> Priority:
    degraded = min(1.0, len(facts.degraded) / CONTEXT_PARTS)
    return assess_priority(
        facts.fit,
        facts.lead,
        intent=facts.plan.intent,
        missing_share=(degraded + 1 - facts.fit.coverage) / 2,
    )
