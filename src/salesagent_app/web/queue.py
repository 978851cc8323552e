"""The queue with its search, filters and saved views, and the list of all drafts."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.services import HttpServices
from salesagent_app.web import filters
from salesagent_app.web.filters import TROUBLE, read_view, stored_view
from salesagent_app.web.inputs import AnyRequest, At, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_app.web.undo import DONE, UndoBars
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.icp import Tier
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ports.saved_views import SavedView

PAGE_SIZE = 50
TROUBLE_SHOWN = 5
MAX_NAME = 60
Done = Annotated[str | None, QueryParameter(name="done")]
Undo = Annotated[UUID | None, QueryParameter(name="undo")]
Until = Annotated[int, QueryParameter(name="until", ge=0, le=10**11)]
Status = Annotated[str, QueryParameter(name="status", max_length=40)]


class QueuePages:
    """Handlers of the lists of drafts."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer
        self._undo = UndoBars(services)

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/queue", name="queue")
        async def queue(
            request: AnyRequest,
            visit: Visiting,
            done: Done = None,
            start: At = 0,
            undo: Undo = None,
            until: Until = 0,
        ) -> Page:
            return await self._queue(request, visit, done, start, undo, until)

        @get("/drafts", name="drafts")
        async def drafts(visit: Visiting, status: Status = "", start: At = 0) -> Page:
            return await self._drafts(visit, status, start)

        @post("/queue/views", status_code=200, name="save-view-form")
        async def save_view(request: AnyRequest, visit: Visiting) -> Page:
            return await self._save_view(visit, await self._sessions.form(request, visit))

        @post("/queue/views/{view_id:uuid}/remove", status_code=200, name="drop-view-form")
        async def drop_view(request: AnyRequest, visit: Visiting, view_id: Id) -> Page:
            await self._sessions.form(request, visit)
            if self._services.views is not None:
                await self._services.views.drop(
                    visit.caller.tenant_id, visit.caller.id, str(view_id)
                )
            return Redirect("/queue?done=view-removed", status_code=303)

        return [queue, drafts, save_view, drop_view]

    async def _queue(
        self,
        request: AnyRequest,
        visit: Visit,
        done: str | None,
        start: int,
        undo: UUID | None,
        until: int,
    ) -> Page:
        view = read_view(dict(request.query_params))
        tenant_id, queries = visit.caller.tenant_id, self._services.queries
        page = await queries.queue(tenant_id, view.filter, limit=PAGE_SIZE, offset=start)
        trouble = await queries.changed(tenant_id, TROUBLE, limit=TROUBLE_SHOWN)
        return self._renderer.page(
            "queue.html",
            visit=visit,
            page=page,
            view=view,
            views=[(one, stored_view(one.query)) for one in await self._views(visit)],
            rules=await self._rules(visit),
            filters=filters,
            tiers=tuple(Tier),
            start=start,
            size=PAGE_SIZE,
            banner=DONE.get(done or ""),
            undo=await self._undo.bar(visit, undo, until),
            trouble=trouble if not view.narrowed else None,
        )

    async def _views(self, visit: Visit) -> tuple[SavedView, ...]:
        if self._services.views is None:
            return ()
        return await self._services.views.of(visit.caller.tenant_id, visit.caller.id)

    async def _rules(self, visit: Visit) -> tuple[str, ...]:
        """The names that the filter offers."""
        if self._services.approvals is None:
            return ()
        found = await self._services.approvals.rules.list(visit.caller.tenant_id)
        return tuple(sorted(one.rule.name for one in found))

    async def _save_view(self, visit: Visit, fields: dict[str, str]) -> Page:
        view = stored_view(fields.get("query", ""))
        name = " ".join(fields.get("name", "").split())
        problems = []
        if not name or len(name) > MAX_NAME:
            problems.append(Problem(where="name", what=f"must have 1 to {MAX_NAME} characters"))
        if not view.narrowed:
            problems.append(Problem(where="view", what="shows the whole queue: filter it first"))
        if problems:
            raise InvalidInput("the view cannot be saved", problems)
        if self._services.views is not None:
            await self._services.views.save(
                visit.caller.tenant_id,
                visit.caller.id,
                SavedView(id=self._services.ids.new(), name=name, query=view.query),
            )
        return Redirect(f"/queue?{view.query}&done=view-saved", status_code=303)

    async def _drafts(self, visit: Visit, asked: str, start: int) -> Page:
        status = DraftStatus(asked) if asked in set(DraftStatus) else None
        found = await self._services.queries.drafts(
            visit.caller.tenant_id,
            statuses=(status,) if status is not None else (),
            limit=PAGE_SIZE + 1,
            offset=start,
        )
        return self._renderer.page(
            "drafts.html",
            visit=visit,
            rows=found[:PAGE_SIZE],
            more=len(found) > PAGE_SIZE,
            start=start,
            size=PAGE_SIZE,
            status_filter=status,
            statuses=tuple(DraftStatus),
        )
