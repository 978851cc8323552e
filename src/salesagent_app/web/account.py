"""``/account``: one's own password, second factor and log-ins."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden, ProofNeeded, status_of
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import people_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.refusals import REFUSALS
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import FOR_VIEWERS, PROVEN, SETTING_UP, Sessions, Visiting
from salesagent_app.web.signing_in import came_from
from salesagent_core.errors import Conflict, InvalidInput, RateLimited, SalesAgentError
from salesagent_core.use_cases.manage_account import ManageAccount

Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
Refused = (InvalidInput, Conflict, RateLimited)
OWN = {FOR_VIEWERS: True, SETTING_UP: True}
PROVEN_OWN = {**OWN, PROVEN: "/account"}
QR_SCALE = 5

DONE = {
    "joined": "Welcome. Your account is ready. Switch on two-factor log-in next.",
    "password": "Your password is changed. You are logged out everywhere else.",
    "two_factor_off": "Two-factor log-in is off. A password alone lets you in.",
    "left": "Nothing was changed: two-factor log-in is off.",
    "session": "That log-in has ended.",
    "proven": "Thank you. Go on with what you were about to do.",
    "others": "You are logged out everywhere else.",
}


class AccountPages:
    """Everybody has an account, viewers too; a key has none."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""
        return [*self._password_routes(), *self._factor_routes(), *self._session_routes()]

    def _password_routes(self) -> list[Any]:
        @get("/account", name="account", opt={SETTING_UP: True})
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._page(visit, done=done)

        @post("/account/password", status_code=200, name="password-form", opt=OWN)
        async def password(request: AnyRequest, visit: Visiting) -> Page:
            fields, user_id = await self._form(request, visit)
            await self._require_proven(visit, user_id)
            try:
                opened = await self._account.change_password(
                    visit.caller.tenant_id,
                    user_id,
                    old=fields.get("password", ""),
                    new=fields.get("new_password", ""),
                    browser=came_from(request).browser,
                )
            except Refused as refused:
                return await self._page(visit, refused=refused, at="password")
            cookie = await self._sessions.entered(request, opened)
            return Redirect("/account?done=password", status_code=303, cookies=[cookie])

        return [show, password]

    def _factor_routes(self) -> list[Any]:
        @post("/account/two-factor", status_code=200, name="two-factor-form", opt=PROVEN_OWN)
        async def begin(request: AnyRequest, visit: Visiting) -> Page:
            _, user_id = await self._form(request, visit)
            await self._account.begin_two_factor(visit.caller.tenant_id, user_id)
            return Redirect("/account#two-factor", status_code=303)

        @post("/account/two-factor/confirm", status_code=200, name="confirm-form", opt=PROVEN_OWN)
        async def confirm(request: AnyRequest, visit: Visiting) -> Page:
            fields, user_id = await self._form(request, visit)
            try:
                codes = await self._account.confirm_two_factor(
                    visit.caller.tenant_id, user_id, fields.get("code", "")
                )
            except Refused as refused:
                return await self._page(visit, refused=refused, at="code")
            return await self._page(visit, codes=codes)

        @post("/account/two-factor/codes", status_code=200, name="codes-form", opt=OWN)
        async def renew(request: AnyRequest, visit: Visiting) -> Page:
            fields, user_id = await self._form(request, visit)
            try:
                codes = await self._account.renew_recovery_codes(
                    visit.caller.tenant_id, user_id, proof=fields.get("password", "")
                )
            except Refused as refused:
                return await self._page(visit, refused=refused, at="two_factor")
            return await self._page(visit, codes=codes)

        @post("/account/two-factor/off", status_code=200, name="two-factor-off-form", opt=OWN)
        async def end(request: AnyRequest, visit: Visiting) -> Page:
            fields, user_id = await self._form(request, visit)
            was_on = fields.get("was") == "on"
            try:
                await self._account.end_two_factor(
                    visit.caller.tenant_id, user_id, proof=fields.get("password", "")
                )
            except Refused as refused:
                return await self._page(visit, refused=refused, at="two_factor")
            done = "two_factor_off" if was_on else "left"
            return Redirect(f"/account?done={done}", status_code=303)

        return [begin, confirm, renew, end]

    def _session_routes(self) -> list[Any]:
        @post("/account/sessions/{session_id:uuid}/end", status_code=200, name="end-form", opt=OWN)
        async def end_one(request: AnyRequest, visit: Visiting, session_id: Id) -> Page:
            _, user_id = await self._form(request, visit)
            await self._account.end_session(visit.caller.tenant_id, user_id, str(session_id))
            return Redirect("/account?done=session", status_code=303)

        @post("/account/sessions/end-others", status_code=200, name="end-others-form", opt=OWN)
        async def end_others(request: AnyRequest, visit: Visiting) -> Page:
            _, user_id = await self._form(request, visit)
            await self._account.end_other_sessions(
                visit.caller.tenant_id, user_id, visit.session_id or ""
            )
            return Redirect("/account?done=others", status_code=303)

        return [end_one, end_others]

    @property
    def _account(self) -> ManageAccount:
        return people_of(self._services).account

    async def _form(self, request: AnyRequest, visit: Visit) -> tuple[dict[str, str], str]:
        fields = await self._sessions.form(request, visit)
        if visit.user_id is None:
            raise Forbidden("You are logged in with a key, which has no account.")
        return fields, visit.user_id

    async def _require_proven(self, visit: Visit, user_id: str) -> None:
        """Of whoever has no password that could be asked for."""
        view = await self._account.view(visit.caller.tenant_id, user_id)
        if view.user.password_hash is None and not visit.fresh:
            raise ProofNeeded("/account")

    async def _page(
        self,
        visit: Visit,
        *,
        done: str | None = None,
        refused: SalesAgentError | None = None,
        at: str = "",
        codes: tuple[str, ...] = (),
    ) -> Page:
        view = None
        if visit.user_id is not None:
            view = await self._account.view(visit.caller.tenant_id, visit.user_id)
        waiting = view.enrolment if view is not None else None
        return self._renderer.page(
            "account.html",
            visit=visit,
            status=status_of(refused) if refused else 200,
            view=view,
            refusals=REFUSALS,
            qr=qr_of(waiting.address) if waiting is not None else None,
            banner=DONE.get(done or ""),
            refused=refused,
            at=at,
            codes=codes,
            go_on=bool(codes) and visit.must_set_up,
        )


def qr_of(text: str) -> str:
    """A QR code as the inside of a page: an image with a name, dark on white in every theme."""
    import segno

    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(
        scale=QR_SCALE,
        border=4,
        dark="#000000",
        light="#ffffff",
        svgclass="qr",
        omitsize=True,
        title="QR code for your authenticator app",
    )
    return str(drawn).replace("<svg ", '<svg role="img" ', 1)
