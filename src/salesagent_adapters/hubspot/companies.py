"""Companies, found by their domain or made.

HubSpot lets any number of companies have one domain, so nothing there keeps two workers from making
two. Within a process only one looks at a time, and what it made is remembered, because the search
shows a new company late. Two workers that meet the same new company in the same seconds can still
make two; HubSpot lists such pairs for merging.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.records import (
    COMPANY_PROPERTIES,
    newest_first,
    properties_of,
    record_id,
    records_in,
)
from salesagent_adapters.hubspot.turns import Remembered, Turns
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.ids import TenantId

KEPT: Final = timedelta(minutes=10)
MAX_FOUND: Final = 20


@attrs.frozen(kw_only=True)
class FoundCompany:
    """A company record: its id and what is known about it."""

    id: str
    about: dict[str, str]


class Companies:
    """Finds and makes companies."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._turns = Turns()
        self._ids: Remembered[str] = Remembered(client.clock, KEPT)

    async def by_id(self, tenant_id: TenantId, company_id: str) -> FoundCompany | None:
        """The company, or None when it was deleted."""
        names = list(COMPANY_PROPERTIES)
        try:
            record = await self._client.ask(
                tenant_id,
                lambda api, how: api.companies.get_by_id(company_id, properties=names, **how),
            )
        except NotFound:
            return None
        return FoundCompany(id=record_id(record) or company_id, about=properties_of(record))

    async def of_domain(self, tenant_id: TenantId, domain: str, name: str | None) -> FoundCompany:
        """The oldest company of this domain; a new one when there is none."""
        async with self._turns.of(tenant_id, domain):
            known = self._ids.get(tenant_id, domain)
            found = await self.by_id(tenant_id, known) if known else None
            if found is None:
                found = await self._search(tenant_id, domain)
            if found is None:
                found = await self._create(tenant_id, domain, name)
            self._ids.put(found.id, tenant_id, domain)
            return found

    async def _search(self, tenant_id: TenantId, domain: str) -> FoundCompany | None:
        body = {
            "filterGroups": [
                {"filters": [{"propertyName": "domain", "operator": "EQ", "value": domain}]}
            ],
            "properties": list(COMPANY_PROPERTIES),
            "limit": MAX_FOUND,
        }
        answer = await self._client.ask(
            tenant_id, lambda api, how: api.company_search.do_search(body, **how), searches=True
        )
        found = {record_id(record): record for record in records_in(answer)}
        if not found:
            return None
        oldest = newest_first(found)[-1]
        return FoundCompany(id=oldest, about=properties_of(found[oldest]))

    async def _create(self, tenant_id: TenantId, domain: str, name: str | None) -> FoundCompany:
        properties = {"domain": domain}
        if name and name.strip():
            properties["name"] = name.strip()
        body = {"properties": properties, "associations": []}
        made = await self._client.ask(tenant_id, lambda api, how: api.companies.create(body, **how))
        if not record_id(made):
            raise Unavailable("HubSpot's answer cannot be read")
        return FoundCompany(id=record_id(made), about={**properties, **properties_of(made)})
