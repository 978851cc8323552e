"""Limit (c): salesagent's own server, answering a constant from a bare ASGI handler.

The real application with the real settings, and one bare ASGI handler more that reads the body and
answers: once as a route of its own (the limit that the aim is about), once called before the
router as the webhooks are. No signature, no parsing, no database.
"""

from __future__ import annotations

import sys

from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send

from salesagent_app.listening import http_server
from salesagent_app.process import Process
from salesagent_app.serving import keep_what_stays
from salesagent_app.settings import read_settings
from salesagent_app.telemetry import configure_logging

PATH = "/bench/constant"
DOOR = "/bench/door"
BODY = (
    b'{"status":"accepted","submission_id":"019aa3c2-0000-7000-8000-000000000000",'
    b'"task_id":"019aa3c2-0000-7000-8000-000000000001"}'
)
START = {
    "type": "http.response.start",
    "status": 202,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(BODY)),
    ],
}
END = {"type": "http.response.body", "body": BODY, "more_body": False}


@asgi(PATH, copy_scope=False)
async def constant(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, answer."""
    while (await receive()).get("more_body"):
        pass
    await send(START)  # type: ignore[arg-type]
    await send(END)  # type: ignore[arg-type]


def main() -> None:
    """Serve until SIGTERM."""
    settings = read_settings()
    configure_logging(settings.log_level, pretty=None)
    with Process(settings) as process:
        server = http_server(process, host="127.0.0.1", port=int(sys.argv[1]))
        app = server.config.app
        assert isinstance(app, Litestar)
        app.register(constant)
        # Where webhooks stand: in front of the router. A stricter measure than a route.
        app.doors[DOOR] = constant.fn  # type: ignore[attr-defined]
        keep_what_stays()
        server.run()


if __name__ == "__main__":
    main()
