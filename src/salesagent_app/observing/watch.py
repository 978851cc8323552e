"""Watches work for logs, metrics and traces, whichever of them are switched on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from salesagent_app.telemetry import bound
from salesagent_core.domain.run import Lease
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.errors import SalesAgentError
from salesagent_core.ports.run_watch import Ended

if TYPE_CHECKING:
    from salesagent_app.observing.meters import Meters
    from salesagent_app.observing.tracing import Tracing


class Watch:
    """``RunWatch``, and what else is told of. Ids reach the logs in any case."""

    def __init__(self, meters: Meters | None = None, tracing: Tracing | None = None) -> None:
        self.meters = meters
        self.tracing = tracing

    # ------------------------------------------------------------------ work

    @contextmanager
    def run(self, lease: Lease) -> Iterator[None]:
        """See ``RunWatch.run``."""
        ids = {"run_id": str(lease.run_id), "tenant_id": str(lease.tenant_id)}
        with bound(**ids), self._of_run("run", lease.run_id, **{"salesagent.turn": lease.token}):
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[Ended]:
        """See ``RunWatch.step``."""
        how = ["failed"]
        began = time.perf_counter()
        with bound(step=name), self._below(name, "internal") as span:
            try:
                yield lambda ended: how.__setitem__(0, ended)
            finally:
                if self.meters is not None:
                    seconds = time.perf_counter() - began
                    self.meters.step_time.labels(name, how[0]).observe(seconds)
                if span is not None:
                    span.set_attribute("salesagent.outcome", how[0])

    @contextmanager
    def send(self, attempt: SendAttempt) -> Iterator[None]:
        """See ``RunWatch.send``."""
        ids = {"send_id": attempt.id, "tenant_id": str(attempt.tenant_id)}
        if attempt.run_id is None:
            with bound(**ids):
                yield
            return
        ids["run_id"] = str(attempt.run_id)
        with bound(**ids), self._of_run("send", attempt.run_id):
            yield

    def refused(self, codes: Sequence[str]) -> None:
        """See ``RunWatch.refused``."""
        if self.meters is not None:
            for code in codes:
                self.meters.refusals.labels(code).inc()

    def log_in_refused(self, reason: str) -> None:
        """Somebody was not let in."""
        if self.meters is not None:
            self.meters.log_in_refusals.labels(reason).inc()

    # ------------------------------------------------------------------ vendors

    @property
    def around_calls(self) -> Callable[[str, str], AbstractContextManager[object]] | None:
        """What guards put around the calls of vendors, if anybody wants to know."""
        return None if self.meters is None and self.tracing is None else self.vendor_call

    @contextmanager
    def vendor_call(self, vendor: str, method: str) -> Iterator[None]:
        """One call with its repeats."""
        outcome = "ok"
        began = time.perf_counter()
        try:
            with self._below(f"{vendor} {method}", "client"):
                yield
        except SalesAgentError as error:
            outcome = type(error).__name__
            raise
        except BaseException:
            outcome = "fault"
            raise
        finally:
            if self.meters is not None:
                self.meters.vendor_calls.labels(vendor, method, outcome).inc()
                self.meters.vendor_time.labels(vendor).observe(time.perf_counter() - began)

    # ------------------------------------------------------------------ HTTP

    @property
    def looks_at_requests(self) -> bool:
        """Whether requests need be measured at all."""
        return self.meters is not None or self.tracing is not None

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answer of a route, by its template."""
        if self.meters is not None:
            self.meters.answered(method, route, status, seconds)

    def received(self, route: str, run_id: str, seconds: float) -> None:
        """A webhook that began a run, just now."""
        if self.tracing is not None:
            ended = time.time_ns()
            self.tracing.received(
                f"POST {route}", run_id, ended - int(seconds * 1e9), ended, **{"http.route": route}
            )

    # ------------------------------------------------------------------ the rest

    def batch_sizes(self, line: str) -> Callable[[float], None] | None:
        """What a group commit tells the size of its batches, if anybody wants to know."""
        return None if self.meters is None else self.meters.batch_sizes(line)

    def swept(self, seconds: float) -> None:
        """The sweeper came round."""
        if self.meters is not None:
            self.meters.sweep_time.observe(seconds)
            self.meters.swept_at.set_to_current_time()

    def retained(self, store: str, rows: int, nothing_left: bool) -> None:
        """So many rows of a store were past their time, and went."""
        if self.meters is not None:
            self.meters.retained.labels(store).inc(rows)
            if nothing_left:
                self.meters.retained_at.labels(store).set_to_current_time()

    def _of_run(self, name: str, run_id: str, **codes: Any) -> AbstractContextManager[object]:
        if self.tracing is None:
            return nullcontext()
        return self.tracing.of_run(name, run_id, **codes)

    def _below(self, name: str, kind: str) -> AbstractContextManager[Any]:
        return nullcontext() if self.tracing is None else self.tracing.span(name, kind)
