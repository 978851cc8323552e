"""``/api/admin``: what gave up and what is to be done about it, and the counts on call."""

from __future__ import annotations

from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Id, Limit, Offset, Services, Words
from salesagent_app.http.openapi import documented
from salesagent_app.http.run_answers import LetterRow, QueueStatusAnswer, letter_row
from salesagent_core.domain.run import DeadLetterState
from salesagent_core.ports.api_keys import Scope


class ResolveBody(msgspec.Struct, kw_only=True, frozen=True):
    """``note`` says why it is closed without being done."""

    note: Words


Status = Annotated[
    DeadLetterState | None,
    QueryParameter(name="status", description="Only these; all when none is named."),
]


@get("/failed-tasks", responses=documented(400), summary="Work that gave up, newest first")
async def list_failed(
    services: Services,
    caller: Calling,
    status: Status = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[LetterRow]:
    found = await services.queries.dead_letters(
        caller.tenant_id, state=status, limit=limit, offset=offset
    )
    return [letter_row(letter) for letter in found]


@post(
    "/failed-tasks/{letter_id:uuid}/retry",
    status_code=202,
    responses=documented(404, 409),
    summary="Send it round again",
)
async def retry(services: Services, caller: Calling, letter_id: Id) -> LetterRow:
    return letter_row(
        await services.dead_letters.retry(caller.tenant_id, str(letter_id), by=caller.id)
    )


@post(
    "/failed-tasks/{letter_id:uuid}/resolve",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Close it, with a note",
)
async def resolve(
    services: Services, caller: Calling, letter_id: Id, data: JSONBody[ResolveBody]
) -> LetterRow:
    return letter_row(
        await services.dead_letters.resolve(
            caller.tenant_id, str(letter_id), by=caller.id, note=data.note
        )
    )


@get("/queue-status", responses=documented(), summary="Counts by state, and the oldest ages")
async def queue_status(services: Services, caller: Calling) -> QueueStatusAnswer:
    status = await services.queries.queue_status(caller.tenant_id)
    return QueueStatusAnswer(**attrs.asdict(status, recurse=False))


def admin_router(gate: Gate) -> Router:
    """All routes of this module, for keys with the admin scope."""
    return Router(
        "/api/admin",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[list_failed, retry, resolve, queue_status],
        tags=["admin"],
    )
