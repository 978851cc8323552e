"""A person reviews a draft: approve, reject, edit, or have it written again.

Every action names the content hash of the revision that was shown. When the draft has moved on
since, the action is refused and nothing changes: of two operators, one wins.
"""

from __future__ import annotations

from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import (
    Author,
    Draft,
    DraftStatus,
    Revision,
    checked_text,
    content_hash,
    move,
    require_current,
    revise,
)
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.run import Redraft, Run
from salesagent_core.domain.snooze import SnoozeFor, snooze, snooze_until, wake
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.errors import Conflict, InvalidInput, Problem, Reason, Unavailable
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import ApprovalHook, ReviewHook, Transaction, UnitOfWork
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.check_edit import check_edit

MAX_INSTRUCTION = 2_000
MAX_REASON = 1_000
APPROVABLE = frozenset({DraftStatus.PENDING_APPROVAL, DraftStatus.SEND_FAILED})


class ReviewDraft:
    """All of an operator's decisions about one draft."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        tenants: TenantDirectory,
        voices: Voices,
        queue: JobQueue,
        clock: Clock,
        ids: IdSource,
        on_approval: ApprovalHook | None = None,
        on_review: ReviewHook | None = None,
    ) -> None:
        self._on_approval = on_approval
        self._on_review = on_review
        self._unit_of_work = unit_of_work
        self._tenants = tenants
        self._voices = voices
        self._queue = queue
        self._clock = clock
        self._ids = ids

    async def approve(
        self, tenant_id: TenantId, draft_id: DraftId, *, content_hash: str, operator: str
    ) -> Draft:
        """Approve the revision that was shown.

        Raises:
            NotFound: no such draft. Conflict: stale revision, or already decided.
        """
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            if draft.status not in APPROVABLE:
                # What is being sent, or may be out, is for the sending to settle.
                raise Conflict(f"a draft that is {draft.status.value} cannot be approved")
            approved = move(draft, DraftStatus.APPROVED, self._clock.now())
            await tx.drafts.save(approved)
            await self._decide(tx, approved, Verdict.APPROVED, operator)
            if self._on_approval is not None:
                await self._on_approval(tx, approved, by=operator, automatic=False)
        return approved

    async def reject(
        self,
        tenant_id: TenantId,
        draft_id: DraftId,
        *,
        content_hash: str,
        operator: str,
        reason: str,
    ) -> Draft:
        """Reject the revision that was shown; the reason is kept with the decision.

        Raises:
            NotFound, Conflict: as ``approve``. InvalidInput: no reason, or a very long one.
        """
        reason = _text("reason", reason, MAX_REASON)
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            rejected = move(draft, DraftStatus.REJECTED, self._clock.now())
            await tx.drafts.save(rejected)
            await self._decide(tx, rejected, Verdict.REJECTED, operator, reason)
        return rejected

    async def edit(
        self,
        tenant_id: TenantId,
        draft_id: DraftId,
        *,
        content_hash: str,
        operator: str,
        subject: str,
        body: str,
        seen: DraftStatus = DraftStatus.PENDING_APPROVAL,
    ) -> Draft:
        """Make a new revision from an operator's text, checked like the writer's.

        An approved draft goes back to review, for somebody who knew that it was approved: they
        say so with ``seen``, and nobody undoes another's approval unawares. The copy in the
        mailbox follows.

        Raises:
            NotFound, Conflict: as ``approve``. InvalidInput: the text cannot stand in a mail.
        """
        subject, body = checked_text(subject, body)
        tenant = await self._tenants.get(tenant_id)
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            if draft.status is not seen:
                raise Conflict(f"the draft changed since it was shown: it is {draft.status.value}")
            revision = await self._revision(tenant, draft, operator, subject, body)
            edited = revise(draft, revision, self._clock.now())
            await tx.drafts.save(edited)
            await self._audit(
                tx, edited, "draft.edited", operator, (("revision", str(revision.number)),)
            )
        await self._ring(Topic.DRAFT_SYNC, draft_id)
        return edited

    async def check(
        self, tenant_id: TenantId, draft_id: DraftId, *, subject: str, body: str
    ) -> tuple[Finding, ...]:
        """What would be found in this text if it were saved now. Saves nothing.

        Raises:
            NotFound: no such draft. InvalidInput: the text cannot stand in a mail.
        """
        subject, body = checked_text(subject, body)
        tenant = await self._tenants.get(tenant_id)
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id)
        voice = await self._voices.load(tenant.id, draft.mailbox) or HOUSE_VOICE
        _, findings = check_edit(draft, subject, body, voice=voice, tenant=tenant)
        return findings

    async def snooze(
        self,
        tenant_id: TenantId,
        draft_id: DraftId,
        *,
        content_hash: str,
        operator: str,
        choice: SnoozeFor,
    ) -> Draft:
        """Put the draft that was shown aside: it is out of the queue until then.

        Raises:
            NotFound, Conflict: as ``approve``. InvalidInput: it would expire before.
        """
        tenant = await self._tenants.get(tenant_id)
        now = self._clock.now()
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            aside = snooze(draft, snooze_until(choice, now, tenant.time_zone), now)
            await tx.drafts.save(aside)
            await self._audit(
                tx, aside, "draft.snoozed", operator, (("until", str(aside.snoozed_until)),)
            )
        return aside

    async def wake(self, tenant_id: TenantId, draft_id: DraftId, *, operator: str) -> Draft:
        """Have a draft that was put aside in the queue again; one that was not stays as it is.

        Raises:
            NotFound: no such draft.
        """
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            if draft.snoozed_until is None:
                return draft
            awake = wake(draft, self._clock.now())
            await tx.drafts.save(awake)
            await self._audit(tx, awake, "draft.woken", operator, ())
        return awake

    async def regenerate(
        self,
        tenant_id: TenantId,
        draft_id: DraftId,
        *,
        content_hash: str,
        operator: str,
        instruction: str,
    ) -> Run:
        """Have the draft written again by a worker, following an instruction.

        The present revision stays until the new one is there.

        Raises:
            NotFound, Conflict: as ``approve``. InvalidInput: no instruction, or a very long one.
        """
        instruction = _text("instruction", instruction, MAX_INSTRUCTION)
        async with self._unit_of_work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            if draft.status is not DraftStatus.PENDING_APPROVAL:
                raise Conflict(f"a draft that is {draft.status.value} cannot be written again")
            run = await tx.runs.begin_pass(
                draft.run_id,
                Redraft(
                    instruction=instruction,
                    previous_subject=draft.revision.subject,
                    previous_body=draft.revision.body,
                    asked_by=operator,
                ),
            )
            await self._audit(
                tx, draft, "draft.regenerate", operator, (("pass", str(run.pass_number)),)
            )
        await self._ring(Topic.RUN, run.id)
        return run

    async def _revision(
        self, tenant: Tenant, draft: Draft, operator: str, subject: str, body: str
    ) -> Revision:
        digest = content_hash(draft.lead.person.email, subject, body)
        if digest == draft.revision.content_hash:
            raise InvalidInput(
                "the edit changes nothing", [Problem(where="body", what="is the same as before")]
            )
        voice = await self._voices.load(tenant.id, draft.mailbox) or HOUSE_VOICE
        claims, findings = check_edit(draft, subject, body, voice=voice, tenant=tenant)
        return Revision(
            number=draft.revision.number + 1,
            subject=subject,
            body=body,
            content_hash=digest,
            author=Author.OPERATOR,
            author_id=operator,
            created_at=self._clock.now(),
            claims=claims,
            findings=findings,
        )

    async def _decide(
        self, tx: Transaction, draft: Draft, verdict: Verdict, operator: str, reason: str = ""
    ) -> None:
        reasons = (Reason(code="operator", sentence=reason),) if reason else ()
        decision = Decision(
            id=self._ids.new(),
            draft_id=draft.id,
            content_hash=draft.revision.content_hash,
            verdict=verdict,
            by=operator,
            at=draft.updated_at,
            reasons=reasons,
        )
        await tx.decisions.add(decision)
        if self._on_review is not None:
            await self._on_review(tx, draft, decision)
        await self._audit(
            tx,
            draft,
            f"draft.{verdict.value}",
            operator,
            (("decision", decision.id), ("revision", str(draft.revision.number))),
        )

    async def _audit(
        self,
        tx: Transaction,
        draft: Draft,
        action: str,
        operator: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=draft.tenant_id,
                at=self._clock.now(),
                actor=operator,
                action=action,
                subject_kind="draft",
                subject_id=draft.id,
                detail=detail,
            )
        )

    async def _ring(self, topic: Topic, subject: str) -> None:
        try:
            await self._queue.ring(topic, [subject])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return


def _text(where: str, value: str, limit: int) -> str:
    value = value.replace("\0", "").strip()
    if not value:
        raise InvalidInput(f"{where} is missing", [Problem(where=where, what="must not be empty")])
    if len(value) > limit:
        raise InvalidInput(
            f"{where} is too long", [Problem(where=where, what=f"longer than {limit} characters")]
        )
    return value
