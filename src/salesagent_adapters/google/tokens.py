"""Access to connected mailboxes: what every Google adapter asks for before it calls an API."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.ids import TenantId


class AccessTokens(Protocol):
    """Tokens of connected mailboxes, refreshed before they run out."""

    async def token(self, tenant_id: TenantId, mailbox: str) -> str:
        """An access token good for at least a minute.

        Raises:
            NeedsReauth: not connected, or revoked; it names the mailbox, so that the work parks
                until the mailbox is connected again.
            Unavailable: Google, or our store, cannot be reached now.
        """
        ...

    async def refused(self, tenant_id: TenantId, mailbox: str, token: str) -> None:
        """The API answered 401 to this token: forget it if it is still the newest.

        The next ``token`` is a fresh one, or says that the mailbox must be connected again. A
        caller tries its request once more, not for ever.
        """
        ...
