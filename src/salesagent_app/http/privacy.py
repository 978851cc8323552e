"""``/api/gdpr``: what is kept about a person, handed over or erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import attrs
from litestar import Response, Router, delete, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Limit, Services
from salesagent_app.http.offered import privacy_of
from salesagent_app.http.openapi import documented
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.data_subjects import Erasure, StoreLine

MAX_ADDRESS = 320
Email = Annotated[str, PathParameter(max_length=MAX_ADDRESS, description="In any spelling.")]


@attrs.frozen(kw_only=True)
class ExportAnswer:
    """``stores`` holds the rows of each store, what was sealed in them opened; ``elsewhere`` says
    who else holds data about the person."""

    email: str
    made_at: datetime
    stores: Mapping[str, Sequence[Mapping[str, Any]]]
    elsewhere: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ErasureAnswer:
    """``open`` while something is ``left``; it goes on by itself. The report names nobody."""

    id: str
    open: bool
    requested_at: datetime
    requested_by: str
    finished_at: datetime | None
    stores: tuple[StoreLine, ...]
    left: tuple[str, ...]


def erasure_answer(erasure: Erasure) -> ErasureAnswer:
    """An erasure as it is shown."""
    return ErasureAnswer(
        id=erasure.id,
        open=erasure.open,
        requested_at=erasure.requested_at,
        requested_by=erasure.requested_by,
        finished_at=erasure.finished_at,
        stores=erasure.lines,
        left=erasure.left,
    )


@get(
    "/user/{email:str}", responses=documented(400), summary="Everything that is kept about a person"
)
async def export_person(services: Services, caller: Calling, email: Email) -> ExportAnswer:
    made = await privacy_of(services).export(caller.tenant_id, email, by=caller.id)
    return ExportAnswer(
        email=made.address,
        made_at=services.clock.now(),
        stores=made.stores,
        elsewhere=made.elsewhere,
    )


@delete(
    "/user/{email:str}",
    status_code=200,
    responses={
        **documented(400, 409),
        202: ResponseSpec(ErasureAnswer, description="Begun; what is left goes on by itself"),
    },
    summary="Erase a person, and report store by store",
)
async def erase_person(
    services: Services, caller: Calling, email: Email
) -> Response[ErasureAnswer]:
    made = await privacy_of(services).erase(caller.tenant_id, email, by=caller.id)
    return Response(erasure_answer(made), status_code=202 if made.open else 200)


@get("/erasures", responses=documented(400), summary="Erasures, newest first; they name nobody")
async def list_erasures(
    services: Services, caller: Calling, limit: Limit = 50
) -> list[ErasureAnswer]:
    found = await privacy_of(services).recent(caller.tenant_id, limit)
    return [erasure_answer(each) for each in found]


def privacy_router(gate: Gate) -> Router:
    """All routes of this module, for keys with the admin scope."""
    return Router(
        "/api/gdpr",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[export_person, erase_person, list_erasures],
        tags=["privacy"],
    )
