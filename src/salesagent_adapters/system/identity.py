"""Sources of ids and random numbers: the machine's, and a seeded one that repeats itself."""

from __future__ import annotations

import os
import random
import threading
from collections import deque

from salesagent_core.ids import ENTROPY_BYTES, uuid7
from salesagent_core.ports.clock import Clock

IDS_PER_REFILL = 64
_FRACTION_BITS = 53  # What a float can hold without rounding up to 1.


class RandomIds:
    """Ids from the operating system's randomness. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entropy: deque[bytes] = deque()
        # A child process must not hand out the ids that its parent hands out.
        os.register_at_fork(after_in_child=self._entropy.clear)

    def new(self) -> str:
        """A UUIDv7 that nobody can guess."""
        try:
            entropy = self._entropy.popleft()
        except IndexError:
            entropy = self._refill()
        return uuid7(self._clock.now(), entropy)

    def _refill(self) -> bytes:
        """Ask for randomness in bulk: the call itself is what takes time."""
        bulk = os.urandom(ENTROPY_BYTES * IDS_PER_REFILL)
        pieces = [bulk[at : at + ENTROPY_BYTES] for at in range(0, len(bulk), ENTROPY_BYTES)]
        self._entropy.extend(pieces[1:])
        return pieces[0]

    def fraction(self) -> float:
        """A random number from 0 to before 1."""
        return int.from_bytes(os.urandom(8), "big") % (1 << _FRACTION_BITS) / (1 << _FRACTION_BITS)


class SeededIds:
    """The same ids and numbers in the same order for the same seed and clock; guessable."""

    def __init__(self, clock: Clock, seed: int = 0) -> None:
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - repeatable is the point
        self._lock = threading.Lock()

    def new(self) -> str:
        """The next UUIDv7 of the sequence."""
        with self._lock:
            return uuid7(self._clock.now(), self._random.randbytes(ENTROPY_BYTES))

    def fraction(self) -> float:
        """The next number of the sequence, from 0 to before 1."""
        with self._lock:
            return self._random.random()
