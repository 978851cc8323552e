"""``POST /webhooks/google/gmail``: Gmail's pushes, brought by Pub/Sub.

A push says only that something happened in a mailbox. It is answered when that is committed, so
that Pub/Sub sends again what was not; what happened is read by a worker.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Router, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from salesagent_adapters.google.push_message import MAX_BODY, read_push
from salesagent_app.http.errors import Unauthenticated
from salesagent_app.http.inputs import Services
from salesagent_app.http.openapi import documented
from salesagent_core.errors import NotFound, Rejected

GMAIL = "/webhooks/google/gmail"


class _Operation(Operation):
    """The body is read by hand: what is not signed is not parsed."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={"application/json": OpenAPIMediaType(Schema(type=OpenAPIType.OBJECT))},
        )


@post(
    GMAIL,
    status_code=204,
    request_max_body_size=MAX_BODY,
    responses=documented(400, 413),
    operation_class=_Operation,
    security=[{}],
    summary="A push of Gmail's, with Pub/Sub's OIDC token",
)
async def gmail(request: Request[Any, Any, Any], services: Services) -> None:
    pushes = services.mail_pushes
    if pushes is None:
        raise NotFound("No pushes are expected here.")
    try:
        # The signers' certificates may have to be fetched.
        await asyncio.to_thread(pushes.verify, request.headers.get("authorization"))
    except Rejected as error:
        raise Unauthenticated(str(error)) from error
    push = read_push(await request.body())
    await pushes.told(push.mailbox, push.history_id)


def push_router() -> Router:
    """Open to everyone who has a token of the subscription's service account."""
    return Router("/", route_handlers=[gmail], tags=["webhooks"])
