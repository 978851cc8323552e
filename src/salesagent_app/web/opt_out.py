"""``/u/{token}``: the link at the foot of our mails. Looking asks; only a POST unsubscribes."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from salesagent_app.http.offered import sending_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import Page
from salesagent_app.web.render import Renderer
from salesagent_core.errors import Rejected

Token = FromPath[str]
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class OptOutPages:
    """Open to everyone: no login, no cookie (RFC 8058). Mail scanners open links, so a GET
    changes nothing."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The two routes of one address."""

        @get("/u/{token:str}", include_in_schema=False, name="opt-out")
        async def ask(token: Token) -> Page:
            suppressions = sending_of(self._services).suppressions
            try:
                email = suppressions.read_token(token).email
            except Rejected:
                return self._unknown()
            return self._page(200, stage="ask", email=_veiled(email))

        @post("/u/{token:str}", include_in_schema=False, status_code=200, name="opt-out-click")
        async def unsubscribe(token: Token) -> Page:
            suppressions = sending_of(self._services).suppressions
            try:
                email = suppressions.read_token(token).email
                await suppressions.unsubscribe(token)
            except Rejected:
                return self._unknown()
            return self._page(200, stage="done", email=_veiled(email))

        return [ask, unsubscribe]

    def _unknown(self) -> Page:
        return self._page(404, stage="unknown", email="")

    def _page(self, status: int, **context: Any) -> Page:
        return self._renderer.page(
            "opt_out.html", visit=None, status=status, headers=_PRIVATE, **context
        )


def _veiled(email: str) -> str:
    """Enough to know one's own address by, and no more for whoever got hold of the link."""
    local, _, host = email.rpartition("@")
    return f"{local[:1]}…@{host}"
