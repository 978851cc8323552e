"""The server's HTTP protocol, with an end to what a client may take its time or space for.

The server reads a request's head without any bound of its own and waits for it for ever. Here a
head has a size and a deadline, a body has a deadline and the size of the largest one that any
route reads, and a client that goes beyond is answered, where that is possible, and hung up on.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from salesagent_app.http.frame import NO_STORE, SECURITY_HEADERS

HEAD_BYTES = 64 * 1024
"""The request line and all headers together; the largest that browsers send are a quarter."""
BODY_BYTES = 16 * 1024 * 1024
"""More than any route reads (each has its own, lower bound): beyond it nobody reads on."""
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0

_DETAILS = {
    400: ("invalid", "This is no HTTP request."),
    408: ("too_slow", "The request took too long to arrive."),
    413: ("too_large", "The request's body is too large."),
    431: ("headers_too_large", "The request's headers are too large."),
}


class _RefusedError(Exception):
    """Raised in a parser's callback, which stops it."""


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None
    _refusal = 400
    _reading: Literal["nothing", "head", "body"] = "nothing"
    _head = 0
    _body = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.parser is None or self.transport.is_closing():
            return
        super().data_received(data)
        if self._reading == "nothing" and self._answering():
            return
        if self._reading == "head":
            # What comes with a head's end is measured there; this one has not ended yet.
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self._refuse(431)
        # A request that is all there by now needs no timer: that is nearly every one.
        if self._deadline is None and not self.transport.is_closing():
            self._wait(BODY_SECONDS if self._reading == "body" else HEAD_SECONDS)

    def on_message_begin(self) -> None:
        self._reading, self._head = "head", 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size, length = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value)
            if name == b"content-length" and value.isdigit():
                length = int(value[:20])
        if size > HEAD_BYTES:
            self._stop(431)
        if length > BODY_BYTES:
            self._stop(413)
        self._reading, self._body = "body", 0
        self._arrived()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > BODY_BYTES:
            self._stop(413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._arrived()
        self._reading = "nothing"
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the server does when its parser stops: here, the answer that stopped it."""
        del msg
        self._refuse(self._refusal)

    def _stop(self, status: int) -> None:
        self._refusal = status
        raise _RefusedError

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self._reading == "nothing":
            # Nothing was asked: nothing is answered.
            self.transport.close()
            return
        self._refuse(408)

    def _refuse(self, status: int) -> None:
        self._arrived()
        # Where an answer to this request was begun, another one would be read as part of it.
        own = self._reading == "body" or self._answering()
        if not (own and self.cycle.response_started):
            self.transport.write(_answer(status))
        self.transport.close()

    def _answering(self) -> bool:
        """A request that arrived has no complete answer yet."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete


def _answer(status: int) -> bytes:
    kind, detail = _DETAILS[status]
    body = msgspec.json.encode({"status": kind, "detail": detail, "request_id": ""})
    headers = (
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        NO_STORE,
        *SECURITY_HEADERS,
    )
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[status] + lines + b"\r\n" + body
