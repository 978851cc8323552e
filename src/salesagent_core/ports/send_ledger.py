"""Send attempts and the places they take in the limits, and who works on which attempt now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.domain.draft import Draft
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.domain.sending.rate_limit import Usage
from salesagent_core.ids import DraftId, TenantId


@attrs.frozen(kw_only=True)
class SlotKeys:
    """Whose limits a mail counts against. Plain here; stored as keyed digests only.

    ``contact`` is the folded address, ``company`` a registrable domain or None.
    """

    contact: str
    mailbox: str
    company: str | None = None


class SendLedger(Protocol):
    """One tenant's attempts and slots, inside one transaction."""

    async def now(self) -> datetime:
        """The database's clock at this moment (not the transaction's start)."""
        ...

    async def get(self, attempt_id: str, *, lock: bool = False) -> SendAttempt:
        """Raises: NotFound."""
        ...

    async def of_draft(self, draft_id: DraftId, *, lock: bool = False) -> tuple[SendAttempt, ...]:
        """Every attempt of a draft, newest first."""
        ...

    async def add(self, attempt: SendAttempt) -> None:
        """Raises: Conflict when this revision of the draft has an attempt already."""
        ...

    async def save(self, attempt: SendAttempt) -> SendAttempt:
        """Store the changed attempt, if its token is still the stored one, and raise the token:
        whoever worked on it before holds a stale one from here on.

        Raises:
            LeaseLost: somebody else changed it; nothing was written.
        """
        ...

    async def usage(self, keys: SlotKeys, *, besides: str | None = None, lock: bool) -> Usage:
        """What counts against these limits now, but for the attempt ``besides``.

        With ``lock`` nobody else counts or takes these slots until the transaction ends.
        """
        ...

    async def take(self, attempt_id: str, keys: SlotKeys) -> None:
        """Take (or renew, at this moment) the attempt's place in all three limits."""
        ...

    async def settle(self, attempt_id: str, at: datetime) -> None:
        """It went out at that time: from now on its place runs out with the windows."""
        ...

    async def free(self, attempt_id: str) -> None:
        """It did not go out: its place is free again. No error when it had none."""
        ...


class SendQueue(Protocol):
    """Hands each attempt to one worker at a time, across tenants (database time)."""

    async def claim(self, attempt_ids: Sequence[str] | None, limit: int) -> tuple[SendAttempt, ...]:
        """Scheduled attempts (those named, or any) that are due, leased with a fresh token."""
        ...

    async def claim_unsettled(
        self, attempt_ids: Sequence[str] | None, limit: int
    ) -> tuple[SendAttempt, ...]:
        """Attempts whose result is unknown, or whose worker is overdue, leased likewise."""
        ...

    async def in_flight(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        """Ids of the attempts that a stop comes too late for; of one tenant or of all."""
        ...

    async def wake(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        """Make every scheduled attempt that was held back look again now; returns their ids."""
        ...


@attrs.frozen(kw_only=True)
class ClaimedAudit:
    """A draft to be compared with the mailbox, under this worker's token."""

    draft: Draft
    token: int


class SentAudits(Protocol):
    """Hands each draft whose copy in the mailbox was not looked at for a day to one worker."""

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedAudit, ...]:
        """Drafts that are due (those named: due or not), leased to this caller."""
        ...

    async def open(self) -> tuple[tuple[TenantId, DraftId], ...]:
        """Every draft, of every tenant, that is in a mailbox and waits for review or for its
        sending, or whose sending failed."""
        ...

    async def done(self, claimed: ClaimedAudit, again_in: timedelta) -> None:
        """Looked at; due again after that time. Changes nothing under a stale token."""
        ...
