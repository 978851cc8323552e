"""What the service and its SDK answer, mapped once to salesagent's errors.

The original is not chained: the SDK's exceptions carry the request, which holds the key and what
people wrote. What is kept is the status, the service's own code and its request id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import openai

from salesagent_core.errors import (
    NeedsReauth,
    RateLimited,
    Rejected,
    SalesAgentError,
    Unavailable,
    UnusableOutput,
)

OUT_OF_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""Codes of a 429 that no waiting cures: somebody has to pay."""
FILTERED = frozenset({"content_filter", "content_policy_violation"})
TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})

DEFAULT_WAIT = timedelta(seconds=20)
"""Where a 429 names no time. The limits are counted per minute."""
MIN_WAIT = timedelta(seconds=1)
MAX_WAIT = timedelta(hours=1)

_RETRY_LATER = frozenset({408, 409, 425})
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,64}")


EXPECTED = (openai.OpenAIError, TimeoutError)
"""All that the SDK raises on purpose, and our own time-out around it."""


def translate(error: Exception, now: datetime) -> SalesAgentError:
    """The error of ours that tells the caller what to do. Raise it outside of the handler, so that
    the original is not its context."""
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return Unavailable("the model service did not answer in time")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, now)
    if isinstance(error, openai.APIConnectionError):
        return Unavailable("the connection to the model service failed")
    if isinstance(error, openai.LengthFinishReasonError):
        return UnusableOutput("the model's answer was cut off at its length limit")
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return UnusableOutput("the model service's content filter stopped the answer")
    return Rejected(f"the model service could not be asked ({type(error).__name__})")


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """When a 429 says that it may work again, within ``MIN_WAIT`` and ``MAX_WAIT``.

    ``Retry-After`` first (seconds or a date), else the later of the ``x-ratelimit-reset-*``.
    """
    wait = _retry_after(headers, now)
    if wait is None:
        resets = (headers.get(f"x-ratelimit-reset-{kind}") for kind in ("requests", "tokens"))
        known = [wait for wait in map(_duration, resets) if wait is not None]
        wait = max(known, default=DEFAULT_WAIT)
    return now + min(max(wait, MIN_WAIT), MAX_WAIT)


def _of_status(error: openai.APIStatusError, now: datetime) -> SalesAgentError:
    status, code = error.status_code, _code(error)
    said = _said(error, status, code)
    if status == 429 and code in OUT_OF_QUOTA:
        return NeedsReauth(f"the model account is out of quota or unpaid: {said}")
    if status == 429:
        at = retry_at(error.response.headers, now)
        return RateLimited(f"the model service limits us: {said}", retry_at=at)
    if status == 401:
        return NeedsReauth(f"the model service refuses OPENAI_API_KEY: {said}")
    if status == 403:
        return NeedsReauth(f"the model account may not do this: {said}")
    if code in FILTERED:
        return UnusableOutput(f"the model service's content filter refused: {said}")
    if code in TOO_LONG:
        return UnusableOutput(f"the text is too long for this model: {said}")
    if status >= 500 or status in _RETRY_LATER:
        wait = _retry_after(error.response.headers, now)
        later = now + min(max(wait, MIN_WAIT), MAX_WAIT) if wait is not None else None
        return Unavailable(f"the model service failed: {said}", retry_at=later)
    if status == 404:
        return Rejected(f"there is no such model or address; see OPENAI_MODEL: {said}")
    return Rejected(f"the model service refused the request: {said}")


def _code(error: openai.APIStatusError) -> str:
    for word in (error.code, error.type):
        if word and _PLAIN.fullmatch(word):
            return word
    return ""


def _said(error: openai.APIStatusError, status: int, code: str) -> str:
    said = f"{status} {code}".rstrip()
    request_id = error.request_id
    if request_id and _PLAIN.fullmatch(request_id):
        said += f", request {request_id}"
    return said


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return timedelta(milliseconds=millis)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return timedelta(seconds=seconds)
    try:
        return parsedate_to_datetime(value or "") - now
    except (TypeError, ValueError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None


def _duration(value: str | None) -> timedelta | None:
    """``6m0s``, ``1.5s`` or ``250ms``, as the ``x-ratelimit-reset-*`` headers have it."""
    parts = _DURATION.findall((value or "")[:64])
    if not parts:
        return None
    return timedelta(seconds=sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts))
