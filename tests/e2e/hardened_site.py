"""A real installation for the tests of a hostile network: one process, a database, raw sockets."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import attrs
from tests.e2e.processes import SALESAGENT, Running, Site


@attrs.define(kw_only=True)
class Answered:
    """What came back over a socket until the other side closed it or said all it had to."""

    raw: bytes

    @property
    def status(self) -> int:
        found = re.match(rb"HTTP/1\.1 (\d{3})", self.raw)
        return int(found[1]) if found else 0


def key_of(site: Site, *scopes: str) -> str:
    """A new API key, made on the command line as an operator of the installation does."""
    wanted = [part for scope in scopes for part in ("--scope", scope)]
    made = subprocess.run(
        [sys.executable, *SALESAGENT, "key", "create", "tests", *wanted, "--json"],
        env=site.environment(),
        capture_output=True,
        cwd=site.folder,
        check=True,
    )
    found = re.search(rb"sa_[A-Za-z0-9-]+_[A-Za-z0-9_-]+", made.stdout)
    assert found is not None, made.stdout
    return found[0].decode()


def connect(site: Site, timeout: float = 20.0) -> socket.socket:
    """A connection of ours to the server."""
    return socket.create_connection(("127.0.0.1", site.port), timeout=timeout)


def exchange(site: Site, parts: Iterable[bytes], *, timeout: float = 20.0) -> Answered:
    """Send these bytes until the server has enough, and read its answer."""
    with connect(site, timeout) as line:
        with suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                line.sendall(part)
        return Answered(raw=read_answer(line))


def read_answer(line: socket.socket) -> bytes:
    """One answer with a content-length, or all until the end."""
    raw = b""
    with suppress(ConnectionResetError, TimeoutError):
        while chunk := line.recv(65_536):
            raw += chunk
            head, found, body = raw.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if found and length and len(body) >= int(length[1]):
                break
    return raw


def resident_bytes(running: Running) -> int:
    """How much memory a process holds, as the kernel counts it."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024
