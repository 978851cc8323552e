"""Long memory: what we once sent that was like this, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.domain.context import Recollection
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.ids import TenantId


class Memory(Protocol):
    """Recalls past sent messages by meaning."""

    async def recall(
        self, tenant_id: TenantId, *, text: str, email: str, limit: int
    ) -> tuple[Recollection, ...]:
        """The most similar messages of this tenant, best first; those that went to ``email``
        count for more.

        Raises:
            Unavailable
        """
        ...


@attrs.frozen(kw_only=True)
class SentMemory:
    """A message that was sent. ``id`` is the send attempt's, which no two messages share;
    ``outcome`` an outcome's name on the wire, where one is known."""

    id: str
    email: str
    text: str
    sent_at: datetime
    outcome: str | None = None


class MemoryKeeper(Protocol):
    """Writes what ``Memory`` recalls, and forgets it again."""

    async def remember(self, tenant_id: TenantId, memory: SentMemory) -> None:
        """Keep a message, or what is newly known of it; what a person had erased stays erased.

        Raises:
            Unavailable, RateLimited, NeedsReauth, OverBudget, Rejected
        """
        ...

    async def note_outcome(self, tenant_id: TenantId, memory_id: str, outcome: str) -> bool:
        """Keep what came of it; False when nothing is remembered under that id."""
        ...

    async def forget(self, tenant_id: TenantId, email: str) -> int:
        """Erase all that was sent to a person: text, vector and whom it was for. How many."""
        ...


@attrs.frozen(kw_only=True)
class ClaimedMemory:
    """A sent attempt that is to be remembered, leased; ``failures`` so far."""

    attempt: SendAttempt
    token: int
    failures: int


class UnrememberedSends(Protocol):
    """Hands each mail that was sent, and is not remembered yet, to one worker at a time."""

    async def claim(self, limit: int) -> Sequence[ClaimedMemory]:
        """Sent attempts of every tenant, leased to this caller, oldest first."""
        ...

    async def postpone(self, claimed: ClaimedMemory, again_in: timedelta | None) -> None:
        """Try again after that time; None gives up. Changes nothing under a stale token."""
        ...
