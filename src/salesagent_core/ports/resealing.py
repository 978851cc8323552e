"""What is sealed at rest, batch by batch, so that it can be sealed anew under another key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class ResealedBatch:
    """One batch of a column. ``after`` is where the next one begins; None: that was the last.

    ``busy`` rows were being written by others and are come back to.
    """

    resealed: int
    unreadable: int
    busy: int
    after: Sequence[object] | None


class Resealing(Protocol):
    """All sealed columns of all tenants."""

    def uncovered(self) -> Sequence[str]:
        """Columns that look sealed and that nobody knows how to open; empty in a sound build."""
        ...

    def columns(self) -> Sequence[str]:
        """The sealed columns as ``table.column``."""
        ...

    async def left(self, column: str) -> int:
        """How many values the newest key did not seal. Raises: Unavailable."""
        ...

    async def held(self, column: str) -> int:
        """How many values there are. Raises: Unavailable."""
        ...

    async def reseal(
        self, column: str, after: Sequence[object] | None, limit: int
    ) -> ResealedBatch:
        """Open up to ``limit`` values that an older key sealed, and seal them with the newest.

        A value that changed meanwhile is left as it was written. Raises: Unavailable.
        """
        ...
