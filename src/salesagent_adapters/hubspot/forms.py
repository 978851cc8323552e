"""The account's marketing forms."""

from __future__ import annotations

from typing import Any, Final

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.records import next_page, record_id, records_in
from salesagent_adapters.hubspot.values import first_text
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_forms import CrmForm

PAGE: Final = 100
MAX_PAGES: Final = 20


class HubSpotForms:
    """``CrmForms`` over HubSpot."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client

    async def forms(self, tenant_id: TenantId) -> tuple[CrmForm, ...]:
        """See ``CrmForms.forms``. At most ``MAX_PAGES`` pages are read."""
        found: list[CrmForm] = []
        after: str | None = None
        for _ in range(MAX_PAGES):
            more = {} if after is None else {"after": after}

            def send(api: Any, how: dict[str, Any], more: dict[str, str] = more) -> Any:
                return api.forms.get_page(limit=PAGE, **more, **how)

            answer = await self._client.ask(tenant_id, send)
            found += [
                CrmForm(form_id=record_id(one), name=first_text(one, "name") or record_id(one))
                for one in records_in(answer)
            ]
            after = next_page(answer)
            if after is None:
                break
        return tuple(sorted(found, key=lambda form: form.name.casefold()))
