"""Run a process for good: the HTTP server, or a worker, until a signal ends it."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from salesagent_adapters.postgres import embedded
from salesagent_adapters.postgres import migrate as migrations
from salesagent_app.process import POSTGRES_FOLDER, Process
from salesagent_app.settings import Settings
from salesagent_core.errors import Unavailable

log = logging.getLogger(__name__)

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)
START_SECONDS = 15
GARBAGE_THRESHOLD = 10_000
"""New containers before a young collection; a batch of forms makes some thousands at once."""


class LocalServer:
    """The HTTP server on a loopback port, in a thread; for the demo and the smoke test."""

    def __init__(self, process: Process, *, host: str = "127.0.0.1", port: int = 0) -> None:
        from salesagent_app.listening import http_server

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
    # A worker needs none of it.
    from salesagent_app.listening import http_server

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
    with database_address(settings) as url:
        before = migrations.current(url)
        migrations.upgrade(url, revision)
        return before, migrations.current(url)


@contextmanager
def database_address(settings: Settings) -> Iterator[str]:
    """The database that the settings name, or the embedded one, started, as it is."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    folder = settings.data_dir / POSTGRES_FOLDER
    try:
        yield embedded.start(folder)
    finally:
        embedded.stop(folder)
