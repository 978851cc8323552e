"""How many requests: per address on what is open to everybody, per caller on what is not.

What is proven is never stopped for its address: a signed webhook, a good key, a good session. What
is not proven is counted: every request of the login, the unsubscribe link and the way back from
consent, and elsewhere each one that was refused for its signature, key or session.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request
from litestar.types import Message, Scope, Send

from salesagent_app.http.auth import Caller
from salesagent_app.http.services import Limits, Windows
from salesagent_core.errors import RateLimited
from salesagent_core.ports.clock import Clock

WINDOW_SECONDS = 60.0
OPEN_PREFIXES = ("/login", "/invite", "/reset", "/u/", "/auth/")
"""Addresses that anybody may ask. Health and static files cost nothing and are not counted."""
UNPROVEN = "unproven"
"""The mark in a request's state: nobody it could be was proven."""
_TOO_MUCH = "Too many requests. Retry-After says when to come again."


class RequestLimits:
    """The two limits, each per minute."""

    def __init__(self, windows: Windows, clock: Clock, limits: Limits) -> None:
        self._windows = windows
        self._clock = clock
        self._per_address = limits.open_per_minute
        self._per_caller = limits.caller_per_minute

    async def before(self, request: Request[Any, Any, Any]) -> None:
        """Count a request once its guards have let it in.

        Raises:
            RateLimited: with the moment from which on it would be answered.
        """
        caller = caller_in(request.scope)
        if caller is not None:
            name = f"caller:{caller.tenant_id}:{caller.id}"
            self._refuse(await self._windows.hit(name, self._per_caller, WINDOW_SECONDS))
        elif request.scope["path"].startswith(OPEN_PREFIXES):
            self._refuse(await self.unproven(request.scope))

    async def unproven(self, scope: Scope) -> float | None:
        """Count a request of nobody proven; seconds to wait when there were too many."""
        name = f"address:{address_of(scope)}"
        return await self._windows.hit(name, self._per_address, WINDOW_SECONDS)

    def counting(self, send: Send, scope: Scope) -> Send:
        """``send`` that turns the answer to one request too many of nobody proven into a 429."""
        instead: list[bytes] = []

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["state"].get(UNPROVEN):
                wait = await self.unproven(scope)
                if wait is not None:
                    instead.append(too_much(str(scope["state"].get("request_id", ""))))
                    message = {
                        "type": "http.response.start",
                        "status": 429,
                        "headers": too_much_headers(instead[0], wait),
                    }
            elif instead and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": instead.pop(), "more_body": False}
            await send(message)

        return send_counted

    def _refuse(self, wait: float | None) -> None:
        if wait is not None:
            raise RateLimited(_TOO_MUCH, retry_at=self._clock.now() + timedelta(seconds=wait))


def caller_in(scope: Scope) -> Caller | None:
    """Whom the guards let in, by key or by session."""
    state = scope["state"]
    caller = state.get("caller")
    if caller is None and state.get("visit") is not None:
        caller = state["visit"].caller
    return caller if isinstance(caller, Caller) else None


def address_of(scope: Scope) -> str:
    """Whose request it is: an IPv4 address, or the /64 that one customer of a provider has."""
    client = scope.get("client")
    text = client[0] if client else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)


def too_much(request_id: str) -> bytes:
    """The body of a 429 that is given before or instead of any other answer."""
    answer: dict[str, object] = {
        "status": "limited",
        "detail": _TOO_MUCH,
        "request_id": request_id,
        "problems": [],
        "reasons": [],
        "may_go_at": None,
    }
    return msgspec.json.encode(answer)


def too_much_headers(body: bytes, wait: float) -> list[tuple[bytes, bytes]]:
    """Its headers."""
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        retry_after(wait),
    ]


def retry_after(wait: float) -> tuple[bytes, bytes]:
    """The header that says when to come again, in whole seconds."""
    return b"retry-after", b"%d" % max(1, math.ceil(wait))
