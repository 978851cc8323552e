"""What replies say about a segment: whether its rule must be surer, or may be less sure.

Interval bounds decide, never the raw rate: three replies to thirty mails are no proof of ten per
cent. A change is a small step, inside the bounds of every threshold.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.approval import MAX_THRESHOLD, MIN_THRESHOLD
from salesagent_core.domain.autonomy import Segment
from salesagent_core.domain.stats import Interval, wilson_interval
from salesagent_core.errors import InvalidInput, Reason

MIN_SENT = 30
LOW_RATE = 0.10
HIGH_RATE = 0.30
STEP = 0.02
ANSWER_TIME = timedelta(days=7)
"""A mail counts once it has had this long to be answered."""
LOOK_BACK = timedelta(days=90)
"""Older mail says little about how a segment answers now."""
_DIGITS = 4


@attrs.frozen(kw_only=True)
class SegmentReplies:
    """Mail of one segment that has had its time, and how many of them a person answered."""

    segment: Segment
    sent: int
    replied: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.replied <= self.sent:
            raise InvalidInput("answers cannot outnumber the mails")


@attrs.frozen(kw_only=True)
class Lesson:
    """What the replies of a segment teach. ``step`` is what the threshold moves by: 0 for not at
    all. ``interval`` is the 95 % Wilson interval of the reply rate."""

    replies: SegmentReplies
    interval: Interval
    step: float
    reason: Reason


@attrs.frozen(kw_only=True)
class LearnedChange:
    """A step that a segment's threshold made. ``before`` and ``after`` are the thresholds as they
    were effective then; ``period`` is the month ``YYYY-MM`` in which it was made, at most one for
    a segment; ``counted_until`` is when the newest mail was sent that counted."""

    id: str
    segment: Segment
    period: str
    before: float
    after: float
    sent: int
    replied: int
    counted_until: datetime
    made_at: datetime
    made_by: str
    reverted_at: datetime | None = None
    reverted_by: str | None = None

    @property
    def delta(self) -> float:
        """By how much it moved."""
        return round(self.after - self.before, _DIGITS)


def lesson(replies: SegmentReplies) -> Lesson:
    """What the replies of one segment teach, with the reason in words."""
    interval = wilson_interval(replies.replied, replies.sent)
    seen = (
        f"{replies.replied} of {replies.sent} mails were answered"
        f" ({interval.low:.1%} to {interval.high:.1%}, 95 % interval)"
    )
    if replies.sent < MIN_SENT:
        step, code, sentence = 0.0, "too_few_sent", f"{seen}; {MIN_SENT} mails are needed"
    elif interval.high < LOW_RATE:
        step, code, sentence = STEP, "rarely_answered", f"{seen}: surely less than {LOW_RATE:.0%}"
    elif interval.low > HIGH_RATE:
        step, code, sentence = -STEP, "often_answered", f"{seen}: surely more than {HIGH_RATE:.0%}"
    else:
        step, code, sentence = 0.0, "no_evidence", f"{seen}: that proves nothing"
    return Lesson(
        replies=replies,
        interval=interval,
        step=step,
        reason=Reason(code=code, sentence=sentence),
    )


def learned_threshold(base: float, delta: float) -> float:
    """The threshold after all that was learned, inside the bounds of every threshold."""
    return round(min(MAX_THRESHOLD, max(MIN_THRESHOLD, base + delta)), _DIGITS)


def period_of(at: datetime) -> str:
    """The month of a moment (aware), as ``YYYY-MM``."""
    return f"{at.year:04d}-{at.month:02d}"


@attrs.frozen(kw_only=True)
class RulePrecision:
    """How often the mails that a rule spoke for did no harm. ``alone`` of them went without a
    person; ``interval`` is of the share without harm."""

    rule: str
    sent: int
    alone: int
    harmed: int

    @property
    def interval(self) -> Interval:
        """The 95 % Wilson interval of the share that did no harm."""
        return wilson_interval(self.sent - self.harmed, self.sent)
