"""The HTTP server as this product sets it up."""

from __future__ import annotations

import threading
from types import FrameType

import uvicorn

from salesagent_app.bounded_http import BoundedHttp
from salesagent_app.process import Process

GRACE_SECONDS = 30
KEEP_ALIVE_SECONDS = 20


class _Server(uvicorn.Server):
    """Takes leave before it closes the door: for ``notice`` seconds after the first signal
    everything is still answered, but readiness says no."""

    def __init__(
        self, config: uvicorn.Config, draining: threading.Event, notice: float = 0.0
    ) -> None:
        super().__init__(config)
        self._draining = draining
        self._notice = notice

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """What uvicorn calls on SIGTERM and SIGINT; a second one closes the door at once."""
        if not self._notice or self._draining.is_set():
            super().handle_exit(sig, frame)
            return
        self._draining.set()
        timer = threading.Timer(self._notice, self._close)
        timer.daemon = True
        timer.start()

    def _close(self) -> None:
        self.should_exit = True


def http_server(process: Process, *, host: str, port: int, notice: float = 0.0) -> uvicorn.Server:
    """The configured server, not started; ``notice`` as for ``serve``."""
    app = process.container().http_app()
    trusted = process.settings.trusted_proxies
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=BoundedHttp,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        # Said here, because the server's own default believes everybody on this machine.
        forwarded_allow_ips=list(trusted),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config, process.draining, notice)
