"""Putting a draft aside for a while: it leaves the queue and comes back by itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.time_zones import zone_info
from salesagent_core.errors import Conflict, InvalidInput, Problem

A_FEW_HOURS = timedelta(hours=3)
MORNING = time(8, 0)
"""When a draft that was put off to another day comes back, on the sender's clock."""
DAYS_A_WEEK = 7


class SnoozeFor(StrEnum):
    """For how long. ``NEXT_WEEK`` is the next Monday."""

    HOURS = "hours"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next_week"


def snooze_until(choice: SnoozeFor, now: datetime, zone: str) -> datetime:
    """When a draft that is put aside now comes back; ``zone`` is the sender's (IANA name)."""
    if choice is SnoozeFor.HOURS:
        return now + A_FEW_HOURS
    local = now.astimezone(zone_info(zone))
    days = 1 if choice is SnoozeFor.TOMORROW else DAYS_A_WEEK - local.weekday()
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, MORNING, tzinfo=local.tzinfo).astimezone(now.tzinfo)


def snooze(draft: Draft, until: datetime, now: datetime) -> Draft:
    """The draft, out of the queue until then. Whatever is decided about it ends that.

    Raises:
        Conflict: it does not wait for a person. InvalidInput: the time has passed, or the draft
        would expire before it.
    """
    if draft.status is not DraftStatus.PENDING_APPROVAL:
        raise Conflict(f"a draft that is {draft.status.value} cannot be put aside")
    if until <= now:
        raise _refused("must be in the future")
    if until >= draft.expires_at:
        raise _refused("is after the draft expires undecided")
    return attrs.evolve(draft, snoozed_until=until, updated_at=now)


def wake(draft: Draft, now: datetime) -> Draft:
    """The draft, in the queue again."""
    return attrs.evolve(draft, snoozed_until=None, updated_at=now)


def _refused(what: str) -> InvalidInput:
    return InvalidInput("the draft cannot be put aside", [Problem(where="until", what=what)])
