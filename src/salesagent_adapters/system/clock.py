"""Clocks: the machine's, one that stands still, and one that moves a step each time it is read."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from salesagent_core.errors import InvalidInput


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present, aware UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Stands still until somebody moves it. Safe to share between threads."""

    def __init__(self, at: datetime) -> None:
        """Raises: InvalidInput when ``at`` is naive."""
        self._lock = threading.Lock()
        self._now = _utc(at)

    def now(self) -> datetime:
        """The time it was set to, aware UTC."""
        with self._lock:
            return self._now

    def set(self, at: datetime) -> None:
        """Move to a time, also backwards. Raises: InvalidInput when it is naive."""
        moved = _utc(at)
        with self._lock:
            self._now = moved

    def advance(self, by: timedelta) -> datetime:
        """Move by a span and tell the new time."""
        with self._lock:
            self._now += by
            return self._now


class TickingClock(FixedClock):
    """Moves on by ``step`` each time it is read, so that no two readings are the same."""

    def __init__(self, start: datetime, step: timedelta = timedelta(milliseconds=1)) -> None:
        super().__init__(start)
        self._step = step

    def now(self) -> datetime:
        """The next moment, aware UTC."""
        return self.advance(self._step)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput("a clock needs a time with a time zone")
    return at.astimezone(UTC)
