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

from salesagent_core.domain.draft import Draft
from salesagent_core.domain.run import retry_at
from salesagent_core.domain.sending.attempt import (
    GRACE,
    SECOND_LOOK_AFTER,
    START_WITHIN,
    STOPPED_RECHECK,
    AttemptStatus,
    SendAttempt,
    not_sendable,
    put_back,
)
from salesagent_core.domain.sending.gate import SendPermission
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
from salesagent_core.ports.mail_sender import MailSender, NotSent, SentMail
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.ports.run_watch import RunWatch, Unwatched
from salesagent_core.ports.send_ledger import SendQueue
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.hold_back import HoldBack, is_for
from salesagent_core.use_cases.in_hand import Hands
from salesagent_core.use_cases.send_barrier import SendBarrier
from salesagent_core.use_cases.send_look import LookBeforeSending, Seen
from salesagent_core.use_cases.settler import Settler

log = logging.getLogger(__name__)

REAUTH_RECHECK = timedelta(minutes=10)
"""How long a send waits for its mailbox to be connected again before it looks once more."""


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
        self._queue = queue
        self._clock = clock
        self._ids = ids
        self._watch = watch or Unwatched()
        self._hands = Hands()
        self._settler = Settler(ids)
        self._hold = HoldBack(self._settler)
        self._look = LookBeforeSending(work=work, sender=sender, reader=reader)
        self._barrier = SendBarrier(
            work=work,
            tenants=tenants,
            voices=voices,
            permission=permission,
            watch=self._watch,
            settler=self._settler,
            hold=self._hold,
        )

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

    async def _unexpected(self, attempt: SendAttempt, error: Exception) -> None:
        """What nobody expected, before the barrier: a few tries more, then a person. After the
        barrier the reconciliation looks after it."""
        try:
            async with self._work.begin(attempt.tenant_id) as tx:
                current = await self._hold.current(tx, attempt)
                now = await tx.sends.now()
                failures = current.failures + 1
                current = attrs.evolve(current, failures=failures)
                until = retry_at(now, failures, self._ids.fraction())
                code = type(error).__name__
                if until is not None:
                    why = Reason(code="unexpected", sentence=f"sending failed ({code})")
                    await self._hold.wait(tx, current, until, (why,), now)
                    return
                draft = await tx.drafts.get(attempt.draft_id, lock=True)
                back = not_sendable(draft, now) if is_for(current, draft) else None
                await self._hold.cancel(tx, current, back, now, f"unexpected:{code}")
        except (LeaseLost, NotFound, Unavailable):
            # Somebody else has it, or the sweeper will find it again.
            return

    # ------------------------------------------------------------------ before the barrier

    async def _postpone(self, attempt: SendAttempt, error: SalesAgentError) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            current = await self._hold.current(tx, attempt)
            now = await tx.sends.now()
            if isinstance(error, NotFound):
                await self._hold.cancel(tx, current, None, now, "the draft is gone")
                return
            until = now + REAUTH_RECHECK
            if isinstance(error, RateLimited | Unavailable):
                until = max(now + STOPPED_RECHECK, error.retry_at or now)
            code = (
                "mailbox_disconnected" if isinstance(error, NeedsReauth) else "mailbox_unavailable"
            )
            await self._hold.wait(
                tx, current, until, (Reason(code=code, sentence=str(error)),), now
            )

    async def _gone(self, attempt: SendAttempt, seen: Seen) -> None:
        """The draft is not there any more, or was sent by a person and made again."""
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await tx.drafts.get(attempt.draft_id, lock=True)
            current = await self._hold.current(tx, attempt)
            now = await tx.sends.now()
            if seen.sent is not None:
                await self._settler.sent(tx, current, draft, seen.sent, now, by_human=True)
                return
            if current.missing_at is None:
                # A person may have sent it this moment; the mail shows a little later.
                why = Reason(code="draft_missing", sentence="the draft is not in the mailbox")
                missing = attrs.evolve(current, missing_at=now)
                await self._hold.wait(tx, missing, now + SECOND_LOOK_AFTER, (why,), now)
                return
            if await self._hold.unless_level(tx, current, draft, now):
                return
            await self._hold.cancel(tx, current, put_back(draft, now), now, "draft_deleted")
        await self._ring(Topic.DRAFT_SYNC, attempt.draft_id)

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
            current = await self._hold.current(tx, attempt)
            await self._settler.sent(tx, current, draft, mail, await tx.sends.now())

    async def _not_sent(self, attempt: SendAttempt, error: SalesAgentError) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._draft(tx, attempt)
            current = await self._hold.current(tx, attempt)
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
            current = await self._hold.current(tx, attempt)
            now = await tx.sends.now()
            due = (current.started_at or now) + GRACE if to is AttemptStatus.UNKNOWN else None
            await self._settler.move(tx, current, draft, to, now, detail=detail, due_at=due)

    async def _draft(self, tx: SendingTransaction, attempt: SendAttempt) -> Draft | None:
        try:
            return await tx.drafts.get(attempt.draft_id, lock=True)
        except NotFound:
            # Erased while it was being sent: the attempt still tells what became of it.
            return None

    async def _ring(self, topic: Topic, subject: str) -> None:
        try:
            await self._queue.ring(topic, [subject])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return
