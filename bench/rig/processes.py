"""Subjects in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
SOURCE = BENCH.parent / "src"
START_SECONDS = 40.0
STOP_SECONDS = 40.0


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a subject: ours, the paths of the sources, and ``extra``."""
    paths = os.pathsep.join((str(SOURCE), str(BENCH)))
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **extra}


@contextmanager
def python(
    arguments: Sequence[str], extra: Mapping[str, str], log: Path, *, port: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run this Python with ``arguments``; with ``port``, wait until something listens there.

    Raises:
        RuntimeError: it ended or did not listen in ``START_SECONDS``; the end of its log is told.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment(extra),
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
        )
        try:
            if port is not None:
                _await_port(process, port, log)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen:\n{log.read_text()[-3000:]}")
