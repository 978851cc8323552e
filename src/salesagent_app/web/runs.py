"""Runs: the list, one run's sixteen steps, and the buttons that unstick it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.inputs import Id
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.inputs import AnyRequest, At, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_app.web.views import timeline
from salesagent_core.domain.run import DeadLetterState, RunStatus
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import RunId
from salesagent_core.ports.api_keys import Scope

PAGE_SIZE = 50
PARKED = "parked"
"""The filter for runs that wait for a person; all others are states of runs."""
MAX_NOTE = 500
Status = Annotated[str, QueryParameter(name="status", max_length=20)]


class RunPages:
    """Handlers of the run list and of one run."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/runs", name="runs")
        async def runs(visit: Visiting, status: Status = "", start: At = 0) -> Page:
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
            await self._fields(request, visit, "Sending work round again")
            await self._services.dead_letters.retry(
                visit.caller.tenant_id, str(letter_id), by=visit.caller.id
            )
            return Redirect(f"/runs/{run_id}", status_code=303)

        @post(
            "/runs/{run_id:uuid}/failures/{letter_id:uuid}/resolve",
            status_code=200,
            name="resolve-form",
        )
        async def resolve(request: AnyRequest, visit: Visiting, run_id: Id, letter_id: Id) -> Page:
            fields = await self._fields(request, visit, "Closing what is stuck")
            note = " ".join(fields.get("note", "").split())
            if not note or len(note) > MAX_NOTE:
                problem = Problem(where="note", what=f"must have 1 to {MAX_NOTE} characters")
                raise InvalidInput("the note is missing or too long", [problem])
            await self._services.dead_letters.resolve(
                visit.caller.tenant_id, str(letter_id), by=visit.caller.id, note=note
            )
            return Redirect(f"/runs/{run_id}", status_code=303)

        return [runs, run, retry, resolve]

    async def _fields(self, request: AnyRequest, visit: Visit, what: str) -> dict[str, str]:
        """The form of somebody who may do this. Raises: Forbidden."""
        fields = await self._sessions.form(request, visit)
        if not visit.caller.may(Scope.ADMIN):
            raise Forbidden(f"{what} needs a key with the admin scope.")
        return fields

    async def _runs(self, visit: Visit, status: str, start: int) -> Page:
        known = status if status == PARKED or status in set(RunStatus) else ""
        found = await self._services.queries.runs(
            visit.caller.tenant_id,
            statuses=(RunStatus(known),) if known and known != PARKED else (),
            parked=known == PARKED,
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
            status_filter=known,
            statuses={
                **{one.value: name for one, name in words.RUNS.items()},
                PARKED: words.PARKED,
            },
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
