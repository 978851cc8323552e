"""Reading conversations in a Gmail mailbox: search, then whole threads."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from salesagent_adapters.google.client import MAX_ANSWER, Account, AnswerTooBig, Apis, GoogleApi
from salesagent_adapters.google.mime_read import (
    addresses,
    headers_of,
    is_draft,
    read_message,
    sent_at,
)
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.conversation import Conversation, Mail, ThreadRef, ThreadsFound
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.ids import TenantId

READ_SCOPE: Final = "gmail.readonly"
MAX_LONG_THREAD: Final = 40
"""Newest mails that are read of a thread too large to be read at once."""
MAX_THREADS_SEARCHED: Final = 50
_PARTIES: Final = ("From", "To", "Cc", "Bcc")
_REPLY_MARKS: Final = ("re:", "aw:", "fwd:", "fw:", "wg:", "sv:", "tr:", "rv:")
# What Gmail's query language takes as part of a word.
_PLAIN = re.compile(r"[A-Za-z0-9@._+-]{1,254}")


class GmailReader:
    """The reading port over the Gmail API. Costs 10 units a search, 40 a thread."""

    def __init__(self, client: GoogleApi) -> None:
        self._client = client

    async def search_threads(
        self,
        tenant_id: TenantId,
        mailbox: str,
        *,
        email: str,
        company_domain: str | None,
        limit: int,
    ) -> ThreadsFound:
        """Threads with the person first, then with their company; at most ``limit`` in all.

        Search finds words, so each thread's own addresses decide whether it belongs here.
        """
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        room = min(limit, MAX_THREADS_SEARCHED)
        if room <= 0:
            return ThreadsFound()
        person = email.strip().lower()
        ids = await self._search(account, person, room)
        seen = {ref.thread_id: (ref, who) for ref, who in await self._refs(account, ids)}
        with_person = [ref for ref, who in seen.values() if person in who]
        with_company: list[ThreadRef] = []
        if company_domain and len(with_person) < room:
            domain = company_domain.strip().lower()
            found = await self._search(account, domain, room)
            new = [each for each in found if each not in seen][: room - len(with_person)]
            refs = [*seen.values(), *await self._refs(account, new)]
            with_company = [
                ref for ref, who in refs if person not in who and _has_domain(who, domain)
            ]
        threads = (
            *_newest_first(with_person, with_person=True),
            *_newest_first(with_company, with_person=False),
        )
        return ThreadsFound(threads=threads[:room])

    async def read_thread(self, tenant_id: TenantId, mailbox: str, thread_id: str) -> Conversation:
        """The thread as its authors wrote it, oldest first; unsent drafts are no part of it.

        Attachments are named, never fetched. Of a thread too large to be taken at once the newest
        ``MAX_LONG_THREAD`` mails are read one by one, and of a mail too large only its headers.
        """
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        try:
            thread = await self._client.ask(
                account,
                lambda apis: (
                    apis.gmail.users().threads().get(userId="me", id=thread_id, format="full")
                ),
                units=Units.GET_THREAD,
                scope=READ_SCOPE,
            )
            messages = _messages(thread)
        except AnswerTooBig:
            messages = await self._long_thread(account, thread_id)
        if not messages:
            raise NotFound("the mailbox knows no such thread")
        # Charsets and HTML of a long thread take a while: not in the event loop.
        mails = await asyncio.to_thread(_mails, messages, mailbox)
        subject = mails[0].subject if mails else headers_of(messages[0]).get("subject")
        return Conversation(thread_id=thread_id, subject=_bare_subject(subject), mails=mails)

    async def _search(self, account: Account, words: str, room: int) -> list[str]:
        """Thread ids, newest first in each direction, taken in turns."""
        quoted = words if _PLAIN.fullmatch(words) else '"' + words.replace('"', " ") + '"'
        found = await asyncio.gather(
            *(self._list(account, f"{way}:{quoted}", room) for way in ("from", "to"))
        )
        turns = (ids[place] for place in range(room) for ids in found if place < len(ids))
        return list(dict.fromkeys(turns))[:room]

    async def _list(self, account: Account, query: str, room: int) -> list[str]:
        answer = await self._client.ask(
            account,
            lambda apis: apis.gmail.users().threads().list(userId="me", q=query, maxResults=room),
            units=Units.LIST_THREADS,
            scope=READ_SCOPE,
        )
        listed = answer.get("threads")
        threads = listed if isinstance(listed, list) else []
        return [str(each["id"]) for each in threads if isinstance(each, dict) and each.get("id")]

    async def _refs(
        self, account: Account, thread_ids: Iterable[str]
    ) -> list[tuple[ThreadRef, frozenset[str]]]:
        found = await asyncio.gather(*(self._ref(account, each) for each in thread_ids))
        return [each for each in found if each is not None]

    async def _ref(
        self, account: Account, thread_id: str
    ) -> tuple[ThreadRef, frozenset[str]] | None:
        """A thread and who took part in it; None for one that went or holds only drafts."""
        try:
            thread = await self._client.ask(
                account,
                lambda apis: (
                    apis.gmail.users()
                    .threads()
                    .get(
                        userId="me",
                        id=thread_id,
                        format="metadata",
                        metadataHeaders=[*_PARTIES, "Subject"],
                    )
                ),
                units=Units.GET_THREAD,
                scope=READ_SCOPE,
            )
        except NotFound:
            return None
        messages = [each for each in _messages(thread) if not is_draft(each)]
        if not messages:
            return None
        headers = [headers_of(each) for each in messages]
        who = frozenset(
            address
            for each in headers
            for address in addresses(each, *(name.lower() for name in _PARTIES))
        )
        ref = ThreadRef(
            thread_id=thread_id,
            subject=_bare_subject(headers[0].get("subject")),
            last_at=sent_at(messages[-1]),
            with_person=False,
        )
        return ref, who

    async def _long_thread(self, account: Account, thread_id: str) -> list[Mapping[str, Any]]:
        thread = await self._client.ask(
            account,
            lambda apis: (
                apis.gmail.users().threads().get(userId="me", id=thread_id, format="minimal")
            ),
            units=Units.GET_THREAD,
            scope=READ_SCOPE,
        )
        newest = [each for each in _messages(thread) if not is_draft(each)][-MAX_LONG_THREAD:]
        # One after the other, so that no two large mails come in at once.
        return [await self._long_mail(account, str(each.get("id"))) for each in newest]

    async def _long_mail(self, account: Account, message_id: str) -> Mapping[str, Any]:
        for form in ("full", "metadata"):
            try:
                return await self._client.ask(
                    account,
                    partial(_get_message, message_id=message_id, form=form),
                    units=Units.GET_MESSAGE,
                    scope=READ_SCOPE,
                    max_bytes=MAX_ANSWER,
                )
            except AnswerTooBig:
                continue
        raise Unavailable("gmail.users.messages.get: not even the headers can be taken")


def _get_message(apis: Apis, *, message_id: str, form: str) -> Any:
    return apis.gmail.users().messages().get(userId="me", id=message_id, format=form)


def _messages(thread: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = thread.get("messages")
    if not isinstance(listed, list):
        # A thread without messages is none, and would be answered with 404.
        raise Unavailable("gmail.users.threads.get: the answer holds no messages")
    found = [each for each in listed if isinstance(each, dict)]
    return sorted(found, key=lambda each: (sent_at(each), str(each.get("id", ""))))


def _mails(messages: Iterable[Mapping[str, Any]], mailbox: str) -> tuple[Mail, ...]:
    return tuple(read_message(each, mailbox) for each in messages if not is_draft(each))


def _newest_first(refs: Iterable[ThreadRef], *, with_person: bool) -> list[ThreadRef]:
    marked = [
        ThreadRef(
            thread_id=ref.thread_id,
            subject=ref.subject,
            last_at=ref.last_at,
            with_person=with_person,
        )
        for ref in refs
    ]
    return sorted(marked, key=lambda ref: (ref.last_at, ref.thread_id), reverse=True)


def _has_domain(found: Iterable[str], domain: str) -> bool:
    hosts = (address.rpartition("@")[2] for address in found)
    return any(host == domain or host.endswith("." + domain) for host in hosts)


def _bare_subject(subject: str) -> str:
    bare = " ".join(subject.split())
    while True:
        mark = next((each for each in _REPLY_MARKS if bare[: len(each)].lower() == each), None)
        if mark is None:
            return bare
        bare = bare[len(mark) :].lstrip()
