"""All pages of the operator's app, and the page that an error gets."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Gate, Visit
from salesagent_app.http.errors import (
    Forbidden,
    Unauthenticated,
    answer_of,
    headers_of,
    request_id_of,
    status_of,
)
from salesagent_app.http.services import HttpServices
from salesagent_app.web.assets import Assets
from salesagent_app.web.mailboxes import MailboxPages
from salesagent_app.web.opt_out import OptOutPages
from salesagent_app.web.render import Renderer
from salesagent_app.web.review import ReviewPages
from salesagent_app.web.runs import RunPages
from salesagent_app.web.sending import SendingPages
from salesagent_app.web.sessions import Sessions, Visiting, local_path, login_redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[Any]
Wanted = Annotated[str | None, QueryParameter(name="next")]

_TITLES = {
    400: "That cannot be read",
    401: "Log in first",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That is not how this page works",
    409: "It changed in the meantime",
    413: "That is too large",
    429: "Too many tries",
    503: "Not just now",
}


class Pages:
    """Builds the routes of the pages and their error answers."""

    def __init__(self, services: HttpServices, gate: Gate) -> None:
        self._services = services
        self._gate = gate
        self._assets = Assets()
        self._renderer = Renderer(services, self._assets)
        self._sessions = Sessions(services, gate)

    def routes(self) -> list[Any]:
        """Open: login, static files, unsubscribing, and the way through Google's consent, which
        looks after itself. All others are behind the session guard."""
        sending = SendingPages(self._services, self._sessions)
        review = ReviewPages(self._services, self._sessions, self._renderer)
        runs = RunPages(self._services, self._sessions, self._renderer)
        mailboxes = MailboxPages(self._services, self._sessions, self._renderer, self._gate)
        closed = Router(
            "/",
            guards=[self._sessions.guard()],
            dependencies={"visit": Provide(_visit)},
            route_handlers=[
                *review.routes(),
                *runs.routes(),
                *(sending.routes() if self._services.sending else []),
                *(mailboxes.routes() if self._services.mailboxes else []),
                self._logout(),
            ],
            include_in_schema=False,
        )
        opt_out = OptOutPages(self._services, self._renderer)
        public = opt_out.routes() if self._services.sending else []
        consent = mailboxes.consent_routes() if self._services.mailboxes else []
        return [self._assets.handler(), *self._login(), *public, *consent, closed]

    def error(self, request: AnyRequest, error: Exception) -> Page:
        """The page for an error: what happened, what it means, what to do."""
        if isinstance(error, Unauthenticated):
            return login_redirect(request)
        status = status_of(error)
        answer = answer_of(error, request_id_of(request))
        visit = request.scope["state"].get("visit")
        return self._renderer.page(
            "error.html",
            visit=visit,
            status=status,
            headers=headers_of(error, self._services.clock.now()),
            title=_TITLES.get(status, "Something failed on our side"),
            answer=answer,
            code=status,
        )

    def _login(self) -> list[Any]:
        @get("/login", include_in_schema=False, name="login")
        async def show(wanted: Wanted = None) -> Page:
            return self._login_page(local_path(wanted), None, 200)

        @post("/login", include_in_schema=False, status_code=200, name="login-form")
        async def log_in(request: AnyRequest) -> Page:
            fields = await self._sessions.form(request, None)
            wanted = local_path(fields.get("next"))
            try:
                cookie = await self._sessions.log_in(request, fields.get("key", ""))
            except (Unauthenticated, Forbidden) as refused:
                return self._login_page(wanted, str(refused), status_of(refused))
            return Redirect(wanted, status_code=303, cookies=[cookie])

        return [show, log_in]

    def _logout(self) -> Any:
        @post("/logout", status_code=200, name="logout")
        async def log_out(request: AnyRequest, visit: Visiting) -> Page:
            await self._sessions.form(request, visit)
            cookie = await self._sessions.log_out(visit)
            return Redirect("/login", status_code=303, cookies=[cookie])

        return log_out

    def _login_page(self, wanted: str, refused: str | None, status: int) -> Page:
        return self._renderer.page(
            "login.html", visit=None, status=status, wanted=wanted, refused=refused
        )


async def _visit(request: AnyRequest) -> Visit:
    visit: Visit = request.scope["state"]["visit"]
    return visit
