"""A sliding window, approximated by two fixed ones, and its counters in this process's memory."""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

MAX_NAMES = 50_000
"""Counters of one process. Whoever has more addresses than this is not stopped by counting."""


@attrs.frozen(kw_only=True)
class Count:
    """Hits of the window before and of the one that runs, this one included."""

    before: int
    now: int


def wait_for(count: Count, most: int, window: float, elapsed: float) -> float | None:
    """Seconds until another hit fits, or None when this one does.

    The window before counts by the share of it that the last ``window`` seconds still hold
    (a sliding window counter). Hits beyond ``most`` are not held against anybody twice, so that
    a wait that was told is enough.
    """
    before, now = min(count.before, most), min(count.now, most + 1)
    if before * (1 - elapsed / window) + now <= most:
        return None
    following = now + 1
    if following > most:
        # The next window begins full of this one: its first hit fits a share of it later.
        return (window - elapsed) + window / most
    # From when the window before leaves room for the following hit.
    return window * (1 - (most - following) / before) - elapsed


class LocalWindows:
    """Counters of this process alone."""

    def __init__(self, now: Callable[[], float], *, names: int = MAX_NAMES) -> None:
        """``now`` gives seconds since a fixed moment; at most ``names`` are counted at once."""
        self._now = now
        self._names = names
        self._counts: dict[str, tuple[int, Count]] = {}

    async def hit(self, name: str, most: int, window: float) -> float | None:
        """Count one; seconds to wait when it was too many."""
        now = self._now()
        number = math.floor(now / window)
        seen, count = self._counts.get(name, (number, Count(before=0, now=0)))
        if seen == number - 1:
            count = Count(before=count.now, now=0)
        elif seen != number:
            count = Count(before=0, now=0)
        count = Count(before=count.before, now=count.now + 1)
        if len(self._counts) >= self._names and name not in self._counts:
            self._forget(number)
        self._counts[name] = (number, count)
        return wait_for(count, most, window, now - number * window)

    def _forget(self, number: int) -> None:
        recent = {name: row for name, row in self._counts.items() if row[0] == number}
        self._counts = recent if len(recent) < self._names else {}
