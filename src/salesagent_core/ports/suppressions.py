"""Whom a tenant never writes to, whom it allows, and tokens by which people say so themselves."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.domain.sending.gate import RecipientVerdict
from salesagent_core.domain.sending.recipients import RecipientRule
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.ids import DraftId, TenantId


class Suppressions(Protocol):
    """One tenant's do-not-contact list, inside one transaction. Found by keyed digest only."""

    async def covering(self, address: str) -> tuple[Suppression, ...]:
        """The entries that forbid writing to the address, whatever its alias."""
        ...

    async def add(self, entry: Suppression, by: str) -> Suppression:
        """Store the entry; when the person or domain has one already, that one is returned.

        An entry with ``ERASED`` replaces it, and keeps nothing readable."""
        ...

    async def get(self, entry_id: str) -> Suppression:
        """Raises: NotFound."""
        ...

    async def remove(self, entry_id: str) -> None:
        """Raises: NotFound."""
        ...

    async def page(
        self, *, reason: SuppressionReason | None, after: str | None, limit: int
    ) -> tuple[Suppression, ...]:
        """Newest first; ``after`` is the last id of the page before."""
        ...


class RecipientRules(Protocol):
    """One tenant's allow and deny lists, inside one transaction."""

    async def judge(self, address: str) -> RecipientVerdict:
        """What the lists say about the address."""
        ...

    async def add(self, rule: RecipientRule) -> None:
        """Raises: Conflict when the pattern is on one of the lists already."""
        ...

    async def remove(self, rule_id: str) -> RecipientRule:
        """Raises: NotFound."""
        ...

    async def all(self) -> tuple[RecipientRule, ...]:
        """Newest first."""
        ...


@attrs.frozen(kw_only=True)
class OptOut:
    """Who asked, by the link in one of our mails."""

    tenant_id: TenantId
    email: str


class OptOutTokens(Protocol):
    """Opaque, signed tokens for unsubscribe links. Pure computation, so not ``async``."""

    def make(self, tenant_id: TenantId, email: str, draft_id: DraftId) -> str:
        """A token that stays good for as long as our keys do."""
        ...

    def read(self, token: str) -> OptOut:
        """Raises: Rejected when we never made this token."""
        ...
