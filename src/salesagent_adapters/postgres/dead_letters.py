"""How work that gave up is written down, by whoever gives it up."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import clean, new_id
from salesagent_core.domain.run import DeadLetterState

RUN_KIND = "run"
CRM_EVENT_KIND = "crm_event"
DRAFT_KIND = "draft"
SEND_KIND = "send"

CRM_EVENT_WAITING = "waiting"
CRM_EVENT_DONE = "done"
CRM_EVENT_GIVEN_UP = "given_up"

GAVE_UP = "gave_up"
"""The code of a letter whose writer knows no finer one."""


async def add_dead_letter(
    connection: AsyncConnection,
    tenant_id: str,
    kind: str,
    subject_id: str,
    step: str,
    code: str,
    error: str,
    attempts: int,
) -> None:
    """One open letter, in the transaction that gives the work up."""
    values = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "subject_kind": kind,
        "subject_id": subject_id,
        "step": step,
        "code": code,
        "error": clean(error),
        "attempts": attempts,
        "state": DeadLetterState.OPEN.value,
    }
    await connection.execute(insert(tables.dead_letters).values(values))
