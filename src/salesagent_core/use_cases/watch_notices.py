"""See what needs a person, and tell them once: ``look | gather | deliver``.

Delivery is at least once. A worker that dies between the hand-over and its note leaves a lease that
runs out, and the message goes out a second time, with the key of the first; after a second such
death nobody tries a third time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from salesagent_core.domain.notice import Channel, NoticeMessage, write_message
from salesagent_core.errors import InvalidInput, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.notices import (
    ChatPost,
    ClaimedMessage,
    MailPost,
    NoticeBook,
    NoticeStore,
)

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=15)
PAUSE = timedelta(minutes=10)
"""Between two messages by one channel, so that a bad hour makes six of them, not sixty."""
MOST_LOST = 2
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_RETRY = timedelta(minutes=1)
SLOWEST_RETRY = timedelta(hours=1)
REF = 8
"""Characters of a message's id that its readers see: the last ones, which are random."""


class WatchNotices:
    """``look`` is what a worker does on the side; calling it delivers what is due."""

    def __init__(
        self,
        *,
        store: NoticeStore,
        book: NoticeBook,
        mail: MailPost | None,
        chat: ChatPost,
        clock: Clock,
        site: str,
        tenants: Callable[[], Awaitable[Sequence[TenantId]]],
    ) -> None:
        """Without ``mail`` that channel is not there. ``site`` is where our pages are."""
        self._store = store
        self._book = book
        self._mail = mail
        self._chat = chat
        self._clock = clock
        self._site = site
        self._tenants = tenants
        self._next: datetime | None = None

    async def look(self) -> None:
        """Open and close notices and make messages of them, every few seconds."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return
        self._next = now + LOOK_EVERY
        await self.look_now()

    async def look_now(self) -> None:
        """As ``look``, without waiting."""
        await self._store.look(await self._tenants())
        for tenant_id, choices in await self._book.all():
            for channel in Channel:
                kinds = choices.kinds_of(channel)
                if kinds and (channel is not Channel.MAIL or self._mail is not None):
                    await self._store.gather(tenant_id, channel, kinds, PAUSE)

    async def __call__(self, ids: Sequence[str] | None, limit: int) -> int:
        """Deliver the messages that are due (of those named); how many were claimed.

        Raises:
            Unavailable: the database cannot be reached.
        """
        claimed = await self._store.claim(ids, limit)
        for each in claimed:
            await self._deliver(each)
        return len(claimed)

    async def _deliver(self, claimed: ClaimedMessage) -> None:
        if claimed.lost >= MOST_LOST:
            await self._store.end(claimed, "unknown", "nobody can tell whether it arrived")
            return
        if not claimed.notices:
            await self._store.end(claimed, "void")
            return
        ref = claimed.id[-REF:]
        message = write_message(claimed.notices, site=self._site, ref=ref)
        try:
            handed_over = await self._hand_over(claimed, message)
        except (Unavailable, Rejected, InvalidInput) as error:
            await self._failed(claimed, error)
            return
        await self._store.end(claimed, "told" if handed_over else "void")

    async def _hand_over(self, claimed: ClaimedMessage, message: NoticeMessage) -> bool:
        """False where the channel leads nowhere any more."""
        choices = await self._book.get(claimed.tenant_id)
        if claimed.channel is Channel.SLACK and choices.slack_url:
            await self._chat.post(choices.slack_url, message)
            return True
        if claimed.channel is Channel.MAIL and choices.mail_to and self._mail is not None:
            await self._mail.send(choices.mail_to, message, claimed.id)
            return True
        return False

    async def _failed(self, claimed: ClaimedMessage, error: Exception) -> None:
        log.warning("a notice could not be told by %s: %s", claimed.channel.value, error)
        wait = SLOWEST_RETRY
        if isinstance(error, Unavailable):
            wait = min(SLOWEST_RETRY, FIRST_RETRY * 2 ** min(claimed.attempt - 1, 10))
        if claimed.age + wait > GIVE_UP_AFTER:
            await self._store.end(claimed, "given_up", str(error))
        else:
            await self._store.postpone(claimed, wait, str(error))
