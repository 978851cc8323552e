"""``/account/proof``: whoever uses an open browser proves that they are its person."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden, Unauthenticated, status_of
from salesagent_app.http.offered import people_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import FOR_VIEWERS, SETTING_UP, Sessions, Visiting, local_path
from salesagent_core.errors import Conflict, InvalidInput, RateLimited, SalesAgentError

Wanted = Annotated[str | None, QueryParameter(name="next", max_length=500)]
PROOF = "/account/proof"
OWN = {FOR_VIEWERS: True, SETTING_UP: True}


class ProofPages:
    """By password; by a code, where there is none; by key, where a key logged in. Who has only
    Google signs in there again, which begins a new session."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get(PROOF, name="proof", opt={SETTING_UP: True})
        async def show(visit: Visiting, wanted: Wanted = None) -> Page:
            return await self._page(visit, local_path(wanted))

        @post(PROOF, status_code=200, name="proof-form", opt=OWN)
        async def prove(request: AnyRequest, visit: Visiting) -> Page:
            return await self._prove(request, visit)

        return [show, prove]

    async def _prove(self, request: AnyRequest, visit: Visit) -> Page:
        fields = await self._sessions.form(request, visit)
        wanted, proof = local_path(fields.get("next")), fields.get("password", "")
        cookies = []
        try:
            if visit.user_id is None:
                cookies = [await self._sessions.log_in(request, proof)]
            else:
                await people_of(self._services).account.prove(
                    visit.caller.tenant_id, visit.user_id, visit.session_id or "", proof=proof
                )
        except (InvalidInput, Conflict, RateLimited, Unauthenticated, Forbidden) as refused:
            return await self._page(visit, wanted, refused)
        page = wanted.partition("#")[0].partition("?")[0]
        return Redirect(f"{page}?done=proven", status_code=303, cookies=cookies)

    async def _page(
        self, visit: Visit, wanted: str, refused: SalesAgentError | None = None
    ) -> Page:
        people, user = people_of(self._services), None
        if visit.user_id is not None:
            user = (await people.account.view(visit.caller.tenant_id, visit.user_id)).user
        by = "key"
        if user is not None:
            by = "password" if user.password_hash else "code" if user.needs_code else "google"
        return self._renderer.page(
            "proof.html",
            visit=visit,
            status=status_of(refused) if refused else 200,
            by=by,
            google=people.sign_in is not None,
            wanted=wanted,
            refused=refused,
        )


def proof_address(page: str) -> str:
    """Where somebody proves it who goes on at ``page``."""
    return f"{PROOF}?{urlencode({'next': page})}"
