"""Outcomes that a person tells us: judged, then recorded like every other."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeSource, OutcomeType
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.unit_of_work import OutcomeTransaction, OutcomeWork
from salesagent_core.use_cases.outcome_recorder import Event, OutcomeRecorder

MAX_NOTE = 1_000
MAX_EVENT_ID = 200
CLOCKS_DIFFER = timedelta(minutes=5)
OLDEST = timedelta(days=365)
"""An event this old moves no score any more."""


@attrs.frozen(kw_only=True)
class Told:
    """What a person tells. ``event_id`` is the event's own name, where it has one: the same is
    recorded once. Without it, one event of a type counts for a mail (or person) and day."""

    type: str
    email: str
    occurred_at: datetime | None = None
    draft_id: str | None = None
    event_id: str | None = None
    confidence: float = 1.0
    note: str | None = None


@attrs.frozen(kw_only=True)
class Recorded:
    """``outcome`` is None where the event was recorded before."""

    outcome: Outcome | None


class RecordOutcome:
    """By hand, or because somebody went on the do-not-contact list."""

    def __init__(self, *, work: OutcomeWork, recorder: OutcomeRecorder) -> None:
        self._work = work
        self._recorder = recorder

    async def by_hand(self, tenant_id: TenantId, told: Told, *, who: str) -> Recorded:
        """Record it with all that follows from it.

        Raises:
            InvalidInput: every problem with its place. NotFound: no such draft.
        """
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            kind, email, at = _judged(told, now)
            draft_id = await self._draft(tx, told, email)
            event = Event(
                type=kind,
                object_id=_name_of(told, kind, email, draft_id, at),
                email=email,
                at=at,
                source=OutcomeSource.OPERATOR,
                confidence=told.confidence,
                draft_id=draft_id,
                final=kind is OutcomeType.EMAIL_BOUNCED,
                by=who,
                note=told.note,
            )
            return Recorded(outcome=await self._recorder.record(tx, tenant_id, event))

    async def _draft(self, tx: OutcomeTransaction, told: Told, email: str) -> DraftId | None:
        """The draft that is named, else the last mail to this person."""
        if told.draft_id is None:
            return await tx.trust.last_mail_to(email)
        draft = await tx.drafts.get(DraftId(told.draft_id))
        if fold_alias(draft.lead.person.email) != fold_alias(email):
            problem = Problem(where="draft_id", what="is a draft to somebody else")
            raise InvalidInput("that outcome cannot be recorded", [problem])
        return draft.id


def read_types(names: str) -> tuple[OutcomeType, ...]:
    """Outcome types from their names on the wire, separated by commas. Raises: InvalidInput."""
    found = []
    for name in filter(None, (each.strip() for each in names.split(","))):
        if name not in set(OutcomeType):
            raise InvalidInput("that is no type of outcome", [_no_type()])
        found.append(OutcomeType(name))
    return tuple(found)


def _judged(told: Told, now: datetime) -> tuple[OutcomeType, str, datetime]:
    problems = []
    if told.type not in set(OutcomeType):
        problems.append(_no_type())
    judged = judge_address(told.email)
    if not judged.valid or judged.normalized is None:
        problems.append(Problem(where="email", what="must be one e-mail address"))
    at = told.occurred_at or now
    if at.tzinfo is None:
        problems.append(Problem(where="occurred_at", what="must have a time zone"))
    elif at > now + CLOCKS_DIFFER:
        problems.append(Problem(where="occurred_at", what="must not lie ahead"))
    elif at < now - OLDEST:
        what = f"must not be more than {OLDEST.days} days ago"
        problems.append(Problem(where="occurred_at", what=what))
    if not 0 < told.confidence <= 1:
        problems.append(Problem(where="confidence", what="must be above 0 and at most 1"))
    if told.note is not None and len(told.note) > MAX_NOTE:
        problems.append(Problem(where="note", what=f"must have at most {MAX_NOTE} characters"))
    if told.event_id is not None and not 0 < len(told.event_id.strip()) <= MAX_EVENT_ID:
        what = f"must have 1 to {MAX_EVENT_ID} characters"
        problems.append(Problem(where="event_id", what=what))
    if problems:
        raise InvalidInput("that outcome cannot be recorded", problems)
    return OutcomeType(told.type), judged.normalized or told.email, min(at, now)


def _no_type() -> Problem:
    return Problem(where="type", what=f"must be one of {', '.join(OutcomeType)}")


def _name_of(
    told: Told, kind: OutcomeType, email: str, draft_id: DraftId | None, at: datetime
) -> str:
    if told.event_id is not None:
        return f"told:{told.event_id.strip()}"
    return f"told:{kind.value}:{draft_id or fold_alias(email)}:{at.date().isoformat()}"
