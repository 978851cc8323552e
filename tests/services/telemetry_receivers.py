"""What a process tells the outside, as whoever receives it sees it: raw bytes first, then read."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@attrs.frozen(kw_only=True)
class Span:
    """One span as it came over the wire; ids in hexadecimal."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]
    error: str


@attrs.define
class Receiver:
    """All that was posted to it, unpacked."""

    url: str
    bodies: list[tuple[str, bytes]] = attrs.Factory(list)

    @property
    def text(self) -> str:
        """Everything, as text to search in."""
        return "\n".join(body.decode("utf-8", "replace") for _, body in list(self.bodies))

    def events(self) -> list[dict[str, Any]]:
        """Sentry's events: the items of that kind in the envelopes."""
        found = []
        for path, body in list(self.bodies):
            lines = body.split(b"\n")
            for header, payload in zip(lines[1::2], lines[2::2], strict=False):
                if path.endswith("/envelope/") and json.loads(header).get("type") == "event":
                    found.append(json.loads(payload))
        return found

    def spans(self) -> list[Span]:
        """OTLP's spans."""
        found = []
        for path, body in list(self.bodies):
            if path != "/v1/traces":
                continue
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    found += [_span(each) for each in scope.spans]
        return found


def _span(raw: Any) -> Span:
    return Span(
        name=raw.name,
        trace_id=raw.trace_id.hex(),
        span_id=raw.span_id.hex(),
        parent_id=raw.parent_span_id.hex(),
        attributes={
            each.key: each.value.string_value or str(each.value.int_value)
            for each in raw.attributes
        },
        error=raw.status.message,
    )


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server on loopback that takes whatever is posted to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.bodies.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
