"""Look into a calendar for meetings with people that we wrote to."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.outcomes.moves import MeetingNow, MeetingPlace, meeting_moved
from salesagent_core.domain.outcomes.outcome import OutcomeSource, OutcomeType
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.calendar_events import CalendarEvents, Meeting, MeetingStatus
from salesagent_core.ports.outcome_watches import Watch, WatchState
from salesagent_core.ports.outcomes import MeetingSeen
from salesagent_core.ports.unit_of_work import OutcomeTransaction, OutcomeWork
from salesagent_core.use_cases.outcome_recorder import Event, OutcomeRecorder

BACK = timedelta(days=7)
AHEAD = timedelta(days=60)
"""A meeting further ahead is noticed as it comes nearer."""


class WatchMeetings:
    """One look into one calendar. Looking twice changes nothing."""

    def __init__(
        self, *, work: OutcomeWork, calendar: CalendarEvents, recorder: OutcomeRecorder
    ) -> None:
        self._work = work
        self._calendar = calendar
        self._recorder = recorder

    async def __call__(self, watch: Watch) -> tuple[WatchState, int, Counter[OutcomeType]]:
        """What is known from now on, how many meetings were looked at, what was recorded.

        Raises:
            RateLimited, Unavailable, NeedsReauth: nobody could look.
        """
        tenant_id, mailbox = watch.tenant_id, watch.state.mailbox
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
        meetings = await self._calendar.meetings(tenant_id, mailbox, now - BACK, now + AHEAD)
        shown = {(each.meeting_id, person): each for each in meetings for person in _people(each)}
        by_id = {each.meeting_id: each for each in meetings}
        recorded: Counter[OutcomeType] = Counter()
        async with self._work.begin(tenant_id) as tx:
            remembered = {
                (seen.meeting_id, fold_alias(seen.email)): seen
                for seen in await tx.outcomes.open_meetings(mailbox)
            }
            known = await tx.outcomes.contacts_among(
                [person for meeting_id, person in shown if (meeting_id, person) not in remembered]
            )
        pairs = [*remembered, *(key for key in shown if key[1] in known and key not in remembered)]
        for meeting_id, person in pairs:
            meeting = shown.get((meeting_id, person)) or _called_off(by_id.get(meeting_id))
            async with self._work.begin(tenant_id) as tx:
                types = await self._compare(tx, tenant_id, mailbox, meeting_id, person, meeting)
            recorded.update(types)
        return attrs.evolve(watch.state, since=now), len(meetings), recorded

    async def _compare(
        self,
        tx: OutcomeTransaction,
        tenant_id: TenantId,
        mailbox: str,
        meeting_id: str,
        person: str,
        meeting: Meeting | None,
    ) -> list[OutcomeType]:
        now = await tx.sends.now()
        seen = await tx.outcomes.meeting(meeting_id, person)
        draft_id = seen.draft_id if seen else await _mail_before(tx, person, meeting)
        if seen is None and draft_id is None:
            # It stood in the calendar before anybody wrote to them.
            return []
        place, happened = meeting_moved(seen.place if seen else None, _as_now(meeting), now)
        if place is not None and (seen is None or place != seen.place):
            known = MeetingSeen(meeting_id=meeting_id, email=person, draft_id=draft_id, place=place)
            await tx.outcomes.put_meeting(mailbox, known)
        types = []
        for kind, confidence in happened:
            assert place is not None, "what happened, happened to a meeting"
            event = Event(
                type=kind,
                object_id=f"{meeting_id}:{place.start.isoformat()}"
                if kind is OutcomeType.MEETING_RESCHEDULED
                else meeting_id,
                email=person,
                at=_moment(kind, place, meeting, now),
                source=OutcomeSource.CALENDAR,
                confidence=confidence,
                draft_id=draft_id,
            )
            if await self._recorder.record(tx, tenant_id, event) is not None:
                types.append(kind)
        return types


def _people(meeting: Meeting) -> list[str]:
    return list(dict.fromkeys(fold_alias(each) for each in meeting.attendees))


async def _mail_before(
    tx: OutcomeTransaction, person: str, meeting: Meeting | None
) -> DraftId | None:
    """The mail to them that was sent before the meeting was made or changed last."""
    if meeting is None:
        return None
    sent = await tx.outcomes.sent_to(person)
    return next((each.draft_id for each in sent if each.sent_at <= meeting.updated), None)


def _as_now(meeting: Meeting | None) -> MeetingNow | None:
    if meeting is None:
        return None
    on = meeting.status is MeetingStatus.CONFIRMED
    return MeetingNow(start=meeting.start, end=meeting.end, on=on)


def _called_off(meeting: Meeting | None) -> Meeting | None:
    """A meeting that the contact has declined does not take place with them."""
    if meeting is None:
        return None
    return attrs.evolve(meeting, status=MeetingStatus.CANCELLED)


def _moment(
    kind: OutcomeType, place: MeetingPlace, meeting: Meeting | None, now: datetime
) -> datetime:
    if kind in (OutcomeType.MEETING_HELD, OutcomeType.MEETING_NO_SHOW):
        return place.end
    return min(meeting.updated, now) if meeting is not None else now
