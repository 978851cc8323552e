"""A small server that answers as a script says: HTTP exchanges as Google's documents show them.

Each request that was read whole is counted. What does not fit the script is answered with 599, so
that a test that asks for more than it said fails.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs


@attrs.frozen(kw_only=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@attrs.frozen(kw_only=True)
class Answer:
    """What the server does once it has read the request. ``cut``: bytes after which it breaks off;
    ``reset``: it does so without a farewell; ``wait``: seconds before it answers."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = attrs.field(factory=dict)
    cut: int | None = None
    reset: bool = False
    wait: float = 0.0


Reply = Answer | Callable[[Asked], Answer]


def ok(body: object, **headers: str) -> Answer:
    return Answer(body=json.dumps(body).encode(), headers=headers)


def refused(
    status: int, reason: str = "", message: str = "Said by the server.", **headers: str
) -> Answer:
    """An error in the form of Google's JSON APIs."""
    error: dict[str, Any] = {"code": status, "message": message}
    if reason:
        error["errors"] = [{"domain": "global", "reason": reason, "message": message}]
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=json.dumps({"error": error}).encode(), headers=given)


class Exchanges:
    """The server. ``on(path, ...)`` scripts the answers of a path, in order; the last one stays."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        self._answers: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.asked: list[Asked] = []
        self.connections = 0
        self.reset_on_connect = False

    @property
    def url(self) -> str:
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self._socket.getsockname()[1]}"

    def on(self, path: str, *answers: Reply) -> None:
        with self._lock:
            self._answers[path] = list(answers)

    def count(self, path: str) -> int:
        with self._lock:
            return sum(each.path == path for each in self.asked)

    def serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        # Closing alone does not wake the thread that accepts.
        with socket.create_connection(self._socket.getsockname()):
            pass
        self._socket.close()

    def _talk(self, plain: socket.socket) -> None:
        if self.reset_on_connect:
            _reset(plain)
            return
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        except OSError:
            plain.close()
            return
        with connection:
            asked = _read(connection)
            if asked is not None:
                self._reply(connection, self._next(asked))

    def _next(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            answers = self._answers.get(asked.path)
            if not answers:
                return Answer(status=599, body=b"not in the script")
            reply = answers.pop(0) if len(answers) > 1 else answers[0]
        return reply(asked) if callable(reply) else reply

    def _reply(self, connection: socket.socket, answer: Answer) -> None:
        self._stopping.wait(answer.wait)
        headers = {"content-type": "application/json", "content-length": str(len(answer.body))}
        head = "".join(
            f"{name}: {value}\r\n" for name, value in {**headers, **answer.headers}.items()
        )
        octets = f"HTTP/1.1 {answer.status} Said\r\n{head}\r\n".encode()
        if answer.reset and answer.cut is None:
            _reset(connection)
            return
        try:
            if answer.cut is None:
                connection.sendall(octets)
                connection.sendall(answer.body)
            else:
                connection.sendall((octets + answer.body)[: answer.cut])
        except OSError:
            return
        if answer.reset:
            time.sleep(0.05)
            _reset(connection)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read(connection: socket.socket) -> Asked | None:
    with connection.makefile("rb") as stream:
        first = stream.readline().decode("latin-1").split()
        if len(first) != 3:
            return None
        headers: dict[str, str] = {}
        while (line := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
    parts = urlsplit(first[1])
    return Asked(
        method=first[0],
        path=parts.path,
        query=parse_qs(parts.query),
        headers=headers,
        body=body,
    )


@contextmanager
def exchanges(tls: ssl.SSLContext | None = None) -> Iterator[Exchanges]:
    """The server on loopback; over TLS with ``tls``, then by the name ``localhost``."""
    server = Exchanges(tls)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
