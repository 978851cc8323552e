"""Numbers that are read when somebody asks: of this process's own parts, and of the database.

The database's are the same in every process that shares it: take ``max`` over processes, not the
sum. A thread reads them every ``PERIOD`` seconds; a scrape only shows what was read last. When
that is older than ``STALE`` seconds it is not shown any more: no number is better than an old one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import attrs
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.errors import SalesAgentError
from salesagent_core.ports.vendor_health import Answering, VendorState
from salesagent_core.ports.vital_signs import Readings

log = logging.getLogger(__name__)

PERIOD = 15.0
STALE = 60.0
DECISIONS = "decisions:"


@attrs.frozen
class _Sign:
    """A metric and the reading that it shows."""

    metric: str
    reading: str
    what: str
    labels: tuple[str, ...] = ()


GAUGES = (
    _Sign("queue_depth", "queue_depth", "Work that is due and in nobody's hands", ("topic",)),
    _Sign("queue_oldest_seconds", "queue_oldest", "How long the oldest of it is due", ("topic",)),
    _Sign("runs", "runs", "Runs that are not over", ("status",)),
    _Sign("runs_waiting", "runs_parked", "Waiting runs, by what they wait for", ("cause",)),
    _Sign("drafts_pending", "drafts_pending", "Drafts that wait for a person"),
    _Sign("drafts_pending_oldest_seconds", "drafts_pending_oldest", "Age of the oldest of them"),
    _Sign("send_attempts", "send_attempts", "Sends that are not over", ("status",)),
    _Sign("sends_waiting", "sends_waiting", "Scheduled sends, by why they wait", ("code",)),
    _Sign("dead_letters", "dead_letters", "Open dead letters", ("kind",)),
    _Sign("mailboxes", "mailboxes", "Mailboxes that were connected once", ("state",)),
    _Sign("sending_stopped", "sending_stopped", "Pulled kill switches", ("scope",)),
    _Sign("suppressions", "suppressions", "Do-not-contact entries", ("reason",)),
    _Sign("budgets_passed", "budgets_passed", "Organisations past a bound this month", ("level",)),
)
COUNTERS = (
    _Sign("model_tokens", "model_tokens", "Tokens that language models took", ("direction",)),
    _Sign("model_cost", "model_cost", "Cost of priced calls, in the prices' currency"),
    _Sign("outcomes", "outcomes", "What became of mails", ("type",)),
)
_USAGE = {
    "runs": ("runs_begun", "Runs that a worker took up"),
    "drafts": ("drafts", "Drafts that were made"),
    "sends": ("sends", "Mails that were sent"),
}
STATES = tuple(state.value for state in Answering)
_ALWAYS = {
    "runs": ("triggered", "processing", "waiting"),
    "sending_stopped": ("everywhere", "tenant"),
    "mailboxes": ("connected", "disconnected"),
    "budgets_passed": ("soft", "hard"),
    "send_attempts": ("scheduled", "sending", "unknown", "needs_operator"),
    "dead_letters": ("run", "send"),
    "suppressions": tuple(reason.value for reason in SuppressionReason),
    "runs_parked": ("mailbox", "budget_reached", "person", "retry"),
}
"""Shown as 0 where there is nothing: a rule on a series that is not there never fires."""


@attrs.define
class Parts:
    """Of this process, one of each for every event loop. They only look at what is in memory."""

    pools: list[Callable[[], tuple[int, int]]] = attrs.Factory(list)
    vendors: list[Callable[[], Sequence[VendorState]]] = attrs.Factory(list)
    quotas: list[tuple[str, Callable[[], float]]] = attrs.Factory(list)


class SharedCollector(Collector):
    """What a scrape is given besides the registry's own counters."""

    def __init__(self, parts: Parts, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._monotonic = monotonic
        self._read: tuple[float, Readings] | None = None
        self._answers = False

    def learned(self, readings: Readings | None) -> None:
        """What was read last; None when the database did not answer."""
        self._answers = readings is not None
        if readings is not None:
            self._read = (self._monotonic(), readings)

    def describe(self) -> Iterator[Metric]:
        """Nothing is read to find out the names."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """From memory only."""
        yield from self._own()
        yield _gauge(
            "database_up",
            "Whether the last reading of the database succeeded",
            [((), float(self._answers))],
        )
        readings: Readings = {}
        if self._read is not None:
            age = self._monotonic() - self._read[0]
            yield _gauge(
                "sample_age_seconds", "Age of what the database's metrics show", [((), age)]
            )
            readings = self._read[1] if age <= STALE else {}
        yield from self._quotas(readings)
        if readings:
            yield from _of_database(readings)

    def _own(self) -> Iterator[Metric]:
        sizes = [pool() for pool in self._parts.pools]
        yield _gauge(
            "database_pool_size",
            "Connections that may be open",
            [((), float(sum(size for size, _ in sizes)))],
        )
        yield _gauge(
            "database_pool_in_use",
            "Connections that are in use",
            [((), float(sum(used for _, used in sizes)))],
        )
        lanes: dict[tuple[str, ...], float] = {}
        for states in self._parts.vendors:
            for each in states():
                for state in STATES:
                    key = (each.vendor, state)
                    lanes[key] = lanes.get(key, 0.0) + (each.state.value == state)
        yield _gauge(
            "vendor_breakers",
            "Organisations by the state of their breaker for a vendor, as this process sees it",
            list(lanes.items()),
            ("vendor", "state"),
        )

    def _quotas(self, readings: Readings) -> Iterator[Metric]:
        left = dict(readings.get("quota_left", ()))
        for vendor, share in self._parts.quotas:
            left[vendor,] = min(share(), left.get((vendor,), 1.0))
        yield _gauge(
            "vendor_quota_left_ratio",
            "Share of a vendor's allowance that is left, for whoever has least",
            list(left.items()),
            ("vendor",),
        )


class Sampler:
    """A thread with an event loop of its own, so that no request ever waits for a reading."""

    def __init__(
        self,
        collector: SharedCollector,
        read: Callable[[], Awaitable[Readings]],
        close: Callable[[], Awaitable[None]],
        *,
        period: float | None = None,
    ) -> None:
        self._collector = collector
        self._read = read
        self._close = close
        self._period = PERIOD if period is None else period
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vital-signs", daemon=True)

    def start(self) -> None:
        """Read now, and every period from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stopped.set()
        self._thread.join(timeout=10.0)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while not self._stopped.is_set():
                runner.run(self._once())
                self._stopped.wait(self._period)
            runner.run(self._last())

    async def _once(self) -> None:
        try:
            self._collector.learned(await self._read())
        except SalesAgentError:
            self._collector.learned(None)
        except Exception:
            log.exception("reading the vital signs failed")
            self._collector.learned(None)

    async def _last(self) -> None:
        await self._close()


def _of_database(readings: Readings) -> Iterator[Metric]:
    for sign in GAUGES:
        rows = dict(readings.get(sign.reading, ()))
        for label in _ALWAYS.get(sign.reading, ()):
            rows.setdefault((label,), 0.0)
        yield _gauge(sign.metric, sign.what, list(rows.items()), sign.labels)
    for sign in COUNTERS:
        yield _counter(sign.metric, sign.what, list(readings.get(sign.reading, ())), sign.labels)
    usage = {labels[0]: number for labels, number in readings.get("usage", ())}
    for kind, (metric, what) in _USAGE.items():
        yield _counter(metric, what, [((), usage.get(kind, 0.0))])
    verdicts = [
        ((kind.removeprefix(DECISIONS),), number)
        for kind, number in usage.items()
        if kind.startswith(DECISIONS)
    ]
    yield _counter("decisions", "Decisions about drafts", verdicts, ("verdict",))


Rows = Sequence[tuple[tuple[str, ...], float]]


def _gauge(name: str, what: str, rows: Rows, labels: tuple[str, ...] = ()) -> Metric:
    family = GaugeMetricFamily(f"salesagent_{name}", what, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _counter(name: str, what: str, rows: Rows, labels: tuple[str, ...] = ()) -> Metric:
    family = CounterMetricFamily(f"salesagent_{name}", what, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family
