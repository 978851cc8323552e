"""CRM events that name a contact but do not carry it, waiting to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.ids import SubmissionId, TenantId


@attrs.frozen(kw_only=True)
class CrmEvent:
    """One event of a delivery. ``key`` (from subscription type, object and time) is unique."""

    id: str
    tenant_id: TenantId
    key: str
    kind: str
    object_id: str
    occurred_at: datetime
    property_name: str | None = None
    property_value: str | None = None


@attrs.frozen(kw_only=True)
class EventReceipt:
    """``id`` is the first delivery's when this one is a duplicate."""

    id: str
    accepted: bool


@attrs.frozen(kw_only=True)
class ClaimedEvent:
    """An event that this worker looks up now; ``attempt`` counts failures so far."""

    event: CrmEvent
    token: int
    attempt: int


class CrmEventInbox(Protocol):
    """Stores events durably and hands each to one worker at a time."""

    async def accept(self, events: Sequence[CrmEvent], raw: bytes) -> tuple[EventReceipt, ...]:
        """Store all events of one delivery in one transaction; receipts in the same order.

        Raises:
            Unavailable: nothing was stored.
        """
        ...

    async def claim(self, limit: int) -> tuple[ClaimedEvent, ...]:
        """Events that are due, across tenants, leased to this caller."""
        ...

    async def resolve(self, claimed: ClaimedEvent, submission_id: SubmissionId | None) -> None:
        """Done: it became (or already was) that submission, or concerns none."""
        ...

    async def postpone(self, claimed: ClaimedEvent, until: datetime | None, error: str) -> None:
        """Try again at ``until``; None gives it up into the dead letters with ``error``."""
        ...
