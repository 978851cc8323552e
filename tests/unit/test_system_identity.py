"""Ids are UUIDs of version 7; a seeded source repeats itself, a random one never does."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from salesagent_adapters.system.clock import FixedClock, SystemClock, TickingClock
from salesagent_adapters.system.identity import RandomIds, SeededIds
from salesagent_core.ports.identity import IdSource

START = datetime(2026, 11, 20, tzinfo=UTC)


def seeded(seed: int) -> SeededIds:
    return SeededIds(FixedClock(START), seed)


def test_a_seed_repeats_itself_and_another_one_does_not() -> None:
    assert [seeded(1).new() for _ in range(2)] == [seeded(1).new() for _ in range(2)]
    one, same = seeded(1), seeded(1)
    assert [one.new() for _ in range(5)] == [same.new() for _ in range(5)]
    assert one.fraction() == same.fraction()
    assert seeded(1).new() != seeded(2).new()


@pytest.mark.parametrize("source", [RandomIds(SystemClock()), SeededIds(SystemClock(), 3)])
def test_ids_are_version_7_and_unique_over_threads(source: IdSource) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: source.new(), range(2_000)))
    assert len(set(made)) == len(made)
    assert all(uuid.UUID(each).version == 7 for each in made)
    assert all(0 <= source.fraction() < 1 for _ in range(200))


def test_ids_sort_by_the_time_they_were_made() -> None:
    source = SeededIds(TickingClock(START, timedelta(milliseconds=2)), 1)
    made = [source.new() for _ in range(50)]
    assert made == sorted(made)
