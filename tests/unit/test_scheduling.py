"""Slots are free, in working hours, on working days, and say which zone they are in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesagent_core.domain.scheduling import (
    LOOK_AHEAD,
    Busy,
    Slot,
    SlotOffer,
    add_business_days,
    describe_slot,
    in_sending_window,
    next_sending_time,
    propose_slots,
    window,
    zone_for,
)
from salesagent_core.errors import InvalidInput

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

ZONES = {
    "Europe/Berlin": "DE",
    "America/New_York": "US",
    "America/Los_Angeles": "US",
    "Asia/Kathmandu": "NP",
    "America/St_Johns": "CA",
    "Pacific/Apia": "WS",
    "Australia/Lord_Howe": "AU",
    "Asia/Riyadh": "SA",
    "Asia/Tokyo": "JP",
    "UTC": None,
}
WEEKENDS = {"SA": {4, 5}}


def offer(now: datetime = MONDAY, **changed: object) -> SlotOffer:
    given_: dict[str, object] = {
        "now": now,
        "busy": (),
        "lead_zone": "Europe/Berlin",
        "lead_country": "DE",
        "sender_zone": "Europe/Berlin",
        "sender_country": "DE",
    }
    return propose_slots(**(given_ | changed))  # type: ignore[arg-type]


# Two years, to the minute, with every change of clocks that is in them.
moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(sorted(ZONES))
meetings = st.lists(
    st.tuples(st.integers(0, 14 * 48), st.integers(1, 24)).map(
        lambda pair: (timedelta(minutes=15 * 2 * pair[0]), timedelta(minutes=15 * pair[1]))
    ),
    max_size=30,
)


@settings(max_examples=100, deadline=None)
@given(now=moments, lead=zones, sender=zones, meetings=meetings)
def test_slots_keep_every_promise(
    now: datetime,
    lead: str,
    sender: str,
    meetings: list[tuple[timedelta, timedelta]],
) -> None:
    import holidays

    busy = [Busy(start=now + at, end=now + at + lasts) for at, lasts in meetings]
    found = offer(
        now,
        busy=busy,
        lead_zone=lead,
        lead_country=ZONES[lead],
        sender_zone=sender,
        sender_country=ZONES[sender],
    )
    assert found.time_zone == lead
    earliest, latest = window(now)
    for slot in found.slots:
        assert slot.end - slot.start == timedelta(minutes=30)
        assert slot.start.tzinfo is UTC
        assert earliest <= slot.start
        assert slot.end <= latest
        assert not any(each.start < slot.end and slot.start < each.end for each in busy)
        for zone, opens, closes in ((lead, 9, 17), (sender, 7, 20)):
            start = slot.start.astimezone(ZoneInfo(zone))
            end = slot.end.astimezone(ZoneInfo(zone))
            assert start.date() == end.date()
            assert time(opens) <= start.time()
            assert end.time() <= time(closes)
            country = ZONES[zone]
            assert start.weekday() not in WEEKENDS.get(country or "", {5, 6})
            if country:
                assert start.date() not in holidays.country_holidays(country)
    starts = [slot.start for slot in found.slots]
    assert starts == sorted(set(starts))
    assert (len(starts) == 3) != bool(found.note)


@settings(max_examples=60, deadline=None)
@given(now=moments)
def test_business_hours_that_meet_are_never_widened(now: datetime) -> None:
    found = offer(now, lead_zone="America/New_York", lead_country="US")
    for slot in found.slots:
        local = slot.start.astimezone(ZoneInfo("Europe/Berlin"))
        assert 9 <= local.hour < 17


def test_slots_are_on_different_days_and_at_different_times() -> None:
    slots = [slot.start.astimezone(ZoneInfo("Europe/Berlin")) for slot in offer().slots]
    assert len({slot.date() for slot in slots}) == 3
    assert len({slot.time() for slot in slots}) == 3
    assert slots[0].date() == date(2026, 11, 24), "tomorrow, not today"


def test_times_of_day_differ_even_in_a_narrow_overlap() -> None:
    found = offer(lead_zone="America/New_York", lead_country="US")
    assert len({slot.start.time() for slot in found.slots}) == 3


def test_nothing_is_offered_that_the_calendar_was_not_asked_for() -> None:
    # Golden Week: so many holidays that the horizon reaches beyond the window.
    now = datetime(2026, 9, 24, 22, 0, tzinfo=UTC)
    found = offer(
        now,
        lead_zone="Asia/Shanghai",
        lead_country="CN",
        sender_zone="Asia/Shanghai",
        sender_country="CN",
        count=200,
    )
    _, end = window(now)
    assert found.slots[-1].start.date() == end.date()
    assert max(slot.end for slot in found.slots) <= end


def test_where_hours_never_meet_the_sender_stays_longer_and_the_lead_does_not() -> None:
    found = offer(lead_zone="America/Los_Angeles", lead_country="US")
    assert len(found.slots) == 3
    for slot in found.slots:
        assert 18 <= slot.start.astimezone(ZoneInfo("Europe/Berlin")).hour < 20
        assert 9 <= slot.start.astimezone(ZoneInfo("America/Los_Angeles")).hour < 17


def test_no_slot_at_all_rather_than_a_meeting_at_night() -> None:
    found = offer(lead_zone="Pacific/Honolulu", lead_country="US")
    assert found.slots == ()
    assert "do not meet" in found.note


def test_a_full_calendar_offers_nothing_and_says_so() -> None:
    start, end = window(MONDAY)
    found = offer(busy=[Busy(start=start, end=end)])
    assert found.slots == ()
    assert "no half hour is free" in found.note


def test_one_free_half_hour_is_found() -> None:
    start, end = window(MONDAY)
    gap = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
    found = offer(
        busy=[Busy(start=start, end=gap), Busy(start=gap + timedelta(minutes=30), end=end)]
    )
    assert [slot.start for slot in found.slots] == [gap]
    assert "only 1" in found.note


def test_holidays_of_both_countries_are_free() -> None:
    wednesday = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    found = offer(wednesday, lead_zone="America/New_York", lead_country="US", count=14)
    days = {slot.start.astimezone(ZoneInfo("America/New_York")).date() for slot in found.slots}
    assert date(2026, 11, 26) not in days, "Thanksgiving"
    before_unity_day = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
    found = offer(before_unity_day, lead_zone="Europe/Paris", lead_country="FR", count=14)
    assert all(slot.start.date() != date(2026, 10, 3) for slot in found.slots)


def test_the_lead_weekend_is_the_lead_countrys() -> None:
    found = offer(lead_zone="Asia/Riyadh", lead_country="SA", count=20)
    days = {slot.start.astimezone(ZoneInfo("Asia/Riyadh")).weekday() for slot in found.slots}
    assert days == {0, 1, 2, 3}, "Friday is free there, Sunday here"


def test_an_unknown_zone_comes_from_the_country_and_then_from_the_sender() -> None:
    assert offer(lead_zone=None, lead_country="jp").time_zone == "Asia/Tokyo"
    assert offer(lead_zone="Mars/Olympus", lead_country="JP").time_zone == "Asia/Tokyo"
    assert offer(lead_zone=None, lead_country=None).time_zone == "Europe/Berlin"
    assert offer(lead_zone=None, lead_country="ZZ", sender_zone="?").time_zone == "Europe/Berlin"


@given(st.text(max_size=40), st.text(max_size=4))
def test_no_name_crashes(zone: str, country: str) -> None:
    found = zone_for(country, zone)
    assert found is None or ZoneInfo(found)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/localtime", "Europe", "Europe/", "a\0b", "EST", "\ud800/x"]
)
def test_hostile_or_ambiguous_zone_names_are_unknown(name: str) -> None:
    assert zone_for(None, name) is None


def test_zone_names_are_read_as_crms_write_them() -> None:
    assert zone_for(None, "america_slash_new_york") == "America/New_York"
    assert zone_for("DE", None) == "Europe/Berlin"
    assert zone_for("UK", None) == "Europe/London"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput):
        offer(MONDAY.replace(tzinfo=None))


def test_the_window_covers_the_look_ahead() -> None:
    start, end = window(MONDAY)
    assert MONDAY < start < end
    assert end - start == LOOK_AHEAD


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "Europe/Berlin", "Tue 24 Nov, 10:00 (Berlin, CET)"),
        ("de", "Europe/Berlin", "Di. 24. Nov., 10:00 Uhr (Berlin, CET)"),
        ("fr", "Europe/Paris", "mar. 24 nov., 10:00 (Paris, CET)"),
        ("es", "Europe/Madrid", "mar 24 nov, 10:00 (Madrid, CET)"),
        ("sv", "America/New_York", "Tue 24 Nov, 04:00 (New York, EST)"),
        ("en", "Asia/Kathmandu", "Tue 24 Nov, 14:45 (Kathmandu, UTC+5:45)"),
        ("en", "nowhere", "Tue 24 Nov, 09:00 (UTC)"),
    ],
)
def test_a_slot_in_words_names_its_zone(language: str, zone: str, words: str) -> None:
    start = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    slot = Slot(start=start, end=start + timedelta(minutes=30))
    assert describe_slot(slot, zone, language) == words


def test_wall_time_holds_across_the_change_of_clocks() -> None:
    # Berlin leaves summer time on 25 October 2026; ten o'clock is 08:00 UTC before, 09:00 after.
    found = offer(datetime(2026, 10, 21, 8, 0, tzinfo=UTC), count=7)
    local = [slot.start.astimezone(ZoneInfo("Europe/Berlin")) for slot in found.slots]
    assert {each.utcoffset() for each in local} == {timedelta(hours=1), timedelta(hours=2)}
    assert all(9 <= each.hour < 17 for each in local)


@pytest.mark.parametrize(
    ("day", "n", "country", "due"),
    [
        (date(2026, 11, 20), 2, "DE", date(2026, 11, 24)),
        (date(2026, 11, 25), 2, "US", date(2026, 11, 30)),
        (date(2026, 11, 26), 2, "SA", date(2026, 11, 30)),
        (date(2026, 11, 21), 0, None, date(2026, 11, 23)),
        (date(2026, 12, 31), 1, "DE", date(2027, 1, 4)),
        (date(2026, 11, 20), 2, "nowhere", date(2026, 11, 24)),
    ],
)
def test_business_days(day: date, n: int, country: str | None, due: date) -> None:
    assert add_business_days(day, n, country) == due


@pytest.mark.parametrize("n", [-1, 1_000_000])
def test_senseless_counts_of_days_are_refused(n: int) -> None:
    with pytest.raises(InvalidInput):
        add_business_days(date(2026, 11, 20), n, None)


@settings(max_examples=100, deadline=None)
@given(at=moments, zone=st.sampled_from([*ZONES, "nonsense"]))
def test_the_next_sending_time_is_the_first_in_the_window(at: datetime, zone: str) -> None:
    due = next_sending_time(at, zone)
    assert in_sending_window(due, zone)
    assert at <= due <= at + timedelta(hours=15)
    if due > at:
        assume(due - timedelta(seconds=1) >= at)
        assert not in_sending_window(due - timedelta(seconds=1), zone)


def test_the_sending_window_is_eight_to_six_there() -> None:
    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 24, hour, minute, tzinfo=ZoneInfo("America/St_Johns"))

    zone = "America/St_Johns"
    assert not in_sending_window(at(7, 59), zone)
    assert in_sending_window(at(8), zone)
    assert in_sending_window(at(17, 59), zone)
    assert not in_sending_window(at(18), zone)
    assert next_sending_time(at(18), zone) == at(8) + timedelta(days=1)


def test_slots_do_not_overlap_even_when_many_are_asked_for() -> None:
    slots = offer(count=200).slots
    assert all(one.end <= other.start for one, other in pairwise(slots))
