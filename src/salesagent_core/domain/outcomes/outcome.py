"""Outcomes: what happened after a mail, and what that says about working this contact."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import attrs

from salesagent_core.errors import InvalidInput

HALF_LIFE_DAYS = 30.0
MAX_ADJUSTMENT = 20.0
_SECONDS_A_DAY = 86_400.0


class OutcomeGroup(StrEnum):
    """The five kinds of thing that can happen."""

    EMAIL = "email"
    MEETING = "meeting"
    DEAL = "deal"
    TASK = "task"
    RESPONSE = "response"


class OutcomeType(StrEnum):
    """The twenty types, by their names on the wire."""

    EMAIL_SENT = "email_sent"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    EMAIL_REPLIED = "email_replied"
    EMAIL_BOUNCED = "email_bounced"
    EMAIL_UNSUBSCRIBED = "email_unsubscribed"
    MEETING_BOOKED = "meeting_booked"
    MEETING_HELD = "meeting_held"
    MEETING_NO_SHOW = "meeting_no_show"
    MEETING_RESCHEDULED = "meeting_rescheduled"
    DEAL_CREATED = "deal_created"
    DEAL_STAGE_ADVANCED = "deal_stage_advanced"
    DEAL_STAGE_REGRESSED = "deal_stage_regressed"
    DEAL_WON = "deal_won"
    DEAL_LOST = "deal_lost"
    TASK_COMPLETED = "task_completed"
    TASK_OVERDUE = "task_overdue"
    POSITIVE_RESPONSE = "positive_response"
    NEGATIVE_RESPONSE = "negative_response"
    NO_RESPONSE = "no_response"

    @property
    def impact(self) -> int:
        """What one fresh and certain event of this type adds to the contact's adjustment."""
        return IMPACT[self]

    @property
    def group(self) -> OutcomeGroup:
        """Which of the five groups it belongs to."""
        first, _, last = self.value.partition("_")
        return OutcomeGroup.RESPONSE if last == "response" else OutcomeGroup(first)


IMPACT: Mapping[OutcomeType, int] = {
    OutcomeType.EMAIL_SENT: 0,
    OutcomeType.EMAIL_OPENED: 2,
    OutcomeType.EMAIL_CLICKED: 4,
    OutcomeType.EMAIL_REPLIED: 8,
    OutcomeType.EMAIL_BOUNCED: -5,
    OutcomeType.EMAIL_UNSUBSCRIBED: -8,
    OutcomeType.MEETING_BOOKED: 10,
    OutcomeType.MEETING_HELD: 9,
    OutcomeType.MEETING_NO_SHOW: -4,
    OutcomeType.MEETING_RESCHEDULED: 1,
    OutcomeType.DEAL_CREATED: 10,
    OutcomeType.DEAL_STAGE_ADVANCED: 7,
    OutcomeType.DEAL_STAGE_REGRESSED: -5,
    OutcomeType.DEAL_WON: 10,
    OutcomeType.DEAL_LOST: -7,
    OutcomeType.TASK_COMPLETED: 3,
    OutcomeType.TASK_OVERDUE: -2,
    OutcomeType.POSITIVE_RESPONSE: 6,
    OutcomeType.NEGATIVE_RESPONSE: -6,
    OutcomeType.NO_RESPONSE: -1,
}


class OutcomeSource(StrEnum):
    """Who noticed it."""

    MAILBOX = "mailbox"
    CRM = "crm"
    CALENDAR = "calendar"
    OPERATOR = "operator"


def _a_share(_outcome: object, _field: object, value: float) -> None:
    if not 0 <= value <= 1:
        raise InvalidInput("an outcome's confidence lies between 0 and 1")


@attrs.frozen(kw_only=True)
class Outcome:
    """``key`` is from ``event_key`` and unique per tenant; ``confidence`` in 0..1 is how sure
    the detection is; ``draft_id`` names the draft that it followed, where that is known.

    ``intent`` is what a reply wanted, by its name on the wire; ``by`` is who recorded it by hand,
    with their ``note``.
    """

    id: str
    key: str
    type: OutcomeType
    email: str
    occurred_at: datetime
    recorded_at: datetime
    source: OutcomeSource
    confidence: float = attrs.field(default=1.0, validator=_a_share)
    draft_id: str | None = None
    intent: str | None = None
    by: str | None = None
    note: str | None = None


POSITIVE = frozenset(
    {
        OutcomeType.POSITIVE_RESPONSE,
        OutcomeType.MEETING_BOOKED,
        OutcomeType.MEETING_HELD,
        OutcomeType.DEAL_CREATED,
        OutcomeType.DEAL_STAGE_ADVANCED,
        OutcomeType.DEAL_WON,
    }
)
"""What shows that a mail was welcome. A reply alone does not: it may be a refusal."""


_ONCE_A_DAY = frozenset({OutcomeType.EMAIL_OPENED, OutcomeType.EMAIL_CLICKED})
_EACH_TIME = frozenset(
    {
        OutcomeType.DEAL_STAGE_ADVANCED,
        OutcomeType.DEAL_STAGE_REGRESSED,
        OutcomeType.DEAL_WON,
        OutcomeType.DEAL_LOST,
        OutcomeType.MEETING_RESCHEDULED,
    }
)


def event_key(kind: OutcomeType, object_id: str, occurred_at: datetime) -> str:
    """The one builder of event keys: the same event, noticed twice or by two, has one key.

    Most things happen once to an object (a reply is one message, a meeting is held once). Opens
    and clicks count once a day (UTC); deal moves and reschedulings each time, to the second.

    Args:
        object_id: the id of the message, meeting, deal or task in the system that holds it.
        occurred_at: aware.
    """
    if occurred_at.tzinfo is None:
        raise InvalidInput("a time without a time zone says nothing")
    moment = ""
    if kind in _ONCE_A_DAY:
        moment = occurred_at.astimezone(UTC).date().isoformat()
    elif kind in _EACH_TIME:
        moment = str(int(occurred_at.timestamp()))
    digest = hashlib.sha256("\0".join((kind.value, object_id, moment)).encode()).hexdigest()
    return f"{kind.value}:{digest[:32]}"


def contact_adjustment(outcomes: Iterable[Outcome], now: datetime) -> float:
    """``clamp(sum(impact x confidence x 0.5^(age in days / 30)), -20, +20)``.

    One event counts once, however often it is given. An event that seems to lie ahead (the
    clocks of two systems differ) counts as fresh.
    """
    unique = {outcome.key: outcome for outcome in outcomes}
    total = sum(_weight(outcome, now) for outcome in unique.values())
    return max(-MAX_ADJUSTMENT, min(MAX_ADJUSTMENT, total))


def _weight(outcome: Outcome, now: datetime) -> float:
    age = max(0.0, (now - outcome.occurred_at).total_seconds() / _SECONDS_A_DAY)
    fresh: float = 0.5 ** (age / HALF_LIFE_DAYS)
    return outcome.type.impact * outcome.confidence * fresh


@attrs.frozen(kw_only=True)
class DealStage:
    """A stage of a pipeline, as the CRM orders it. ``order`` decides direction, never the name."""

    id: str
    order: int
    won: bool = False
    lost: bool = False


def deal_outcome(
    before: str | None, after: str, pipeline: Sequence[DealStage]
) -> OutcomeType | None:
    """What a deal's move from one stage id to another means.

    None when it did not move, or when a stage is not in this pipeline: then nothing is known.
    ``before`` is None for a deal that is new.
    """
    stages = {stage.id: stage for stage in pipeline}
    there = stages.get(after)
    if there is None or before == after:
        return None
    if there.won:
        return OutcomeType.DEAL_WON
    if there.lost:
        return OutcomeType.DEAL_LOST
    if before is None:
        return OutcomeType.DEAL_CREATED
    here = stages.get(before)
    if here is None or here.order == there.order:
        return None
    if there.order > here.order:
        return OutcomeType.DEAL_STAGE_ADVANCED
    return OutcomeType.DEAL_STAGE_REGRESSED
