"""One HTTP exchange with Google: a connection of its own, one request, never a second one.

``httplib2`` sends a request again when the server closed the connection without an answer, which
is exactly how a server behaves that read the request and died. Here nothing is sent twice.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import zlib
from typing import Any

import attrs
import httplib2

_CHUNK = 256 * 1024


@attrs.frozen(kw_only=True)
class Timeouts:
    """Seconds. ``answer`` is the longest silence of the server, ``total`` the whole exchange."""

    connect: float = 5.0
    answer: float = 20.0
    total: float = 30.0


class AnswerTooLarge(Exception):  # noqa: N818
    """The answer is larger than the caller can hold."""


class Abandoned(Exception):  # noqa: N818
    """The caller gave up before the request was written: it was not sent."""


class OneRequest(httplib2.Http):  # type: ignore[misc]
    """An ``httplib2.Http`` for a single exchange: no retries, no redirects, no cache.

    ``begun`` tells whether any of the request may have reached the server.
    """

    def __init__(self, timeouts: Timeouts, *, max_bytes: int) -> None:
        super().__init__(timeout=timeouts.connect)
        self.follow_redirects = False
        self.begun = False
        self._timeouts = timeouts
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._abandoned = False
        self._socket: socket.socket | None = None

    def abandon(self, *, cut: bool) -> None:
        """Do not begin any more; with ``cut`` also break off what was begun."""
        with self._lock:
            self._abandoned = True
            sock = self._socket
        if cut and sock is not None:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket, which is not safe beside a reading thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _conn_request(
        self, conn: Any, request_uri: str, method: str, body: Any, headers: dict[str, str]
    ) -> tuple[Any, bytes]:
        deadline = time.monotonic() + self._timeouts.total
        try:
            conn.connect()
            self._begin(conn.sock)
            conn.sock.settimeout(self._timeouts.answer)
            conn.request(method, request_uri, body, {**headers, "accept-encoding": "gzip"})
            answer = conn.getresponse()
            content = self._read(answer, deadline)
            return httplib2.Response(answer), content
        finally:
            conn.close()
            with self._lock:
                self._socket = None

    def _begin(self, sock: socket.socket) -> None:
        with self._lock:
            if self._abandoned:
                raise Abandoned
            self.begun = True
            self._socket = sock

    def _read(self, answer: http.client.HTTPResponse, deadline: float) -> bytes:
        zipped = answer.getheader("content-encoding", "").strip().lower() in ("gzip", "x-gzip")
        unzip = zlib.decompressobj(31) if zipped else None
        found = bytearray()
        while True:
            chunk = answer.read(_CHUNK)
            if not chunk:
                break
            room = self._max_bytes - len(found) + 1
            found += unzip.decompress(chunk, room) if unzip else chunk
            if len(found) > self._max_bytes:
                raise AnswerTooLarge
            if time.monotonic() > deadline:
                raise TimeoutError
        if answer.length or (unzip is not None and not unzip.eof and found):
            # Reading in pieces does not tell that the connection ended too early.
            raise http.client.IncompleteRead(b"")
        told = answer.chunked or answer.getheader("content-length") is not None
        if not found and not told and answer.status != 204:
            # Nor does a connection that ended among the headers.
            raise http.client.IncompleteRead(b"")
        return bytes(found)
