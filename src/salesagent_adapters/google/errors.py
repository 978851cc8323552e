"""What an error of Google means, by its status and its reason string; mapped here and nowhere else.

============================================  ==========================  =====================
answer                                        any other call              sending
============================================  ==========================  =====================
401                                           new token, once; then       NotSent, NeedsReauth
                                              NeedsReauth
403 rateLimitExceeded, userRateLimitExceeded  Unavailable(retry_at)       RateLimited
403 insufficientPermissions                   NeedsReauth, with scope     NeedsReauth
403 domainPolicy, dailyLimitExceeded, other   Rejected                    Rejected
400                                           Rejected                    Rejected
404, 410                                      NotFound                    NotFound
429                                           Unavailable(retry_at)       RateLimited
5xx, unreadable answer, timeout, reset        Unavailable                 FateUnknown
not connected, nothing written                Unavailable                 NotSent
============================================  ==========================  =====================

Messages name the status and the reason, never what the server said: that may quote an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import attrs

from salesagent_core.errors import (
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

WAIT_AFTER_LIMIT: Final = timedelta(seconds=60)
"""How long to wait where Google names no time: its limits are counted by the minute."""
MAX_WAIT: Final = timedelta(days=1)
"""A time that Google names is believed up to here."""

_LIMITS: Final = frozenset(
    {"ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "rate_limit_exceeded"}
)
_SCOPES: Final = frozenset(
    {"insufficientpermissions", "access_token_scope_insufficient", "insufficientscopes"}
)
_SENTENCES: Final = {
    "dailylimitexceeded": "the Google Cloud project has used up its calls for the day",
    "domainpolicy": "the policy of the Workspace domain forbids it",
    "accessnotconfigured": "the API is not enabled in the Google Cloud project",
    "service_disabled": "the API is not enabled in the Google Cloud project",
    "failedprecondition": "the account has no such service",
}
_RETRY_AFTER = re.compile(r"[Rr]etry after (\d{4}-\d\d-\d\dT[\d:.]{5,20}Z)")
_SCOPE = re.compile(r'scope="([^"]{1,500})"')
_WORD = re.compile(r"[A-Za-z_]{1,60}")


@attrs.frozen(kw_only=True)
class Refusal:
    """An answer that is no success. ``reason`` is Google's own word for it, or empty.

    ``retry_at`` is set where Google named a time; ``scope`` what its challenge asks for.
    """

    status: int
    reason: str = ""
    retry_at: datetime | None = None
    scope: str = ""

    @property
    def limited(self) -> bool:
        """Too much, too soon: the same will work later."""
        return self.status == 429 or (self.status == 403 and self.reason.lower() in _LIMITS)

    def __str__(self) -> str:
        known = _SENTENCES.get(self.reason.lower())
        said = f"{self.status} {self.reason}".strip()
        return f"{known} ({said})" if known else said


def read_refusal(
    status: int, headers: Mapping[str, str], content: bytes, *, now: datetime
) -> Refusal:
    """What the answer says, whatever state it is in."""
    error = _error(content)
    message = error.get("message")
    return Refusal(
        status=status,
        reason=_reason(error),
        retry_at=_retry_at(headers, message if isinstance(message, str) else "", now),
        scope=_asked_scope(headers),
    )


def call_error(refusal: Refusal, *, what: str, scope: str, now: datetime) -> SalesAgentError:
    """The error of a call that may be made again. ``what`` names it: ``gmail.threads.get``."""
    said = f"{what}: {refusal}"
    if refusal.limited:
        return Unavailable(said, retry_at=refusal.retry_at or now + WAIT_AFTER_LIMIT)
    definite = _definite(refusal, said, scope)
    return definite or Unavailable(said, retry_at=refusal.retry_at)


def send_error(refusal: Refusal, *, what: str, scope: str, now: datetime) -> SalesAgentError:
    """The error of a send: anything but a clear no leaves the mail's fate unknown."""
    said = f"{what}: {refusal}"
    if refusal.limited:
        return RateLimited(said, retry_at=refusal.retry_at or now + WAIT_AFTER_LIMIT)
    return _definite(refusal, said, scope) or FateUnknown(said)


def transport_error(what: str, error: BaseException, *, begun: bool, sending: bool) -> Exception:
    """The error of an exchange that ended without a whole answer."""
    said = f"{what}: {_kind(error)}"
    if not sending:
        return Unavailable(said)
    return FateUnknown(said) if begun else NotSent(said)


def _definite(refusal: Refusal, said: str, scope: str) -> SalesAgentError | None:
    if refusal.status == 401:
        return NeedsReauth(f"{said}: the mailbox must be connected again")
    if refusal.status == 403 and refusal.reason.lower() in _SCOPES:
        return NeedsReauth(f"{said}: connect the mailbox again and allow {refusal.scope or scope}")
    if refusal.status in (404, 410):
        return NotFound(said)
    if refusal.status in (400, 403):
        return Rejected(said)
    return None


def _kind(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"the connection failed ({type(error).__name__})"


def _error(content: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(content[:100_000])
    except (ValueError, RecursionError):
        return {}
    if isinstance(read, list) and read:
        read = read[0]
    error = read.get("error") if isinstance(read, dict) else None
    return error if isinstance(error, dict) else {}


def _reason(error: Mapping[str, Any]) -> str:
    """The oldest form first: it is the finest ("rateLimitExceeded")."""
    for name in ("errors", "details"):
        listed = error.get(name)
        for each in listed if isinstance(listed, list) else ():
            reason = each.get("reason") if isinstance(each, dict) else None
            if isinstance(reason, str) and _WORD.fullmatch(reason):
                return reason
    status = error.get("status")
    return status if isinstance(status, str) and _WORD.fullmatch(status) else ""


def _retry_at(headers: Mapping[str, str], message: str, now: datetime) -> datetime | None:
    found = _header_time(headers.get("retry-after", "").strip(), now)
    if found is None and (match := _RETRY_AFTER.search(message[:2_000])):
        found = _moment(match[1])
    return None if found is None else min(max(found, now), now + MAX_WAIT)


def _header_time(value: str, now: datetime) -> datetime | None:
    if value.isascii() and value.isdigit() and len(value) < 10:
        return now + timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _asked_scope(headers: Mapping[str, str]) -> str:
    match = _SCOPE.search(headers.get("www-authenticate", "")[:2_000])
    return match[1] if match else ""
