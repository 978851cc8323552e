"""``/login/forgot`` and ``/reset``: a new password for somebody who forgot theirs."""

from __future__ import annotations

from typing import Any

from litestar import get, post

from salesagent_app.http.offered import people_of
from salesagent_app.http.people import RESET
from salesagent_app.http.request_limits import address_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions
from salesagent_core.errors import InvalidInput, NotFound, SalesAgentError
from salesagent_core.use_cases.reset_password import ResetPassword

FORGOT = "/login/forgot"


class ForgottenPages:
    """Open routes: whoever comes here cannot log in."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, which check for themselves that the form is ours."""

        @get(FORGOT, include_in_schema=False, name="forgot")
        async def forgot() -> Page:
            return self._forgot(asked=False)

        @post(FORGOT, include_in_schema=False, status_code=200, name="forgot-form")
        async def ask(request: AnyRequest) -> Page:
            fields = await self._sessions.form(request, None)
            self._sessions.count_try(request)
            if self._reset.by_mail:
                address = address_of(request.scope)
                await self._reset.ask(fields.get("email", ""), address=address)
            return self._forgot(asked=self._reset.by_mail)

        @get(RESET, include_in_schema=False, name="reset")
        async def show() -> Page:
            return self._page({}, None, 200)

        @post(RESET, include_in_schema=False, status_code=200, name="reset-form")
        async def set_password(request: AnyRequest) -> Page:
            return await self._set(request)

        return [forgot, ask, show, set_password]

    async def _set(self, request: AnyRequest) -> Page:
        fields = await self._sessions.form(request, None)
        self._sessions.count_try(request)
        try:
            await self._reset.take(fields.get("token", ""), fields.get("password", ""))
        except InvalidInput as refused:
            return self._page(fields, refused, 400)
        except NotFound as refused:
            return self._page({}, refused, 404)
        return self._page({}, None, 200, done=True)

    @property
    def _reset(self) -> ResetPassword:
        return people_of(self._services).reset

    def _forgot(self, *, asked: bool) -> Page:
        return self._renderer.page(
            "forgot.html", visit=None, by_mail=self._reset.by_mail, asked=asked
        )

    def _page(
        self,
        typed: dict[str, str],
        refused: SalesAgentError | None,
        status: int,
        *,
        done: bool = False,
    ) -> Page:
        return self._renderer.page(
            "reset.html", visit=None, status=status, typed=typed, refused=refused, done=done
        )
