"""Gmail's history of a mailbox: what came and went since a point, for about a week."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any, Final

from salesagent_adapters.google.client import Account, Apis, GoogleApi
from salesagent_adapters.google.mailbox_reader import READ_SCOPE
from salesagent_adapters.google.mime_read import labels
from salesagent_adapters.google.quota import Units
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_history import Changes
from salesagent_core.ports.mail_sender import HistoryExpired

PAGE: Final = 500
MAX_PAGES: Final = 40
_NOT_MAIL: Final = frozenset({"DRAFT", "SPAM", "TRASH", "CHAT"})


class GmailHistory:
    """The history port over the Gmail API. Costs 2 units a page of 500 changes."""

    def __init__(self, client: GoogleApi) -> None:
        self._client = client

    async def changed_since(self, tenant_id: TenantId, mailbox: str, point: str) -> Changes:
        """Threads with mail that came or went after that ``historyId``."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        threads: dict[str, None] = {}
        reached = ""
        async for page in history_pages(self._client, account, point=point):
            # The first page's point: what happens while the others are read is told next time.
            reached = reached or str(page.get("historyId") or "")
            for message in messages_in(page):
                if _is_mail(message):
                    threads.setdefault(str(message["threadId"]))
        if not reached:
            raise Unavailable("gmail.users.history.list: the answer names no point in history")
        return Changes(thread_ids=tuple(threads), point=reached)


async def history_pages(
    client: GoogleApi, account: Account, *, point: str, label: str | None = None
) -> AsyncIterator[Mapping[str, Any]]:
    """Every page of what was added after that point: messages, and labels on messages.

    Raises:
        HistoryExpired: the point is no number, too old, or too much happened since.
        Unavailable, NeedsReauth
    """
    if not point.isascii() or not point.isdigit():
        raise HistoryExpired("this is no point in the mailbox's history")
    page: str | None = None
    for _ in range(MAX_PAGES):
        try:
            answer = await client.ask(
                account,
                partial(_list, point=point, label=label, page=page),
                units=Units.HISTORY,
                scope=READ_SCOPE,
            )
        except NotFound as error:
            raise HistoryExpired("the mailbox's history does not reach back so far") from error
        yield answer
        page = answer.get("nextPageToken")
        if not page:
            return
    raise HistoryExpired("too much happened in the mailbox since then")


def messages_in(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The messages that a page tells of: id, thread and labels. A mail sent by hand may come in
    as a message or as a label."""
    for entry in page.get("history") or ():
        if isinstance(entry, dict):
            for each in (*(entry.get("messagesAdded") or ()), *(entry.get("labelsAdded") or ())):
                message = each.get("message") if isinstance(each, dict) else None
                if isinstance(message, dict) and message.get("id"):
                    yield message


def _is_mail(message: Mapping[str, Any]) -> bool:
    return bool(message.get("threadId")) and labels(message).isdisjoint(_NOT_MAIL)


def _list(apis: Apis, *, point: str, label: str | None, page: str | None) -> Any:
    return (
        apis.gmail.users()
        .history()
        .list(
            userId="me",
            startHistoryId=point,
            historyTypes=["messageAdded", "labelAdded"],
            labelId=label,
            maxResults=PAGE,
            pageToken=page,
        )
    )
