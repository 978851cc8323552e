"""Logging in and out of the pages, and proof that a form was ours and is this session's."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections import deque
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import attrs
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Redirect

from salesagent_app.http.auth import (
    LOOKS_ONLY,
    SESSION_LASTS,
    Caller,
    Connection,
    Gate,
    Guard,
    SendingNow,
    Visit,
    caller_of,
)
from salesagent_app.http.errors import Forbidden, ProofNeeded, Unauthenticated
from salesagent_app.http.request_limits import UNPROVEN, address_of
from salesagent_app.http.same_origin import READS, require_same_origin
from salesagent_app.http.services import HttpServices, SendingServices
from salesagent_app.telemetry import bind
from salesagent_app.web.inputs import AnyRequest
from salesagent_core.domain.log_in_guard import Because
from salesagent_core.errors import InvalidInput, Problem, RateLimited
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.people_parts import Opened

log = logging.getLogger(__name__)

Visiting = NamedDependency[Visit]
"""Whom the guard of the pages let in."""
FOR_VIEWERS = "for_viewers"
"""The option of a route that changes nothing but a viewer's own account."""
SETTING_UP = "setting_up"
"""The option of a route that somebody needs who must set up a second factor."""
PROVEN = "proven"
"""The option of a route for which somebody must have proven lately who they are; its value is the
page to come back to."""
LOOK_UP_SECONDS = 2.0
MAX_FORM_FIELDS = 20
MAX_ADDRESSES = 10_000
WINDOW = timedelta(minutes=1)
WORK_PATH = re.compile(
    r"/drafts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(edit|check|reject|again)"
)
WORK_FIELDS = ("content_hash", "subject", "body", "reason", "instruction")
"""What of a form about a draft is kept for whoever must log in first."""


class Sessions:
    """Cookies, sessions and forms of the pages."""

    def __init__(self, services: HttpServices, gate: Gate) -> None:
        self._gate = gate
        self._sending = services.sending
        self._mailboxes = services.mailboxes
        self._notices = services.notices
        self._public_url = services.public_url
        self._secure = services.public_url.startswith("https:")
        self._throttle = LoginThrottle(services.limits.logins_per_minute)
        self._clock = services.clock
        self._watch = services.watch

    @property
    def cookie_name(self) -> str:
        """``__Host-`` binds the cookie to this host and path over https; http cannot have it."""
        return "__Host-salesagent" if self._secure else "salesagent"

    def guard(self) -> Guard:
        """A guard that lets in who has a session, and leaves the visit in the state. What changes
        something is for operators, and for pages of ours.

        A plain function, because the framework deep-copies the guards of a router.
        """

        async def has_session(connection: Connection, handler: BaseRouteHandler) -> None:
            try:
                visit = await self.visit(
                    connection.cookies.get(self.cookie_name),
                    setting_up=bool(handler.opt.get(SETTING_UP)),
                )
            except Unauthenticated:
                if isinstance(connection, Request) and self._is_ours(connection):
                    connection.scope["state"]["kept"] = await kept_work(connection)
                raise
            connection.scope["state"]["visit"] = visit
            bind(tenant_id=str(visit.caller.tenant_id))
            if connection.scope.get("method") not in READS:
                require_same_origin(connection.headers, self._public_url)
                if not visit.may_decide and not handler.opt.get(FOR_VIEWERS):
                    raise Forbidden(LOOKS_ONLY)
                if handler.opt.get(PROVEN) and not visit.fresh:
                    raise ProofNeeded(str(handler.opt[PROVEN]))

        return has_session

    async def visit(self, token: str | None, *, setting_up: bool = False) -> Visit:
        """The visit that a cookie's token stands for, with what every page shows.

        Raises:
            Unauthenticated, Forbidden; TwoFactorMissing: unless it is for ``setting_up``
        """
        visit = await self._gate.by_token(token, setting_up=setting_up)
        if self._sending is not None:
            now = await sending_now(self._sending, visit.caller.tenant_id)
            visit = attrs.evolve(visit, sending=now)
        if self._mailboxes is not None:
            stuck = await self._mailboxes.stuck(visit.caller.tenant_id)
            visit = attrs.evolve(visit, stuck=stuck)
        if self._notices is not None:
            waiting = await self._notices.waiting(visit.caller.tenant_id)
            visit = attrs.evolve(visit, notices=waiting)
        return visit

    async def whoever(self, request: AnyRequest) -> Visit | None:
        """Who asks, if anybody can be found soon: for the frame of a page that is open to all."""
        token = request.cookies.get(self.cookie_name)
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self.visit(token, setting_up=True)
        except Unauthenticated:
            request.scope["state"][UNPROVEN] = True
        except Exception as error:
            log.warning("who asked could not be looked up: %s", type(error).__name__)
        return None

    async def caller(self, request: AnyRequest) -> Caller:
        """Who asks, by their session or by an API key: for the one open page that both may use.

        Raises:
            Unauthenticated, Forbidden
        """
        if "authorization" in request.headers or "x-api-key" in request.headers:
            return await self._gate.by_headers(request.headers)
        return (await self._gate.by_token(request.cookies.get(self.cookie_name))).caller

    async def log_in(self, request: AnyRequest, key_text: str) -> Cookie:
        """A new session for the key, as the cookie to set.

        Raises:
            Unauthenticated: the key is not good. Forbidden: it has no scope for pages.
            RateLimited: too many tries from this address.
        """
        self.count_try(request)
        try:
            key = await self._gate.by_key(key_text)
        except Unauthenticated:
            self._watch.log_in_refused(Because.BAD_KEY)
            raise
        if not caller_of(key).may(Scope.VIEWER):
            raise Forbidden("Pages need a key with the viewer, operator or admin scope.")
        _, token = await self._gate.open_session(key)
        return await self.entered(request, token)

    def count_try(self, request: AnyRequest) -> None:
        """Note a try from this address, before it costs us anything. Raises: RateLimited."""
        try:
            self._throttle.count(address_of(request.scope), self._clock.now())
        except RateLimited:
            self._watch.log_in_refused(Because.THROTTLED)
            raise

    async def entered(self, request: AnyRequest, opened: Opened | str) -> Cookie:
        """The cookie of a new session; the one that the browser brought along ends."""
        await self._gate.forget(request.cookies.get(self.cookie_name))
        token = opened if isinstance(opened, str) else opened.token
        return self._cookie(token, int(SESSION_LASTS.total_seconds()))

    async def log_out(self, visit: Visit) -> Cookie:
        """End the session on the server; the cookie to set ends it in the browser."""
        await self._gate.close_session(visit)
        return self._cookie("", 0)

    async def form(self, request: AnyRequest, visit: Visit | None) -> dict[str, str]:
        """The fields of a posted form that is proven to come from our own page.

        Raises:
            Forbidden: it came from elsewhere, or from another session.
            InvalidInput: it is no form.
        """
        return dict(await self.pairs(request, visit))

    async def pairs(
        self, request: AnyRequest, visit: Visit | None, most: int = MAX_FORM_FIELDS
    ) -> list[tuple[str, str]]:
        """As ``form``, with every value of a field that is there several times."""
        require_same_origin(request.headers, self._public_url)
        pairs = await read_form(request, most)
        if visit is not None and not hmac.compare_digest(
            dict(pairs).get("csrf", "").encode(), visit.csrf.encode()
        ):
            raise Forbidden("This form is not from your session. Load the page again.")
        return pairs

    def _is_ours(self, request: AnyRequest) -> bool:
        try:
            require_same_origin(request.headers, self._public_url)
        except Forbidden:
            return False
        return True

    def _cookie(self, value: str, max_age: int) -> Cookie:
        return Cookie(
            key=self.cookie_name,
            value=value,
            max_age=max_age,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="strict",
        )


async def sending_now(sending: SendingServices, tenant_id: TenantId) -> SendingNow:
    """Mode and kill switch at this moment."""
    mode = await sending.control.mode(tenant_id)
    status = await sending.control.status(tenant_id)
    return SendingNow(
        mode=mode.mode.value.replace("_", " "),
        stopped_by=status.by if status.stopped else None,
        why=status.why,
        everywhere=status.everywhere,
        in_flight=len(status.in_flight),
    )


class LoginThrottle:
    """So many tries a minute from one address, in this process's memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tries: dict[str, deque[datetime]] = {}

    def count(self, address: str, now: datetime) -> None:
        """Note a try. Raises: RateLimited."""
        tries = self._tries.setdefault(address, deque())
        while tries and now - tries[0] >= WINDOW:
            tries.popleft()
        if len(tries) >= self._most:
            raise RateLimited("Too many tries. Wait a minute.", retry_at=tries[0] + WINDOW)
        tries.append(now)
        if len(self._tries) > MAX_ADDRESSES:
            self._forget(now)

    def _forget(self, now: datetime) -> None:
        recent = {
            address: tries
            for address, tries in self._tries.items()
            if tries and now - tries[-1] < WINDOW
        }
        self._tries = recent if len(recent) <= MAX_ADDRESSES else {}


async def read_form(request: AnyRequest, most: int = MAX_FORM_FIELDS) -> list[tuple[str, str]]:
    """The fields of an urlencoded form, in its order.

    Raises:
        InvalidInput: another content type, or too many fields.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise _no_form("must be application/x-www-form-urlencoded")
    body = await request.body()
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=most
        )
    except ValueError:
        raise _no_form(f"must have at most {most} fields") from None


async def kept_work(request: AnyRequest) -> dict[str, str]:
    """What somebody typed about a draft and sent after their session had ended, to be given back
    to them once they are logged in; empty for any other request."""
    path = WORK_PATH.fullmatch(request.scope["path"])
    if path is None or request.method != "POST":
        return {}
    try:
        fields = dict(await read_form(request))
    except (InvalidInput, HTTPException):
        return {}
    typed = {name: fields[name] for name in WORK_FIELDS if fields.get(name)}
    return {"draft": path[1], "form": path[2], **typed} if typed else {}


def kept_fields(fields: dict[str, str]) -> dict[str, str]:
    """What ``kept_work`` kept, as the login form carries it; empty where there is nothing."""
    path = WORK_PATH.fullmatch(f"/drafts/{fields.get('draft', '')}/{fields.get('form', '')}")
    if path is None:
        return {}
    names = ("draft", "form", *WORK_FIELDS)
    return {name: fields[name] for name in names if name in fields}


def local_path(text: str | None) -> str:
    """``text`` if it is a path on this site, else the first page: never a way to elsewhere."""
    if text is None or not text.startswith("/") or text.startswith("//") or len(text) > 500:
        return "/"
    if any(char == "\\" or char <= " " or char >= "\x7f" for char in text):
        return "/"
    return text


def login_redirect(request: AnyRequest) -> Response[Any]:
    """To the login page, and back afterwards when it was a page that was asked for."""
    if request.method != "GET":
        return Redirect("/login", status_code=303)
    wanted = local_path(request.scope["path"])
    return Redirect(f"/login?{urlencode({'next': wanted})}", status_code=303)


def _no_form(what: str) -> InvalidInput:
    return InvalidInput(f"The form {what}.", [Problem(where="body", what=what)])
