"""What an account is set up like: its properties and its people. Read seldom, kept for minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.turns import Remembered, Turns
from salesagent_adapters.hubspot.values import objects, read_id
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ids import TenantId

KEPT: Final = timedelta(minutes=10)


@attrs.frozen(kw_only=True)
class ContactProperties:
    """Names of contact properties: all, and those that a form can hold."""

    all: frozenset[str]
    of_forms: frozenset[str]


class Account:
    """Cached reads of the account's set-up, shared by the adapters of a process."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._turns = Turns()
        self._properties: Remembered[ContactProperties] = Remembered(client.clock, KEPT)
        self._owners: Remembered[str] = Remembered(client.clock, KEPT)

    async def contact_properties(self, tenant_id: TenantId) -> ContactProperties:
        """Raises: RateLimited, Unavailable, NeedsReauth."""
        async with self._turns.of(tenant_id, "properties"):
            found = self._properties.get(tenant_id)
            if found is not None:
                return found
            answer = await self._client.ask(
                tenant_id, lambda api, how: api.properties.get_all("contacts", **how)
            )
            return self._properties.put(_contact_properties(answer), tenant_id)

    def forget_properties(self, tenant_id: TenantId) -> None:
        """HubSpot says that a property is not what we thought."""
        self._properties.forget(tenant_id)

    async def owner_email(self, tenant_id: TenantId, owner_id: str | None) -> str | None:
        """The address of an owner; None where there is none, or none any more.

        Raises:
            RateLimited, Unavailable, NeedsReauth
        """
        if not owner_id or not (owner_id.isascii() and owner_id.isdigit()):
            return None
        async with self._turns.of(tenant_id, "owner", owner_id):
            known = self._owners.get(tenant_id, owner_id)
            if known is None:
                known = self._owners.put(
                    await self._read_owner(tenant_id, owner_id), tenant_id, owner_id
                )
            return known or None

    async def _read_owner(self, tenant_id: TenantId, owner_id: str) -> str:
        try:
            answer = await self._client.ask(
                tenant_id, lambda api, how: api.owners.get_by_id(int(owner_id), **how)
            )
        except (NotFound, Rejected):
            return ""
        email = answer.get("email")
        return email.strip().lower() if isinstance(email, str) else ""


def _contact_properties(answer: dict[str, Any]) -> ContactProperties:
    listed = objects(answer.get("results"))
    every = {name: one for one in listed if (name := read_id(one.get("name")))}
    return ContactProperties(
        all=frozenset(every),
        of_forms=frozenset(
            name
            for name, one in every.items()
            if one.get("formField") is True and one.get("hidden") is not True
        ),
    )
