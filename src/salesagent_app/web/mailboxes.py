"""Mailboxes: how each stands, and the way through the provider's consent page and back.

The way back comes from another site, to which the session's cookie is never sent (it is
``SameSite=Strict``). So the browser gets a cookie of its own for the ten minutes in between; who
comes back with the state but without that cookie did not begin here.
"""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Gate, Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.offered import mailboxes_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.consents import FLOW_LASTS

START = "/auth/google/start"
CALLBACK = "/auth/google/callback"

_NEEDS_ADMIN = "Connecting mailboxes needs a key with the admin scope."
State = Annotated[str | None, QueryParameter(name="state", max_length=4_096)]
Code = Annotated[str | None, QueryParameter(name="code", max_length=4_096)]
Error = Annotated[str | None, QueryParameter(name="error", max_length=4_096)]
Address = Annotated[str | None, QueryParameter(name="mailbox", max_length=320)]
Features = Annotated[str | None, QueryParameter(name="features", max_length=200)]
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]


class MailboxPages:
    """Any operator sees the list; an admin connects and disconnects."""

    def __init__(
        self, services: HttpServices, sessions: Sessions, renderer: Renderer, gate: Gate
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer
        self._gate = gate
        self._secure = services.public_url.startswith("https:")

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/mailboxes", name="mailboxes")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._page(visit, done)

        @post("/mailboxes/disconnect", status_code=200, name="disconnect-form")
        async def disconnect(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._sessions.form(request, visit)
            if not visit.caller.may(Scope.ADMIN):
                raise Forbidden(_NEEDS_ADMIN)
            ended = await mailboxes_of(self._services).disconnect(
                visit.caller.tenant_id, fields.get("mailbox", ""), by=visit.caller.id
            )
            done = "disconnected" if ended.withdrawn else "forgotten"
            return Redirect(f"/mailboxes?done={done}", status_code=303)

        return [show, disconnect]

    def consent_routes(self) -> list[Any]:
        """The way to the consent page and back: open routes that check for themselves."""

        @get(START, include_in_schema=False, name="consent-start")
        async def start(
            request: AnyRequest, mailbox: Address = None, features: Features = None
        ) -> Page:
            return await self._start(request, mailbox, features)

        @get(CALLBACK, include_in_schema=False, name="consent-callback")
        async def callback(
            request: AnyRequest, begun: State = None, code: Code = None, error: Error = None
        ) -> Page:
            return await self._callback(request, begun, code, error)

        return [start, callback]

    async def _page(self, visit: Visit, done: str | None) -> Page:
        service = mailboxes_of(self._services)
        return self._renderer.page(
            "mailboxes.html",
            visit=visit,
            views=await service.list(visit.caller.tenant_id),
            available=service.available,
            may_connect=visit.caller.may(Scope.ADMIN),
            banner=words.MAILBOX_DONE.get(done or ""),
        )

    async def _start(self, request: AnyRequest, mailbox: str | None, features: str | None) -> Page:
        caller = await self._sessions.caller(request)
        if not caller.may(Scope.ADMIN):
            raise Forbidden(_NEEDS_ADMIN)
        started = await mailboxes_of(self._services).start(
            caller.tenant_id,
            by=caller.id,
            features=tuple(part for part in (features or "").split(",") if part),
            mailbox=mailbox or None,
        )
        cookie = self._cookie(started.browser, int(FLOW_LASTS.total_seconds()))
        return Redirect(started.url, status_code=303, cookies=[cookie])

    async def _callback(
        self, request: AnyRequest, state: str | None, code: str | None, error: str | None
    ) -> Page:
        connected = await mailboxes_of(self._services).finish(
            state=state or "",
            browser=request.cookies.get(self._cookie_name, ""),
            code=code,
            error=error,
            still_allowed=self._may_still_connect,
        )
        # Not a redirect: it would be the other site's still, and come without the session.
        page = self._renderer.page(
            "connected.html", visit=None, view=connected.view, resumed=connected.resumed
        )
        page.set_cookie(self._cookie("", 0))
        return page

    async def _may_still_connect(self, tenant_id: TenantId, who: str) -> bool:
        return await self._gate.still_may(tenant_id, who, Scope.ADMIN)

    @property
    def _cookie_name(self) -> str:
        return "__Host-salesagent-consent" if self._secure else "salesagent-consent"

    def _cookie(self, value: str, max_age: int) -> Cookie:
        return Cookie(
            key=self._cookie_name,
            value=value,
            max_age=max_age,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )
