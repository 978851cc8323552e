"""Contacts that filled in a form lately: the backstop where webhooks were lost."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactRecord


@attrs.frozen(kw_only=True)
class ConversionPage:
    """Contacts in the order of their latest conversion, oldest first.

    ``after`` continues the list; None when this was its end.
    """

    records: tuple[ContactRecord, ...] = ()
    after: str | None = None


class CrmConversions(Protocol):
    """Reads what was converted; each contact with its latest conversion only."""

    async def converted_since(
        self, tenant_id: TenantId, since: datetime, after: str | None = None
    ) -> ConversionPage:
        """Contacts whose latest conversion is at or after ``since``.

        The list moves while it is read: a contact that converts again goes to its end, so that
        another one may slip over the edge of a page. Begin anew from the last time seen rather
        than reading on, wherever the time has moved on.

        Raises:
            Rejected, RateLimited, Unavailable, NeedsReauth
        """
        ...
