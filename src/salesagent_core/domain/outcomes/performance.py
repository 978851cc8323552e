"""How mail does, group by group, and what to make of it in words.

A rate without its interval is no news: a group is called better or worse than the rest only where
both intervals lie apart, at a confidence that takes the number of groups into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import attrs

from salesagent_core.domain.stats import Interval, wilson_interval, z_value
from salesagent_core.errors import InvalidInput

MIN_SENT = 30
CONFIDENCE = 0.95
LOOKED_GOOD_BELOW = 0.8
"""Drafts that are sent this unlike what was written cost their reviewers much."""


class Dimension(StrEnum):
    """What mail is grouped by. ``hour`` is the hour at which it left, on the recipient's clock;
    ``weekday`` (1 is Monday) and ``week`` (its Monday, ISO 8601) are days of the sender's."""

    SEGMENT = "segment"
    VOICE = "voice"
    HOUR = "hour"
    WEEKDAY = "weekday"
    WEEK = "week"
    VARIANT = "variant"
    RULE = "rule"


@attrs.frozen(kw_only=True)
class GroupCounts:
    """Mails that were sent, and of how many of them each came true at least once.

    ``deals``: a deal was made or won. ``alone`` went without a person. ``harmed``: bounced,
    unsubscribed, or answered in anger.
    ``similarity`` is the mean likeness (0..1) of what was written and what was approved, over the
    mails a person approved; None where there is none.
    """

    key: str
    sent: int
    replied: int
    positive: int
    meetings: int
    deals: int = 0
    harmed: int = 0
    alone: int = 0
    similarity: float | None = None

    def __attrs_post_init__(self) -> None:
        """Raises: InvalidInput when something is counted more often than mail was sent."""
        parts = (
            self.replied,
            self.positive,
            self.meetings,
            self.deals,
            self.harmed,
            self.alone,
        )
        if not all(0 <= part <= self.sent for part in parts):
            raise InvalidInput("no count of a group may be above the mails sent")


@attrs.frozen(kw_only=True)
class Rate:
    """A share of the mails sent, with its 95 % Wilson interval."""

    rate: float | None
    low: float
    high: float


@attrs.frozen(kw_only=True)
class GroupPerformance:
    """One group beside all the others. ``conversion`` is the share that led to a deal,
    ``precision`` the share that did no harm."""

    counts: GroupCounts
    reply: Rate
    positive: Rate
    meeting: Rate
    conversion: Rate
    precision: Rate
    recommendation: str


def rate_of(count: int, sent: int) -> Rate:
    """The rate with its interval; no rate where nothing was sent."""
    interval = wilson_interval(count, sent)
    return Rate(rate=count / sent if sent else None, low=interval.low, high=interval.high)


def assess_performance(
    groups: Sequence[GroupCounts], by: Dimension
) -> tuple[GroupPerformance, ...]:
    """Every group with its rates and a recommendation, in the order given."""
    return tuple(
        GroupPerformance(
            counts=group,
            reply=rate_of(group.replied, group.sent),
            positive=rate_of(group.positive, group.sent),
            meeting=rate_of(group.meetings, group.sent),
            conversion=rate_of(group.deals, group.sent),
            precision=rate_of(group.sent - group.harmed, group.sent),
            recommendation=_recommendation(group, groups, by),
        )
        for group in groups
    )


_IF_LOW = {
    Dimension.SEGMENT: "look at what these mails offer, or at who is taken for such a lead",
    Dimension.VOICE: "review the voice",
    Dimension.HOUR: "send at other hours",
    Dimension.WEEKDAY: "send on other days",
    Dimension.WEEK: "look at what was different in that week",
    Dimension.VARIANT: "see the test's own report, which decides",
    Dimension.RULE: "tighten the rule or have a person read its drafts",
}
_IF_HIGH = {
    Dimension.SEGMENT: "more leads like these are worth looking for",
    Dimension.VOICE: "use this voice for more mail",
    Dimension.HOUR: "send more at this hour",
    Dimension.WEEKDAY: "send more on this day",
    Dimension.WEEK: "look at what was different in that week",
    Dimension.VARIANT: "see the test's own report, which decides",
    Dimension.RULE: "this rule chooses well",
}


def _recommendation(group: GroupCounts, groups: Sequence[GroupCounts], by: Dimension) -> str:
    if group.sent < MIN_SENT:
        return f"too few to tell: {group.sent} sent, {MIN_SENT} needed"
    said = [_about_replies(group, groups, by)]
    if group.similarity is not None and group.similarity < LOOKED_GOOD_BELOW:
        said.append(
            f"people rewrite much of these drafts ({group.similarity:.0%} alike):"
            " let the voice learn from their edits, or change the instruction"
        )
    return "; ".join(said)


def _about_replies(group: GroupCounts, groups: Sequence[GroupCounts], by: Dimension) -> str:
    sent = sum(each.sent for each in groups) - group.sent
    replied = sum(each.replied for each in groups) - group.replied
    if sent < MIN_SENT:
        return "nothing to compare with yet"
    # Among many groups one always looks special: the more there are, the surer one must be.
    z = z_value(1 - (1 - CONFIDENCE) / len(groups))
    own = wilson_interval(group.replied, group.sent, z)
    others = wilson_interval(min(replied, sent), sent, z)
    return _compared(own, others, by)


def _compared(own: Interval, others: Interval, by: Dimension) -> str:
    if own.high < others.low:
        return f"replies are lower than elsewhere for certain: {_IF_LOW[by]}"
    if own.low > others.high:
        return f"replies are higher than elsewhere for certain: {_IF_HIGH[by]}"
    return "replies are not different from elsewhere as far as one can tell: go on"
