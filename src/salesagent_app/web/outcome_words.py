"""The words of the pages about outcomes: what came back, rates, tests and trust."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.experiment import ExperimentState, Metric
from salesagent_core.domain.outcomes.backtest import Answer, Share
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.domain.outcomes.performance import MIN_SENT, Dimension, Rate
from salesagent_core.domain.replies.intent import ReplyIntent
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.domain.treatment import ExperimentKind

OUTCOMES: Mapping[OutcomeType, str] = {
    OutcomeType.EMAIL_SENT: "Mail sent",
    OutcomeType.EMAIL_OPENED: "Mail opened",
    OutcomeType.EMAIL_CLICKED: "Link followed",
    OutcomeType.EMAIL_REPLIED: "Reply",
    OutcomeType.EMAIL_BOUNCED: "Bounce",
    OutcomeType.EMAIL_UNSUBSCRIBED: "Opt-out",
    OutcomeType.MEETING_BOOKED: "Meeting booked",
    OutcomeType.MEETING_HELD: "Meeting held",
    OutcomeType.MEETING_NO_SHOW: "Did not come to the meeting",
    OutcomeType.MEETING_RESCHEDULED: "Meeting moved",
    OutcomeType.DEAL_CREATED: "Deal opened",
    OutcomeType.DEAL_STAGE_ADVANCED: "Deal moved forward",
    OutcomeType.DEAL_STAGE_REGRESSED: "Deal moved back",
    OutcomeType.DEAL_WON: "Deal won",
    OutcomeType.DEAL_LOST: "Deal lost",
    OutcomeType.TASK_COMPLETED: "Task done",
    OutcomeType.TASK_OVERDUE: "Task overdue",
    OutcomeType.POSITIVE_RESPONSE: "Good answer",
    OutcomeType.NEGATIVE_RESPONSE: "Refusal",
    OutcomeType.NO_RESPONSE: "No answer",
}

INTENTS: Mapping[str, str] = {
    ReplyIntent.INTERESTED: "they are interested",
    ReplyIntent.MEETING_REQUEST: "they want to meet",
    ReplyIntent.MEETING_CONFIRMED: "they confirm the meeting",
    ReplyIntent.QUESTION: "they ask something",
    ReplyIntent.OBJECTION: "they have doubts",
    ReplyIntent.NOT_NOW: "not now",
    ReplyIntent.NOT_INTERESTED: "they are not interested",
    ReplyIntent.UNSUBSCRIBE: "they want no more mail",
    ReplyIntent.OUT_OF_OFFICE: "out of office",
    ReplyIntent.BOUNCE: "it could not be delivered",
    ReplyIntent.REFERRAL: "they name somebody else",
    ReplyIntent.POSITIVE_FEEDBACK: "they are pleased",
    ReplyIntent.UNCLEAR: "what they want is unclear",
}

SOURCES = {
    "mailbox": "seen in the mailbox",
    "crm": "seen in the CRM",
    "calendar": "seen in the calendar",
    "operator": "told by a person",
}

BAD = frozenset(
    {
        OutcomeType.EMAIL_BOUNCED,
        OutcomeType.EMAIL_UNSUBSCRIBED,
        OutcomeType.NEGATIVE_RESPONSE,
        OutcomeType.DEAL_LOST,
    }
)
GOOD = frozenset(
    {
        OutcomeType.MEETING_BOOKED,
        OutcomeType.MEETING_HELD,
        OutcomeType.DEAL_CREATED,
        OutcomeType.DEAL_STAGE_ADVANCED,
        OutcomeType.DEAL_WON,
        OutcomeType.POSITIVE_RESPONSE,
    }
)
_WELCOME = frozenset(
    {
        ReplyIntent.INTERESTED,
        ReplyIntent.MEETING_REQUEST,
        ReplyIntent.MEETING_CONFIRMED,
        ReplyIntent.POSITIVE_FEEDBACK,
    }
)
_UNWELCOME = frozenset({ReplyIntent.NOT_INTERESTED, ReplyIntent.UNSUBSCRIBE})
FINAL = frozenset({OutcomeType.EMAIL_BOUNCED, OutcomeType.EMAIL_UNSUBSCRIBED})
"""Whoever these are told of is not written to any more."""


@attrs.frozen(kw_only=True)
class Kind:
    """A way to look at outcomes: its name in the address, in words, and the types it holds."""

    key: str
    name: str
    types: tuple[OutcomeType, ...]


_O = OutcomeType
REPLIES = Kind(key="replies", name="replies", types=(_O.EMAIL_REPLIED,))
ANSWERS_JUDGED = Kind(
    key="answers",
    name="good answers and refusals",
    types=(_O.POSITIVE_RESPONSE, _O.NEGATIVE_RESPONSE),
)
"""What a reply was taken for; beside the reply itself it says nothing new."""
MEETINGS = Kind(
    key="meetings",
    name="meetings",
    types=(_O.MEETING_BOOKED, _O.MEETING_HELD, _O.MEETING_NO_SHOW, _O.MEETING_RESCHEDULED),
)
LOST = Kind(
    key="lost", name="bounces and opt-outs", types=(_O.EMAIL_BOUNCED, _O.EMAIL_UNSUBSCRIBED)
)
DEALS = Kind(
    key="deals",
    name="deals",
    types=(
        _O.DEAL_CREATED,
        _O.DEAL_STAGE_ADVANCED,
        _O.DEAL_STAGE_REGRESSED,
        _O.DEAL_WON,
        _O.DEAL_LOST,
    ),
)
BACK = Kind(
    key="",
    name="what came back",
    types=(*REPLIES.types, *MEETINGS.types, *LOST.types, *DEALS.types),
)
EVERYTHING = Kind(key="all", name="everything, with opens and silence", types=())
KINDS = {
    each.key: each for each in (BACK, REPLIES, ANSWERS_JUDGED, MEETINGS, LOST, DEALS, EVERYTHING)
}

DIMENSIONS = {
    Dimension.SEGMENT: "how well the lead fits",
    Dimension.RULE: "rule",
    Dimension.VOICE: "voice",
    Dimension.HOUR: "hour",
    Dimension.WEEKDAY: "weekday",
    Dimension.VARIANT: "A/B variant",
}
PERIODS = {"30": "30 days", "90": "90 days", "180": "half a year", "365": "a year"}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

TESTS = {
    ExperimentState.DRAFT: "not started",
    ExperimentState.RUNNING: "running",
    ExperimentState.STOPPED: "stopped",
    ExperimentState.DECIDED: "decided, the winner is used",
}
TRIED = {
    ExperimentKind.SUBJECT: "the subject",
    ExperimentKind.BODY: "how the mail is written",
    ExperimentKind.CALL_TO_ACTION: "the closing question",
    ExperimentKind.SEND_TIME: "the time of sending",
}
GOALS = {Metric.REPLY: "a reply within 7 days", Metric.MEETING: "a meeting within 14 days"}

STAGES = {
    Stage.MANUAL: "a person reads all",
    Stage.SHADOW: "on trial, a person reads all",
    Stage.AUTO: "goes alone",
}
STAGE_NAMES = {Stage.MANUAL: "Off", Stage.SHADOW: "Shadow", Stage.AUTO: "Alone"}
ANSWERS = {
    Answer.APPROVED: "approved it",
    Answer.EDITED: "changed it before it went",
    Answer.REJECTED: "rejected it",
    Answer.REWRITTEN: "had it written anew",
}


def percent(value: float) -> str:
    """``22.6%``; whole numbers without a fraction."""
    return f"{value:.1%}".replace(".0%", "%")


def span(low: float, high: float) -> str:
    """An interval of rates: ``17 to 29%``."""
    return f"{low * 100:.0f} to {high * 100:.0f}%"


def rate(found: Rate, sent: int) -> str:
    """A rate with its interval, or how much mail is missing before it says anything."""
    if sent < MIN_SENT or found.rate is None:
        return not_enough(sent)
    return f"{percent(found.rate)} ({span(found.low, found.high)})"


def not_enough(sent: int) -> str:
    """``not enough yet (12 of 30)``."""
    return f"not enough yet ({sent} of {MIN_SENT})"


def share(found: Share) -> str:
    """A count of a backtest with its interval."""
    if not found.total:
        return "none known yet"
    rate = percent(found.count / found.total)
    return f"{found.count} of {found.total} ({rate}, {span(found.low, found.high)})"


def of(count: int, total: int) -> str:
    """``48 of 212 (22.6%, 17 to 29%)``; without a rate where that would say nothing."""
    if total < MIN_SENT:
        return f"{count} of {total}, {not_enough(total)}"
    interval = wilson_interval(count, total)
    return f"{count} of {total} ({percent(count / total)}, {span(interval.low, interval.high)})"


def group(key: str, by: Dimension) -> str:
    """What people call a group."""
    if by is Dimension.WEEKDAY and key.isdigit():
        return WEEKDAYS[(int(key) - 1) % len(WEEKDAYS)]
    if by is Dimension.HOUR:
        return f"{key}:00"
    if by is Dimension.RULE:
        return rule(key)
    return key


def rule(name: str) -> str:
    """A rule's name in words."""
    return name.replace("_", " ")


def intent(outcome: Outcome) -> str | None:
    """What a reply wanted, in words."""
    if outcome.intent is None:
        return None
    return INTENTS.get(outcome.intent, outcome.intent.replace("_", " "))


def light(outcome: Outcome) -> str:
    """The shape and colour beside it: of work that went well, badly, or neither."""
    if outcome.type in GOOD or outcome.intent in _WELCOME:
        return "completed"
    return "failed" if outcome.type in BAD or outcome.intent in _UNWELCOME else "processing"
