"""Sealing: what is written at rest can be read by us only, and found only by a keyed index."""

from __future__ import annotations

from typing import Protocol


class Sealer(Protocol):
    """Authenticated encryption under rotatable keys. Pure computation, so not ``async``."""

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        """Encrypt with the newest key. ``context`` is not stored but must be given again to
        open: it ties the sealed bytes to the place that they were written for."""
        ...

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        """Decrypt what any of our keys sealed.

        Raises:
            Rejected: no key of ours opens it, it was altered, or it was sealed elsewhere.
        """
        ...

    def blind_index(self, text: str) -> str:
        """A keyed digest by which equal texts are found without being readable.

        Stable while the keys only grow at the front: it must not change when a key is rotated.
        """
        ...


class RotatingSealer(Sealer, Protocol):
    """A sealer that tells what its newest key sealed."""

    @property
    def mark(self) -> bytes:
        """How everything begins that the newest key sealed."""
        ...

    @property
    def has_spare(self) -> bool:
        """Whether there is any key besides the newest."""
        ...
