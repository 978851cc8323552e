"""What a HubSpot token may do: the cheapest read for each scope that is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.client import HubSpotClient, Send
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.vendor_probe import Trial

_NOBODY: Final = "1"
"""An id to read by: whether there is such a record does not matter."""


@attrs.frozen(kw_only=True)
class _Read:
    scope: str
    what: str
    send: Send
    searches: bool = False


def _batch(api: Callable[[Any], Any]) -> Send:
    body: dict[str, Any] = {
        "inputs": [{"id": _NOBODY}],
        "properties": ["hs_object_id"],
        "propertiesWithHistory": [],
    }
    return lambda apis, how: api(apis).read(body, **how)


_READS: Final[Sequence[_Read]] = (
    _Read(
        scope="crm.schemas.contacts.read",
        what="the properties of contacts",
        send=lambda api, how: api.properties.get_all("contacts", **how),
    ),
    _Read(
        scope="crm.objects.contacts.read",
        what="contacts",
        send=_batch(lambda api: api.contact_batch),
    ),
    _Read(
        scope="crm.objects.companies.read",
        what="companies",
        send=lambda api, how: api.company_search.do_search(
            {"filterGroups": [], "properties": ["domain"], "limit": 1}, **how
        ),
        searches=True,
    ),
    _Read(
        scope="crm.objects.deals.read",
        what="the pipelines of deals",
        send=lambda api, how: api.pipelines.get_all("deals", **how),
    ),
    _Read(
        scope="crm.objects.owners.read",
        what="owners",
        send=lambda api, how: api.owners.get_by_id(int(_NOBODY), **how),
    ),
    _Read(
        scope="forms",
        what="forms",
        send=lambda api, how: api.forms.get_page(limit=1, **how),
    ),
)


class HubSpotProbe:
    """``VendorProbe`` for HubSpot. What writing needs is not tried: that would write."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client

    def trials(self, tenant_id: TenantId) -> tuple[Trial, ...]:
        """See ``VendorProbe.trials``."""
        return tuple(self._trial(tenant_id, each) for each in _READS)

    def _trial(self, tenant_id: TenantId, read: _Read) -> Trial:
        async def ask() -> str:
            # Not found: it was looked up, which is all that is asked here.
            with contextlib.suppress(NotFound):
                await self._client.ask(tenant_id, read.send, searches=read.searches)
            return f"{read.what} can be read"

        return Trial(
            name=f"HubSpot: {read.what}",
            ask=ask,
            needs=f"scope {read.scope}",
            advice=f"grant {read.scope} to the private app in HubSpot, then put its token "
            "into HUBSPOT_API_KEY",
        )
