"""An event loop whose clock moves only when everybody waits: days pass in milliseconds.

Nothing here sleeps for real, so a test over it is as repeatable as its random numbers are.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""A Tuesday in the working hours of most of Europe."""


class EverybodyWaitsError(AssertionError):
    """No timer is set and nothing is ready: the program would hang for ever."""


class _Selector(selectors.SelectSelector):
    """Passes the time that would have been slept."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise EverybodyWaitsError("nothing is ready, and nobody set a timer")
        self.passed += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``asyncio``'s own loop over that clock."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Seconds since the loop was made, all of them virtual."""
        return self._virtual.passed


class VirtualClock:
    """The loop's time as a clock; ``skew`` is by how much this one is wrong."""

    def __init__(self, loop: VirtualLoop, skew: timedelta = timedelta(0)) -> None:
        self._loop = loop
        self.skew = skew

    def now(self) -> datetime:
        """The time as this clock tells it."""
        return START + timedelta(seconds=self._loop.time()) + self.skew
