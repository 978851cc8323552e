"""Notices for people: list them, say that they were seen, choose who is told, try it out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.notice import (
    Channel,
    Notice,
    NoticeChoices,
    read_addresses,
    read_kinds,
    trial_message,
)
from salesagent_core.errors import Conflict, InvalidInput, Problem, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.notices import ChatPost, LastMessage, MailPost, NoticeBook, NoticeStore

MAX_PAGE = 200


@attrs.frozen(kw_only=True)
class NoticeSettings:
    """``mail_set_up``: this installation has a mail server. ``last`` is the newest message of
    each channel."""

    choices: NoticeChoices
    mail_set_up: bool
    last: tuple[LastMessage, ...] = ()


@attrs.frozen(kw_only=True)
class TriedOut:
    """What came of a test, in a sentence."""

    arrived: bool
    sentence: str


class ManageNotices:
    """Every change of who is told is audited, without addresses."""

    def __init__(
        self,
        *,
        store: NoticeStore,
        book: NoticeBook,
        mail: MailPost | None,
        chat: ChatPost,
        clock: Clock,
        ids: IdSource,
        site: str,
    ) -> None:
        self._store = store
        self._book = book
        self._mail = mail
        self._chat = chat
        self._clock = clock
        self._ids = ids
        self._site = site

    async def listed(
        self, tenant_id: TenantId, *, open: bool = True, limit: int = 50, offset: int = 0
    ) -> tuple[Notice, ...]:
        """Open ones, or those that closed; the newest first. Raises: InvalidInput."""
        if not 1 <= limit <= MAX_PAGE or offset < 0:
            problem = Problem(where="limit", what=f"must be 1..{MAX_PAGE}")
            raise InvalidInput("that page does not exist", [problem])
        return await self._store.listed(tenant_id, open=open, limit=limit, offset=offset)

    async def waiting(self, tenant_id: TenantId) -> int:
        """How many are open that nobody has seen."""
        return await self._store.waiting(tenant_id)

    async def seen(self, tenant_id: TenantId, notice_id: str | None, *, who: str) -> None:
        """Somebody saw one, or all that are open. Raises: NotFound."""
        await self._store.seen(tenant_id, notice_id, who)

    async def settings(self, tenant_id: TenantId) -> NoticeSettings:
        """Who is told, and how that went last."""
        return NoticeSettings(
            choices=await self._book.get(tenant_id),
            mail_set_up=self._mail is not None,
            last=await self._store.last(tenant_id),
        )

    async def choose(
        self,
        tenant_id: TenantId,
        *,
        mail_to: Sequence[str],
        mail_kinds: Sequence[str],
        slack_url: str | None,
        slack_kinds: Sequence[str],
        seen: int,
        who: str,
    ) -> NoticeSettings:
        """Set who is told. ``slack_url``: None keeps the one that is there, "" removes it.
        ``seen`` is the version that it is written over.

        Raises:
            InvalidInput: each problem with its place. Conflict: somebody else changed it since.
        """
        present = await self._book.get(tenant_id)
        if present.version != seen:
            raise Conflict("somebody else changed who is told since it was read")
        choices = NoticeChoices(
            mail_to=read_addresses(mail_to),
            mail_kinds=read_kinds(mail_kinds, "mail_kinds"),
            slack_url=self._read_url(slack_url) if slack_url is not None else present.slack_url,
            slack_kinds=read_kinds(slack_kinds, "slack_kinds"),
            version=seen + 1,
            changed_at=self._clock.now(),
            changed_by=who,
        )
        await self._book.put(tenant_id, choices, self._event(tenant_id, choices, who))
        return await self.settings(tenant_id)

    async def try_out(self, tenant_id: TenantId, channel: Channel) -> TriedOut:
        """Send a test to where messages go as it is stored now."""
        choices, message = await self._book.get(tenant_id), trial_message(self._site)
        try:
            if channel is Channel.SLACK:
                if not choices.slack_url:
                    return TriedOut(arrived=False, sentence="No Slack address is saved yet.")
                await self._chat.post(choices.slack_url, message)
                return TriedOut(arrived=True, sentence="Slack took the test message.")
            if self._mail is None:
                return TriedOut(arrived=False, sentence="No mail server is set up here.")
            if not choices.mail_to:
                return TriedOut(arrived=False, sentence="No address is saved yet.")
            await self._mail.send(choices.mail_to, message, self._ids.new())
        except (Unavailable, Rejected, InvalidInput) as error:
            return TriedOut(arrived=False, sentence=f"That did not work: {error}.")
        count = len(choices.mail_to)
        to = "the address" if count == 1 else f"{count} addresses"
        return TriedOut(arrived=True, sentence=f"The mail server took the test for {to}.")

    def _read_url(self, url: str) -> str | None:
        if not url.strip():
            return None
        try:
            self._chat.check(url.strip())
        except InvalidInput as error:
            problems = [attrs.evolve(each, where="slack_url") for each in error.problems]
            raise InvalidInput(str(error), problems) from None
        return url.strip()

    def _event(self, tenant_id: TenantId, choices: NoticeChoices, who: str) -> AuditEvent:
        return AuditEvent(
            id=self._ids.new(),
            tenant_id=tenant_id,
            at=self._clock.now(),
            actor=who,
            action="notices.chosen",
            subject_kind="tenant",
            subject_id=tenant_id,
            detail=(
                ("addresses", str(len(choices.mail_to))),
                ("mail", ",".join(choices.mail_kinds)),
                ("slack", ",".join(choices.slack_kinds) if choices.slack_url else "off"),
            ),
        )
