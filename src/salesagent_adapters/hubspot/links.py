"""Which records hang together: the numbers HubSpot gives to kinds of association, and listing."""

from __future__ import annotations

from typing import Any, Final

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.records import next_page
from salesagent_adapters.hubspot.values import objects, read_id
from salesagent_core.ids import TenantId

CONTACT_TO_PRIMARY_COMPANY: Final = 1
CONTACT_TO_COMPANY: Final = 279
TASK_TO_CONTACT: Final = 204
TASK_TO_COMPANY: Final = 192
TASK_TO_DEAL: Final = 216
NOTE_TO_CONTACT: Final = 202

PAGE: Final = 500
MAX_PAGES: Final = 4


def kinds(*numbers: int) -> list[dict[str, Any]]:
    """Kinds of association, as requests name them."""
    return [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
        for number in numbers
    ]


def link(to: str, *numbers: int) -> dict[str, Any]:
    """An association that a new record is born with."""
    return {"to": {"id": to}, "types": kinds(*numbers)}


async def linked(
    client: HubSpotClient, tenant_id: TenantId, kind: str, record: str, to: str
) -> tuple[str, ...]:
    """Ids of the records of kind ``to`` that hang on one; at most ``MAX_PAGES`` pages of them.

    Unlike the search, this list knows a record as soon as it is made.
    """
    found: list[str] = []
    after: str | None = None
    for _ in range(MAX_PAGES):
        more = {} if after is None else {"after": after}

        def send(api: Any, how: dict[str, Any], more: dict[str, str] = more) -> Any:
            return api.associations.get_page(kind, record, to, limit=PAGE, **more, **how)

        answer = await client.ask(tenant_id, send)
        ids = (read_id(one.get("toObjectId")) for one in objects(answer.get("results")))
        found += [one for one in ids if one]
        after = next_page(answer)
        if after is None:
            break
    return tuple(dict.fromkeys(found))
