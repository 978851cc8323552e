"""Views of the queue that a person gave a name, so that one press brings them back."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.ids import TenantId

MAX_VIEWS = 20
"""Of one person; more would be a list to search itself."""


@attrs.frozen(kw_only=True)
class SavedView:
    """``query`` is what stands behind the question mark of the queue's address."""

    id: str
    name: str
    query: str


class SavedViews(Protocol):
    """Each view belongs to one key of one tenant (``owner``), and nobody else sees it."""

    async def of(self, tenant_id: TenantId, owner: str) -> tuple[SavedView, ...]:
        """The oldest first."""
        ...

    async def save(self, tenant_id: TenantId, owner: str, view: SavedView) -> None:
        """Raises: Conflict when there are ``MAX_VIEWS`` already."""
        ...

    async def drop(self, tenant_id: TenantId, owner: str, view_id: str) -> None:
        """One that is not there, or is somebody else's, stays as it is."""
        ...
