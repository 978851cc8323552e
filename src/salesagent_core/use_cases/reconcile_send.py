"""Find out what became of a send whose answer was lost. Nothing here ever sends.

After the grace period the mailbox is looked at twice, some seconds apart. The draft is there both
times: it was not sent, and the same draft may be. It is gone and a SENT mail is ours: sent. It is
gone and nothing is found: a person must look. Search is never asked.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, move
from salesagent_core.domain.sending.attempt import (
    GRACE,
    SECOND_LOOK_AFTER,
    AttemptStatus,
    SendAttempt,
)
from salesagent_core.errors import (
    Conflict,
    LeaseLost,
    NeedsReauth,
    NotFound,
    RateLimited,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.mail_sender import MailSender, SentMail
from salesagent_core.ports.send_ledger import SendQueue
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.use_cases.in_hand import Hands
from salesagent_core.use_cases.sent_search import find_sent
from salesagent_core.use_cases.settler import Settler

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(seconds=10)
"""When nobody could look: the unknown stays visible, and its slot taken. A mailbox that names a
later time is not asked before it."""
REAUTH_LOOK_AGAIN = timedelta(minutes=10)


@attrs.frozen(kw_only=True)
class _Look:
    """What the mailbox shows after the fact."""

    present: bool
    sent: SentMail | None = None


class ReconcileSends:
    """Worked by whichever worker hears the bell; also takes over from workers that died."""

    def __init__(
        self,
        *,
        sends: SendQueue,
        work: SendingWork,
        sender: MailSender,
        queue: JobQueue,
        ids: IdSource,
        grace: timedelta = GRACE,
        between_looks: timedelta = SECOND_LOOK_AFTER,
    ) -> None:
        self._grace = grace
        self._between_looks = between_looks
        self._sends = sends
        self._work = work
        self._sender = sender
        self._queue = queue
        self._settler = Settler(ids)
        self._hands = Hands()

    async def __call__(self, attempt_ids: Sequence[str] | None = None, limit: int = 20) -> int:
        """Look after what is due (those named, or any); returns how many were claimed.

        Raises:
            Unavailable: they could not be claimed.
        """
        return await self._hands.work(
            self._sends.claim_unsettled, self._guarded, attempt_ids, limit
        )

    async def settle(
        self, tenant_id: TenantId, draft_id: DraftId, *, was_sent: bool, operator: str
    ) -> Draft:
        """A person looked, and says whether the mail went out.

        When it did not, the draft is approved again and nothing is scheduled: sending it is
        another decision.

        Raises:
            NotFound: no such draft. Conflict: nobody asked.
        """
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            asking = [
                each
                for each in await tx.sends.of_draft(draft_id, lock=True)
                if each.status is AttemptStatus.NEEDS_OPERATOR
            ]
            if draft.status is not DraftStatus.NEEDS_OPERATOR or not asking:
                raise Conflict("nobody asked what became of this draft")
            now = await tx.sends.now()
            to = AttemptStatus.SENT if was_sent else AttemptStatus.CANCELLED
            detail = (("said", "sent" if was_sent else "not_sent"),)
            await self._settler.move(tx, asking[0], None, to, now, actor=operator, detail=detail)
            if was_sent:
                await tx.sends.settle(asking[0].id, now)
            settled = move(draft, DraftStatus.SENT if was_sent else DraftStatus.APPROVED, now)
            await tx.drafts.save(settled)
        return settled

    async def _guarded(self, attempt: SendAttempt) -> None:
        try:
            await self._one(attempt)
        except LeaseLost:
            log.info("send %s is looked after elsewhere", attempt.id)
        except Unavailable:
            log.warning("send %s: the database cannot be reached", attempt.id)
        except Exception:
            log.exception("looking after send %s failed unexpectedly", attempt.id)

    async def _one(self, attempt: SendAttempt) -> None:
        unknown = await self._made_visible(attempt)
        if unknown is None:
            return
        draft = await self._draft_of(unknown)
        if draft is None:
            await self._conclude(unknown, AttemptStatus.NEEDS_OPERATOR, "draft_erased")
            return
        try:
            look = await self._look(unknown, draft)
        except NeedsReauth:
            await self._again(unknown, REAUTH_LOOK_AGAIN)
        except (Unavailable, RateLimited) as error:
            await self._again(unknown, LOOK_AGAIN, error.retry_at)
        except SalesAgentError:
            await self._again(unknown, LOOK_AGAIN)
        else:
            await self._judge(unknown, look)

    async def _made_visible(self, attempt: SendAttempt) -> SendAttempt | None:
        """The attempt as unknown; None while it is too early to look.

        A worker that is overdue is presumed dead: what it was doing is unknown from now on.
        """
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._locked(tx, attempt)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            ripe = (current.started_at or now) + self._grace
            if current.status is AttemptStatus.SENDING:
                due = max(now, ripe)
                detail = (("code", "worker_lost"),)
                current = await self._settler.move(
                    tx, current, draft, AttemptStatus.UNKNOWN, now, detail=detail, due_at=due
                )
            elif now < ripe:
                await tx.sends.save(attrs.evolve(current, due_at=ripe))
            return current if now >= ripe else None

    async def _look(self, attempt: SendAttempt, draft: Draft) -> _Look:
        try:
            await self._sender.read_draft(
                attempt.tenant_id, attempt.mailbox, attempt.mailbox_draft_id
            )
        except NotFound:
            sent = await find_sent(
                self._sender, draft, thread_id=attempt.thread_id, point=attempt.history_point
            )
            return _Look(present=False, sent=sent)
        return _Look(present=True)

    async def _judge(self, attempt: SendAttempt, look: _Look) -> None:
        if look.sent is not None:
            await self._found(attempt, look.sent)
            return
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._locked(tx, attempt)
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            first = current.present_at if look.present else current.missing_at
            if first is None or now - first < self._between_looks:
                if first is None:
                    present, missing = (now, None) if look.present else (None, now)
                    current = attrs.evolve(current, present_at=present, missing_at=missing)
                due = (first or now) + self._between_looks
                await tx.sends.save(attrs.evolve(current, due_at=due))
                return
            if look.present:
                to, due_at = AttemptStatus.SCHEDULED, now
            else:
                to, due_at = AttemptStatus.NEEDS_OPERATOR, None
            detail = (("code", "draft_still_there" if look.present else "not_found"),)
            cleared = attrs.evolve(current, present_at=None, missing_at=None)
            await self._settler.move(tx, cleared, draft, to, now, detail=detail, due_at=due_at)
        if look.present:
            await self._ring(attempt)

    async def _found(self, attempt: SendAttempt, mail: SentMail) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await self._locked(tx, attempt)
            current = await self._current(tx, attempt)
            await self._settler.sent(tx, current, draft, mail, await tx.sends.now())

    async def _conclude(self, attempt: SendAttempt, to: AttemptStatus, code: str) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            current = await self._current(tx, attempt)
            now = await tx.sends.now()
            await self._settler.move(tx, current, None, to, now, detail=(("code", code),))

    async def _again(
        self, attempt: SendAttempt, after: timedelta, not_before: datetime | None = None
    ) -> None:
        async with self._work.begin(attempt.tenant_id) as tx:
            current = await self._current(tx, attempt)
            due = await tx.sends.now() + after
            await tx.sends.save(attrs.evolve(current, due_at=max(due, not_before or due)))

    async def _draft_of(self, attempt: SendAttempt) -> Draft | None:
        async with self._work.begin(attempt.tenant_id) as tx:
            try:
                return await tx.drafts.get(attempt.draft_id)
            except NotFound:
                return None

    async def _locked(self, tx: SendingTransaction, attempt: SendAttempt) -> Draft | None:
        try:
            return await tx.drafts.get(attempt.draft_id, lock=True)
        except NotFound:
            return None

    async def _current(self, tx: SendingTransaction, claimed: SendAttempt) -> SendAttempt:
        current = await tx.sends.get(claimed.id, lock=True)
        if current.token != claimed.token:
            raise LeaseLost("another worker looks after this send now")
        return current

    async def _ring(self, attempt: SendAttempt) -> None:
        try:
            await self._queue.ring(Topic.SEND, [attempt.id])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return
