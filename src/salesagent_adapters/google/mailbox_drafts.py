"""Keeping our drafts in a Gmail mailbox, marked by a header of ours."""

from __future__ import annotations

import asyncio
import base64
from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import Any, Final

from salesagent_adapters.google.client import Account, Apis, GoogleApi
from salesagent_adapters.google.mime_read import headers_of, raw_mail
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.draft import MailboxDraft, content_hash
from salesagent_core.domain.sending.composing import KEY_HEADER, KeptMail, compose_mail, read_mail
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import InvalidInput, NotFound, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock

COMPOSE_SCOPE: Final = "gmail.compose"
MAX_RAW_ANSWER: Final = 40 * 1024 * 1024
"""Gmail takes mails of 25 MB, a third more in base64; a person may have attached that much."""
PAGE: Final = 500
MAX_PAGES: Final = 20
KEYS_REMEMBERED: Final = 20_000


class GmailDrafts:
    """The drafts port over the Gmail API.

    Gmail cannot search by a header of ours: the first look at a mailbox costs 20 units for each
    draft in it. What a message carries never changes, so each is looked at once only.
    """

    def __init__(self, client: GoogleApi, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._keys = _KnownKeys()

    async def find_drafts(
        self, tenant_id: TenantId, mailbox: str, key: str
    ) -> tuple[MailboxDraft, ...]:
        """Our drafts with that key, oldest first, with the hash of what they hold now."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        listed = await self._listed(account)
        keys = await asyncio.gather(*(self._key(account, *each) for each in listed))
        ours = [draft_id for (draft_id, _), found in zip(listed, keys, strict=True) if found == key]
        held = await asyncio.gather(*(self._held(account, each) for each in ours))
        return tuple(each for each in held if each is not None)

    async def create_draft(
        self, tenant_id: TenantId, mailbox: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """A new draft each time it is called, inside ``mail.thread_id`` where that is set."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        raw = self._composed(mail, mailbox)
        body = _draft_body(raw, mail.thread_id)
        try:
            draft = await self._client.ask(
                account,
                lambda apis: apis.gmail.users().drafts().create(userId="me", body=body),
                units=Units.CREATE_DRAFT,
                scope=COMPOSE_SCOPE,
            )
        except NotFound as error:
            raise Rejected("the mailbox knows no such thread") from error
        return _handle(draft, mailbox, read_mail(raw))

    async def update_draft(
        self, tenant_id: TenantId, mailbox: str, draft_id: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """The draft with other content and another message id, in the thread it is in."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        raw = self._composed(mail, mailbox)
        thread_id = mail.thread_id
        if thread_id is None:
            # Without its thread's id the new content would start another thread.
            thread_id = _thread_id(await self._get(account, draft_id, "minimal"))
        body = _draft_body(raw, thread_id)
        draft = await self._client.ask(
            account,
            lambda apis: apis.gmail.users().drafts().update(userId="me", id=draft_id, body=body),
            units=Units.UPDATE_DRAFT,
            scope=COMPOSE_SCOPE,
        )
        return _handle(draft, mailbox, read_mail(raw))

    async def delete_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> None:
        """Gone afterwards, whether or not it was there."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        try:
            await self._client.ask(
                account,
                lambda apis: apis.gmail.users().drafts().delete(userId="me", id=draft_id),
                units=Units.DELETE_DRAFT,
                scope=COMPOSE_SCOPE,
            )
        except NotFound:
            return

    async def _listed(self, account: Account) -> list[tuple[str, str]]:
        """Draft ids and message ids, oldest first."""
        found: list[tuple[str, str]] = []
        page: str | None = None
        for _ in range(MAX_PAGES):
            answer = await self._client.ask(
                account,
                partial(_list_drafts, page=page),
                units=Units.LIST_DRAFTS,
                scope=COMPOSE_SCOPE,
            )
            drafts = [each for each in answer.get("drafts") or () if isinstance(each, dict)]
            found += [(str(each["id"]), _message_id(each)) for each in drafts if each.get("id")]
            page = answer.get("nextPageToken")
            if not page:
                return found[::-1]
        raise Unavailable("the mailbox holds more drafts than can be looked through")

    async def _key(self, account: Account, draft_id: str, message_id: str) -> str | None:
        """Our mark on the draft; None for a person's own, and for one that went meanwhile."""
        known, key = self._keys.get(account, message_id)
        if known:
            return key
        try:
            draft = await self._get(account, draft_id, "metadata")
        except NotFound:
            return None
        key = headers_of(_message(draft)).get(KEY_HEADER.lower()).strip() or None
        self._keys.put(account, _message_id(draft), key)
        return key

    async def _held(self, account: Account, draft_id: str) -> MailboxDraft | None:
        try:
            draft = await self._get(account, draft_id, "raw")
        except NotFound:
            return None
        kept = await asyncio.to_thread(read_mail, raw_mail(_message(draft)))
        return _handle(draft, account.mailbox, kept)

    async def _get(self, account: Account, draft_id: str, form: str) -> dict[str, Any]:
        return await self._client.ask(
            account,
            lambda apis: apis.gmail.users().drafts().get(userId="me", id=draft_id, format=form),
            units=Units.GET_DRAFT,
            scope=COMPOSE_SCOPE,
            max_bytes=MAX_RAW_ANSWER,
        )

    def _composed(self, mail: OutgoingMail, mailbox: str) -> bytes:
        if mail.sender.strip().lower() != mailbox.strip().lower():
            raise Rejected("the sender is not this mailbox")
        try:
            return compose_mail(mail, now=self._clock.now())
        except InvalidInput as error:
            what = "; ".join(f"{each.where}: {each.what}" for each in error.problems)
            raise Rejected(f"the mail cannot be composed: {what}") from error


class _KnownKeys:
    """Which message carries which key, the latest ones, for all threads of the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: OrderedDict[tuple[Account, str], str | None] = OrderedDict()

    def get(self, account: Account, message_id: str) -> tuple[bool, str | None]:
        with self._lock:
            place = (account, message_id)
            if not message_id or place not in self._keys:
                return False, None
            self._keys.move_to_end(place)
            return True, self._keys[place]

    def put(self, account: Account, message_id: str, key: str | None) -> None:
        with self._lock:
            self._keys[(account, message_id)] = key
            while len(self._keys) > KEYS_REMEMBERED:
                self._keys.popitem(last=False)


def _list_drafts(apis: Apis, *, page: str | None) -> Any:
    return apis.gmail.users().drafts().list(userId="me", maxResults=PAGE, pageToken=page)


def _draft_body(raw: bytes, thread_id: str | None) -> dict[str, Any]:
    message = {"raw": base64.urlsafe_b64encode(raw).decode("ascii")}
    if thread_id is not None:
        message["threadId"] = thread_id
    return {"message": message}


def _message(draft: dict[str, Any]) -> dict[str, Any]:
    message = draft.get("message")
    return message if isinstance(message, dict) else {}


def _message_id(draft: dict[str, Any]) -> str:
    return str(_message(draft).get("id") or "")


def _thread_id(draft: dict[str, Any]) -> str:
    return str(_message(draft).get("threadId") or "")


def _handle(draft: dict[str, Any], mailbox: str, kept: KeptMail) -> MailboxDraft:
    if not draft.get("id") or not _message_id(draft):
        raise Unavailable("the mailbox's answer names no draft")
    return MailboxDraft(
        mailbox=mailbox,
        draft_id=str(draft["id"]),
        message_id=_message_id(draft),
        thread_id=_thread_id(draft),
        content_hash=content_hash(kept.to[0] if kept.to else "", kept.subject, kept.letter),
    )
