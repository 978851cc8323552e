"""Gmail's pushes: asking for them, and telling a real one from a forged one.

    users.watch (renewed daily) -> Pub/Sub -> POST with an OIDC token -> verify -> decode

A push says only that something happened up to a point in a mailbox's history. Pushes are lost now
and then; whoever relies on them sweeps ``history.list`` as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
from google.auth import exceptions, transport
from google.oauth2 import id_token

from salesagent_adapters.google.client import Account, GoogleApi
from salesagent_adapters.google.mailbox_reader import READ_SCOPE
from salesagent_adapters.google.push_message import MAX_BODY
from salesagent_adapters.google.quota import Units
from salesagent_adapters.google.transport import OneRequest, Timeouts
from salesagent_core.errors import InvalidInput, Rejected, Unavailable
from salesagent_core.ids import TenantId

RENEW_AFTER: Final = timedelta(days=1)
"""A watch lasts seven days at most; renewed daily, it survives a week of trouble."""
CERTS_URL: Final = "https://www.googleapis.com/oauth2/v1/certs"
CERTS_KEPT: Final = 3_600.0
"""Seconds. Google changes its keys about once a week, with days of overlap."""
CLOCK_SKEW: Final = 30
MAX_TOKEN: Final = 8_000
_ISSUERS: Final = frozenset({"accounts.google.com", "https://accounts.google.com"})
_CERTS_TIMEOUTS: Final = Timeouts(connect=3.0, answer=5.0, total=8.0)


@attrs.frozen(kw_only=True)
class Watch:
    """A mailbox that pushes until ``expires_at``; everything after ``history_id`` is told."""

    history_id: str
    expires_at: datetime


class GmailWatch:
    """Asks Gmail to push what happens in a mailbox to a topic of Pub/Sub."""

    def __init__(self, client: GoogleApi, *, topic: str) -> None:
        """``topic`` is the full name: ``projects/acme/topics/gmail``."""
        self._client = client
        self._topic = topic

    async def renew(self, tenant_id: TenantId, mailbox: str) -> Watch:
        """Begin to watch, or go on; to be called daily. Costs 100 units.

        Raises:
            Rejected: the topic is not there, or Gmail may not publish to it.
            Unavailable, NeedsReauth
        """
        body = {
            "topicName": self._topic,
            "labelIds": ["INBOX", "SENT"],
            "labelFilterBehavior": "include",
        }
        answer = await self._client.ask(
            Account(tenant_id=tenant_id, mailbox=mailbox),
            lambda apis: apis.gmail.users().watch(userId="me", body=body),
            units=Units.WATCH,
            scope=READ_SCOPE,
        )
        try:
            expires = datetime.fromtimestamp(int(answer["expiration"]) / 1000, tz=UTC)
            return Watch(history_id=str(answer["historyId"]), expires_at=expires)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise Unavailable("gmail.users.watch: the answer names no time or point") from error

    async def stop(self, tenant_id: TenantId, mailbox: str) -> None:
        """Watch no longer; no error when nobody watched."""
        await self._client.ask(
            Account(tenant_id=tenant_id, mailbox=mailbox),
            lambda apis: apis.gmail.users().stop(userId="me"),
            units=Units.WATCH,
            scope=READ_SCOPE,
        )


class PushVerifier:
    """Judges the OIDC token that Pub/Sub sends with each push. Blocking: call it in a thread.

    Args:
        audience: what the subscription was told to put into its tokens.
        service_account: the address of the account that the subscription signs as.
        certs_url: where the signers' certificates are.
    """

    def __init__(self, *, audience: str, service_account: str, certs_url: str = CERTS_URL) -> None:
        if not audience or not service_account:
            raise InvalidInput("a push is checked against an audience and a service account")
        self._audience = audience
        self._service_account = service_account.lower()
        self._certs_url = certs_url
        self._certs = _CachedCerts()

    def verify(self, authorization: str | None) -> None:
        """Return when the header ``Authorization`` proves that this is our subscription's push.

        Raises:
            Rejected: missing, forged, expired, for another audience or by another account.
            Unavailable: the certificates cannot be had now.
        """
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
            raise Rejected("the push carries no token")
        try:
            claims = id_token.verify_token(
                token.strip(),
                self._certs,
                audience=self._audience,
                certs_url=self._certs_url,
                clock_skew_in_seconds=CLOCK_SKEW,
            )
        except exceptions.TransportError as error:
            raise Unavailable("the certificates of Google's signers cannot be had") from error
        except (exceptions.GoogleAuthError, ValueError, KeyError, TypeError) as error:
            # Its words may quote the token.
            raise Rejected("the push's token is not valid") from RuntimeError(type(error).__name__)
        if claims.get("iss") not in _ISSUERS:
            raise Rejected("the push's token was issued by somebody else")
        email = str(claims.get("email", "")).lower()
        if email != self._service_account or claims.get("email_verified") is not True:
            raise Rejected("the push's token is another account's")


class _CachedCerts(transport.Request):
    """Fetches certificates for google-auth, and keeps them for a while."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, _Fetched]] = {}

    def __call__(self, url: str, *_: Any, **__: Any) -> _Fetched:
        with self._lock:
            until, fetched = self._kept.get(url, (0.0, None))
            if fetched is not None and until > self._seconds():
                return fetched
        fetched = _fetch(url)
        if fetched.status == 200:
            with self._lock:
                self._kept[url] = (self._seconds() + CERTS_KEPT, fetched)
        return fetched


@attrs.frozen
class _Fetched(transport.Response):
    status: int
    headers: Mapping[str, str]
    data: bytes


def _fetch(url: str) -> _Fetched:
    try:
        answer, content = OneRequest(_CERTS_TIMEOUTS, max_bytes=MAX_BODY).request(url)
    except Exception as error:
        raise exceptions.TransportError(str(error)) from error  # type: ignore[no-untyped-call]
    return _Fetched(int(answer.status), dict(answer), content)
