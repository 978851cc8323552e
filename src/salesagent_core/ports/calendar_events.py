"""Meetings of a mailbox's calendar, for telling what became of a lead. Apart from ``Calendar``,
which knows only when a person is busy."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


class MeetingStatus(StrEnum):
    """Whether it takes place. ``tentative`` is not confirmed by its organiser yet."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class Meeting:
    """A span of time (aware UTC, ``end`` exclusive) with people, no title and no place.

    ``attendees`` are the addresses, lower case, of those who did not decline, the mailbox's own
    left out. ``updated`` is when anything about it changed last.
    """

    meeting_id: str
    start: datetime
    end: datetime
    attendees: tuple[str, ...]
    status: MeetingStatus
    updated: datetime


class CalendarEvents(Protocol):
    """Lists meetings with other people."""

    async def meetings(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Meeting, ...]:
        """Meetings with at least one other person that touch ``start``..``end`` (aware), by their
        start; each occurrence of a series by itself; cancelled ones too, as long as the calendar
        still knows them. Whole days are left out: nobody meets all day.

        Raises:
            Rejected: a naive or senseless span. Unavailable, NeedsReauth
        """
        ...
