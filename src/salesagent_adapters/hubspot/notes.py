"""Notes: reading those that people wrote, and knowing our own again."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any, Final

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.links import linked
from salesagent_adapters.hubspot.records import moment, newest_first, properties_of, records_in
from salesagent_adapters.hubspot.values import EARLIEST
from salesagent_core.domain.context import CompanyNotes
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.text.html_text import html_to_text
from salesagent_core.ids import TenantId

MAX_NOTES: Final = 10
"""Notes that are read: older ones say little about now."""
BATCH: Final = 100
"""Records that HubSpot reads in one call."""

_MARK: Final = "[salesagent:"


def mark(key: str) -> str:
    """The line by which what this key made is known again.

    It stands in the text because every account has that; a property of our own would have to be
    created first.
    """
    return f"{_MARK}{key}]"


def body_of(text: str, key: str) -> str:
    """Plain text as the HTML of a note or task, with the mark below it."""
    lines = html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")
    return f"{lines}<br><br>{html.escape(mark(key), quote=False)}"


def carries(body: str, key: str) -> bool:
    """Whether the body of a note or task bears the mark of this key."""
    return mark(key) in html_to_text(body)


async def read_notes(client: HubSpotClient, tenant_id: TenantId, lead: Lead) -> CompanyNotes:
    """The newest notes on the contact and the company."""
    ids: set[str] = set()
    for kind, record in (("contacts", lead.person.crm_id), ("companies", lead.company.crm_id)):
        if record:
            ids |= set(await linked(client, tenant_id, kind, record, "notes"))
    found = await read_newest(
        client,
        tenant_id,
        ids,
        ["hs_note_body", "hs_timestamp"],
        lambda api, body, how: api.note_batch.read(body, **how),
    )
    dated = [
        (moment(held.get("hs_timestamp")) or EARLIEST, html_to_text(held.get("hs_note_body", "")))
        for held in found.values()
    ]
    dated.sort(key=lambda note: note[0], reverse=True)
    texts = [text for _, text in dated if text and _MARK not in text]
    return CompanyNotes(notes=tuple(texts[:MAX_NOTES]))


async def read_newest(
    client: HubSpotClient,
    tenant_id: TenantId,
    ids: set[str],
    names: list[str],
    read: Callable[[Any, dict[str, Any], dict[str, Any]], Any],
    *,
    most: int = BATCH,
) -> dict[str, dict[str, str]]:
    """Properties by id of the newest records among ``ids``, newest first."""
    chosen = newest_first(ids)[:most]
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(chosen), BATCH):
        body = {
            "inputs": [{"id": one} for one in chosen[start : start + BATCH]],
            "properties": names,
            "propertiesWithHistory": [],
        }

        def send(api: Any, how: dict[str, Any], body: dict[str, Any] = body) -> Any:
            return read(api, body, how)

        answer = await client.ask(tenant_id, send)
        found |= {str(record["id"]): properties_of(record) for record in records_in(answer)}
    return {one: found[one] for one in chosen if one in found}
