"""A server that answers with exactly the bytes of a test: what no well-behaved one does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs


@attrs.define(kw_only=True)
class Exchanges:
    """``script`` is used up in order; the last answer is given again and again.

    ``requests`` holds the bodies that were sent. An answer is raw bytes, a status line and headers
    included; ``DRIPS`` sends a byte now and then, and never ends.
    """

    port: int = 0
    script: list[bytes] = attrs.field(factory=list)
    requests: list[bytes] = attrs.field(factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def bodies(self) -> list[dict[str, Any]]:
        """The JSON bodies that were sent."""
        return [json.loads(body) for body in self.requests]


DRIPS = b"drips"
CLOSES = b""


def answer(
    body: bytes | str,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
    cut: int | None = None,
) -> bytes:
    """One HTTP answer; ``cut`` bytes of its body at most are sent, whatever it announces."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Some", f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    return head + (content if cut is None else content[:cut])


def completion(
    content: str | None,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    tokens: tuple[int, int] = (100, 20),
) -> bytes:
    """A chat completion as OpenAI's reference shows it."""
    return answer(
        json.dumps(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-test-2026",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": finish,
                        "message": {"role": "assistant", "content": content, "refusal": refusal},
                    }
                ],
                "usage": {
                    "prompt_tokens": tokens[0],
                    "completion_tokens": tokens[1],
                    "total_tokens": sum(tokens),
                },
            }
        )
    )


def failure(status: int, code: str, headers: Mapping[str, str] | None = None) -> bytes:
    """An error as OpenAI's reference shows it. Its message holds what must not get out."""
    error = {"message": "secret-of-a-person sk-live-1", "type": code, "code": code, "param": None}
    return answer(json.dumps({"error": error}), status=status, headers=headers)


@asynccontextmanager
async def exchanges(*script: bytes) -> AsyncIterator[Exchanges]:
    """A server on a free port of loopback with that script."""
    served = Exchanges(script=list(script))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            lengths = [
                int(line.partition(":")[2])
                for line in head.split("\r\n")
                if line.startswith("content-length:")
            ]
            length = lengths[0] if lengths else 0
            served.requests.append(await reader.readexactly(length))
            reply = served.script[0] if len(served.script) == 1 else served.script.pop(0)
            if reply == DRIPS:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            writer.write(reply)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
