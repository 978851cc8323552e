"""The check of the check: workers that do on purpose what must never happen.

With any of these the crash run has to end with exit code 1.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.ports.mail_sender import FateUnknown, HeldDraft, SentMail

SHARE = 0.05
"""Of the mails that are told to be sent and are not, and of the events that are left out."""


class Sabotage(StrEnum):
    """``resend``: when no answer comes, the same text is sent again without looking.
    ``lose``: a mail counts as sent that never went out. ``forget``: the audit trail has gaps.
    ``blind``: nobody looks after what a dead worker left."""

    NONE = "none"
    RESEND = "resend"
    LOSE = "lose"
    FORGET = "forget"
    BLIND = "blind"


def sabotaged(part: Any, how: Sabotage) -> Any:
    """The mailbox or the unit of work, spoilt; as it is where this kind does not concern it."""
    is_mailbox = hasattr(part, "send_draft")
    if how in (Sabotage.RESEND, Sabotage.LOSE) and is_mailbox:
        return _BadMailbox(part, how)
    if how is Sabotage.FORGET and not is_mailbox:
        return _ForgetfulWork(part)
    return part


class _BadMailbox:
    def __init__(self, mailbox: Any, how: Sabotage) -> None:
        self._mailbox, self._how = mailbox, how
        self._held: dict[str, HeldDraft] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mailbox, name)

    async def read_draft(self, tenant_id: Any, mailbox: str, draft_id: str) -> HeldDraft:
        held: HeldDraft = await self._mailbox.read_draft(tenant_id, mailbox, draft_id)
        self._held[draft_id] = held
        return held

    async def send_draft(self, tenant_id: Any, mailbox: str, draft_id: str) -> SentMail:
        held = self._held.pop(draft_id)
        if self._how is Sabotage.LOSE and random.random() < SHARE:
            return _pretended(held)
        try:
            sent: SentMail = await self._mailbox.send_draft(tenant_id, mailbox, draft_id)
        except FateUnknown:
            if self._how is Sabotage.LOSE:
                raise
            copy = OutgoingMail(
                key=held.key or "",
                sender=mailbox,
                to=held.to[0],
                subject=held.subject,
                text=held.text,
            )
            made = await self._mailbox.create_draft(tenant_id, mailbox, copy)
            sent = await self._mailbox.send_draft(tenant_id, mailbox, made.draft_id)
        return sent


def _pretended(held: HeldDraft) -> SentMail:
    return SentMail(
        message_id=held.message_id,
        thread_id=held.thread_id,
        rfc822_id="<never@sent.example>",
        to=held.to,
        subject=held.subject,
        text=held.text,
        key=held.key,
        sent_at=datetime.now(UTC),
    )


class _ForgetfulWork:
    def __init__(self, work: Any) -> None:
        self._work = work

    @asynccontextmanager
    async def begin(self, tenant_id: Any) -> AsyncIterator[Any]:
        async with self._work.begin(tenant_id) as tx:
            kept = tx.audit.add

            async def add(event: Any) -> None:
                if event.action != "send.sent" or random.random() > SHARE:
                    await kept(event)

            tx.audit.add = add
            yield tx
