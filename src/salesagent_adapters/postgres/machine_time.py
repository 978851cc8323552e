"""The clock by which workers reckon their waits, when no other is named.

A wait is written as the database's present plus the time that was left by the worker's clock: one
that is an hour off delays nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime


def machine_time() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)
