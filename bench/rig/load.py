"""The load generator, a process of its own: closed loop over keep-alive connections.

Each connection sends its next form when the answer to the one before is there. Requests are built
and signed before the clock starts. Only 202 counts. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import uvloop

from rig.forms import form_body, signed_request

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
ANSWER_SECONDS = 20.0


class Connection(asyncio.Protocol):
    """One client: request, answer, next request, until the time or the supply is over."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's, only of the same shape.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head_end = buffer.find(HEAD_END)
        if head_end < 0 or len(buffer) < head_end + 4 + _length(buffer, head_end):
            self._buffer = buffer
            return
        self._buffer = b""
        now = time.perf_counter()
        self._load.answered(int(buffer[9:12]), now - self._sent_at, now)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.closed()

    def _send(self) -> None:
        assert self._transport is not None
        request = self._load.next_request()
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def _length(buffer: bytes, head_end: int) -> int:
    head = buffer[:head_end].lower()
    start = head.index(LENGTH) + len(LENGTH)
    return int(head[start:].split(b"\r", 1)[0])


class Load:
    """What all connections share: the supply of requests, the clock and the counts."""

    def __init__(self, requests: list[bytes], connections: int, seconds: float) -> None:
        self._requests: Iterator[bytes] = iter(requests)
        self._seconds = seconds
        self._open = connections
        self._done = asyncio.get_running_loop().create_future()
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.started_at = time.perf_counter()
        self.last_at = self.started_at
        self._ends_at = self.started_at + seconds

    def next_request(self) -> bytes | None:
        """None when it is over."""
        if time.perf_counter() >= self._ends_at:
            return None
        return next(self._requests, None)

    def answered(self, status: int, latency: float, now: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.latencies.append(latency)
        self.last_at = now

    def closed(self) -> None:
        """The last connection to close ends it."""
        self._open -= 1
        if self._open == 0 and not self._done.done():
            self._done.set_result(None)

    async def wait(self) -> None:
        """Raises: TimeoutError when answers stay out."""
        await asyncio.wait_for(self._done, self._seconds + ANSWER_SECONDS)


async def run(
    *, port: int, path: str, connections: int, seconds: float, requests: list[bytes]
) -> Load:
    """Put the load on and return what came of it."""
    loop = asyncio.get_running_loop()
    load = Load(requests, connections, seconds)
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    await load.wait()
    return load


def main() -> int:
    """Build, fire, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--supply", type=int, required=True, help="requests to build")
    parser.add_argument("--tag", required=True, help="prefix of the conversion ids")
    asked = parser.parse_args()
    host = f"127.0.0.1:{asked.port}"
    requests = [
        signed_request(asked.path, host, form_body(f"{asked.tag}-{number}", number))
        for number in range(asked.supply)
    ]
    load = uvloop.run(
        run(
            port=asked.port,
            path=asked.path,
            connections=asked.connections,
            seconds=asked.seconds,
            requests=requests,
        )
    )
    latencies = sorted(load.latencies) or [0.0]
    elapsed = load.last_at - load.started_at
    print(
        json.dumps(
            {
                "accepted": load.statuses[202],
                "statuses": dict(load.statuses),
                "elapsed": elapsed,
                "rate": load.statuses[202] / elapsed if elapsed else 0.0,
                "p50_ms": latencies[len(latencies) // 2] * 1000,
                "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
