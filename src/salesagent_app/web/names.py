"""What those are called who decided or changed something."""

from __future__ import annotations

from salesagent_app.http.services import HttpServices
from salesagent_core.ids import TenantId

BY_USER = "user:"
BY_KEY = "key:"


async def name_of(services: HttpServices, tenant_id: TenantId | None, by: str) -> str | None:
    """The name of the person or key that is written down as ``by``; None for anything else, and
    for those of another organisation than ``tenant_id``. Without one, ``by`` comes from a row of
    the reader's own organisation."""
    if by.startswith(BY_USER) and services.people is not None:
        user = await services.people.directory.by_id(tenant_id, by.removeprefix(BY_USER))
        return user.name if user is not None else None
    if not by.startswith(BY_KEY):
        return None
    key = await services.api_keys.find(by.removeprefix(BY_KEY))
    ours = key is not None and tenant_id in (None, key.tenant_id)
    return key.name if key is not None and ours else None
