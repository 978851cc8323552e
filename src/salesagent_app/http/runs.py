"""``/api/tasks`` and ``/api/workflows``: how far each form has come."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Id, Limit, Offset, Services
from salesagent_app.http.openapi import documented
from salesagent_app.http.run_answers import (
    RunAnswer,
    RunRow,
    TaskAnswer,
    run_answer,
    run_row,
    task_answer,
)
from salesagent_core.domain.run import RunStatus
from salesagent_core.ids import RunId
from salesagent_core.ports.api_keys import Scope

Statuses = Annotated[
    list[RunStatus] | None,
    QueryParameter(name="status", description="Only these; all when none is named."),
]


@get("/{task_id:uuid}/status", responses=documented(404), summary="How far a form has come")
async def task_status(services: Services, caller: Calling, task_id: Id) -> TaskAnswer:
    return task_answer(await services.queries.task(caller.tenant_id, str(task_id)))


@get("/", responses=documented(400), summary="Runs, newest first")
async def list_runs(
    services: Services,
    caller: Calling,
    status: Statuses = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[RunRow]:
    found = await services.queries.runs(
        caller.tenant_id, statuses=tuple(status or ()), limit=limit, offset=offset
    )
    return [run_row(summary) for summary in found]


@get("/{run_id:uuid}", responses=documented(404), summary="One run with its sixteen steps")
async def show_run(services: Services, caller: Calling, run_id: Id) -> RunAnswer:
    return run_answer(await services.queries.run(caller.tenant_id, RunId(str(run_id))))


def task_router(gate: Gate) -> Router:
    """For any key: whoever sends forms may ask what became of them."""
    return Router(
        "/api/tasks",
        guards=[requires(gate, Scope.INGEST, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[task_status],
        tags=["tasks"],
    )


def run_router(gate: Gate) -> Router:
    """For keys with the operator or admin scope."""
    return Router(
        "/api/workflows",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[list_runs, show_run],
        tags=["workflows"],
    )
