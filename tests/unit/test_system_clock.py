"""Clocks say what they are told to say, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from salesagent_adapters.system.clock import FixedClock, SystemClock, TickingClock
from salesagent_core.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_systems_clock_is_aware_and_near() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_fixed_clock_moves_only_when_it_is_moved() -> None:
    clock = FixedClock(NOON.astimezone(timezone(timedelta(hours=5))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().utcoffset() == timedelta(0)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    clock.set(NOON - timedelta(hours=1))
    assert clock.now() == NOON - timedelta(hours=1)


def test_a_ticking_clock_never_says_the_same_twice() -> None:
    clock = TickingClock(NOON, timedelta(seconds=1))
    assert [clock.now() for _ in range(3)] == [NOON + timedelta(seconds=n) for n in (1, 2, 3)]


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidInput):
        FixedClock(datetime(2026, 11, 20))  # noqa: DTZ001
