"""Send what is due: look, pass the barrier, send exactly once, and write down what came of it.

Flow of one attempt: ``claim | read the mailbox | barrier (one transaction) | one request |
classify (one transaction)``. Only who passed the barrier calls the mailbox, and only once. A
worker that dies anywhere leaves rows from which ``ReconcileSends`` goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, overtaken
from salesagent_core.domain.run import retry_at
from salesagent_core.domain.send_gate import (
    DRAFT_ONLY,
    STOPPED,
    GateVerdict,
    Restored,
    SendPermission,
)
from salesagent_core.domain.sending import (
    BEFORE_RESTORE,
    GRACE,
    LEVEL_RECHECK,
    SECOND_LOOK_AFTER,
    SEND_LEASE,
    START_WITHIN,
    STOPPED_RECHECK,
    AttemptStatus,
    SendAttempt,
    after_restore,
    not_sendable,
    put_back,
    same_text,
    with_files,
)
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.errors import (
    LeaseLost,
    NeedsReauth,
    NotFound,
    RateLimited,
    Reason,
    Rejected,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.mail_sender import HeldDraft, MailSender, NotSent, SentMail
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.ports.run_watch import RunWatch, Unwatched
from salesagent_core.ports.send_ledger import SendQueue
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.in_hand import Hands
from salesagent_core.use_cases.send_parts import (
    MAILBOX,
    Settler,
    adopt_edit,
    answered_meanwhile,
    ask_gate,
    by_hand,
    find_since,
    in_review,
    ours_among,
    slot_keys,
)

log = logging.getLogger(__name__)

RESTORED_THREADS = 10
"""How many of a person's newest threads are looked through after a restore."""
REAUTH_RECHECK = timedelta(minutes=10)
"""How long a send waits for its mailbox to be connected again before it looks once more."""


@attrs.frozen(kw_only=True)
class _Seen:
    """The mailbox just before the barrier: the draft or None, a mail that a person sent from it,
    the point in history, and the ids of what was written in the draft's thread, by them or by hand
    on our side; and of what other runs of ours sent there since the form came in."""

    held: HeldDraft | None
    sent: SentMail | None = None
    point: str | None = None
    written: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()


class SendDrafts:
    """Worked by whichever worker hears the bell; several at once do no harm."""

    def __init__(
        self,
        *,
        sends: SendQueue,
        work: SendingWork,
        sender: MailSender,
        reader: MailReader,
        tenants: TenantDirectory,
        voices: Voices,
        permission: SendPermission,
        queue: JobQueue,
        clock: Clock,
        ids: IdSource,
        watch: RunWatch | None = None,
    ) -> None:
        self._sends = sends
        self._work = work
        self._sender = sender
        self._reader = reader
        self._tenants = tenants
        self._voices = voices
        self._permission = permission
        self._queue = queue
        self._clock = clock
        self._ids = ids
        self._watch = watch or Unwatched()
        self._settler = Settler(ids)
        self._hands = Hands()

    async def __call__(self, attempt_ids: Sequence[str] | None = None, limit: int = 20) -> int:
        """Work on the attempts that are due (those named, or any); returns how many were claimed.

        Raises:
            Unavailable: they could not be claimed.
        """
        return await self._hands.work(self._sends.claim, self._guarded, attempt_ids, limit)

    async def _guarded(self, attempt: SendAttempt) -> None:
        with self._watch.send(attempt):
            await self._handled(attempt)

    async def _handled(self, attempt: SendAttempt) -> None:
        try:
            await self._one(attempt)
        except LeaseLost:
            log.info("send %s is worked on elsewhere", attempt.id)
        except Unavailable:
            # Whether a commit was done is for the rows to say, after the lease.
            log.warning("send %s: the database cannot be reached", attempt.id)
        except Exception as error:
            log.exception("send %s failed unexpectedly", attempt.id)
            await self._unexpected(attempt, error)

    async def _one(self, attempt: SendAttempt) -> None:
        try:
            seen = await self._look(attempt)
        except SalesAgentError as error:
            await self._postpone(attempt, error)
            return
        begun = self._clock.now()
        if seen.held is None or seen.sent is not None:
            await self._gone(attempt, seen)
            return
        started = await self._barrier(attempt, seen.held, seen)
        if started is None:
            return
        if self._clock.now() - begun > START_WITHIN:
            log.warning(
                "send %s: held up after the barrier, left to the reconciliation", attempt.id
            )
            return
        await self._send(started)

    async def _look(self, attempt: SendAttempt) -> _Seen:
        """Raises: whatever the mailbox raises but NotFound, and NotFound when the draft is gone
        from our own records."""
        tenant_id, mailbox = attempt.tenant_id, attempt.mailbox
        # Before the draft is read: what is sent between the two must not be missed.
        point = await self._sender.present(tenant_id, mailbox)
        held: HeldDraft | None
        try:
            held = await self._sender.read_draft(tenant_id, mailbox, attempt.mailbox_draft_id)
        except NotFound:
            held = None
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(attempt.draft_id)
            restored = (await tx.switches.state()).restored
        thread = held.thread_id if held else attempt.thread_id
        there = await self._sender.sent_in_thread(tenant_id, mailbox, thread)
        since = attempt.history_point if not held else None
        sent = ours_among(draft, there) or await find_since(self._sender, draft, since)
        others = by_hand(there) if held else ()
        inbound = await self._inbound(attempt, thread) if held else ()
        return _Seen(
            held=held,
            sent=sent,
            point=point,
            written=(*inbound, *others),
            answered=await self._answered(draft, restored, there),
        )

    async def _answered(
        self, draft: Draft, restored: Restored | None, there: Sequence[SentMail]
    ) -> tuple[str, ...]:
        """After a restore the form may have come in anew: what the mailbox shows that we sent to
        this person, in whatever thread, since it came in first."""
        if restored is None or not restored.may_have_answered(draft.submitted_at):
            return ()
        tenant_id, mailbox = draft.tenant_id, draft.mailbox
        threads = await self._reader.search_threads(
            tenant_id,
            mailbox,
            email=draft.lead.person.email,
            company_domain=None,
            limit=RESTORED_THREADS,
        )
        mails = [*there]
        for each in threads.threads:
            mails += await self._sender.sent_in_thread(tenant_id, mailbox, each.thread_id)
        return answered_meanwhile(draft, mails)

    async def _inbound(self, attempt: SendAttempt, thread_id: str) -> tuple[str, ...]:
        try:
            thread = await self._reader.read_thread(attempt.tenant_id, attempt.mailbox, thread_id)
        except NotFound:
            return ()
        return thread.inbound_ids

    async def _unexpected(self, attempt: SendAttempt, error: Exception) -> None:
        """What nobody expected, before the barrier: a few tries more, then a person. After the
        barrier the reconciliation looks after it."""
        try:
            async with self._work.begin(attempt.tenant_id) as tx:
                current = await self._current(tx, attempt)
                now = await tx.sends.now()
                failures = current.failures + 1
                current = attrs.evolve(current, failures=failures)
                until = retry_at(now, failures, self._ids.fraction())
                code = type(error).__name__
                if until is not None:
                    why = Reason(code="unexpected", sentence=f"sending failed ({code})")
                    await self._wait(tx, current, until, (why,), now)
                    return
                draft = await tx.drafts.get(attempt.draft_id, lock=True)
                back = not_sendable(draft, now) if _is_for(current, draft) else None
                await self._cancel(tx, current, back, now, f"unexpected:{code}")
        except (LeaseLost, NotFound, Unavailable):
            # Somebody else has it, or the sweeper will find it again.
            return

    # ------------------------------------------------------------------ before the barrier

    async def _postpone(self, attempt: SendAttempt, error: SalesAgentError) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            if isinstance(error, NotFound):
                await self._cancel(tx, current, None, now, "the draft is gone")
                return
            until = now + REAUTH_RECHECK
            if isinstance(error, RateLimited | Unavailable):
                until = max(now + STOPPED_RECHECK, error.retry_at or now)
            code = (
                "mailbox_disconnected" if isinstance(error, NeedsReauth) else "mailbox_unavailable"
            )
            await self._wait(tx, current, until, (Reason(code=code, sentence=str(error)),), now)

    async def _gone(self, attempt: SendAttempt, seen: _Seen) -> None:
        """The draft is not there any more, or was sent by a person and made again."""
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await tx.drafts.get(attempt.draft_id, lock=True)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            if seen.sent is not None:
                await self._settler.sent(tx, current, draft, seen.sent, now, by_human=True)
                return
            if current.missing_at is None:
                # A person may have sent it this moment; the mail shows a little later.
                why = Reason(code="draft_missing", sentence="the draft is not in the mailbox")
                missing = attrs.evolve(current, missing_at=now)
                await self._wait(tx, missing, now + SECOND_LOOK_AFTER, (why,), now)
                return
            if not _is_for(current, draft):
                await self._cancel(tx, current, None, now, "the draft moved on")
                return
            if draft.mailbox_is_behind or not _has_handle(current, draft):
                await self._behind(tx, current, draft, now)
                return
            await self._cancel(tx, current, put_back(draft, now), now, "draft_deleted")
        await self._ring(Topic.DRAFT_SYNC, attempt.draft_id)

    # ------------------------------------------------------------------ the barrier

    async def _barrier(
        self, attempt: SendAttempt, held: HeldDraft, seen: _Seen
    ) -> SendAttempt | None:
        """The attempt under its fencing token when it may be sent now, by us; else None."""
        tenant = await self._tenants.get(attempt.tenant_id)
        voice = await self._voices.load(tenant.id, attempt.mailbox) or HOUSE_VOICE
        async with self._work.begin(attempt.tenant_id) as tx:
            switches = await tx.switches.state(hold=True)
            draft = await tx.drafts.get(attempt.draft_id, lock=True)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            if not _is_for(current, draft):
                await self._cancel(tx, current, None, now, "the draft moved on")
                return None
            if draft.mailbox_is_behind or not _has_handle(current, draft):
                await self._behind(tx, current, draft, now)
                return None
            if not same_text(draft, held.to, held.subject, held.text):
                edited = adopt_edit(draft, held, tenant=tenant, voice=voice, now=now)
                await self._cancel(tx, current, edited, now, "edited_in_mailbox", actor=MAILBOX)
                return None
            if held.attachments:
                await self._cancel(tx, current, with_files(draft, now), now, "files_attached")
                return None
            stale = overtaken(draft, seen.written, now)
            if stale is not draft:
                await self._cancel(tx, current, stale, now, "new_mail_in_thread")
                return None
            unsure = _unsure(draft, current, switches.restored, seen.answered, now)
            if unsure is not draft:
                await self._cancel(tx, current, unsure, now, "before_restore")
                return None
            verdict = await ask_gate(
                tx,
                draft,
                tenant=tenant,
                permission=self._permission,
                switches=switches,
                automatic=current.automatic,
                besides=current.id,
            )
            if not verdict.allowed:
                await self._refused(tx, current, draft, verdict, now)
                return None
            await tx.sends.take(current.id, slot_keys(draft))
            ready = attrs.evolve(
                current,
                thread_id=held.thread_id,
                history_point=seen.point,
                started_at=now,
                present_at=None,
                missing_at=None,
            )
            return await self._settler.move(
                tx, ready, draft, AttemptStatus.SENDING, now, due_at=now + SEND_LEASE
            )

    async def _behind(
        self, tx: SendingTransaction, attempt: SendAttempt, draft: Draft, now: datetime
    ) -> None:
        """Our own text is on its way into the mailbox, perhaps as another draft there."""
        handle = draft.in_mailbox
        if handle is not None:
            attempt = attrs.evolve(
                attempt, mailbox_draft_id=handle.draft_id, thread_id=handle.thread_id
            )
        why = Reason(code="mailbox_behind", sentence="the mailbox holds an older text still")
        await self._wait(tx, attempt, now + LEVEL_RECHECK, (why,), now)

    async def _refused(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft,
        verdict: GateVerdict,
        now: datetime,
    ) -> None:
        self._watch.refused([reason.code for reason in verdict.reasons])
        if verdict.has(STOPPED):
            stopped = [reason for reason in verdict.reasons if reason.code == STOPPED]
            others = [reason for reason in verdict.reasons if reason.code != STOPPED]
            await self._wait(tx, attempt, now + STOPPED_RECHECK, (*stopped, *others), now)
        elif verdict.may_go_at is not None:
            await self._wait(tx, attempt, verdict.may_go_at, verdict.reasons, now)
        else:
            # In DRAFT_ONLY an approved draft stays approved; anything else is for a person.
            only_mode = {reason.code for reason in verdict.reasons} == {DRAFT_ONLY}
            back = None if only_mode else in_review(draft, now)
            codes = ",".join(reason.code for reason in verdict.reasons)
            await self._cancel(tx, attempt, back, now, codes)

    # ------------------------------------------------------------------ the request

    async def _send(self, attempt: SendAttempt) -> None:
        """Exactly one request. What is not known to be a yes or a no is unknown."""
        try:
            mail = await self._sender.send_draft(
                attempt.tenant_id, attempt.mailbox, attempt.mailbox_draft_id
            )
        except (NotSent, RateLimited, NeedsReauth) as error:
            await self._not_sent(attempt, error)
        except Rejected as error:
            await self._classify(attempt, AttemptStatus.FAILED, (("code", type(error).__name__),))
        except Exception as error:
            # NotFound too: the draft is gone, and somebody may have sent it since we looked.
            log.warning("send %s: unknown result (%s)", attempt.id, type(error).__name__)
            await self._classify(attempt, AttemptStatus.UNKNOWN, (("code", type(error).__name__),))
        else:
            await self._sent(attempt, mail)

    async def _sent(self, attempt: SendAttempt, mail: SentMail) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._draft(tx, attempt)
            current = await self._current(tx, attempt)
            await self._settler.sent(tx, current, draft, mail, await tx.sends.now())

    async def _not_sent(self, attempt: SendAttempt, error: SalesAgentError) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._draft(tx, attempt)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            until: datetime | None
            why: tuple[Reason, ...] = ()
            if isinstance(error, NeedsReauth):
                until = now + REAUTH_RECHECK
                why = (Reason(code="mailbox_disconnected", sentence=str(error)),)
            else:
                named = error.retry_at if isinstance(error, RateLimited | NotSent) else None
                failures = current.failures + 1
                current = attrs.evolve(current, failures=failures)
                until = retry_at(now, failures, self._ids.fraction(), named)
            detail = (("code", type(error).__name__),)
            to = AttemptStatus.FAILED if until is None else AttemptStatus.SCHEDULED
            moved = await self._settler.move(
                tx, current, draft, to, now, detail=detail, due_at=until
            )
            if why:
                await tx.sends.save(attrs.evolve(moved, waiting=why))

    async def _classify(
        self, attempt: SendAttempt, to: AttemptStatus, detail: tuple[tuple[str, str], ...]
    ) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._draft(tx, attempt)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            due = (current.started_at or now) + GRACE if to is AttemptStatus.UNKNOWN else None
            await self._settler.move(tx, current, draft, to, now, detail=detail, due_at=due)

    # ------------------------------------------------------------------ parts

    async def _current(self, tx: SendingTransaction, claimed: SendAttempt) -> SendAttempt:
        current = await tx.sends.get(claimed.id, lock=True)
        if current.token != claimed.token or current.status is not claimed.status:
            raise LeaseLost("another worker holds this send now")
        return current

    async def _draft(self, tx: SendingTransaction, attempt: SendAttempt) -> Draft | None:
        try:
            return await tx.drafts.get(attempt.draft_id, lock=True)
        except NotFound:
            # Erased while it was being sent: the attempt still tells what became of it.
            return None

    async def _wait(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        until: datetime,
        why: tuple[Reason, ...],
        now: datetime,
    ) -> None:
        await tx.sends.save(attrs.evolve(attempt, due_at=until, waiting=why, updated_at=now))
        if [each.code for each in why] != [each.code for each in attempt.waiting]:
            codes = ",".join(each.code for each in why)
            await self._settler.audit(tx, attempt, "send.waiting", now, detail=(("codes", codes),))

    async def _cancel(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft | None,
        now: datetime,
        why: str,
        *,
        actor: str = "system",
    ) -> None:
        if draft is not None:
            await tx.drafts.save(draft)
        await self._settler.move(
            tx,
            attempt,
            None,
            AttemptStatus.CANCELLED,
            now,
            actor=actor,
            detail=(("why", why),),
        )

    async def _ring(self, topic: Topic, subject: str) -> None:
        try:
            await self._queue.ring(topic, [subject])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return


def _is_for(attempt: SendAttempt, draft: Draft) -> bool:
    return (
        draft.status is DraftStatus.APPROVED and draft.revision.content_hash == attempt.content_hash
    )


def _unsure(
    draft: Draft,
    attempt: SendAttempt,
    restored: Restored | None,
    answered: tuple[str, ...],
    now: datetime,
) -> Draft:
    """The draft, in review where its form may have been answered before a restore and nobody has
    seen the mark yet: no rule decides about such a one, nor does an approval in haste."""
    if restored is None or not restored.may_have_answered(draft.submitted_at):
        return draft
    unseen = bool(answered) and BEFORE_RESTORE not in draft.degraded
    return after_restore(draft, now) if attempt.automatic or unseen else draft


def _has_handle(attempt: SendAttempt, draft: Draft) -> bool:
    handle = draft.in_mailbox
    return handle is not None and handle.draft_id == attempt.mailbox_draft_id
