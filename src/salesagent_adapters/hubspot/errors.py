"""HubSpot's refusals in our words: mapped once, here.

=====================  ==========================  =============================================
answer                 becomes                     because
=====================  ==========================  =============================================
401                    NeedsReauth                 the access token is gone
403                    NeedsReauth                 a scope is missing; the sentence names it
404                    NotFound
409                    TakenError (Conflict)       it is there already; the caller reads it
408, 423, 477, 5xx     Unavailable                 may work later
429                    RateLimited                 with the time when it may
other 4xx              Rejected                    with HubSpot's own codes
no or broken answer    Unavailable                 time-outs, resets, half or unreadable bodies
=====================  ==========================  =============================================

HubSpot's own sentences quote what was sent, addresses too: only codes, scopes and names of
properties are taken from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from urllib3.exceptions import HTTPError

from salesagent_core.errors import (
    Conflict,
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    SalesAgentError,
    Unavailable,
)

WAIT_BY_POLICY: Final = {
    "SECONDLY": timedelta(seconds=1),
    "TEN_SECONDLY_ROLLING": timedelta(seconds=10),
    "DAILY": timedelta(hours=1),
}
"""How long a limit lasts when the answer does not say. The daily one ends at midnight in the
account's time zone, which is not told: looking once an hour costs little."""
DEFAULT_WAIT: Final = timedelta(seconds=10)
MAX_WAIT: Final = timedelta(days=1)

_TRY_LATER: Final = frozenset({408, 423, 477})
"""Timed out, locked by a bulk change, being moved between data centres."""
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-]{1,80}")
_MAX_NAMES: Final = 10
_EXISTING: Final = re.compile(r"Existing ID: ([0-9]{1,20})")
_MAX_MESSAGE: Final = 1_000


class AnswerError(ValueError):
    """The body is not the JSON object that was promised."""


class TakenError(Conflict):
    """There is one already. ``existing_id`` is its id where HubSpot told it."""

    def __init__(self, existing_id: str | None) -> None:
        super().__init__("HubSpot has it already")
        self.existing_id = existing_id


def mapped(error: Exception, now: datetime) -> SalesAgentError:
    """Our error for what a call raised; anything that is no answer of HubSpot's is ours to fix."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and status:
        return _answered(status, _body(error), _headers(error), now)
    if isinstance(error, AnswerError | UnicodeDecodeError):
        return Unavailable("HubSpot's answer cannot be read")
    if isinstance(error, HTTPError | OSError) or hasattr(error, "status"):
        return Unavailable("HubSpot cannot be reached")
    # The SDK itself refuses the call: asking again will not help.
    return Rejected(f"the call does not fit HubSpot's interface ({type(error).__name__})")


def scrub(error: Exception) -> Exception:
    """The error without body and headers, which its text would carry into logs."""
    for name in ("body", "headers", "reason"):
        if hasattr(error, name):
            setattr(error, name, None)
    return error


def policy_name(error: Exception) -> str | None:
    """Which limit a 429 is about."""
    name = _body(error).get("policyName")
    return name if isinstance(name, str) else None


def _answered(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str], now: datetime
) -> SalesAgentError:
    if status == 401:
        return NeedsReauth("HubSpot refuses the access token: connect the account again")
    if status == 403:
        return NeedsReauth(_scope_sentence(body))
    if status == 404:
        return NotFound("HubSpot has no such record")
    if status == 409:
        found = _EXISTING.search(str(body.get("message", ""))[:_MAX_MESSAGE])
        return TakenError(found[1] if found else None)
    if status == 429:
        return _too_many(body, headers, now)
    if status >= 500 or status in _TRY_LATER or status < 400:
        wait = _retry_after(headers)
        at = None if wait is None else now + wait
        return Unavailable(f"HubSpot answers {status}", retry_at=at)
    return Rejected(_sentence(status, body))


def _too_many(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> RateLimited:
    policy = body.get("policyName")
    wait = _retry_after(headers)
    if wait is None:
        wait = WAIT_BY_POLICY.get(policy if isinstance(policy, str) else "", DEFAULT_WAIT)
    known = f" ({policy})" if policy in WAIT_BY_POLICY else ""
    return RateLimited(f"HubSpot's rate limit is reached{known}", retry_at=now + wait)


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Seconds, as the HTTP standard has it; HubSpot never sends a date."""
    text = headers.get("retry-after", "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(timedelta(seconds=int(text)), MAX_WAIT)


def _scope_sentence(body: Mapping[str, Any]) -> str:
    scopes = list(_scopes(body))[:_MAX_NAMES]
    if not scopes:
        return "HubSpot forbids this call: check what the access token may do"
    return f"HubSpot's access token lacks a scope; grant one of: {', '.join(scopes)}"


def _scopes(body: Mapping[str, Any]) -> Iterator[str]:
    for detail in _details(body):
        context = detail.get("context")
        if isinstance(context, Mapping):
            for key in ("requiredGranularScopes", "requiredScopes"):
                yield from _names(context.get(key))


def _sentence(status: int, body: Mapping[str, Any]) -> str:
    codes = [*_names([body.get("category"), body.get("subCategory")])]
    for detail in _details(body):
        codes += _names([detail.get("code")])
        context = detail.get("context")
        if isinstance(context, Mapping):
            codes += _names(context.get("propertyName"))
    named = ", ".join(dict.fromkeys(codes[:_MAX_NAMES]))
    return f"HubSpot refuses the call with {status}" + (f": {named}" if named else "")


def _details(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = body.get("errors")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _names(values: object) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    return [one for one in listed if isinstance(one, str) and _NAME.fullmatch(one)]


def _body(error: Exception) -> Mapping[str, Any]:
    raw = getattr(error, "body", None)
    try:
        found = json.loads(raw) if isinstance(raw, str | bytes) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _headers(error: Exception) -> Mapping[str, str]:
    found = getattr(error, "headers", None)
    if not isinstance(found, Mapping):
        return {}
    return {str(name).lower(): str(value) for name, value in found.items()}
