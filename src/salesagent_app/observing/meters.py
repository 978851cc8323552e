"""The numbers that this process counts and measures itself, and the registry that holds them.

Prometheus adds them up over processes. What the database knows is in ``shared``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
)

NAMESPACE = "salesagent"
_HTTP = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_WORK = (0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"

Observe = Callable[[float], None]


class Meters:
    """One set for each process; two sets do not share anything."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        # To find a series by its labels takes longer than to count in it.
        self._answers: dict[tuple[str, str, int], tuple[Callable[[], None], Observe]] = {}
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self.registry.register(collector)
        self.requests = self._counter(
            "http_requests", "Requests that were answered", "method", "route", "status"
        )
        self.request_time = self._histogram(
            "http_request_seconds", "From the request to the head of its answer", _HTTP, "route"
        )
        self.step_time = self._histogram(
            "step_seconds", "One step of a run", _WORK, "step", "outcome"
        )
        self.vendor_calls = self._counter(
            "vendor_calls", "Calls of a vendor, repeats apart", "vendor", "method", "outcome"
        )
        self.vendor_time = self._histogram(
            "vendor_call_seconds", "One call of a vendor with its repeats", _WORK, "vendor"
        )
        self.refusals = self._counter(
            "send_refusals", "Mails that the gate did not let go, by each reason", "code"
        )
        self.log_in_refusals = self._counter(
            "log_in_refusals", "Log-ins that were refused, by the reason", "reason"
        )
        self.batches = self._histogram(
            "group_commit_batch", "Writes that shared one commit", _BATCH, "line"
        )
        self.sweep_time = self._histogram("sweep_seconds", "One round of the sweeper", _WORK)
        self.swept_at = self._gauge(
            "sweep_last_success_timestamp_seconds", "When the sweeper last came round"
        )
        self.retained = self._counter(
            "retention_rows", "Rows that were past their time, and went", "store"
        )
        self.retained_at = self._gauge(
            "retention_last_success_timestamp_seconds",
            "When nothing of a store was past its time",
            "store",
        )
        self.log_lines = self._counter("log_lines", "Lines at WARNING and above", "level")
        self._gauge("build_info", "Always 1", "version").labels(_version()).set(1)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answer. ``route`` is a template of ours, never a path."""
        key = (method if method in _METHODS else OTHER, route, status)
        known = self._answers.get(key)
        if known is None:
            counter = self.requests.labels(key[0], route, str(status))
            known = self._answers[key] = (counter.inc, self.request_time.labels(route).observe)
        count, time = known
        count()
        time(seconds)

    def batch_sizes(self, line: str) -> Observe:
        """What notes the size of one line's batches."""
        observe: Observe = self.batches.labels(line).observe
        return observe

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            name, what, labels, namespace=NAMESPACE, registry=self.registry, buckets=buckets
        )


def _version() -> str:
    try:
        return version("salesagent")
    except PackageNotFoundError:
        return "unknown"


class CountingHandler(logging.Handler):
    """Counts what is logged, and writes nothing."""

    def __init__(self, meters: Meters) -> None:
        super().__init__(logging.WARNING)
        self._lines = meters.log_lines

    def emit(self, record: logging.LogRecord) -> None:
        """One line more."""
        self._lines.labels(record.levelname.lower()).inc()
