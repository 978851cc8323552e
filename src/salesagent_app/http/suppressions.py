"""``/api/suppressions``: whom nobody writes to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
from litestar import Router, delete, get, post
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Id, Limit, Services
from salesagent_app.http.offered import sending_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.switches import Pattern
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.ports.api_keys import Scope


@attrs.frozen(kw_only=True)
class SuppressBody:
    """``recipient`` is an address, or a domain with all under it."""

    recipient: Pattern
    reason: SuppressionReason = SuppressionReason.BY_OPERATOR


@attrs.frozen(kw_only=True)
class SuppressionRow:
    """``who`` is the address or domain; null when only a keyed hash of it is left."""

    id: str
    who: str | None
    reason: SuppressionReason
    created_at: datetime


OnlyReason = Annotated[
    SuppressionReason | None, QueryParameter(name="reason", description="Only these.")
]
After = Annotated[
    str | None,
    QueryParameter(name="after", max_length=64, description="The last id of the page before."),
]


@get("/", responses=documented(400), summary="The do-not-contact list, newest first")
async def suppressions(
    services: Services,
    caller: Calling,
    reason: OnlyReason = None,
    after: After = None,
    limit: Limit = 50,
) -> list[SuppressionRow]:
    found = await sending_of(services).suppressions.list(
        caller.tenant_id, reason=reason, after=after, limit=limit
    )
    return [_suppression(entry) for entry in found]


@post("/", status_code=201, responses=documented(400, 413), summary="Never write to them again")
async def suppress(
    services: Services, caller: Calling, data: JSONBody[SuppressBody]
) -> SuppressionRow:
    return _suppression(
        await sending_of(services).suppressions.add(
            caller.tenant_id, data.recipient, reason=data.reason, by=caller.id, source="api"
        )
    )


@delete(
    "/{entry_id:uuid}",
    status_code=204,
    responses=documented(404),
    summary="Take an entry off the list; audited",
)
async def unsuppress(services: Services, caller: Calling, entry_id: Id) -> None:
    await sending_of(services).suppressions.remove(caller.tenant_id, str(entry_id), by=caller.id)


def suppression_router(gate: Gate) -> Router:
    """The do-not-contact list, for keys with the operator or admin scope."""
    return Router(
        "/api/suppressions",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[suppressions, suppress, unsuppress],
        tags=["sending"],
    )


def _suppression(entry: Suppression) -> SuppressionRow:
    return SuppressionRow(
        id=entry.id,
        who=entry.address or entry.domain,
        reason=entry.reason,
        created_at=entry.created_at,
    )
