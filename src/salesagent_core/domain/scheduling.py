"""Meeting slots: free half hours in business time, in the lead's time zone.

``propose_slots`` works in local wall time and stores UTC, so that it is right across changes of
daylight-saving time. It never invents a slot: what the calendar was not asked for is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import attrs

from salesagent_core.domain.business_days import add_business_days, is_business_day
from salesagent_core.domain.time_zones import zone_for, zone_info, zone_label
from salesagent_core.errors import InvalidInput

__all__ = [
    "Busy",
    "Slot",
    "SlotOffer",
    "add_business_days",
    "describe_slot",
    "in_sending_window",
    "next_sending_time",
    "propose_slots",
    "window",
    "zone_for",
]

SLOT = timedelta(minutes=30)
SLOTS_OFFERED = 3
HORIZON_BUSINESS_DAYS = 7
"""Days that are business days for both sides, counted from the first one that may be offered."""
LOOK_AHEAD = timedelta(days=14)
"""What the calendar is asked for: the horizon, with room for weekends and holidays."""
MIN_NOTICE = timedelta(hours=4)
"""A slot is on a later day than today in the lead's zone, and at least this far away, because
a person may have to approve the draft first."""


@attrs.frozen(kw_only=True)
class Hours:
    """A span of local wall time; a meeting must end by ``end``."""

    start: time
    end: time

    def hold(self, start: datetime, end: datetime) -> bool:
        """True when both local times are on one day and inside."""
        return start.date() == end.date() and self.start <= start.time() and end.time() <= self.end


BUSINESS_HOURS = Hours(start=time(9), end=time(17))
WIDENED_HOURS = Hours(start=time(7), end=time(20))
"""The sender's hours when the business hours of the two zones do not meet."""
SENDING_HOURS = Hours(start=time(8), end=time(18))

PREFERRED_TIMES = (time(10), time(14), time(11, 30), time(15, 30), time(9))
"""Offers go round these, so that they differ in the time of day."""


@attrs.frozen(kw_only=True)
class Busy:
    """A span in which the sender is not free. Both aware; ``end`` is exclusive."""

    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class Slot:
    """A free span, as aware UTC datetimes; ``end`` is exclusive."""

    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class SlotOffer:
    """The slots a draft may offer, and the IANA zone they are to be written in.

    ``note`` says why there are fewer than asked for, and is empty otherwise.
    """

    slots: tuple[Slot, ...]
    time_zone: str
    note: str = ""


@attrs.frozen(kw_only=True)
class _Side:
    """Where one of the two is, and when they meet."""

    zone: str
    country: str | None
    hours: Hours

    def works(self, slot: Slot) -> bool:
        zone = zone_info(self.zone)
        start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
        return self.hours.hold(start, end) and is_business_day(start.date(), self.country)


def window(now: datetime) -> tuple[datetime, datetime]:
    """The span to ask the calendar for, aware UTC; no slot outside it is ever proposed."""
    start = _utc(now) + MIN_NOTICE
    return start, start + LOOK_AHEAD


def propose_slots(
    *,
    now: datetime,
    busy: Sequence[Busy],
    lead_zone: str | None,
    lead_country: str | None,
    sender_zone: str,
    sender_country: str | None,
    count: int = SLOTS_OFFERED,
) -> SlotOffer:
    """Up to ``count`` free half hours, spread over days and times of day, earliest first.

    A slot lies in the business hours of both sides, on a day that is a weekend or public holiday
    for neither. Where the two zones' business hours never meet, the lead's stay and the sender's
    are widened. An unknown zone is taken from the country, else from the sender.

    Raises:
        InvalidInput: ``now`` or a busy span is naive.
    """
    here = zone_for(sender_country, sender_zone) or "UTC"
    there = zone_for(lead_country, lead_zone) or here
    taken = sorted(
        (min(_utc(span.start), _utc(span.end)), max(_utc(span.start), _utc(span.end)))
        for span in busy
    )
    lead = _Side(zone=there, country=lead_country, hours=BUSINESS_HOURS)
    sender = _Side(zone=here, country=sender_country, hours=BUSINESS_HOURS)
    meeting = _meeting_days(now, lead, sender) or _meeting_days(
        now, lead, attrs.evolve(sender, hours=WIDENED_HOURS)
    )
    free = [[slot for slot in day if _is_free(slot, taken)] for day in meeting]
    slots = _spread([day for day in free if day], count, there)
    return SlotOffer(slots=slots, time_zone=there, note=_note(len(slots), count, bool(meeting)))


def describe_slot(slot: Slot, zone: str, language: str) -> str:
    """The slot as a person writes it: ``Tue 24 Nov, 10:00 (Berlin, CET)``.

    Days and months in en, de, fr or es; any other language is written in English. The zone is
    always named.
    """
    name = zone_for(None, zone) or "UTC"
    local = slot.start.astimezone(zone_info(name))
    words = _WORDS.get(language[:2].lower(), _WORDS["en"])
    day = words.days.split()[local.weekday()]
    month = words.months.split()[local.month - 1]
    moment = f"{local:%H:%M}{words.clock}"
    return f"{day} {local.day}{words.after_day} {month}, {moment} ({zone_label(slot.start, name)})"


def in_sending_window(at: datetime, zone: str | None, hours: Hours = SENDING_HOURS) -> bool:
    """True from 08:00 to before 18:00 on the recipient's clock; an unknown zone counts as UTC.

    ``hours`` may be others inside of these.
    """
    local = _utc(at).astimezone(zone_info(zone))
    return hours.start <= local.time() < hours.end


def next_sending_time(at: datetime, zone: str | None, hours: Hours = SENDING_HOURS) -> datetime:
    """``at`` itself when it is in the window, else when that opens next there; aware UTC."""
    at = _utc(at)
    if in_sending_window(at, zone, hours):
        return at
    local = at.astimezone(zone_info(zone))
    opens = local.date() if local.time() < hours.start else _next(local.date())
    return _wall(opens, hours.start, zone_info(zone).key)


def _meeting_days(now: datetime, lead: _Side, sender: _Side) -> list[list[Slot]]:
    """By day of the lead, every half hour at which both sides work, busy or not."""
    earliest, latest = window(now)
    today = _utc(now).astimezone(zone_info(lead.zone)).date()
    days: list[list[Slot]] = []
    day = _next(today)
    while len(days) < HORIZON_BUSINESS_DAYS and _wall(day, time(0), lead.zone) < latest:
        slots = [
            slot
            for slot in _half_hours(day, lead)
            if earliest <= slot.start and slot.end <= latest
            if lead.works(slot) and sender.works(slot)
        ]
        if slots:
            days.append(slots)
        day = _next(day)
    return days


def _half_hours(day: date, side: _Side) -> Iterator[Slot]:
    minute = side.hours.start.hour * 60 + side.hours.start.minute
    while minute < side.hours.end.hour * 60 + side.hours.end.minute:
        start = _wall(day, time(minute // 60, minute % 60), side.zone)
        yield Slot(start=start, end=start + SLOT)
        minute += int(SLOT.total_seconds()) // 60


def _is_free(slot: Slot, taken: Sequence[tuple[datetime, datetime]]) -> bool:
    return not any(start < slot.end and slot.start < end for start, end in taken)


def _spread(days: Sequence[list[Slot]], count: int, zone: str) -> tuple[Slot, ...]:
    left = [list(day) for day in days]
    chosen: list[Slot] = []
    times: set[time] = set()
    while len(chosen) < count and any(left):
        day = left[_day_index(len(chosen), len(left), count)]
        if not day:
            day = next(other for other in left if other)
        wanted = PREFERRED_TIMES[len(chosen) % len(PREFERRED_TIMES)]
        slot = min(day, key=lambda each: _cost(each, wanted, times, zone))
        day.remove(slot)
        times.add(_local_time(slot, zone))
        chosen.append(slot)
    return tuple(sorted(chosen, key=lambda each: each.start))


def _day_index(taken: int, days: int, count: int) -> int:
    """Evenly over the days there are; round again where there are fewer days than slots."""
    step = max(1, days // count)
    return taken * step % days


def _cost(
    slot: Slot, wanted: time, times: set[time], zone: str
) -> tuple[bool, int, bool, datetime]:
    local = _local_time(slot, zone)
    distance = abs(_minutes(local) - _minutes(wanted))
    return local in times, distance, local.minute != 0, slot.start


def _note(found: int, wanted: int, met: bool) -> str:
    if found >= wanted:
        return ""
    if not met:
        return "the working hours of the two sides do not meet in the days ahead"
    if not found:
        return f"no half hour is free in the next {HORIZON_BUSINESS_DAYS} business days"
    return f"only {found} half hours are free in the next {HORIZON_BUSINESS_DAYS} business days"


def _wall(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=zone_info(zone)).astimezone(UTC)


def _local_time(slot: Slot, zone: str) -> time:
    return slot.start.astimezone(zone_info(zone)).time()


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput("a time without a time zone says nothing")
    return at.astimezone(UTC)


@attrs.frozen(kw_only=True)
class _Words:
    days: str
    months: str
    after_day: str = ""
    clock: str = ""


_WORDS = {
    "en": _Words(
        days="Mon Tue Wed Thu Fri Sat Sun",
        months="Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    ),
    "de": _Words(
        days="Mo. Di. Mi. Do. Fr. Sa. So.",
        months="Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        after_day=".",
        clock=" Uhr",
    ),
    "fr": _Words(
        days="lun. mar. mer. jeu. ven. sam. dim.",
        months="janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    ),
    "es": _Words(
        days="lun mar mié jue vie sáb dom",
        months="ene feb mar abr may jun jul ago sept oct nov dic",
    ),
}
