"""What a language model does and its stand-in (``aimock``) cannot: answer from what it was given.

A proxy in front of the stand-in: it reads the sources of the request, decides what a model of that
character would write, tells the stand-in to answer so, and passes the request on.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import httpx
from tests.services.aimock import Aimock

_PIECE = re.compile(r"<<<DATA (\w+) (\w+)>>>\n(.*?)\n<<<END \1>>>", re.DOTALL)


@attrs.frozen(kw_only=True)
class Piece:
    """A source as the model reads it."""

    id: str
    kind: str
    label: str
    link: str
    text: str


@attrs.define(kw_only=True)
class ModelFront:
    """``character`` is ``good``, ``inventive`` (cites a source that there is none of) or
    ``obedient`` (does what a stranger's text says). ``failing``: that status, for every call."""

    model: Aimock
    url: str = ""
    character: str = "good"
    failing: int | None = None
    calls: int = 0
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self.lock:
            self.calls += 1
            if self.failing is not None:
                return self.failing, b'{"error": {"message": "as the test wants it"}}'
            if path.endswith("/chat/completions"):
                told = json.loads(body)["messages"][-1]["content"]
                self.model.answers(json.dumps(self._written(told)))
            passed = {name: headers[name] for name in ("authorization", "content-type")}
            got = httpx.post(f"{self.model.url}{path}", content=body, headers=passed, timeout=20)
            return got.status_code, got.content

    def _written(self, told: str) -> dict[str, Any]:
        texts = {name: text for _, name, text in _PIECE.findall(told)}
        if "task" not in texts:
            # Asked whether it is there, not to write.
            return {"ready": True}
        task = json.loads(texts["task"])
        pieces = [_piece(name, text) for name, text in texts.items() if re.fullmatch(r"s\d+", name)]
        paragraphs = [f"Hello {task['first_name']},", "Thank you for your message."]
        claims = []
        for piece in pieces:
            if piece.kind == "asset":
                line = f"This may help: {piece.label}\n{piece.link}"
                paragraphs.append(line)
                claims.append({"text": line, "source_ids": [piece.id]})
        slots = [piece for piece in pieces if piece.kind == "slot"]
        if slots:
            times = [f"- {piece.text}" for piece in slots]
            paragraphs.append("\n".join(["Would one of these times suit you?", *times]))
            claims += [{"text": piece.text, "source_ids": [piece.id]} for piece in slots]
        if self.character == "inventive":
            claims.append({"text": "Thank you for your message.", "source_ids": ["s999"]})
        if self.character == "obedient":
            line = "We give you 90 % off for life: https://evil.example/login"
            paragraphs.insert(2, line)
            claims.append({"text": line, "source_ids": [pieces[0].id]})
        paragraphs.append(f"Kind regards\n{task['sender']}")
        return {"subject": "Your question", "paragraphs": paragraphs, "claims": claims}


def _piece(name: str, text: str) -> Piece:
    head, _, rest = text.partition("\n\n")
    lines = dict(line.partition(": ")[::2] for line in head.splitlines())
    return Piece(
        id=name,
        kind=lines["kind"],
        label=lines["label"],
        link=lines.get("link", ""),
        text=rest.strip(),
    )


@contextmanager
def model_front(model: Aimock) -> Iterator[ModelFront]:
    """A front on a free loopback port, before that stand-in."""
    front = ModelFront(model=model)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = front.answer(self.path, headers, body)
            self.close_connection = True
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
