"""Links by which a person sets a new password, and the mails that carry them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class PasswordReset:
    """A link that was not used yet. ``digest`` is the SHA-256 of its token; ``generation`` is the
    person's when it was made: with any change of their account it is worth nothing any more."""

    id: str
    user_id: str
    digest: bytes
    generation: int
    by_mail: bool
    created_at: datetime
    created_by: str
    expires_at: datetime


@attrs.frozen(kw_only=True)
class AskedReset:
    """Somebody asked for a link by mail. ``tries`` counts from 1."""

    tenant_id: TenantId
    user_id: str
    id: str
    tries: int


class PasswordResetStore(Protocol):
    """A person has one link that was made for them, and one that goes by mail."""

    async def put(self, reset: PasswordReset) -> None:
        """Store it in place of an earlier one of its kind."""
        ...

    async def ask(self, user_id: str, id: str, at: datetime, by: str) -> None:
        """A mail is due; a link that went out before stays good until the new one is made."""
        ...

    async def ask_unknown(self, address: str, id: str, at: datetime, by: str) -> None:
        """The same for an address that nobody here has; takes as long, and no mail follows."""
        ...

    async def mailed(self, user_id: str) -> None:
        """Nothing is due any more."""
        ...

    async def take(self, digest: bytes) -> PasswordReset | None:
        """The one of this token, which nobody else can take any more."""
        ...

    async def remove(self, user_id: str) -> None:
        """All of this person's."""
        ...


class ResetMails(Protocol):
    """The links of all organisations."""

    async def claim(self, now: datetime, limit: int) -> tuple[AskedReset, ...]:
        """Those whose mail is due, leased to this caller for a few minutes."""
        ...

    async def tenant_of(self, digest: bytes) -> TenantId | None:
        """Whose link it is."""
        ...
