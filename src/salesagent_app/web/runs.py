"""Runs: the list, one run's sixteen steps, and the button that unsticks it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.inputs import Id
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_app.web.views import timeline
from salesagent_core.domain.run import DeadLetterState, RunStatus
from salesagent_core.ids import RunId
from salesagent_core.ports.api_keys import Scope

PAGE_SIZE = 100
AnyRequest = Request[Any, Any, Any]
Page = Response[Any]
At = Annotated[int, QueryParameter(name="from", ge=0, le=1_000_000)]
Status = Annotated[RunStatus | None, QueryParameter(name="status")]


class RunPages:
    """Handlers of the run list and of one run."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/runs", name="runs")
        async def runs(visit: Visiting, status: Status = None, start: At = 0) -> Page:
            return await self._runs(visit, status, start)

        @get("/runs/{run_id:uuid}", name="run")
        async def run(visit: Visiting, run_id: Id) -> Page:
            return await self._run(visit, RunId(str(run_id)))

        @post(
            "/runs/{run_id:uuid}/failures/{letter_id:uuid}/retry",
            status_code=200,
            name="retry-form",
        )
        async def retry(request: AnyRequest, visit: Visiting, run_id: Id, letter_id: Id) -> Page:
            await self._sessions.form(request, visit)
            if not visit.caller.may(Scope.ADMIN):
                raise Forbidden("Sending work round again needs a key with the admin scope.")
            await self._services.dead_letters.retry(
                visit.caller.tenant_id, str(letter_id), by=visit.caller.id
            )
            return Redirect(f"/runs/{run_id}", status_code=303)

        return [runs, run, retry]

    async def _runs(self, visit: Visit, status: RunStatus | None, start: int) -> Page:
        found = await self._services.queries.runs(
            visit.caller.tenant_id,
            statuses=(status,) if status is not None else (),
            limit=PAGE_SIZE + 1,
            offset=start,
        )
        return self._renderer.page(
            "runs.html",
            visit=visit,
            rows=found[:PAGE_SIZE],
            more=len(found) > PAGE_SIZE,
            start=start,
            size=PAGE_SIZE,
            status_filter=status,
            statuses=tuple(RunStatus),
        )

    async def _run(self, visit: Visit, run_id: RunId) -> Page:
        detail = await self._services.queries.run(visit.caller.tenant_id, run_id)
        rows = timeline(detail)
        return self._renderer.page(
            "run.html",
            visit=visit,
            detail=detail,
            rows=rows,
            done=sum(row.step.status in ("done", "degraded") for row in rows),
            waiting=words.waiting(detail.run, self._services.clock.now()),
            is_open=lambda letter: letter.state is DeadLetterState.OPEN,
            may_retry=visit.caller.may(Scope.ADMIN),
        )
