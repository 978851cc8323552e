"""What one process does at a time, and what it remembers for a while.

HubSpot's search finds a new record seconds after it was made. Within a process one call makes a
thing, and those that come at the same time or soon after are given what it made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from salesagent_core.ports.clock import Clock

Value = TypeVar("Value")


class Turns:
    """A lock for each key, kept while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def of(self, *key: Hashable) -> asyncio.Lock:
        """The lock of this key. Callers hold on to it while they use it."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


class Remembered(Generic[Value]):
    """The newest ``size`` values by key, each for as long as ``keep``."""

    def __init__(self, clock: Clock, keep: timedelta, size: int = 1_000) -> None:
        self._clock = clock
        self._keep = keep
        self._size = size
        self._values: dict[Hashable, tuple[datetime, Value]] = {}

    def get(self, *key: Hashable) -> Value | None:
        """The value, unless it is too old."""
        found = self._values.get(key)
        if found is None or found[0] + self._keep <= self._clock.now():
            return None
        return found[1]

    def put(self, value: Value, *key: Hashable) -> Value:
        """Remember it; returns it."""
        self._values.pop(key, None)
        while len(self._values) >= self._size:
            self._values.pop(next(iter(self._values)))
        self._values[key] = (self._clock.now(), value)
        return value

    def forget(self, *key: Hashable) -> None:
        """As if it had never been known."""
        self._values.pop(key, None)
