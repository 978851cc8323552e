"""A token endpoint of ours that does what Google's does on its bad days.

Written from Google's documents: what an answer holds, ``invalid_grant``, 5xx, and what a network
makes of them: an answer that is cut off, or none at all.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import attrs

Answer = tuple[int, Mapping[str, Any] | bytes]
Behave = Callable[[dict[str, str]], Answer]

HANG_SECONDS = 3.0


def id_token(claims: Mapping[str, Any]) -> str:
    """A JWT as the token endpoint gives it; its signature is not looked at on that way."""
    parts = (json.dumps({"alg": "RS256"}), json.dumps(dict(claims)), "signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def refused(error: str, status: int = 400) -> Behave:
    """An error as OAuth words it."""
    return lambda _: (status, {"error": error, "error_description": "planted-description"})


def granted(**more: Any) -> Behave:
    """A good answer; tokens are numbered, so that none is given twice."""

    def answer(_: dict[str, str]) -> Answer:
        number = next(_numbers)
        token = {"access_token": f"access-{number}", "expires_in": 3600, "token_type": "Bearer"}
        return 200, token | more

    return answer


def slowly(behave: Behave, seconds: float) -> Behave:
    """The same, later."""

    def answer(form: dict[str, str]) -> Answer:
        time.sleep(seconds)
        return behave(form)

    return answer


def cut_off(_: dict[str, str]) -> Answer:
    """Half a good answer, then nothing."""
    return 200, b'{"access_token": "planted-half", "expires_'


def hang(_: dict[str, str]) -> Answer:
    """Nothing, for longer than anybody waits."""
    time.sleep(HANG_SECONDS)
    return 200, b""


@attrs.define
class TokenServer:
    """A running one. ``asked`` are the forms that came in, the first of which sets ``came``;
    ``behave`` is what it does now."""

    url: str
    behave: Behave
    asked: list[dict[str, str]] = attrs.field(factory=list)
    came: threading.Event = attrs.field(factory=threading.Event)
    revoked: list[str] = attrs.field(factory=list)


@contextmanager
def token_server(behave: Behave | None = None) -> Iterator[TokenServer]:
    """Start it on a free loopback port; it ends with the block."""
    state = TokenServer("", behave or granted())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            if self.path.endswith("/revoke"):
                state.revoked.append(form["token"])
                self._answer(200, {})
                return
            state.asked.append(form)
            state.came.set()
            status, body = state.behave(form)
            self._answer(status, body)

        def _answer(self, status: int, body: Mapping[str, Any] | bytes) -> None:
            whole = isinstance(body, bytes)
            content = body if isinstance(body, bytes) else json.dumps(dict(body)).encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                # Raw bytes are an answer that breaks off: it promises more than comes.
                self.send_header("content-length", str(len(content) + (100 if whole else 0)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_numbers = iter(range(1, 1_000_000))
