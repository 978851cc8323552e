"""All pages of the operator's app, and the page that an error gets."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Annotated, Any

from litestar import Router, get, post
from litestar.datastructures import Cookie
from litestar.di import Provide
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Gate, Visit
from salesagent_app.http.commands import Commands
from salesagent_app.http.errors import (
    Forbidden,
    ProofNeeded,
    TwoFactorMissing,
    Unauthenticated,
    answer_of,
    headers_of,
    request_id_of,
    status_of,
)
from salesagent_app.http.services import HttpServices
from salesagent_app.web.account import AccountPages
from salesagent_app.web.analytics import AnalyticsPages
from salesagent_app.web.assets import Assets
from salesagent_app.web.autonomy import AutonomyPages
from salesagent_app.web.backtest import BacktestPages
from salesagent_app.web.bulk import BulkPages
from salesagent_app.web.chosen.rooms import setting_routes
from salesagent_app.web.deciding import DecisionPages
from salesagent_app.web.desk import Desk, Shown
from salesagent_app.web.experiments import ExperimentPages
from salesagent_app.web.forgotten import ForgottenPages
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.jarvis import JarvisPages
from salesagent_app.web.late_page import LatePage
from salesagent_app.web.live import LivePages
from salesagent_app.web.mailboxes import MailboxPages
from salesagent_app.web.notices import NoticePages
from salesagent_app.web.opt_out import OptOutPages
from salesagent_app.web.outcomes import OutcomePages
from salesagent_app.web.people import PeoplePages
from salesagent_app.web.privacy import PrivacyPages
from salesagent_app.web.proof import ProofPages, proof_address
from salesagent_app.web.queue import QueuePages
from salesagent_app.web.render import Renderer
from salesagent_app.web.review import ReviewPages
from salesagent_app.web.runs import RunPages
from salesagent_app.web.sending import SendingPages
from salesagent_app.web.sessions import (
    FOR_VIEWERS,
    SETTING_UP,
    Sessions,
    Visiting,
    kept_fields,
    local_path,
    login_redirect,
)
from salesagent_app.web.signing_in import SigningInPages
from salesagent_app.web.today import TodayPages
from salesagent_app.web.usage import UsagePages
from salesagent_core.ids import DraftId

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

    def __init__(self, services: HttpServices, gate: Gate, commands: Commands) -> None:
        self._services = services
        self._commands = commands
        self._gate = gate
        self._assets = Assets()
        self._renderer = Renderer(services, self._assets)
        self._sessions = Sessions(services, gate)
        self._desk = Desk(services, self._renderer)

    @property
    def cookie_name(self) -> str:
        """The cookie of the pages' sessions."""
        return self._sessions.cookie_name

    def routes(self) -> list[Any]:
        """Open: login, static files, unsubscribing, and the way through Google's consent, which
        looks after itself. All others are behind the session guard."""
        parts = (self._services, self._sessions, self._renderer)
        sending = SendingPages(self._services, self._sessions)
        runs = RunPages(*parts)
        jarvis = JarvisPages(*parts, self._commands)
        mailboxes = MailboxPages(self._services, self._sessions, self._renderer, self._gate)
        closed = Router(
            "/",
            guards=[self._sessions.guard()],
            dependencies={"visit": Provide(_visit)},
            route_handlers=[
                *TodayPages(self._services, self._renderer).routes(),
                *QueuePages(*parts).routes(),
                *BulkPages(*parts).routes(),
                *ReviewPages(self._services, self._sessions, self._desk).routes(),
                *DecisionPages(self._services, self._sessions, self._desk).routes(),
                *runs.routes(),
                *LivePages(self._services).routes(),
                *(jarvis.routes() if self._services.commands else []),
                *(
                    UsagePages(self._services, self._renderer).routes()
                    if self._services.usage
                    else []
                ),
                *self._outcomes(*parts),
                *(sending.routes() if self._services.sending else []),
                *(mailboxes.routes() if self._services.mailboxes else []),
                *(self._people_routes() if self._services.people else []),
                *setting_routes(*parts),
                *(PrivacyPages(*parts).routes() if self._services.privacy else []),
                *(NoticePages(*parts).routes() if self._services.notices else []),
                self._logout(),
            ],
            include_in_schema=False,
        )
        opt_out = OptOutPages(self._services, self._renderer)
        public = opt_out.routes() if self._services.sending else []
        consent = mailboxes.consent_routes() if self._services.mailboxes else []
        people = (
            [*self._signing_in().routes(), *ForgottenPages(*parts).routes()]
            if self._services.people
            else []
        )
        return [self._assets.handler(), *self._login(), *people, *public, *consent, closed]

    def _people_routes(self) -> list[Any]:
        parts = (self._services, self._sessions, self._renderer)
        return [
            *PeoplePages(*parts).routes(),
            *AccountPages(*parts).routes(),
            *ProofPages(*parts).routes(),
        ]

    def _signing_in(self) -> SigningInPages:
        return SigningInPages(
            self._services,
            self._sessions,
            self._renderer,
            again=self._login_again,
            entered=self._entered,
        )

    def _outcomes(
        self, services: HttpServices, sessions: Sessions, renderer: Renderer
    ) -> list[Any]:
        """What came of mail, and what is made of it; each part where the application has it."""
        parts = (services, sessions, renderer)
        trust = [*AutonomyPages(*parts).routes(), *BacktestPages(services, renderer).routes()]
        return [
            *(OutcomePages(*parts).routes() if services.outcomes else []),
            *(AnalyticsPages(services, renderer).routes() if services.improvement else []),
            *(ExperimentPages(*parts).routes() if services.improvement else []),
            *(trust if services.approvals else []),
        ]

    def error(self, request: AnyRequest, error: Exception) -> Page:
        """The page for an error: what happened, what it means, what to do."""
        if isinstance(error, Unauthenticated):
            kept = request.scope["state"].get("kept")
            if not kept:
                return login_redirect(request)
            ended = "Your session has ended. Log in, and what you typed is there again."
            return self._login_page(f"/drafts/{kept['draft']}", ended, 401, kept)
        if isinstance(error, TwoFactorMissing):
            return Redirect("/account?done=required", status_code=303)
        if isinstance(error, ProofNeeded):
            return Redirect(proof_address(error.page), status_code=303)
        visit: Visit | None = request.scope["state"].get("visit")
        # While the database is away there is nobody to look up.
        if visit is None and self.cookie_name in request.cookies and status_of(error) != 503:
            return LatePage(partial(self._told, request, error))
        return self._error_page(request, error, visit)

    async def _told(self, request: AnyRequest, error: Exception) -> Page:
        """An error of somebody whom no guard has looked at yet."""
        return self._error_page(request, error, await self._sessions.whoever(request))

    def _error_page(self, request: AnyRequest, error: Exception, visit: Visit | None) -> Page:
        status = status_of(error)
        answer = answer_of(error, request_id_of(request))
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
            try:
                cookie = await self._sessions.log_in(request, fields.get("key", ""))
            except (Unauthenticated, Forbidden) as refused:
                return self._login_again(fields, str(refused), status_of(refused))
            return await self._entered(cookie, fields)

        return [show, log_in]

    def _logout(self) -> Any:
        @post("/logout", status_code=200, name="logout", opt={FOR_VIEWERS: True, SETTING_UP: True})
        async def log_out(request: AnyRequest, visit: Visiting) -> Page:
            await self._sessions.form(request, visit)
            cookie = await self._sessions.log_out(visit)
            return Redirect("/login", status_code=303, cookies=[cookie])

        return log_out

    async def _entered(self, cookie: Cookie, fields: dict[str, str]) -> Page:
        """On to where somebody wanted to go, or back to what they typed."""
        kept = kept_fields(fields)
        if kept:
            # Who has to set up a second factor is led there, wherever they wanted to go.
            with contextlib.suppress(TwoFactorMissing):
                if (await self._sessions.visit(cookie.value)).may_decide:
                    return await self._restored(cookie, kept)
        wanted = local_path(fields.get("next"))
        return Redirect(wanted, status_code=303, cookies=[cookie])

    def _login_again(self, fields: dict[str, str], refused: str, status: int) -> Page:
        wanted = local_path(fields.get("next"))
        return self._login_page(wanted, refused, status, kept_fields(fields))

    async def _restored(self, cookie: Cookie, kept: dict[str, str]) -> Page:
        """The page of a draft with the form open that a session's end had interrupted."""
        visit = await self._sessions.visit(cookie.value)
        form = "edit" if kept["form"] == "check" else kept["form"]
        page = await self._desk.page(
            visit, DraftId(kept["draft"]), Shown(form=form, typed=kept, kept=True)
        )
        page.cookies.append(cookie)
        return page

    def _login_page(
        self, wanted: str, refused: str | None, status: int, kept: dict[str, str] | None = None
    ) -> Page:
        return self._renderer.page(
            "login.html",
            visit=None,
            status=status,
            wanted=wanted,
            refused=refused,
            kept=kept or {},
            people=self._services.people is not None,
            google=self._services.people is not None and self._services.people.sign_in is not None,
        )


async def _visit(request: AnyRequest) -> Visit:
    visit: Visit = request.scope["state"]["visit"]
    return visit
