"""What became of mail: recorded once, found by person, draft or thread, and counted.

Persons and threads are found by keyed digests only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.learning import LearnedChange, RulePrecision, SegmentReplies
from salesagent_core.domain.outcomes.moves import DealPlace, MeetingPlace
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.ids import DraftId, TenantId


@attrs.frozen(kw_only=True)
class SentFacts:
    """A mail of ours that went out, with what analysis groups it by.

    ``rule`` is the rule that spoke for the draft, whoever approved it; ``automatic``: no person
    did. ``local_hour`` is the hour (0..23) at which it left, where the recipient is.
    """

    draft_id: DraftId
    email: str
    mailbox: str
    thread_id: str
    tier: Tier
    rule: str | None
    automatic: bool
    language: str
    local_hour: int
    sent_at: datetime


@attrs.frozen(kw_only=True)
class SentMailRef:
    """A sent mail as a lookup finds it."""

    draft_id: DraftId
    sent_at: datetime


@attrs.frozen(kw_only=True)
class MeetingSeen:
    """A meeting with one contact, as it was last seen; ``draft_id`` is the mail before it."""

    meeting_id: str
    email: str
    draft_id: DraftId | None
    place: MeetingPlace


class OutcomeStore(Protocol):
    """One tenant's outcomes and what detection remembers, inside one transaction."""

    async def add(self, outcome: Outcome) -> bool:
        """Store it; False when its event is recorded already."""
        ...

    async def heard_from(self, draft_id: DraftId, email: str, since: datetime) -> bool:
        """Whether the person answered, opted out or could not be reached since then, or because
        of this draft."""
        ...

    async def note_sent(self, mail: SentFacts) -> bool:
        """Keep what the mail is grouped by; False when it is kept already."""
        ...

    async def sent_to(self, email: str) -> tuple[SentMailRef, ...]:
        """Mail that went to this person, whatever the alias, newest first."""
        ...

    async def sent_in_thread(self, thread_id: str) -> tuple[SentMailRef, ...]:
        """Mail that went out in this thread of a mailbox, newest first."""
        ...

    async def contacts_among(self, emails: Sequence[str]) -> tuple[str, ...]:
        """Those of these addresses that we have written to."""
        ...

    async def deal(self, deal_id: str) -> DealPlace | None:
        """Where the deal was seen last; nobody else moves it until the transaction ends."""
        ...

    async def put_deal(self, deal_id: str, place: DealPlace) -> None: ...

    async def open_meetings(self, mailbox: str) -> tuple[MeetingSeen, ...]:
        """Meetings of this calendar of which nobody knows yet whether they took place."""
        ...

    async def meeting(self, meeting_id: str, email: str) -> MeetingSeen | None:
        """As it was seen last; nobody else changes it until the transaction ends."""
        ...

    async def put_meeting(self, mailbox: str, seen: MeetingSeen) -> None: ...

    async def for_a_person(self, mail_id: str, draft_id: DraftId, code: str, sentence: str) -> bool:
        """Lay a mail before a person, among the work that waits for one; once for each mail."""
        ...

    async def segment_replies(self, since: datetime, until: datetime) -> tuple[SegmentReplies, ...]:
        """Per segment, mail sent from ``since`` (or from what its last change counted, where that
        is later) to ``until``, and how many of it a person answered."""
        ...

    async def rule_precision(self, since: datetime, until: datetime) -> tuple[RulePrecision, ...]:
        """Per rule, mail sent in that time, and how many of it did harm."""
        ...


class LearningLedger(Protocol):
    """The steps that thresholds made, inside one transaction."""

    async def deltas(self, tier: Tier) -> tuple[tuple[str, float], ...]:
        """By rule, the sum of the tier's steps that nobody took back."""
        ...

    async def add(self, change: LearnedChange) -> bool:
        """False when the segment has made its step of that month."""
        ...

    async def get(self, change_id: str, *, lock: bool = False) -> LearnedChange:
        """Raises: NotFound."""
        ...

    async def revert(self, change_id: str, by: str, at: datetime) -> None:
        """It counts no more from now on."""
        ...

    async def all(self, *, limit: int) -> tuple[LearnedChange, ...]:
        """Newest first."""
        ...


@attrs.frozen(kw_only=True)
class OutcomeCounts:
    """``by_type`` counts outcomes that happened in the time asked for; ``sent`` mail of that time,
    ``replied`` how many of it a person answered since."""

    by_type: Mapping[OutcomeType, int]
    sent: int
    replied: int


class OutcomeReads(Protocol):
    """Reads for people; every method sees one tenant only."""

    async def recent(
        self,
        tenant_id: TenantId,
        *,
        types: Sequence[OutcomeType] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[Outcome, ...]:
        """The ones recorded last, newest first; all types when none is named."""
        ...

    async def one(self, tenant_id: TenantId, outcome_id: str) -> Outcome:
        """Raises: NotFound."""
        ...

    async def of_contacts(
        self, tenant_id: TenantId, emails: Sequence[str]
    ) -> Mapping[str, tuple[Outcome, ...]]:
        """By folded address; who has none is left out. Newest first in each."""
        ...

    async def adjustments(
        self, tenant_id: TenantId, emails: Sequence[str], now: datetime
    ) -> Mapping[str, float]:
        """``contact_adjustment`` by folded address; who has no outcomes is left out."""
        ...

    async def counts(
        self, tenant_id: TenantId, since: datetime, until: datetime
    ) -> OutcomeCounts: ...
