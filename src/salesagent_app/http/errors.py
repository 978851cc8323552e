"""One table from errors to HTTP statuses, and the one shape in which an error is answered."""

from __future__ import annotations

import logging
import math
import re
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from salesagent_core import errors
from salesagent_core.domain.sending.gate import SendRefused
from salesagent_core.errors import Problem, Reason

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 10
"""What a 503 tells the caller to wait when nobody knows better."""
MAX_RETRY_AFTER_SECONDS = 3600


class Unauthenticated(errors.SalesAgentError):
    """No credentials, or none that are good."""


class Forbidden(errors.SalesAgentError):
    """Good credentials that may not do this."""


class TwoFactorMissing(Forbidden):
    """Good credentials of somebody who must set up a second factor before anything else."""


class ProofNeeded(Forbidden):
    """A session that is good, but too old for this: its person proves again who they are, on a
    page that leads back to ``page``."""

    def __init__(self, page: str) -> None:
        super().__init__("Confirm that it is you first.")
        self.page = page


class TooLarge(errors.SalesAgentError):
    """The request's body is longer than is read."""


@attrs.frozen(kw_only=True)
class ErrorAnswer:
    """Every error of the API. ``status`` is its kind; ``problems`` say what is wrong with the
    request and where, ``reasons`` why a policy refused, ``may_go_at`` from when a refused mail may
    go (null: never, unless a person acts)."""

    status: str
    detail: str
    request_id: str
    problems: tuple[Problem, ...] = ()
    reasons: tuple[Reason, ...] = ()
    may_go_at: datetime | None = None


@attrs.frozen(kw_only=True)
class _Kind:
    http_status: int
    status: str


_TABLE: dict[type[Exception], _Kind] = {
    errors.InvalidInput: _Kind(http_status=400, status="invalid"),
    Unauthenticated: _Kind(http_status=401, status="unauthenticated"),
    # Of what a request makes us do, only reading JSON goes as deep as the caller likes.
    RecursionError: _Kind(http_status=400, status="invalid"),
    Forbidden: _Kind(http_status=403, status="forbidden"),
    errors.NotFound: _Kind(http_status=404, status="not_found"),
    errors.Conflict: _Kind(http_status=409, status="conflict"),
    errors.PolicyRefused: _Kind(http_status=409, status="refused"),
    TooLarge: _Kind(http_status=413, status="too_large"),
    errors.RateLimited: _Kind(http_status=429, status="limited"),
    errors.Rejected: _Kind(http_status=502, status="rejected"),
    errors.Unavailable: _Kind(http_status=503, status="unavailable"),
    errors.NeedsReauth: _Kind(http_status=503, status="needs_reauth"),
}
_FAULT = _Kind(http_status=500, status="fault")
_OF_FRAMEWORK = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "limited",
}
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request's body is too large.",
    415: "The request's body is not of a type that is read here.",
}
_FAULT_DETAIL = "Something failed on our side. The request id names it in our log."


def status_of(error: Exception) -> int:
    """The HTTP status of an error; 500 for whatever nobody expected."""
    if isinstance(error, HTTPException):
        return error.status_code if error.status_code in _OF_FRAMEWORK else 500
    return _kind(error).http_status


def answer_of(error: Exception, request_id: str) -> ErrorAnswer:
    """The error as it may be shown: an unexpected one says nothing of itself."""
    if isinstance(error, HTTPException):
        return _framework_answer(error, request_id)
    kind = _kind(error)
    if isinstance(error, RecursionError):
        too_deep = Problem(where="body", what="is nested too deeply")
        return ErrorAnswer(
            status=kind.status,
            detail="The request cannot be read.",
            request_id=request_id,
            problems=(too_deep,),
        )
    if kind is _FAULT:
        return ErrorAnswer(status=kind.status, detail=_FAULT_DETAIL, request_id=request_id)
    return ErrorAnswer(
        status=kind.status,
        detail=str(error) or kind.status.replace("_", " "),
        request_id=request_id,
        problems=error.problems if isinstance(error, errors.InvalidInput) else (),
        reasons=error.reasons if isinstance(error, errors.PolicyRefused) else (),
        may_go_at=error.may_go_at if isinstance(error, SendRefused) else None,
    )


def headers_of(error: Exception, now: datetime) -> dict[str, str]:
    """What goes with the answer: when to come back, how to log in, which methods exist."""
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="salesagent"'}
    if isinstance(error, errors.RateLimited):
        return {"Retry-After": str(_seconds_until(error.retry_at, now))}
    if isinstance(error, errors.Unavailable):
        return {"Retry-After": str(_seconds_until(error.retry_at, now))}
    if isinstance(error, HTTPException) and error.status_code == 405:
        given: Mapping[str, str] = error.headers or {}
        return {"Allow": given.get("allow", "")}
    return {}


def log_fault(error: Exception, request_id: str) -> None:
    """Log what nobody expected: where it happened, not what it said.

    A message of a foreign library may repeat what a stranger wrote, so it stays out.
    """
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    log.error("request %s failed with %s\n%s", request_id, type(error).__qualname__, frames)


def request_id_of(request: Request[Any, Any, Any]) -> str:
    """The id that the answer carries in ``X-Request-Id``."""
    return str(request.scope["state"].get("request_id", ""))


def json_error(
    request: Request[Any, Any, Any], error: Exception, now: datetime
) -> Response[ErrorAnswer]:
    """The error as JSON."""
    return Response(
        answer_of(error, request_id_of(request)),
        status_code=status_of(error),
        headers=headers_of(error, now),
        media_type=MediaType.JSON,
    )


def _kind(error: Exception) -> _Kind:
    for cls in type(error).__mro__:
        if cls in _TABLE:
            return _TABLE[cls]
    return _FAULT


def _framework_answer(error: HTTPException, request_id: str) -> ErrorAnswer:
    status = _OF_FRAMEWORK.get(error.status_code)
    if status is None:
        return ErrorAnswer(status=_FAULT.status, detail=_FAULT_DETAIL, request_id=request_id)
    if error.status_code == 400:
        return ErrorAnswer(
            status=status,
            detail="The request cannot be read.",
            request_id=request_id,
            problems=_problems(error),
        )
    return ErrorAnswer(
        status=status,
        detail=_DETAILS.get(error.status_code, status.replace("_", " ")),
        request_id=request_id,
    )


def _problems(error: HTTPException) -> tuple[Problem, ...]:
    extra = error.extra if isinstance(error, ValidationException) else None
    if isinstance(extra, list) and extra:
        return tuple(_problem(item) for item in extra if isinstance(item, dict))
    return (Problem(where="body", what="is not readable as JSON of the documented shape"),)


_PATTERN = "Expected `str` matching regex"
_FORMS = {"content_hash": "must be the draft's content_hash: 64 hexadecimal digits"}
_MISSING = re.compile(r"Object missing required field `([^`]{1,80})`")


def _problem(item: dict[str, Any]) -> Problem:
    where, what = str(item.get("key") or "body"), str(item.get("message", ""))
    if missing := _MISSING.match(what):
        return Problem(where=missing[1], what="is missing")
    if what.startswith(_PATTERN):
        what = _FORMS.get(where, "must have something to read, and no control characters")
    return Problem(where="body" if where == "data" else where, what=what)


def _seconds_until(at: datetime | None, now: datetime) -> int:
    if at is None:
        return RETRY_AFTER_SECONDS
    return max(1, min(MAX_RETRY_AFTER_SECONDS, math.ceil((at - now).total_seconds())))
