"""A task with a note, once for a key.

HubSpot has no idempotency keys. So the key stands in the text of what we make, and before making
anything the contact's newest tasks and notes are read: the list of associations, unlike the search,
knows a record as soon as it exists. A lost answer is found again in this way. Two workers at the
same instant are kept apart by the run's lease; two callers in one process by a lock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.links import (
    NOTE_TO_CONTACT,
    TASK_TO_COMPANY,
    TASK_TO_CONTACT,
    TASK_TO_DEAL,
    link,
    linked,
)
from salesagent_adapters.hubspot.notes import body_of, carries, read_newest
from salesagent_adapters.hubspot.records import OWNER, PRIMARY_COMPANY, record_id
from salesagent_adapters.hubspot.turns import Remembered, Turns
from salesagent_core.domain.context import CrmTaskRef
from salesagent_core.errors import Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import CrmTask

SEARCHED: Final = 200
"""Newest records of a contact among which our own is looked for."""
KEPT: Final = timedelta(minutes=10)
MAX_DEALS: Final = 5
MAX_SUBJECT: Final = 250
DUE_AT: Final = time(11, tzinfo=UTC)
"""The same day from Samoa (UTC-11) to Auckland (UTC+12)."""

Read = Callable[[Any, dict[str, Any], dict[str, Any]], Any]


class Tasks:
    """Finds or makes the task and the note of a key."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._turns = Turns()
        self._made: Remembered[CrmTaskRef] = Remembered(client.clock, KEPT)

    async def ensure(
        self, tenant_id: TenantId, task: CrmTask, contact: dict[str, str]
    ) -> CrmTaskRef:
        """The ids of both. ``contact`` holds the contact's owner and company."""
        async with self._turns.of(tenant_id, task.key):
            known = self._made.get(tenant_id, task.key)
            if known is not None:
                return known
            note = await self._note(tenant_id, task, contact)
            made = await self._task(tenant_id, task, contact)
            return self._made.put(CrmTaskRef(task_id=made, note_id=note), tenant_id, task.key)

    async def _note(self, tenant_id: TenantId, task: CrmTask, contact: dict[str, str]) -> str:
        found = await self._find(
            tenant_id, task, "notes", "hs_note_body", lambda a, b, h: a.note_batch.read(b, **h)
        )
        if found is not None:
            return found
        body = {
            "properties": {
                "hs_timestamp": self._client.clock.now().isoformat(),
                "hs_note_body": body_of(task.note, task.key),
                **_owner(contact),
            },
            "associations": [link(task.contact_crm_id, NOTE_TO_CONTACT)],
        }
        made = await self._client.ask(tenant_id, lambda api, how: api.notes.create(body, **how))
        return _made(made)

    async def _task(self, tenant_id: TenantId, task: CrmTask, contact: dict[str, str]) -> str:
        found = await self._find(
            tenant_id, task, "tasks", "hs_task_body", lambda a, b, h: a.task_batch.read(b, **h)
        )
        if found is not None:
            return found
        links = [link(task.contact_crm_id, TASK_TO_CONTACT)]
        if company := contact.get(PRIMARY_COMPANY):
            links.append(link(company, TASK_TO_COMPANY))
        links += [link(one, TASK_TO_DEAL) for one in await self._open_deals(tenant_id, task)]
        body = {
            "properties": {
                "hs_timestamp": datetime.combine(task.due, DUE_AT).isoformat(),
                "hs_task_subject": task.title[:MAX_SUBJECT],
                "hs_task_body": body_of(task.title, task.key),
                "hs_task_status": "NOT_STARTED",
                "hs_task_type": "TODO",
                **_owner(contact),
            },
            "associations": links,
        }
        made = await self._client.ask(tenant_id, lambda api, how: api.tasks.create(body, **how))
        return _made(made)

    async def _find(
        self, tenant_id: TenantId, task: CrmTask, kind: str, name: str, read: Read
    ) -> str | None:
        ids = await linked(self._client, tenant_id, "contacts", task.contact_crm_id, kind)
        found = await read_newest(self._client, tenant_id, set(ids), [name], read, most=SEARCHED)
        ours = (one for one, held in found.items() if carries(held.get(name, ""), task.key))
        # The oldest: should there ever be two, everybody names the same one.
        return min(ours, key=lambda one: (len(one), one), default=None)

    async def _open_deals(self, tenant_id: TenantId, task: CrmTask) -> list[str]:
        ids = await linked(self._client, tenant_id, "contacts", task.contact_crm_id, "deals")
        found = await read_newest(
            self._client,
            tenant_id,
            set(ids),
            ["hs_is_closed"],
            lambda api, body, how: api.deal_batch.read(body, **how),
        )
        still = [one for one, held in found.items() if held.get("hs_is_closed") != "true"]
        return still[:MAX_DEALS]


def _owner(contact: dict[str, str]) -> dict[str, str]:
    owner = contact.get(OWNER)
    return {OWNER: owner} if owner else {}


def _made(record: dict[str, Any]) -> str:
    if not record_id(record):
        raise Unavailable("HubSpot's answer cannot be read")
    return record_id(record)
