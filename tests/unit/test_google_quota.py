"""The budget of Gmail's quota units: never more in a minute than Gmail allows, first come first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.google.quota import WINDOW, QuotaBudget
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.errors import RateLimited
from salesagent_core.ids import TenantId

TENANT = TenantId("tenant-a")
BOX = "seller@ours.example"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LIMIT = 300


class Running:
    """A clock that moves as far as somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def seconds(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def budget(running: Running, *, max_wait: float = 1e9) -> QuotaBudget:
    return QuotaBudget(
        FixedClock(NOW),
        units_per_minute=LIMIT,
        max_wait=max_wait,
        seconds=running.seconds,
        sleep=running.sleep,
    )


@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(
        st.tuples(st.sampled_from([0, 0.5, 7, 61]), st.sampled_from([1, 2, 40, 100, 300])),
        max_size=60,
    )
)
def test_no_minute_holds_more_than_its_units_and_nobody_overtakes(
    calls: list[tuple[float, int]],
) -> None:
    running = Running()
    shared = budget(running)
    used: list[tuple[float, int]] = []
    for pause, units in calls:
        running.at += pause
        running.slept.clear()
        asyncio.run(shared.take(TENANT, BOX, units))
        used.append((running.at + sum(running.slept), units))
    times = [at for at, _ in used]
    assert times == sorted(times)
    for start in times:
        within = sum(units for at, units in used if start <= at < start + WINDOW - 1e-6)
        assert within <= LIMIT


@given(units=st.integers(min_value=1, max_value=LIMIT))
@settings(max_examples=30, deadline=None)
def test_a_mailbox_that_was_quiet_for_a_minute_never_waits(units: int) -> None:
    running = Running()
    shared = budget(running, max_wait=0)
    for _ in range(3):
        asyncio.run(shared.take(TENANT, BOX, units))
        running.at += WINDOW
    assert running.slept == []


async def test_who_is_told_to_come_back_took_nothing() -> None:
    running = Running()
    shared = budget(running, max_wait=10)
    await shared.take(TENANT, BOX, LIMIT)
    for _ in range(3):
        with pytest.raises(RateLimited) as told:
            await shared.take(TENANT, BOX, 1)
        assert told.value.retry_at == NOW + timedelta(seconds=WINDOW)
    running.at = WINDOW
    await shared.take(TENANT, BOX, LIMIT)


async def test_addresses_differ_by_case_only_for_people() -> None:
    shared = budget(Running(), max_wait=0)
    await shared.take(TENANT, BOX.upper(), LIMIT)
    with pytest.raises(RateLimited):
        await shared.take(TENANT, BOX, 1)
    await shared.take(TenantId("tenant-b"), BOX, 1)


async def test_a_pause_holds_for_everybody_and_ends() -> None:
    running = Running()
    shared = budget(running, max_wait=5)
    shared.pause(TENANT, BOX, NOW + timedelta(seconds=30))
    shared.pause(TENANT, BOX, NOW + timedelta(seconds=10))
    with pytest.raises(RateLimited) as told:
        await shared.take(TENANT, BOX, 1)
    assert told.value.retry_at == NOW + timedelta(seconds=30)
    running.at = 26
    await shared.take(TENANT, BOX, 1)
    assert running.slept == [4]
