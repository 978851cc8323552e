"""Contacts by their latest conversion, from the search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.records import (
    CONVERSION_PROPERTIES,
    CONVERTED_AT,
    PERSON_PROPERTIES,
    contact_record,
    next_page,
    records_in,
)
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_conversions import ConversionPage

PAGE: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class HubSpotConversions:
    """``CrmConversions`` over HubSpot."""

    def __init__(self, client: HubSpotClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def converted_since(
        self, tenant_id: TenantId, since: datetime, after: str | None = None
    ) -> ConversionPage:
        """See ``CrmConversions.converted_since``."""
        names = (await self._account.contact_properties(tenant_id)).of_forms
        body: dict[str, Any] = {
            "filterGroups": [
                {
                    "filters": [
                        {
                            "propertyName": CONVERTED_AT,
                            "operator": "GTE",
                            "value": str((since - _EPOCH) // timedelta(milliseconds=1)),
                        }
                    ]
                }
            ],
            "sorts": [CONVERTED_AT],
            "properties": sorted({*names, *PERSON_PROPERTIES, *CONVERSION_PROPERTIES}),
            "limit": PAGE,
        }
        if after is not None:
            body["after"] = after
        answer = await self._client.ask(
            tenant_id, lambda api, how: api.contact_search.do_search(body, **how), searches=True
        )
        now = self._client.clock.now()
        records = (contact_record(one, now) for one in records_in(answer))
        return ConversionPage(records=tuple(records), after=next_page(answer))
