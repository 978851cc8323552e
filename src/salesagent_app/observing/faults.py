"""Faults to Sentry, without what anybody wrote: types, frames and our own sentences.

Nothing is collected that is not asked for here: no locals, no request, no breadcrumbs but our own
log lines, and every event passes the same fence as the logs.
"""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration

from salesagent_app.scrubbing import STRUCK, said, scrub

FLUSH_SECONDS = 5.0
_DROPPED = ("user", "request", "server_name", "modules", "extra", "_meta")
_FRAME = ("abs_path", "filename", "function", "module", "lineno", "in_app", "context_line")


def report_faults(dsn: str, *, environment: str, release: str) -> None:
    """Send what is logged as an error, from now on, until ``stop_reporting``."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            AtexitIntegration(callback=lambda *_: None),
            DedupeIntegration(),
            LoggingIntegration(level=logging.WARNING, event_level=logging.ERROR),
            ThreadingIntegration(),
        ],
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=20,
        before_send=_before_send,  # type: ignore[arg-type]
        before_breadcrumb=_before_breadcrumb,
        auto_session_tracking=False,
        traces_sample_rate=None,
        send_client_reports=False,
    )


def stop_reporting() -> None:
    """Send what is left, then no more."""
    client = sentry_sdk.get_client()
    client.close(timeout=FLUSH_SECONDS)
    sentry_sdk.get_global_scope().set_client(None)


def _before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Sentry's hook. What fails here is not sent: no report is better than one that tells."""
    try:
        for name in _DROPPED:
            event.pop(name, None)
        errors = _chain(hint.get("exc_info", (None, None))[1])
        values = event.get("exception", {}).get("values", [])
        for value in values:
            error = errors.get((value.get("module"), value.get("type")))
            value["value"] = said(error) if error is not None else STRUCK
            _strip(value.get("stacktrace"))
        for thread in event.get("threads", {}).get("values", []):
            _strip(thread.get("stacktrace"))
        kept = {name: event.pop(name) for name in ("exception", "threads") if name in event}
        plain = {name: event[name] for name in ("event_id", "timestamp", "sdk") if name in event}
        return {**scrub(event), **plain, **kept}
    except Exception:
        return None


def _before_breadcrumb(crumb: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any] | None:
    if crumb.get("type") not in (None, "log", "default") or crumb.get("category") == "httplib":
        return None
    cleaned: dict[str, Any] = scrub(
        {name: crumb[name] for name in ("level", "category", "message") if name in crumb}
    )
    return {**cleaned, "type": "log", "timestamp": crumb.get("timestamp")}


def _strip(stack: dict[str, Any] | None) -> None:
    for frame in (stack or {}).get("frames", []):
        for name in [name for name in frame if name not in _FRAME]:
            del frame[name]


def _chain(error: BaseException | None) -> dict[tuple[str | None, str], BaseException]:
    """The error and all that led to it, by module and type, as Sentry names them."""
    found: dict[tuple[str | None, str], BaseException] = {}
    waiting = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        module = type(each).__module__
        name = getattr(type(each), "__qualname__", type(each).__name__)
        for key in {(module, name), (module, type(each).__name__)}:
            found[key if module not in ("builtins", "__builtins__") else (None, key[1])] = each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
    return found
