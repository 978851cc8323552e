"""Look into a mailbox for what answers our mail: replies, bounces, opt-outs.

what came in since | from somebody we wrote to, in a thread of ours, or back from a server? |
read it whole | outcomes, each once

Level-triggered: the same mails may be looked at again and again. A mail that nobody has anything
to do with is neither read nor kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.outcomes.from_replies import (
    Noticed,
    needs_a_person,
    noticed_in_bounce,
    noticed_in_reply,
)
from salesagent_core.domain.outcomes.outcome import OutcomeSource, OutcomeType
from salesagent_core.domain.replies.bounce import BouncedRecipient, may_be_bounce
from salesagent_core.domain.replies.intent import ReplyIntent
from salesagent_core.domain.replies.reply import MessageReading, read_message
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.mail_arrivals import Arrival, MailArrivals
from salesagent_core.ports.outcome_watches import Watch, WatchState
from salesagent_core.ports.outcomes import SentMailRef
from salesagent_core.ports.unit_of_work import OutcomeTransaction, OutcomeWork
from salesagent_core.use_cases.outcome_recorder import Event, OutcomeRecorder

log = logging.getLogger(__name__)

PAGE = 200
LAG = timedelta(hours=1)
"""Searching may show a mail this much later than it came."""
MAX_DONE = 2_000

UNCLEAR = "unclear_reply"
BY_OTHER = "reply_by_other"
SENTENCES = {
    UNCLEAR: "A reply cannot be understood for certain: read it in the mailbox.",
    BY_OTHER: "Somebody else has answered our mail: read it in the mailbox.",
}


@attrs.frozen(kw_only=True)
class Look:
    """What one look brought. ``more``: a full page, so there may be more to look at at once."""

    state: WatchState
    looked_at: int = 0
    recorded: Counter[OutcomeType] = attrs.field(factory=Counter)
    more: bool = False


class WatchMail:
    """One look into one mailbox."""

    def __init__(
        self, *, work: OutcomeWork, arrivals: MailArrivals, recorder: OutcomeRecorder
    ) -> None:
        self._work = work
        self._arrivals = arrivals
        self._recorder = recorder

    async def __call__(self, watch: Watch) -> Look:
        """Look at what came in since the last look.

        Raises:
            RateLimited, Unavailable, NeedsReauth: nobody could look; what was recorded stays.
        """
        state = watch.state
        assert state.since is not None, "a mailbox is watched from its first sent mail on"
        found = await self._arrivals.arrived(watch.tenant_id, state.mailbox, state.since, PAGE)
        done, recorded = list(state.done), Counter[OutcomeType]()
        known = frozenset(done)
        fresh = [each for each in found if each.mail_id not in known]
        candidates = await self._candidates(watch.tenant_id, state.mailbox, fresh)
        for arrival in candidates:
            concerned, types = await self._take(watch.tenant_id, state.mailbox, arrival)
            recorded.update(types)
            if concerned:
                done.append(arrival.mail_id)
        return Look(
            state=_further(state, found, done),
            looked_at=len(fresh),
            recorded=recorded,
            more=len(found) == PAGE,
        )

    async def _candidates(
        self, tenant_id: TenantId, mailbox: str, found: Sequence[Arrival]
    ) -> list[Arrival]:
        """Those that may concern mail of ours, told by their envelope."""
        others = [each for each in found if not _ours(each.sender, mailbox)]
        if not others:
            return []
        chosen = []
        async with self._work.begin(tenant_id) as tx:
            people = [fold_alias(each.sender) for each in others]
            known = frozenset(await tx.outcomes.contacts_among(people))
            for person, each in zip(people, others, strict=True):
                if (
                    person in known
                    or may_be_bounce(each.sender, each.subject)
                    or await tx.outcomes.sent_in_thread(each.thread_id)
                ):
                    chosen.append(each)
        return chosen

    async def _take(
        self, tenant_id: TenantId, mailbox: str, arrival: Arrival
    ) -> tuple[bool, list[OutcomeType]]:
        """Whether it concerned a mail of ours, and what was recorded."""
        try:
            raw = await self._arrivals.raw(tenant_id, mailbox, arrival.mail_id)
        except NotFound:
            return True, []
        except Rejected as error:
            # One mail that the mailbox will not give must not hide all that came after it.
            log.warning("mail %s cannot be read: %s", arrival.mail_id, type(error).__name__)
            return True, []
        reading = await asyncio.to_thread(read_message, raw)
        async with self._work.begin(tenant_id) as tx:
            if reading.bounce is not None:
                return await self._bounced(tx, tenant_id, arrival, reading)
            return await self._answered(tx, tenant_id, arrival, reading)

    # ------------------------------------------------------------------ bounces

    async def _bounced(
        self, tx: OutcomeTransaction, tenant_id: TenantId, arrival: Arrival, reading: MessageReading
    ) -> tuple[bool, list[OutcomeType]]:
        assert reading.bounce is not None, "the caller has looked"
        concerned, types = False, []
        for one in reading.bounce.recipients:
            sent = _before(await tx.outcomes.sent_to(one.address), arrival.at)
            if sent is None:
                continue
            concerned = True
            noticed = noticed_in_bounce(hard=one.hard, delayed=one.delayed)
            if noticed is not None:
                event = _bounce_event(noticed, one, sent, arrival.at)
                if await self._recorder.record(tx, tenant_id, event) is not None:
                    types.append(event.type)
        return concerned, types

    # ------------------------------------------------------------------ replies

    async def _answered(
        self, tx: OutcomeTransaction, tenant_id: TenantId, arrival: Arrival, reading: MessageReading
    ) -> tuple[bool, list[OutcomeType]]:
        in_thread = await tx.outcomes.sent_in_thread(arrival.thread_id)
        to_them = await tx.outcomes.sent_to(arrival.sender)
        here = {each.draft_id for each in in_thread}
        both = [each for each in to_them if each.draft_id in here]
        sent = _before(both, arrival.at) or _before(to_them, arrival.at)
        if sent is None:
            thread = _before(in_thread, arrival.at)
            if thread is None:
                return False, []
            return True, await self._by_other(tx, tenant_id, arrival, reading, thread)
        types = []
        for noticed in noticed_in_reply(reading):
            event = _reply_event(noticed, arrival, sent.draft_id)
            if await self._recorder.record(tx, tenant_id, event) is not None:
                types.append(event.type)
        if needs_a_person(reading):
            await self._lay_before(tx, arrival, sent.draft_id, UNCLEAR)
        return True, types

    async def _by_other(
        self,
        tx: OutcomeTransaction,
        tenant_id: TenantId,
        arrival: Arrival,
        reading: MessageReading,
        thread: SentMailRef,
    ) -> list[OutcomeType]:
        """A colleague of theirs wrote: no word of the person we wrote to, but theirs to be
        heard. Who asks us to stop is never written to."""
        if reading.auto_reply:
            return []
        await self._lay_before(tx, arrival, thread.draft_id, BY_OTHER)
        if reading.intent is not ReplyIntent.UNSUBSCRIBE:
            return []
        noticed = Noticed(type=OutcomeType.EMAIL_UNSUBSCRIBED, intent=reading.intent)
        event = _reply_event(noticed, arrival, thread.draft_id)
        recorded = await self._recorder.record(tx, tenant_id, event)
        return [event.type] if recorded is not None else []

    async def _lay_before(
        self, tx: OutcomeTransaction, arrival: Arrival, draft_id: DraftId, code: str
    ) -> None:
        await tx.outcomes.for_a_person(arrival.mail_id, draft_id, code, SENTENCES[code])


def _further(state: WatchState, found: Sequence[Arrival], done: Sequence[str]) -> WatchState:
    """From where to look next: a little before the newest mail, because searching lags."""
    assert state.since is not None, "looked at before"
    if not found:
        return state
    newest = found[-1].at
    full = len(found) == PAGE
    since = max(state.since, newest if full else newest - LAG)
    return attrs.evolve(state, since=since, done=tuple(done[-MAX_DONE:]))


def _before(mails: Sequence[SentMailRef], at: datetime) -> SentMailRef | None:
    """The newest mail that had been sent by then."""
    return next((each for each in mails if each.sent_at <= at), None)


def _ours(sender: str, mailbox: str) -> bool:
    return fold_alias(sender) == fold_alias(mailbox)


def _bounce_event(
    noticed: Noticed, one: BouncedRecipient, sent: SentMailRef, at: datetime
) -> Event:
    # Several servers may report about one mail; it came back once, or once for good.
    final = "final" if noticed.final else "for_now"
    return Event(
        type=noticed.type,
        object_id=f"{sent.draft_id}:{final}",
        email=one.address,
        at=at,
        source=OutcomeSource.MAILBOX,
        confidence=noticed.confidence,
        draft_id=sent.draft_id,
        intent=noticed.intent.value if noticed.intent else None,
        final=noticed.final,
    )


def _reply_event(noticed: Noticed, arrival: Arrival, draft_id: DraftId) -> Event:
    return Event(
        type=noticed.type,
        object_id=arrival.mail_id,
        email=arrival.sender,
        at=arrival.at,
        source=OutcomeSource.MAILBOX,
        confidence=noticed.confidence,
        draft_id=draft_id,
        intent=noticed.intent.value if noticed.intent else None,
    )
