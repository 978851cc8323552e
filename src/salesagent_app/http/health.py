"""``/health``: for load balancers and supervisors; open, and says nothing that is secret."""

from __future__ import annotations

import attrs
from litestar import Response, Router, get

from salesagent_app.http.auth import Gate
from salesagent_app.http.dependencies import dependencies_route
from salesagent_app.http.inputs import Services
from salesagent_app.http.openapi import ResponseSpec


@attrs.frozen(kw_only=True)
class HealthAnswer:
    """``status`` is ok or not_ready; ``problems`` says in sentences what is missing."""

    status: str
    problems: tuple[str, ...] = ()


@get("/liveness", summary="The process answers")
async def liveness() -> HealthAnswer:
    return HealthAnswer(status="ok")


@get(
    "/readiness",
    summary="Work can be taken",
    responses={503: ResponseSpec(HealthAnswer, description="Not now", generate_examples=False)},
)
async def readiness(services: Services) -> Response[HealthAnswer]:
    # From memory: a balancer that asks often costs the database nothing.
    problems = tuple(await services.readiness())
    if problems:
        return Response(HealthAnswer(status="not_ready", problems=problems), status_code=503)
    return Response(HealthAnswer(status="ok"))


def health_router(gate: Gate | None = None) -> Router:
    """Open to everyone. ``gate`` judges a key that somebody brings all the same."""
    return Router(
        "/health",
        route_handlers=[liveness, readiness, dependencies_route(gate)],
        tags=["health"],
        security=[{}],
    )
