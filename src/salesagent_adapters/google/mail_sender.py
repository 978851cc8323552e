"""Sending a Gmail draft, once, and finding out afterwards whether it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesagent_adapters.google.client import Account, GoogleApi
from salesagent_adapters.google.mail_history import history_pages, messages_in
from salesagent_adapters.google.mailbox_drafts import COMPOSE_SCOPE, MAX_RAW_ANSWER
from salesagent_adapters.google.mailbox_reader import READ_SCOPE
from salesagent_adapters.google.mime_read import kept_mail, labels, raw_mail, sent_at
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.sending.composing import KeptMail, read_mail
from salesagent_core.errors import NotFound, PortError, SalesAgentError, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.mail_sender import FateUnknown, HeldDraft, SentMail

READ_BACK_SECONDS: Final = 5.0
"""What the answer to a send may take longer, so that its Message-ID is known at once."""


class GmailSender:
    """The sending port over the Gmail API. Costs 100 units a mail, 20 for each one read."""

    def __init__(self, client: GoogleApi, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        """What the draft says now, whoever edited it last."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        draft = await self._client.ask(
            account,
            lambda apis: apis.gmail.users().drafts().get(userId="me", id=draft_id, format="raw"),
            units=Units.GET_DRAFT,
            scope=COMPOSE_SCOPE,
            max_bytes=MAX_RAW_ANSWER,
        )
        message = draft.get("message")
        if not isinstance(message, dict) or not message.get("raw"):
            # An empty letter would look like a person's edit.
            raise Unavailable("gmail.users.drafts.get: the answer holds no mail")
        kept = await asyncio.to_thread(read_mail, raw_mail(message))
        return HeldDraft(
            draft_id=draft_id,
            message_id=str(message.get("id", "")),
            thread_id=str(message.get("threadId", "")),
            to=kept.to,
            subject=kept.subject,
            text=kept.letter,
            key=kept.key,
            attachments=kept.attachments,
        )

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        """Send it, once: the draft is gone afterwards and its message id is another.

        What Gmail made of the mail is read afterwards; when that fails, the mail is sent all the
        same, and the answer carries the ids only.
        """
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        answer = await self._client.send(
            account,
            lambda apis: apis.gmail.users().drafts().send(userId="me", body={"id": draft_id}),
            units=Units.SEND,
            scope=COMPOSE_SCOPE,
        )
        message_id, thread_id = answer.get("id"), answer.get("threadId")
        if not isinstance(message_id, str) or not isinstance(thread_id, str):
            raise FateUnknown("gmail.users.drafts.send: the answer names no message")
        bare = SentMail(
            message_id=message_id,
            thread_id=thread_id,
            rfc822_id="",
            to=(),
            subject="",
            text="",
            key=None,
            sent_at=self._clock.now(),
        )
        try:
            async with asyncio.timeout(READ_BACK_SECONDS):
                return await self._read_sent(account, message_id)
        except (SalesAgentError, TimeoutError):
            return bare

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        """The mailbox's ``historyId`` now."""
        answer = await self._client.ask(
            Account(tenant_id=tenant_id, mailbox=mailbox),
            lambda apis: apis.gmail.users().getProfile(userId="me"),
            units=Units.PROFILE,
            scope=READ_SCOPE,
        )
        point = answer.get("historyId")
        if not point:
            raise Unavailable("gmail.users.getProfile: the answer names no point in history")
        return str(point)

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        """Mail that was sent after that point, by us or by a person, oldest first."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        ids = await self._sent_ids(account, point)
        found = await asyncio.gather(*(self._read_if_there(account, each) for each in ids))
        return _oldest_first(each for each in found if each is not None)

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        """The thread's sent mail, oldest first."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        try:
            thread = await self._client.ask(
                account,
                lambda apis: (
                    apis.gmail.users().threads().get(userId="me", id=thread_id, format="minimal")
                ),
                units=Units.GET_THREAD,
                scope=READ_SCOPE,
            )
        except NotFound:
            return ()
        messages = [each for each in thread.get("messages") or () if isinstance(each, dict)]
        ids = [str(each.get("id")) for each in messages if _was_sent(each)]
        found = await asyncio.gather(*(self._read_if_there(account, each) for each in ids))
        return _oldest_first(each for each in found if each is not None)

    async def _sent_ids(self, account: Account, point: str) -> list[str]:
        """Messages that came into SENT, new or by a label; a mail sent by hand can be either."""
        found: dict[str, None] = {}
        async for page in history_pages(self._client, account, point=point, label="SENT"):
            found.update((str(each["id"]), None) for each in messages_in(page))
        return list(found)

    async def _read_if_there(self, account: Account, message_id: str) -> SentMail | None:
        try:
            return await self._read_sent(account, message_id)
        except _NoSentMail:
            return None

    async def _read_sent(self, account: Account, message_id: str) -> SentMail:
        """Raises: _NoSentMail when there is no such message in SENT."""
        try:
            message = await self._client.ask(
                account,
                lambda apis: (
                    apis.gmail.users().messages().get(userId="me", id=message_id, format="full")
                ),
                units=Units.GET_MESSAGE,
                scope=READ_SCOPE,
            )
        except NotFound as error:
            raise _NoSentMail from error
        if not _was_sent(message):
            raise _NoSentMail
        return _as_sent(message, await asyncio.to_thread(kept_mail, message))


class _NoSentMail(PortError):  # noqa: N818
    """The message was deleted meanwhile, or is not in SENT."""


def _was_sent(message: Mapping[str, Any]) -> bool:
    held = labels(message)
    return "SENT" in held and "DRAFT" not in held


def _as_sent(message: Mapping[str, Any], kept: KeptMail) -> SentMail:
    return SentMail(
        message_id=str(message.get("id", "")),
        thread_id=str(message.get("threadId", "")),
        rfc822_id=kept.message_id or "",
        to=kept.to,
        subject=kept.subject,
        text=kept.letter,
        key=kept.key,
        sent_at=sent_at(message),
    )


def _oldest_first(mails: Iterable[SentMail]) -> tuple[SentMail, ...]:
    return tuple(sorted(mails, key=lambda mail: (mail.sent_at, mail.message_id)))
