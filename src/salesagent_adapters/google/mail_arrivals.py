"""Single mails of a Gmail mailbox: what others sent to it, and what its owner wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from salesagent_adapters.google.client import Account, GoogleApi
from salesagent_adapters.google.mailbox_reader import READ_SCOPE
from salesagent_adapters.google.mime_read import (
    addresses,
    headers_of,
    is_draft,
    kept_mail,
    labels,
    raw_mail,
    sent_at,
)
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.replies.own_text import own_text
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_arrivals import Arrival

PAGE: Final = 500
MAX_PAGES: Final = 4
"""Of one look; what is older than all of these is taken up by the next look."""
MAX_RAW: Final = 36 * 1024 * 1024
"""Octets of an answer that holds a whole mail in base64: 25 MB, which is the most Gmail takes."""
AT_ONCE: Final = 8


class GmailArrivals:
    """``MailArrivals`` and ``SentMailReader`` over the Gmail API."""

    def __init__(self, client: GoogleApi) -> None:
        self._client = client

    async def arrived(
        self, tenant_id: TenantId, mailbox: str, since: datetime, limit: int
    ) -> tuple[Arrival, ...]:
        """See ``MailArrivals.arrived``. Gmail's ``after:`` takes seconds, and search lags."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        query = f"after:{int(since.timestamp()) - 1} -from:me -in:drafts -in:chats"
        newest_first = await self._ids(account, MAX_PAGES, q=query)
        ids = newest_first[::-1][: max(0, limit)]
        found = await self._each(account, ids, "metadata")
        arrivals = [_arrival(each) for each in found if "SENT" not in labels(each)]
        return tuple(
            sorted(
                (each for each in arrivals if each.at >= since),
                key=lambda arrival: (arrival.at, arrival.mail_id),
            )
        )

    async def raw(self, tenant_id: TenantId, mailbox: str, mail_id: str) -> bytes:
        """See ``MailArrivals.raw``."""
        message = await self._client.ask(
            Account(tenant_id=tenant_id, mailbox=mailbox),
            lambda apis: apis.gmail.users().messages().get(userId="me", id=mail_id, format="raw"),
            units=Units.GET_MESSAGE,
            scope=READ_SCOPE,
            max_bytes=MAX_RAW,
        )
        if not message.get("raw"):
            raise Unavailable("gmail.users.messages.get: the answer holds no mail")
        return await asyncio.to_thread(raw_mail, message)

    async def sent_texts(self, tenant_id: TenantId, mailbox: str, *, limit: int) -> tuple[str, ...]:
        """See ``SentMailReader.sent_texts``."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        ids = await self._ids(account, MAX_PAGES, labelIds=["SENT"])
        texts: list[str] = []
        for place in range(0, len(ids), AT_ONCE):
            if len(texts) >= limit:
                break
            for message in await self._each(account, ids[place : place + AT_ONCE], "full"):
                kept = await asyncio.to_thread(kept_mail, message)
                if kept.key is None and (text := own_text(kept.letter)):
                    texts.append(text)
        return tuple(texts[: max(0, limit)])

    async def _ids(self, account: Account, pages: int, **what: Any) -> list[str]:
        ids: list[str] = []
        token: str | None = None
        for _ in range(pages):
            more = {"pageToken": token} if token else {}
            answer = await self._page(account, {**what, **more})
            listed = answer.get("messages")
            messages = listed if isinstance(listed, list) else []
            ids += [str(one["id"]) for one in messages if isinstance(one, dict) and one.get("id")]
            token = answer.get("nextPageToken")
            if not token:
                break
        return ids

    async def _page(self, account: Account, what: dict[str, Any]) -> Mapping[str, Any]:
        return await self._client.ask(
            account,
            lambda apis: apis.gmail.users().messages().list(userId="me", maxResults=PAGE, **what),
            units=Units.LIST_MESSAGES,
            scope=READ_SCOPE,
        )

    async def _each(self, account: Account, ids: list[str], form: str) -> list[Mapping[str, Any]]:
        found = await asyncio.gather(*(self._message(account, each, form) for each in ids))
        return [each for each in found if each is not None and not is_draft(each)]

    async def _message(
        self, account: Account, message_id: str, form: str
    ) -> Mapping[str, Any] | None:
        how: dict[str, Any] = {"userId": "me", "id": message_id, "format": form}
        if form == "metadata":
            how["metadataHeaders"] = ["From", "Subject"]
        try:
            return await self._client.ask(
                account,
                lambda apis: apis.gmail.users().messages().get(**how),
                units=Units.GET_MESSAGE,
                scope=READ_SCOPE,
            )
        except NotFound:
            return None


def _arrival(message: Mapping[str, Any]) -> Arrival:
    headers = headers_of(message)
    return Arrival(
        mail_id=str(message.get("id", "")),
        thread_id=str(message.get("threadId", "")),
        sender=next(iter(addresses(headers, "from")), "").lower(),
        subject=headers.get("subject") or "",
        at=sent_at(message),
    )
