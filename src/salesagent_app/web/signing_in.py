"""Logging in as a person: address and password, then a code; and taking up an invitation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.offered import people_of
from salesagent_app.http.people import INVITE
from salesagent_app.http.request_limits import address_of
from salesagent_app.http.services import HttpServices
from salesagent_app.settings import SIGN_IN_CALLBACK
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, kept_fields, local_path
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PolicyRefused,
    Rejected,
    SalesAgentError,
)
from salesagent_core.use_cases.log_in import Came, CodeNeeded
from salesagent_core.use_cases.people_parts import Opened
from salesagent_core.use_cases.sign_in import SIGN_IN_LASTS, SignIn

Fields = dict[str, str]
LoginPage = Callable[[Fields, str, int], Page]
"""The log-in page again, with what was typed, why it was refused, and the status."""
EnteredPage = Callable[[Cookie, Fields], Awaitable[Page]]
"""Where somebody goes who is logged in now."""

Wanted = Annotated[str | None, QueryParameter(name="next", max_length=500)]
State = Annotated[str, QueryParameter(name="state", max_length=4_096)]
Code = Annotated[str | None, QueryParameter(name="code", max_length=4_096)]

NOT_INVITED = "Nobody has invited this address. Ask an admin for an invitation."
NOT_RIGHT = "Address and password do not fit together. Nobody tells which of them is wrong."
NOT_THE_CODE = "That is not the code. Wait for the next one, or use a recovery code."
MAX_AGENT = 500
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


class SigningInPages:
    """Open routes: whoever comes here has no session yet."""

    def __init__(
        self,
        services: HttpServices,
        sessions: Sessions,
        renderer: Renderer,
        *,
        again: LoginPage,
        entered: EnteredPage,
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer
        self._secure = services.public_url.startswith("https:")
        self._again = again
        self._entered = entered

    def routes(self) -> list[Any]:
        """The routes, which check for themselves that the form is ours."""

        @post("/login/person", include_in_schema=False, status_code=200, name="login-person")
        async def with_password(request: AnyRequest) -> Page:
            return await self._with_password(request)

        @post("/login/code", include_in_schema=False, status_code=200, name="login-code")
        async def with_code(request: AnyRequest) -> Page:
            return await self._with_code(request)

        @get(INVITE, include_in_schema=False, name="invitation")
        async def invited() -> Page:
            return self._invitation({}, None, 200)

        @post(INVITE, include_in_schema=False, status_code=200, name="invitation-form")
        async def accept(request: AnyRequest) -> Page:
            return await self._accept(request)

        return [with_password, with_code, invited, accept, *self._google_routes()]

    def _google_routes(self) -> list[Any]:
        @get("/login/google", include_in_schema=False, name="login-google")
        async def to_google(wanted: Wanted = None) -> Page:
            begun = self._sign_in.begin(local_path(wanted))
            cookie = self._flow_cookie(begun.kept, int(SIGN_IN_LASTS.total_seconds()))
            return Redirect(begun.url, status_code=303, cookies=[cookie])

        @get(SIGN_IN_CALLBACK, include_in_schema=False, name="login-google-callback")
        async def from_google(request: AnyRequest, begun: State = "", code: Code = None) -> Page:
            page = await self._from_google(request, begun, code)
            page.set_cookie(self._flow_cookie("", 0))
            return page

        return [to_google, from_google]

    async def step(self, request: AnyRequest, fields: Fields, done: Opened | CodeNeeded) -> Page:
        """On from a proof of who it is: into the application, or to the code."""
        if isinstance(done, CodeNeeded):
            return self._code_page(fields, done.step, None, 200)
        return await self._entered(await self._sessions.entered(request, done), fields)

    async def _with_password(self, request: AnyRequest) -> Page:
        fields = await self._sessions.form(request, None)
        self._sessions.count_try(request)
        done = await people_of(self._services).log_in.begin(
            fields.get("email", ""), fields.get("password", ""), came_from(request)
        )
        if done is None:
            return self._again(fields, NOT_RIGHT, 401)
        return await self.step(request, fields, done)

    async def _with_code(self, request: AnyRequest) -> Page:
        fields = await self._sessions.form(request, None)
        self._sessions.count_try(request)
        step = fields.get("step", "")
        try:
            opened = await people_of(self._services).log_in.finish(
                step, fields.get("code", ""), came_from(request)
            )
        except (Rejected, NotFound) as refused:
            return self._again(fields, str(refused), 401)
        if opened is None:
            return self._code_page(fields, step, NOT_THE_CODE, 401)
        return await self.step(request, fields, opened)

    async def _from_google(self, request: AnyRequest, state: str, code: str | None) -> Page:
        self._sessions.count_try(request)
        kept = request.cookies.get(self._flow_cookie_name, "")
        try:
            back = await self._sign_in.finish(kept=kept, state=state, code=code)
        except (Rejected, PolicyRefused) as refused:
            return self._again({}, str(refused), 403)
        fields = {"next": back.wanted}
        done = await people_of(self._services).log_in.by_google(
            back.who.email, back.who.name, came_from(request)
        )
        if done is None:
            return self._again(fields, NOT_INVITED, 403)
        if isinstance(done, CodeNeeded):
            return self._code_page(fields, done.step, None, 200)
        # Not a redirect: it would be the other site's still, and come without the session.
        page = self._renderer.page("entered.html", visit=None, wanted=local_path(back.wanted))
        page.set_cookie(await self._sessions.entered(request, done))
        return page

    @property
    def _sign_in(self) -> SignIn:
        found = people_of(self._services).sign_in
        if found is None:
            raise NotFound("Nobody signs in with Google here.")
        return found

    @property
    def _flow_cookie_name(self) -> str:
        return "__Host-salesagent-sign-in" if self._secure else "salesagent-sign-in"

    def _flow_cookie(self, value: str, max_age: int) -> Cookie:
        return Cookie(
            key=self._flow_cookie_name,
            value=value,
            max_age=max_age,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def _code_page(self, fields: Fields, step: str, refused: str | None, status: int) -> Page:
        return self._renderer.page(
            "login_code.html",
            visit=None,
            status=status,
            wanted=local_path(fields.get("next")),
            kept=kept_fields(fields),
            step=step,
            refused=refused,
        )

    async def _accept(self, request: AnyRequest) -> Page:
        fields = await self._sessions.form(request, None)
        self._sessions.count_try(request)
        try:
            opened = await people_of(self._services).manage.accept(
                fields.get("token", ""),
                name=fields.get("name", ""),
                password=fields.get("password", ""),
                browser=came_from(request).browser,
            )
        except (InvalidInput, Conflict) as refused:
            return self._invitation(fields, refused, 400)
        except NotFound as refused:
            return self._invitation({}, refused, 404)
        cookie = await self._sessions.entered(request, opened)
        return Redirect("/account?done=joined", status_code=303, cookies=[cookie])

    def _invitation(self, fields: Fields, refused: SalesAgentError | None, status: int) -> Page:
        return self._renderer.page(
            "invite.html", visit=None, status=status, typed=fields, refused=refused
        )


def came_from(request: AnyRequest) -> Came:
    """Where a request comes from, and what its browser calls itself, in a few words."""
    agent = request.headers.get("user-agent", "")[:MAX_AGENT]
    browser = next((name for sign, name in _BROWSERS if sign in agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return Came(
        address=address_of(request.scope), browser=f"{browser} on {system}" if system else browser
    )
