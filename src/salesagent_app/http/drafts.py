"""``/api/operator/drafts``: read what waits, and decide about it.

Every decision names the ``content_hash`` of the revision that the operator read; one about a
text that has changed since is a 409 and changes nothing.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.draft_answers import (
    DecidedAnswer,
    DraftAnswer,
    DraftRow,
    RegeneratingAnswer,
    decided,
    draft_answer,
    draft_row,
)
from salesagent_app.http.inputs import (
    Body,
    Calling,
    ContentHash,
    Id,
    Limit,
    Offset,
    Services,
    Subject,
    Words,
)
from salesagent_app.http.openapi import documented
from salesagent_app.http.sending import approve_and_schedule
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.ids import DraftId
from salesagent_core.ports.api_keys import Scope


class ApproveBody(msgspec.Struct, kw_only=True, frozen=True):
    """``content_hash`` of the revision that was read."""

    content_hash: ContentHash


class RejectBody(msgspec.Struct, kw_only=True, frozen=True):
    """``reason`` is kept with the decision; it must say something."""

    content_hash: ContentHash
    reason: Words


class EditBody(msgspec.Struct, kw_only=True, frozen=True):
    """The new text in full. It becomes a new revision and is checked again. ``status`` is the
    draft's as it was read: to edit an approved one, which takes the approval back, say so."""

    content_hash: ContentHash
    subject: Subject
    body: Body
    status: DraftStatus = DraftStatus.PENDING_APPROVAL


class RegenerateBody(msgspec.Struct, kw_only=True, frozen=True):
    """``instruction`` tells the writer what to change."""

    content_hash: ContentHash
    instruction: Words


Statuses = Annotated[
    list[DraftStatus] | None,
    QueryParameter(name="status", description="Only these; all when none is named."),
]


@get("/drafts", responses=documented(400), summary="Drafts, newest first")
async def list_drafts(
    services: Services,
    caller: Calling,
    status: Statuses = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[DraftRow]:
    found = await services.queries.drafts(
        caller.tenant_id, statuses=tuple(status or ()), limit=limit, offset=offset
    )
    return [draft_row(item) for item in found]


@get(["/pending", "/drafts/pending"], responses=documented(400), summary="The queue, by score")
async def list_pending(
    services: Services, caller: Calling, limit: Limit = 50, offset: Offset = 0
) -> list[DraftRow]:
    found = await services.queries.pending(caller.tenant_id, limit=limit, offset=offset)
    return [draft_row(item) for item in found]


@get("/drafts/{draft_id:uuid}", responses=documented(404), summary="One draft, with its sources")
async def show_draft(services: Services, caller: Calling, draft_id: Id) -> DraftAnswer:
    return draft_answer(await services.queries.draft(caller.tenant_id, _id(draft_id)))


@post(
    "/drafts/{draft_id:uuid}/approve",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Approve the revision that was read; in SEND mode it is sent when the undo has passed",
)
async def approve(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[ApproveBody]
) -> DecidedAnswer:
    return await approve_and_schedule(services, caller, _id(draft_id), data.content_hash)


@post(
    "/drafts/{draft_id:uuid}/reject",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Reject the revision that was read, with a reason",
)
async def reject(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[RejectBody]
) -> DecidedAnswer:
    return decided(
        await services.review.reject(
            caller.tenant_id,
            _id(draft_id),
            content_hash=data.content_hash,
            operator=caller.id,
            reason=data.reason,
        )
    )


@post(
    "/drafts/{draft_id:uuid}/edit",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Replace the text by a new revision, which is checked again",
)
async def edit(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[EditBody]
) -> DecidedAnswer:
    return decided(
        await services.review.edit(
            caller.tenant_id,
            _id(draft_id),
            content_hash=data.content_hash,
            operator=caller.id,
            subject=data.subject,
            body=data.body,
            seen=data.status,
        )
    )


@post(
    "/drafts/{draft_id:uuid}/regenerate",
    status_code=202,
    responses=documented(400, 404, 409, 413),
    summary="Ask the writer for another version",
)
async def regenerate(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[RegenerateBody]
) -> RegeneratingAnswer:
    run = await services.review.regenerate(
        caller.tenant_id,
        _id(draft_id),
        content_hash=data.content_hash,
        operator=caller.id,
        instruction=data.instruction,
    )
    return RegeneratingAnswer(status="accepted", draft_id=str(draft_id), task_id=run.id)


def operator_router(gate: Gate) -> Router:
    """All routes of this module, for keys with the operator or admin scope."""
    return Router(
        "/api/operator",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[
            list_drafts,
            list_pending,
            show_draft,
            approve,
            reject,
            edit,
            regenerate,
        ],
        tags=["operator"],
    )


def _id(draft_id: Id) -> DraftId:
    return DraftId(str(draft_id))
