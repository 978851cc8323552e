"""Sources of ids and random numbers: the machine's, and a seeded one that repeats itself."""

from __future__ import annotations

import os
import random
import threading

from salesagent_core.ids import ENTROPY_BYTES, uuid7
from salesagent_core.ports.clock import Clock

_FRACTION_BITS = 53  # What a float can hold without rounding up to 1.


class RandomIds:
    """Ids from the operating system's randomness. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        """A UUIDv7 that nobody can guess."""
        return uuid7(self._clock.now(), os.urandom(ENTROPY_BYTES))

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
