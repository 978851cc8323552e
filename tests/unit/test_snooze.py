"""Putting a draft aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.postgres.samples import draft

from salesagent_core.domain.draft import DraftStatus, move, overtaken
from salesagent_core.domain.snooze import SnoozeFor, snooze, snooze_until, wake
from salesagent_core.domain.time_zones import zone_info
from salesagent_core.errors import Conflict, InvalidInput

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati")


@settings(max_examples=100)
@given(
    minutes=st.integers(0, 60 * 24 * 400),
    choice=st.sampled_from(SnoozeFor),
    zone=st.sampled_from(ZONES),
)
def test_it_comes_back_in_the_future_in_the_senders_morning(
    minutes: int, choice: SnoozeFor, zone: str
) -> None:
    now = NOW + timedelta(minutes=minutes)
    until = snooze_until(choice, now, zone)
    assert now < until <= now + timedelta(days=8)
    local = until.astimezone(zone_info(zone))
    if choice is not SnoozeFor.HOURS:
        assert (local.hour, local.minute) == (8, 0)
    if choice is SnoozeFor.NEXT_WEEK:
        assert local.weekday() == 0


def test_whatever_is_decided_ends_it() -> None:
    made = draft("r-1", created_at=NOW)
    aside = snooze(made, NOW + timedelta(days=1), NOW)
    assert aside.snoozed_until == NOW + timedelta(days=1)
    assert move(aside, DraftStatus.APPROVED, NOW).snoozed_until is None
    assert overtaken(aside, ["another"], NOW).snoozed_until is None
    assert wake(aside, NOW).snoozed_until is None


def test_only_what_waits_is_put_aside_and_not_beyond_its_end() -> None:
    made = draft("r-1", created_at=NOW)
    with pytest.raises(InvalidInput):
        snooze(made, NOW, NOW)
    with pytest.raises(InvalidInput):
        snooze(made, NOW + timedelta(days=14), NOW)
    with pytest.raises(Conflict):
        snooze(attrs.evolve(made, status=DraftStatus.SENT), NOW + timedelta(days=1), NOW)
