"""What is older than its store keeps it, across tenants, by the database's time."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class Retention(Protocol):
    """Every method: Raises: Unavailable."""

    async def overdue(self, store: str, period: timedelta) -> int:
        """How many rows of the store are older."""
        ...

    async def remove(self, store: str, period: timedelta, limit: int) -> int:
        """Remove up to ``limit`` of them, the oldest first; how many. A row that somebody works
        on is left for the next time."""
        ...
