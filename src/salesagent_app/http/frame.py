"""What every answer carries, whatever answered: a request id and the security headers."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable

from litestar.types import Message, Scope, Send

from salesagent_app.telemetry import bind

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"
)

PERMISSIONS = (
    "microphone=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=(), "
    "browsing-topics=()"
)
"""The microphone is for commands by word."""

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", PERMISSIONS.encode()),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_ENCODED = b"content-encoding"
NO_STORE = (b"cache-control", b"no-store")

RequestIds = Callable[[], bytes]


def request_ids() -> RequestIds:
    """Ids that are unique across processes and cost next to nothing each."""
    prefix = secrets.token_hex(6).encode()
    counter = itertools.count(1)
    return lambda: b"%s-%x" % (prefix, next(counter))


def framed(send: Send, scope: Scope, request_id: bytes, *, https: bool) -> Send:
    """``send`` that adds the headers; those that an answer brings itself stay."""
    scope.setdefault("state", {})["request_id"] = request_id.decode()
    bind(request_id=request_id.decode())

    async def send_framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            there = {name.lower() for name, _ in headers}
            ours = (*SECURITY_HEADERS, NO_STORE, (b"x-request-id", request_id))
            headers += [pair for pair in ours if pair[0] not in there]
            if https:
                headers.append(_HSTS)
            message["headers"] = headers
        await send(message)

    return send_framed


Answered = Callable[[str, str, int, float], None]
"""Takes the method, the route's template, the status and the seconds until the answer began."""
UNKNOWN_ROUTE = "(unknown)"


def measured(send: Send, scope: Scope, answered: Answered) -> Send:
    """``send`` that tells of the answer. What no route serves is one route: paths are as many as
    strangers like."""
    began = time.perf_counter()

    async def send_measured(message: Message) -> None:
        if message["type"] == "http.response.start":
            route = scope.get("path_template") or UNKNOWN_ROUTE
            seconds = time.perf_counter() - began
            answered(scope["method"], str(route), message["status"], seconds)  # type: ignore[typeddict-item]
        await send(message)

    return send_measured


def encoded(scope: Scope) -> bool:
    """Whether the body is said to be compressed: nothing here unpacks one, however small."""
    return any(name == _ENCODED and value != b"identity" for name, value in scope["headers"])


async def refuse_encoded(send: Send) -> None:
    """415, before a byte of the body is read."""
    body = (
        b'{"status":"unsupported_media_type","detail":"Compressed bodies are not read here.",'
        b'"request_id":"","problems":[],"reasons":[],"may_go_at":null}'
    )
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"accept-encoding", b"identity"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 415, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
