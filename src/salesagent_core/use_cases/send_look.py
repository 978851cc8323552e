"""What a mailbox shows of a draft just before it is sent."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesagent_core.domain.draft import Draft
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.domain.sending.gate import Restored
from salesagent_core.errors import NotFound
from salesagent_core.ports.mail_sender import HeldDraft, MailSender, SentMail
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.ports.unit_of_work import SendingWork
from salesagent_core.use_cases.sent_search import (
    answered_meanwhile,
    by_hand,
    find_since,
    ours_among,
)

RESTORED_THREADS = 10
"""How many of a person's newest threads are looked through after a restore."""


@attrs.frozen(kw_only=True)
class Seen:
    """The mailbox just before the barrier: the draft or None, a mail that a person sent from it,
    the point in history, and the ids of what was written in the draft's thread, by them or by hand
    on our side; and of what other runs of ours sent there since the form came in."""

    held: HeldDraft | None
    sent: SentMail | None = None
    point: str | None = None
    written: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()


class LookBeforeSending:
    """Reads the mailbox; changes nothing."""

    def __init__(self, *, work: SendingWork, sender: MailSender, reader: MailReader) -> None:
        self._work = work
        self._sender = sender
        self._reader = reader

    async def __call__(self, attempt: SendAttempt) -> Seen:
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
        return Seen(
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
