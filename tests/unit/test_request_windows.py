"""Counting requests over a sliding minute: never more than allowed, and a told wait is enough."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.throttle.windows import LocalWindows

WINDOW = 60.0


class Time:
    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@settings(max_examples=50)
@given(
    most=st.integers(1, 30),
    gaps=st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=120),
)
async def test_no_fixed_minute_ever_holds_more_than_is_allowed(
    most: int, gaps: list[float]
) -> None:
    time = Time()
    windows = LocalWindows(time)
    let_in: list[float] = []
    for gap in gaps:
        time.now += gap
        if await windows.hit("a", most, WINDOW) is None:
            let_in.append(time.now)
    per_minute: dict[int, int] = {}
    for at in let_in:
        per_minute[int(at // WINDOW)] = per_minute.get(int(at // WINDOW), 0) + 1
    assert max(per_minute.values(), default=0) <= most


@settings(max_examples=50)
@given(most=st.integers(1, 30), burst=st.integers(1, 300), start=st.floats(0, 59.9))
async def test_whoever_waits_as_told_is_let_in(most: int, burst: int, start: float) -> None:
    time = Time(1_000_020.0 + start)
    windows = LocalWindows(time)
    waits = [await windows.hit("a", most, WINDOW) for _ in range(burst)]
    assert [wait is None for wait in waits] == [n < most for n in range(burst)]
    assert await windows.hit("b", most, WINDOW) is None
    last = waits[-1]
    if last is not None:
        assert 0 < last <= 2 * WINDOW
        time.now += last + 0.01
        assert await windows.hit("a", most, WINDOW) is None


async def test_a_flood_of_names_does_not_grow_for_ever() -> None:
    windows = LocalWindows(Time(), names=100)
    for number in range(1_000):
        await windows.hit(str(number), 5, WINDOW)
    assert len(windows._counts) <= 100
