"""Look for outcomes: what is due, by the sweeper, or everything of one kind, because somebody asks.

Each mailbox's mail every five minutes, its calendar every hour, each sent mail once a day, and
once a day whether there is something to learn. One look at a thing at a time, by lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

import attrs

from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.errors import NeedsReauth, SalesAgentError
from salesagent_core.ids import TenantId
from salesagent_core.ports.outcome_watches import OutcomeWatches, Watch, WatchKind
from salesagent_core.use_cases.follow_up import FollowUpMail
from salesagent_core.use_cases.watch_mail import WatchMail
from salesagent_core.use_cases.watch_meetings import WatchMeetings

log = logging.getLogger(__name__)

MAIL_PERIOD = timedelta(minutes=5)
MEETINGS_PERIOD = timedelta(hours=1)
LEARNING_PERIOD = timedelta(days=1)
"""A segment changes once a month at most; looking daily finds it soon after the evidence is in."""
RETRY = timedelta(minutes=5)
REAUTH_RECHECK = timedelta(hours=1)
MAX_PAGES = 20
"""Full pages of mail that one look goes on through, before others have their turn."""


class DetectKind(StrEnum):
    """What can be looked for at once. Replies and bounces come from the same look."""

    REPLIES = "replies"
    BOUNCES = "bounces"
    DEALS = "deals"
    MEETINGS = "meetings"


@attrs.frozen(kw_only=True)
class Detected:
    """``looked_at`` counts mails, sent mails or meetings; ``recorded`` what is new since."""

    looked_at: int = 0
    recorded: Mapping[OutcomeType, int] = attrs.field(factory=dict)


Learning = Callable[[TenantId], Awaitable[object]]


class DetectOutcomes:
    """Level-triggered: a lost bell or a dead worker only delays what is found."""

    def __init__(
        self,
        *,
        watches: OutcomeWatches,
        mail: WatchMail,
        meetings: WatchMeetings,
        follow_up: FollowUpMail,
        learn: Learning,
    ) -> None:
        self._watches = watches
        self._mail = mail
        self._meetings = meetings
        self._follow_up = follow_up
        self._learn = learn

    async def __call__(self, watch_ids: Sequence[str] | None = None, limit: int = 20) -> int:
        """Look at what is due (those named, or any); returns how many were claimed.

        Raises:
            Unavailable: they could not be claimed.
        """
        claimed = await self._watches.claim(watch_ids, limit)
        await asyncio.gather(*(self._due(each) for each in claimed))
        return len(claimed)

    async def now(self, tenant_id: TenantId, kind: DetectKind) -> Detected:
        """Look now, due or not.

        Raises:
            RateLimited, Unavailable, NeedsReauth: nobody could look.
        """
        if kind is DetectKind.DEALS:
            looked_at, recorded = await self._follow_up.now(tenant_id)
            return Detected(looked_at=looked_at, recorded=dict(recorded))
        of = WatchKind.MEETINGS if kind is DetectKind.MEETINGS else WatchKind.MAIL
        looked_at, total, failed = 0, Counter[OutcomeType](), None
        watches = await self._watches.take(tenant_id, of)
        for watch in watches:
            try:
                seen, recorded = await self._look(watch)
            except SalesAgentError as error:
                await self._later(watch, error)
                failed = error
                continue
            looked_at += seen
            total.update(recorded)
        if failed is not None:
            raise failed
        return Detected(looked_at=looked_at, recorded=dict(total))

    async def _due(self, watch: Watch) -> None:
        try:
            await self._look(watch)
        except SalesAgentError as error:
            log.warning("watch %s could not look: %s", watch.id, type(error).__name__)
            await self._later(watch, error)

    async def _look(self, watch: Watch) -> tuple[int, Counter[OutcomeType]]:
        if watch.kind is WatchKind.MAIL:
            return await self._look_at_mail(watch)
        if watch.kind is WatchKind.MEETINGS:
            state, looked_at, recorded = await self._meetings(watch)
            await self._watches.done(watch, state, MEETINGS_PERIOD)
            return looked_at, recorded
        await self._learn(watch.tenant_id)
        await self._watches.done(watch, watch.state, LEARNING_PERIOD)
        return 0, Counter()

    async def _look_at_mail(self, watch: Watch) -> tuple[int, Counter[OutcomeType]]:
        looked_at, recorded = 0, Counter[OutcomeType]()
        for _ in range(MAX_PAGES):
            look = await self._mail(watch)
            looked_at += look.looked_at
            recorded.update(look.recorded)
            again_in = timedelta(0) if look.more else MAIL_PERIOD
            kept = await self._watches.done(watch, look.state, again_in)
            if not look.more or not kept or look.state.since == watch.state.since:
                break
            watch = attrs.evolve(watch, state=look.state)
        return looked_at, recorded

    async def _later(self, watch: Watch, error: SalesAgentError) -> None:
        again_in = REAUTH_RECHECK if isinstance(error, NeedsReauth) else RETRY
        await self._watches.done(watch, watch.state, again_in)
