"""Ids and randomness as inputs."""

from __future__ import annotations

from typing import Protocol


class IdSource(Protocol):
    """Makes ids and random numbers; a seeded one makes a run repeatable."""

    def new(self) -> str:
        """A new UUIDv7 as text, never given before."""
        ...

    def fraction(self) -> float:
        """A random number in 0..1, for jitter."""
        ...
