"""Notices: what needs a person now, and what did lately."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
from litestar import Response, get, post
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import notices_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest
from salesagent_app.web.names import name_of
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.notice import Channel, Meaning, Notice, meaning_of

SHOWN = 100
LATELY = 30
_BY = {Channel.MAIL: "by e-mail", Channel.SLACK: "in Slack"}


@attrs.frozen(kw_only=True)
class NoticeLine:
    """One notice as the page shows it; ``seen_by`` is a name, ``told`` by what it was told."""

    notice: Notice
    meaning: Meaning
    seen_by: str | None = None

    @property
    def told(self) -> str:
        """In words; "" where it stands on the page only."""
        return " and ".join(_BY[channel] for channel, _ in self.notice.told)


class NoticePages:
    """Everybody reads them; an operator says that they were seen."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/notices", name="notices")
        async def show(visit: Visiting) -> Response[Any]:
            return await self._show(visit)

        @get("/notices/count", name="notices-count")
        async def count(visit: Visiting) -> dict[str, int]:
            return {"waiting": visit.notices or 0}

        @post("/notices/seen", status_code=200, name="notices-seen")
        async def all_seen(request: AnyRequest, visit: Visiting) -> Response[Any]:
            return await self._seen(request, visit, None)

        @post("/notices/{notice_id:uuid}/seen", status_code=200, name="notice-seen")
        async def one_seen(request: AnyRequest, visit: Visiting, notice_id: Id) -> Response[Any]:
            return await self._seen(request, visit, notice_id)

        return [show, count, all_seen, one_seen]

    async def _seen(
        self, request: AnyRequest, visit: Visit, notice_id: UUID | None
    ) -> Response[Any]:
        await self._sessions.form(request, visit)
        wanted = None if notice_id is None else str(notice_id)
        await notices_of(self._services).seen(visit.caller.tenant_id, wanted, who=visit.caller.id)
        return Redirect("/notices", status_code=303)

    async def _show(self, visit: Visit) -> Response[Any]:
        manage, tenant_id = notices_of(self._services), visit.caller.tenant_id
        open_ones = await manage.listed(tenant_id, open=True, limit=SHOWN + 1)
        closed = await manage.listed(tenant_id, open=False, limit=LATELY)
        names = {
            who: await name_of(self._services, tenant_id, who)
            for who in {each.seen_by for each in (*open_ones, *closed) if each.seen_by}
        }

        def line(notice: Notice) -> NoticeLine:
            return NoticeLine(
                notice=notice,
                meaning=meaning_of(notice.kind, notice.subject),
                seen_by=(names.get(notice.seen_by) or "somebody") if notice.seen_by else None,
            )

        return self._renderer.page(
            "notices.html",
            visit=visit,
            open=[line(each) for each in open_ones[:SHOWN]],
            more=len(open_ones) > SHOWN,
            closed=[line(each) for each in closed],
            shown=SHOWN,
        )
