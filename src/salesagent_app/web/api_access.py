"""One part of the API for programs and for our own pages: a key, or the page's session."""

from __future__ import annotations

import hmac

from litestar.handlers.base import BaseRouteHandler

from salesagent_app.http.auth import Caller, Connection, Gate, Guard
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.same_origin import require_same_origin
from salesagent_core.ports.api_keys import Scope

CSRF_HEADER = "x-csrf-token"
"""A header of our own: another site's page cannot send it without asking us first."""


def key_or_page(gate: Gate, cookie_name: str, public_url: str) -> Guard:
    """A guard that lets in operators: by an API key, or by a page's session where the page proves
    with its token that the request is its own."""

    async def of_page(connection: Connection) -> Caller:
        visit = await gate.by_token(connection.cookies.get(cookie_name))
        require_same_origin(connection.headers, public_url)
        given = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), visit.csrf.encode()):
            raise Forbidden("This is not from your session. Load the page again.")
        return visit.caller

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        headers = connection.headers
        by_key = "authorization" in headers or "x-api-key" in headers
        by_page = not by_key and cookie_name in connection.cookies
        caller = await (of_page(connection) if by_page else gate.by_headers(headers))
        if not caller.may(Scope.OPERATOR, Scope.ADMIN):
            raise Forbidden("This needs the operator or admin scope.")
        connection.scope["state"]["caller"] = caller

    return guard
