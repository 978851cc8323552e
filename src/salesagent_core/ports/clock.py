"""Time as an input."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Windows and leases use database time instead, see the unit of work."""

    def now(self) -> datetime:
        """The present, as an aware UTC datetime."""
        ...
