"""What is committed and due but nobody works on: the sweeper's view."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.ports.job_queue import Topic


class Backlog(Protocol):
    """Looks across tenants; changes nothing but what has simply run out."""

    async def due(self, topic: Topic, limit: int) -> tuple[str, ...]:
        """Ids of due work, oldest first (database time)."""
        ...

    async def expire_drafts(self) -> int:
        """Mark undecided drafts past their time as expired; returns how many."""
        ...
