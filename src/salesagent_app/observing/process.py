"""What a process shows of itself, put together from the settings; nothing is loaded that is off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from salesagent_app.observing.watch import Watch
from salesagent_app.settings import Settings
from salesagent_core.ports.vital_signs import Readings

if TYPE_CHECKING:
    from salesagent_app.observing.meters import Meters
    from salesagent_app.observing.shared import Parts, Sampler

log = logging.getLogger(__name__)

BIND_AGAIN_SECONDS = 5.0
Read = Callable[[], Awaitable[Readings]]
Close = Callable[[], Awaitable[None]]


class Observing:
    """Metrics on a port of their own, traces and faults: each where its setting is there.

    The port is not the application's: what is told there is for those who run it, and it listens
    on this machine only unless ``METRICS_HOST`` says otherwise. Every process has its own.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.watch = Watch()
        self.parts: Parts | None = None
        self._sampler: Sampler | None = None
        self._server: Any = None
        self._closed = threading.Event()
        self._counting: logging.Handler | None = None

    def start(self, signs: Callable[[], tuple[Read, Close]]) -> None:
        """Start what is set. ``signs`` makes what reads the database, for a loop of its own."""
        settings = self._settings
        if settings.metrics_port is not None:
            self.watch.meters = self._metrics(settings.metrics_port, signs)
        endpoint = settings.otel_exporter_otlp_endpoint
        if endpoint is not None:
            from salesagent_app.observing.tracing import Tracing

            headers = settings.otel_exporter_otlp_headers
            self.watch.tracing = Tracing(
                endpoint,
                headers=header_pairs(headers.get_secret_value()) if headers else None,
                ratio=settings.trace_ratio,
                attributes={"deployment.environment.name": settings.api_env.value},
            )
        if settings.sentry_dsn is not None:
            from salesagent_app.observing.faults import report_faults

            report_faults(
                settings.sentry_dsn.get_secret_value(),
                environment=settings.api_env.value,
                release="salesagent",
            )

    def stop(self) -> None:
        """Send what is left and stop."""
        self._closed.set()
        if self._counting is not None:
            logging.getLogger().removeHandler(self._counting)
        if self._sampler is not None:
            self._sampler.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self.watch.tracing is not None:
            self.watch.tracing.close()
        if self._settings.sentry_dsn is not None:
            from salesagent_app.observing.faults import stop_reporting

            stop_reporting()

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where the metrics are served, with the port that it got."""
        if self._server is None:
            return None
        host, port = self._server.server_address[:2]
        return host, port

    def _metrics(self, port: int, signs: Callable[[], tuple[Read, Close]]) -> Meters:
        from salesagent_app.observing.meters import CountingHandler, Meters
        from salesagent_app.observing.shared import Parts, Sampler, SharedCollector

        meters = Meters()
        self.parts = Parts()
        collector = SharedCollector(self.parts)
        meters.registry.register(collector)
        self._counting = CountingHandler(meters)
        logging.getLogger().addHandler(self._counting)
        self._sampler = Sampler(collector, *signs())
        self._sampler.start()
        if not self._serve(meters, port):
            # The process before may still be draining: work goes on, and it is tried again.
            log.warning("the metrics' port %d is taken; trying again", port)
            threading.Thread(target=self._serve_later, args=(meters, port), daemon=True).start()
        return meters

    def _serve(self, meters: Meters, port: int) -> bool:
        from prometheus_client import start_http_server

        try:
            self._server, _ = start_http_server(port, self._settings.metrics_host, meters.registry)
        except OSError:
            return False
        log.info("metrics on http://%s:%d/metrics", *self._server.server_address[:2])
        return True

    def _serve_later(self, meters: Meters, port: int) -> None:
        while not self._closed.wait(BIND_AGAIN_SECONDS) and not self._serve(meters, port):
            pass


def header_pairs(text: str) -> dict[str, str]:
    """``name=value,name=value``, as OpenTelemetry writes headers."""
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}
