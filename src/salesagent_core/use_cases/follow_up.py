"""Follow up a sent mail: that it went out, what its contact's deals do, and that nobody answered.

The first visit, right after the sending, notes the mail and where the contact's deals stand; the
later ones, once a day, compare.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.outcomes.moves import DealPlace, deal_moved
from salesagent_core.domain.outcomes.outcome import OutcomeSource, OutcomeType
from salesagent_core.domain.time_zones import zone_for, zone_info
from salesagent_core.errors import NeedsReauth, NotFound, RateLimited, SalesAgentError
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.crm_deals import CrmDeals, Deal
from salesagent_core.ports.outcome_watches import (
    ClaimedFollowUp,
    FollowUps,
    WatchKind,
    WatchState,
)
from salesagent_core.ports.outcomes import SentFacts
from salesagent_core.ports.unit_of_work import OutcomeTransaction, OutcomeWork
from salesagent_core.use_cases.outcome_recorder import Event, OutcomeRecorder

log = logging.getLogger(__name__)

NO_RESPONSE_AFTER = timedelta(days=14)
"""A mail that nobody answered by then counts as unanswered; a later answer still counts."""
FOLLOW_FOR = timedelta(days=90)
"""Deals that move later than this say little about the mail."""
PERIOD = timedelta(days=1)
RETRY = timedelta(minutes=10)
MAX_AT_ONCE = 500
"""Mails of a tenant that are followed up when somebody asks for it now."""
_SLACK = timedelta(minutes=1)


class FollowUpMail:
    """Level-triggered per mail: visiting twice changes nothing."""

    def __init__(
        self,
        *,
        follow_ups: FollowUps,
        work: OutcomeWork,
        deals: CrmDeals,
        recorder: OutcomeRecorder,
    ) -> None:
        self._follow_ups = follow_ups
        self._work = work
        self._deals = deals
        self._recorder = recorder

    async def __call__(self, draft_ids: Sequence[DraftId] | None = None, limit: int = 50) -> int:
        """Follow up the mails that are due (those named, or any); returns how many.

        Raises:
            Unavailable: they could not be claimed.
        """
        claimed = await self._follow_ups.claim(draft_ids, limit)
        await asyncio.gather(*(self._one(each) for each in claimed))
        return len(claimed)

    async def now(self, tenant_id: TenantId) -> tuple[int, Counter[OutcomeType]]:
        """Follow up the tenant's mails, due or not; how many, and what was recorded.

        Raises:
            RateLimited, Unavailable, NeedsReauth: the CRM could not be asked about any of them.
        """
        claimed = await self._follow_ups.take(tenant_id, MAX_AT_ONCE)
        recorded: Counter[OutcomeType] = Counter()
        failed: list[SalesAgentError] = []
        # One after the other: nobody waits for the last of them, and the CRM counts requests.
        for each in claimed:
            types, error = await self._one(each)
            recorded.update(types)
            if error is not None:
                failed.append(error)
        if failed and len(failed) == len(claimed):
            raise failed[0]
        return len(claimed), recorded

    async def _one(
        self, claimed: ClaimedFollowUp
    ) -> tuple[list[OutcomeType], SalesAgentError | None]:
        draft = claimed.draft
        try:
            types, again_in = await self._visit(draft)
        except SalesAgentError as error:
            log.warning("mail of draft %s was not followed up: %s", draft.id, type(error).__name__)
            slow = isinstance(error, (NeedsReauth, RateLimited))
            await self._follow_ups.done(claimed, PERIOD if slow else RETRY)
            return [], error
        await self._follow_ups.done(claimed, again_in)
        return types, None

    async def _visit(self, draft: Draft) -> tuple[list[OutcomeType], timedelta | None]:
        async with self._work.begin(draft.tenant_id) as tx:
            facts = await sent_facts(tx, draft)
            first, types = await self._note(tx, draft, facts)
        # The mail is noted before the CRM is asked: answers to it may come in meanwhile.
        deals = await self._deals_of(draft)
        async with self._work.begin(draft.tenant_id) as tx:
            now = await tx.sends.now()
            for deal in deals:
                # One that stood there before the mail is only remembered: the mail has no part.
                old = first or (deal.changed_at is not None and deal.changed_at <= facts.sent_at)
                moved = await self._deal(tx, draft, deal, now, old=old)
                types += [moved] if moved else []
            if await self._unanswered(tx, draft, facts, now):
                types.append(OutcomeType.NO_RESPONSE)
        over = now - facts.sent_at > FOLLOW_FOR
        return types, None if over else PERIOD

    async def _note(
        self, tx: OutcomeTransaction, draft: Draft, facts: SentFacts
    ) -> tuple[bool, list[OutcomeType]]:
        first = await tx.outcomes.note_sent(facts)
        if not first:
            return False, []
        for kind in (WatchKind.MAIL, WatchKind.MEETINGS):
            since = facts.sent_at - _SLACK
            await tx.watches.ensure(kind, WatchState(mailbox=facts.mailbox, since=since))
        await tx.watches.ensure(WatchKind.LEARNING, WatchState())
        event = Event(
            type=OutcomeType.EMAIL_SENT,
            object_id=draft.id,
            email=facts.email,
            at=facts.sent_at,
            source=OutcomeSource.MAILBOX,
            draft_id=draft.id,
        )
        recorded = await self._recorder.record(tx, draft.tenant_id, event)
        return True, [event.type] if recorded is not None else []

    async def _deals_of(self, draft: Draft) -> tuple[Deal, ...]:
        crm_id = draft.lead.person.crm_id
        if crm_id is None:
            return ()
        try:
            return await self._deals.deals_of(draft.tenant_id, crm_id)
        except NotFound:
            return ()

    async def _deal(
        self, tx: OutcomeTransaction, draft: Draft, deal: Deal, now: datetime, *, old: bool
    ) -> OutcomeType | None:
        before = await tx.outcomes.deal(deal.crm_id)
        place = DealPlace(
            pipeline_id=deal.pipeline_id,
            stage_id=deal.stage_id,
            position=deal.position,
            closed=deal.closed,
            won=deal.won,
        )
        if before == place:
            return None
        await tx.outcomes.put_deal(deal.crm_id, place)
        if before is None and old:
            return None
        kind = deal_moved(before, place)
        if kind is None:
            return None
        event = Event(
            type=kind,
            object_id=deal.crm_id,
            email=draft.lead.person.email,
            at=min(deal.changed_at or now, now),
            source=OutcomeSource.CRM,
            draft_id=draft.id,
        )
        recorded = await self._recorder.record(tx, draft.tenant_id, event)
        return kind if recorded is not None else None

    async def _unanswered(
        self, tx: OutcomeTransaction, draft: Draft, facts: SentFacts, now: datetime
    ) -> bool:
        if now - facts.sent_at < NO_RESPONSE_AFTER:
            return False
        if await tx.outcomes.heard_from(draft.id, facts.email, facts.sent_at):
            return False
        event = Event(
            type=OutcomeType.NO_RESPONSE,
            object_id=draft.id,
            email=facts.email,
            at=facts.sent_at + NO_RESPONSE_AFTER,
            source=OutcomeSource.MAILBOX,
            draft_id=draft.id,
        )
        return await self._recorder.record(tx, draft.tenant_id, event) is not None


async def sent_facts(tx: OutcomeTransaction, draft: Draft) -> SentFacts:
    """What is kept of a mail that went out, as its attempts and decisions tell it."""
    attempts = await tx.sends.of_draft(draft.id)
    record = next((each.sent for each in attempts if each.sent is not None), None)
    decisions = await tx.decisions.of_draft(draft.id)
    sent_at = record.sent_at if record else draft.updated_at
    person = draft.lead.person
    zone = zone_for(person.country or draft.lead.company.country, person.time_zone)
    handle = draft.in_mailbox
    return SentFacts(
        draft_id=draft.id,
        email=person.email,
        mailbox=draft.mailbox,
        thread_id=record.thread_id if record else handle.thread_id if handle else "",
        tier=draft.fit.tier,
        rule=_rule_of(decisions),
        automatic=bool(decisions) and decisions[-1].verdict is Verdict.AUTO_APPROVED,
        language=draft.plan.language,
        local_hour=sent_at.astimezone(zone_info(zone)).hour,
        sent_at=sent_at,
    )


def _rule_of(decisions: Sequence[Decision]) -> str | None:
    """The rule that spoke last; a person's own decision names none."""
    return next((each.rule for each in reversed(decisions) if each.rule is not None), None)
