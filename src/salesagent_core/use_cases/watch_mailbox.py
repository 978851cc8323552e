"""Follow each connected mailbox, so that a draft whose thread moved on is looked at again.

::

    (a push, or five minutes) | what happened since | drafts in those threads | compare

Pushes make it quick; the sweep finds what no push told of. Comparing a draft with its thread is
the daily audit's business, which is only made due sooner here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from salesagent_core.domain.run import retry_at
from salesagent_core.errors import NeedsReauth, RateLimited, SalesAgentError, Unavailable
from salesagent_core.ids import DraftId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.mail_history import MailHistory
from salesagent_core.ports.mail_sender import HistoryExpired, MailSender
from salesagent_core.ports.mailbox_watches import ClaimedWatch, MailboxWatches, Pushes

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(minutes=5)
"""With pushes or without: 2 units of Gmail's 6,000 a minute."""
RENEW_EVERY = timedelta(days=1)
"""A watch lasts seven days at most; renewed daily, it survives a week of trouble."""
ASK_AGAIN = timedelta(hours=1)
"""When the provider would not push."""
RECHECK = timedelta(hours=1)
"""When only a person can help. A mailbox that is connected again is due at once."""


class WatchMailboxes:
    """Worked by whichever worker hears the bell; without ``pushes`` only the sweep runs."""

    def __init__(
        self,
        *,
        watches: MailboxWatches,
        history: MailHistory,
        sender: MailSender,
        pushes: Pushes | None,
        queue: JobQueue,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._watches = watches
        self._history = history
        self._sender = sender
        self._pushes = pushes
        self._queue = queue
        self._clock = clock
        self._ids = ids

    async def told(self, mailbox: str, point: str) -> None:
        """A push came: it is committed before this returns.

        Raises:
            Unavailable: it is not; the push must come again.
        """
        await self._ring(Topic.MAILBOX, await self._watches.told(mailbox, point))

    async def __call__(self, ids: Sequence[str] | None = None, limit: int = 20) -> int:
        """Look at the mailboxes that are due; how many.

        Raises:
            Unavailable: the database cannot be reached.
        """
        claimed = await self._watches.claim(ids, limit)
        for each in claimed:
            await self._look(each)
        return len(claimed)

    async def _look(self, claimed: ClaimedWatch) -> None:
        try:
            if claimed.ask_for_pushes and self._pushes is not None:
                await self._ask(claimed, self._pushes)
            point, drafts = await self._changes(claimed)
        except (RateLimited, Unavailable) as error:
            until = retry_at(
                self._clock.now(), claimed.attempt + 1, self._ids.fraction(), error.retry_at
            )
            # It never gives up: what happened meanwhile stands in the history, or is read anew.
            await self._watches.postpone(claimed, until or self._later(), str(error))
        except SalesAgentError as error:
            await self._watches.postpone(claimed, self._later(), str(error))
        else:
            if await self._watches.finish(
                claimed, point=point, compare=drafts, again_in=SWEEP_EVERY
            ):
                await self._ring(Topic.SENT_AUDIT, drafts)

    async def _ask(self, claimed: ClaimedWatch, pushes: Pushes) -> None:
        """Whatever comes of it, the mailbox is looked at all the same.

        Raises:
            NeedsReauth: nothing else would work, either.
        """
        again_in = ASK_AGAIN
        try:
            await pushes.renew(claimed.tenant_id, claimed.mailbox)
        except NeedsReauth:
            raise
        except SalesAgentError as error:
            log.warning("a mailbox does not push, and is looked at every five minutes: %s", error)
        else:
            again_in = RENEW_EVERY
        await self._watches.asked(claimed, again_in)

    async def _changes(self, claimed: ClaimedWatch) -> tuple[str, tuple[DraftId, ...]]:
        """The new point, and the drafts that are to be compared."""
        tenant, mailbox = claimed.tenant_id, claimed.mailbox
        if claimed.point is None:
            return await self._anew(claimed)
        try:
            changes = await self._history.changed_since(tenant, mailbox, claimed.point)
        except HistoryExpired:
            return await self._anew(claimed)
        if not changes.thread_ids:
            return changes.point, ()
        return changes.point, await self._watches.open_drafts(claimed, changes.thread_ids)

    async def _anew(self, claimed: ClaimedWatch) -> tuple[str, tuple[DraftId, ...]]:
        # The point first: what happens while the drafts are read is told the next time.
        point = await self._sender.present(claimed.tenant_id, claimed.mailbox)
        return point, await self._watches.open_drafts(claimed, None)

    async def _ring(self, topic: Topic, ids: Sequence[str]) -> None:
        if not ids:
            return
        try:
            await self._queue.ring(topic, ids)
        except Unavailable:
            # It is committed; the sweeper finds it.
            log.info("the broker is down; left to the sweeper")

    def _later(self) -> datetime:
        return self._clock.now() + RECHECK
