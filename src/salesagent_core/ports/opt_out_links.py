"""Links by which the reader of a mail takes themselves off the list."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.ids import DraftId, TenantId


class OptOutLinks(Protocol):
    """Pure computation, so not ``async``."""

    def url(self, tenant_id: TenantId, email: str, draft_id: DraftId) -> str:
        """The address of the unsubscribe page for this person; the same each time.

        ``draft_id`` is whatever names the draft, its run before it has an id of its own.
        """
        ...
