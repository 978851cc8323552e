"""Traces over OTLP/HTTP: one for each run, from the webhook to the send.

The trace's id is made from the run's id, and so is that of its first span. Whoever holds a run,
in whichever process and however many days later, knows the trace that it belongs to: nothing has
to be handed on, and nothing is lost with a process. Spans carry codes and ids, never what anybody
wrote; an error is named by its type.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace import TraceFlags as Flags

EXPORT_SECONDS = 5
_FORCED: ContextVar[tuple[int, int] | None] = ContextVar("salesagent_trace", default=None)
KINDS = {
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "client": SpanKind.CLIENT,
    "internal": SpanKind.INTERNAL,
}


class _Ids(RandomIdGenerator):
    """Random ids, but for the first span of a run."""

    def generate_trace_id(self) -> int:
        forced = _FORCED.get()
        return forced[0] if forced else super().generate_trace_id()

    def generate_span_id(self) -> int:
        forced = _FORCED.get()
        return forced[1] if forced else super().generate_span_id()


def ids_of(run_id: str) -> tuple[int, int]:
    """The ids of a run's trace and of its first span. Neither is ever 0."""
    digest = hashlib.blake2b(run_id.encode(), digest_size=24, person=b"sa-trace").digest()
    return int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:], "big") or 1


class Tracing:
    """Spans of one process, sent by a thread of the SDK's."""

    def __init__(
        self,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        ratio: float = 1.0,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """``endpoint`` is the collector's address without a path; ``ratio`` the share of runs
        that are traced, the same ones in every process."""
        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces",
            headers=dict(headers or {}),
            timeout=EXPORT_SECONDS,
        )
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            resource=Resource.create({"service.name": "salesagent", **(attributes or {})}),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("salesagent")
        self._ratio = ratio

    def received(self, name: str, run_id: str, began: int, ended: int, **codes: str | int) -> None:
        """The first span of a run, once it is known which run it was. Times in nanoseconds."""
        ids = ids_of(run_id)
        if not self._flags(ids[0]).sampled:
            return
        token = _FORCED.set(ids)
        try:
            span = self._tracer.start_span(
                name,
                context=Context(),
                kind=SpanKind.SERVER,
                start_time=began,
                attributes={"salesagent.run_id": run_id, **codes},
            )
        finally:
            _FORCED.reset(token)
        span.end(ended)

    @contextmanager
    def of_run(self, name: str, run_id: str, **codes: str | int) -> Iterator[None]:
        """A span below the run's first one, which another process may have made."""
        trace_id, span_id = ids_of(run_id)
        parent = NonRecordingSpan(
            SpanContext(trace_id, span_id, is_remote=True, trace_flags=self._flags(trace_id))
        )
        context = trace.set_span_in_context(parent, Context())
        attributes: dict[str, str | int] = {"salesagent.run_id": run_id, **codes}
        with self._span(name, "consumer", attributes, context):
            yield

    @contextmanager
    def span(self, name: str, kind: str = "internal", **codes: str | int) -> Iterator[Any]:
        """A span below the current one; without one there is none."""
        if not trace.get_current_span().get_span_context().is_valid:
            yield None
            return
        with self._span(name, kind, codes, None) as span:
            yield span

    def current(self) -> str | None:
        """The current trace's id in hexadecimal, for log lines."""
        context = trace.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else None

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _flags(self, trace_id: int) -> Flags:
        # The rule of ``TraceIdRatioBased``, so that every process decides alike.
        bound = round(self._ratio * (1 << 64))
        return Flags(Flags.SAMPLED if trace_id & ((1 << 64) - 1) < bound else Flags.DEFAULT)

    @contextmanager
    def _span(
        self, name: str, kind: str, codes: Mapping[str, str | int], context: Context | None
    ) -> Iterator[Any]:
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=KINDS[kind],
            attributes=dict(codes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
