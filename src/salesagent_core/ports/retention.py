"""What is older than its store keeps it, across tenants, by the database's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Removed:
    """What one batch removed, or emptied, of whom. ``refused`` are sentences on what was due and
    was left, because a person has to look first."""

    rows: Mapping[TenantId, int] = attrs.field(factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Of everybody."""
        return sum(self.rows.values())


class Retention(Protocol):
    """Every method: Raises: Unavailable."""

    async def overdue(self, store: str, period: timedelta) -> int:
        """How many rows of the store are older."""
        ...

    async def remove(self, store: str, period: timedelta, limit: int) -> Removed:
        """Remove up to ``limit`` of them, the oldest first, in one transaction. A row that
        somebody works on, or that something else still waits for, is left for the next time."""
        ...
