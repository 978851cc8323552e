"""Run a process for good: the HTTP server, or a worker, until a signal ends it."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from types import FrameType

import uvicorn

from salesagent_adapters.postgres import embedded
from salesagent_adapters.postgres import migrate as migrations
from salesagent_app.bounded_http import BoundedHttp
from salesagent_app.process import POSTGRES_FOLDER, Process
from salesagent_app.settings import Settings
from salesagent_core.errors import Unavailable

log = logging.getLogger(__name__)

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 30
KEEP_ALIVE_SECONDS = 20
START_SECONDS = 15
GARBAGE_THRESHOLD = 10_000
"""New containers before a young collection; a batch of forms makes some thousands at once."""


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


class LocalServer:
    """The HTTP server on a loopback port, in a thread; for the demo and the smoke test."""

    def __init__(self, process: Process, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = http_server(process, host=host, port=port)
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    def __enter__(self) -> LocalServer:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise Unavailable("the HTTP server did not start: is the port taken?")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens, with the port that it got."""
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def wait(self) -> None:
        """Until somebody interrupts it."""
        self._thread.join()


def serve(
    process: Process, *, host: str, port: int, with_worker: bool, notice: float = 0.0
) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight and running steps end first.

    For ``notice`` seconds after the signal everything is still answered, but readiness says no, so
    that a load balancer sends nothing more before the door closes. A second signal closes it.
    """
    server = http_server(process, host=host, port=port, notice=notice)

    def end(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signal that stopped it once more when it is done. With the system's own
    # handler that would end the process before the worker is drained.
    for name in ENDING_SIGNALS:
        signal.signal(name, end)
    if with_worker:
        process.start_worker()
    keep_what_stays()
    log.info("serving on http://%s:%d", host, port)
    server.run()


def keep_what_stays() -> None:
    """Spare the garbage collector all that start-up made and that lives as long as the process.

    Otherwise it walks through every module again and again while requests wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def work(process: Process) -> None:
    """Work until SIGTERM or SIGINT, then drain."""
    stopped = threading.Event()
    for name in ENDING_SIGNALS:
        signal.signal(name, lambda *_: stopped.set())
    process.start_worker()
    keep_what_stays()
    log.info("working")
    stopped.wait()
    log.info("draining")


def migrate(settings: Settings, revision: str) -> tuple[str | None, str | None]:
    """Migrate the database that the settings name; returns the revision before and after."""
    if settings.database_url is not None:
        return _migrate(settings.database_url.get_secret_value(), revision)
    folder = settings.data_dir / POSTGRES_FOLDER
    try:
        return _migrate(embedded.start(folder), revision)
    finally:
        embedded.stop(folder)


def _migrate(url: str, revision: str) -> tuple[str | None, str | None]:
    before = migrations.current(url)
    migrations.upgrade(url, revision)
    return before, migrations.current(url)
