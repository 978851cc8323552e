"""Google's OAuth 2.0 for web servers: consent with PKCE, codes, refresh, withdrawal.

Endpoints, parameters and error codes are those of Google's "Using OAuth 2.0 for Web Server
Applications" and "OpenID Connect". Secrets and tokens travel in request bodies only, and no error
repeats what Google answered.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import attrs
import httpx

from salesagent_core.domain.address import judge_address
from salesagent_core.errors import NeedsReauth, PortError, Rejected, Unavailable
from salesagent_core.ports.connections import ConsentFlow, Feature, Grant, Tokens
from salesagent_core.ports.sign_in import SignInFlow, Vouched

__all__ = ["FEATURES", "GoogleClient", "GoogleOAuth"]

TIMEOUT: Final = timedelta(seconds=10)
"""For a whole exchange with Google; shorter than the time for which one worker may refresh."""
MAX_ANSWER: Final = 64 * 1024
"""Bytes. A token answer has about 2,000."""
LONGEST_LIFE: Final = timedelta(days=1)
USUAL_LIFE: Final = timedelta(hours=1)
CLOCK_SKEW: Final = timedelta(minutes=5)
ISSUERS: Final = ("https://accounts.google.com", "accounts.google.com")

_SCOPE = "https://www.googleapis.com/auth/"
_ALL_MAIL = "https://mail.google.com/"
_IDENTITY: Final = ("openid", "email")

FEATURES: Final = (
    Feature(
        code="mail_read",
        sentence="read the mailbox, so that an answer goes into the lead's thread",
        scopes=(f"{_SCOPE}gmail.readonly", f"{_SCOPE}gmail.modify", _ALL_MAIL),
        required=True,
    ),
    Feature(
        code="mail_write",
        sentence="make drafts, and send those that were approved",
        scopes=(f"{_SCOPE}gmail.compose", f"{_SCOPE}gmail.modify", _ALL_MAIL),
        required=True,
    ),
    Feature(
        code="calendar",
        sentence="see when the calendar is free, so that a draft can offer times",
        scopes=(f"{_SCOPE}calendar.readonly", f"{_SCOPE}calendar"),
    ),
    Feature(
        code="files",
        sentence="find files in the allowed Drive folders, so that a draft can link to them",
        # Not drive.metadata.readonly: with that alone Drive does not search in what files hold.
        scopes=(f"{_SCOPE}drive.readonly", f"{_SCOPE}drive"),
    ),
)
"""What a mailbox is connected for, with the least scope for each first."""


@attrs.frozen(kw_only=True)
class GoogleClient:
    """Our registration with Google. ``root`` stands in for all of Google's hosts."""

    client_id: str
    client_secret: str = attrs.field(repr=False)
    redirect_uri: str
    root: str | None = None

    @property
    def consent_endpoint(self) -> str:
        return f"{self.root or 'https://accounts.google.com'}/o/oauth2/v2/auth"

    @property
    def token_endpoint(self) -> str:
        return f"{self.root}/oauth2/token" if self.root else "https://oauth2.googleapis.com/token"

    @property
    def revoke_endpoint(self) -> str:
        return f"{self.root}/oauth2/revoke" if self.root else "https://oauth2.googleapis.com/revoke"

    @property
    def issuers(self) -> tuple[str, ...]:
        return (self.root,) if self.root else ISSUERS


class GoogleOAuth:
    """``ConsentProvider`` and ``SignInProvider`` for Google. Keeps no connection open between
    calls, so that it belongs to no event loop."""

    name = "google"
    features = FEATURES

    def __init__(self, client: GoogleClient, *, timeout: timedelta = TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout

    def consent_url(self, flow: ConsentFlow, state: str) -> str:
        """See ``ConsentProvider.consent_url``."""
        query = {
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "response_type": "code",
            "scope": " ".join((*_IDENTITY, *flow.scopes)),
            "state": state,
            "nonce": flow.nonce,
            "code_challenge": challenge_of(flow.verifier),
            "code_challenge_method": "S256",
            # Without both there is no refresh token for somebody who consented before.
            "access_type": "offline",
            "prompt": "consent",
            "include_granted_scopes": "true",
        }
        if flow.mailbox is not None:
            query["login_hint"] = flow.mailbox
        return f"{self._client.consent_endpoint}?{urlencode(query)}"

    async def exchange(self, flow: ConsentFlow, code: str, now: datetime) -> Grant:
        """See ``ConsentProvider.exchange``."""
        answer = await self._token_request(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": flow.verifier,
                "redirect_uri": self._client.redirect_uri,
            }
        )
        refresh = answer.get("refresh_token")
        if not isinstance(refresh, str) or not refresh:
            raise Rejected("Google gave no lasting access: connect the mailbox once more")
        claims = self._claims(answer.get("id_token"), flow.nonce, now)
        scope = answer.get("scope")
        granted = scope.split() if isinstance(scope, str) else flow.scopes
        return Grant(
            mailbox=claims["email"],
            account=claims["sub"],
            tokens=Tokens(
                access=_access(answer), refresh=refresh, expires_at=now + _lifetime(answer)
            ),
            scopes=frozenset(granted),
        )

    async def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """See ``ConsentProvider.refresh``."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        answer = await self._token_request(form)
        newer = answer.get("refresh_token")
        return Tokens(
            access=_access(answer),
            refresh=newer if isinstance(newer, str) and newer else tokens.refresh,
            expires_at=now + _lifetime(answer),
        )

    def sign_in_url(self, flow: SignInFlow) -> str:
        """See ``SignInProvider.sign_in_url``: who it is and no more, and no lasting access."""
        query = {
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "response_type": "code",
            "scope": " ".join((*_IDENTITY, "profile")),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge_of(flow.verifier),
            "code_challenge_method": "S256",
            "prompt": "select_account",
        }
        return f"{self._client.consent_endpoint}?{urlencode(query)}"

    async def identify(self, flow: SignInFlow, code: str, now: datetime) -> Vouched:
        """See ``SignInProvider.identify``."""
        answer = await self._token_request(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": flow.verifier,
                "redirect_uri": self._client.redirect_uri,
            }
        )
        claims = self._claims(answer.get("id_token"), flow.nonce, now)
        return Vouched(
            email=claims["email"], name=claims.get("name", ""), domain=claims.get("hd") or None
        )

    async def revoke(self, tokens: Tokens) -> None:
        """See ``ConsentProvider.revoke``. Tokens that are dead already are no error."""
        status, answer, _ = await self._post(
            self._client.revoke_endpoint, {"token": tokens.refresh}
        )
        if status != 200 and not (status == 400 and answer.get("error") == "invalid_token"):
            raise Unavailable("Google did not confirm that the access was withdrawn")

    async def _token_request(self, form: Mapping[str, str]) -> dict[str, Any]:
        ours = {
            "client_id": self._client.client_id,
            "client_secret": self._client.client_secret,
        }
        status, answer, retry_after = await self._post(
            self._client.token_endpoint, {**ours, **form}
        )
        if status == 200:
            return answer
        raise _refusal(status, str(answer.get("error")), retry_after, code="code" in form) from None

    async def _post(
        self, url: str, form: Mapping[str, str]
    ) -> tuple[int, dict[str, Any], datetime | None]:
        """Status, JSON object (empty when it is none) and when to come again.

        Raises: Unavailable.
        """
        failure = "Google cannot be reached"
        try:
            async with (
                asyncio.timeout(self._timeout.total_seconds()),
                httpx.AsyncClient(timeout=self._timeout.total_seconds()) as http,
                http.stream("POST", url, data=dict(form)) as response,
            ):
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        break
                return response.status_code, _json_object(body), _retry_after(response.headers)
        except TimeoutError:
            failure = "Google did not answer in time"
        except httpx.HTTPError:
            # What it says may repeat parts of the request; what matters is that it may work later.
            failure = "Google cannot be reached"
        raise Unavailable(failure)

    def _claims(self, id_token: object, nonce: str, now: datetime) -> dict[str, str]:
        """``sub`` and ``email`` of a token that came straight from Google's token endpoint, and
        ``name`` and ``hd`` where it says them.

        OpenID Connect Core 3.1.3.7 (6): then the connection vouches for it, not its signature.
        """
        claims = _payload(id_token)
        account, email, expires = claims.get("sub"), claims.get("email"), claims.get("exp")
        fits = (
            claims.get("aud") == self._client.client_id
            and claims.get("iss") in self._client.issuers
            and isinstance(expires, int | float)
            and datetime.fromtimestamp(expires, UTC) > now - CLOCK_SKEW
            and claims.get("nonce") == nonce
        )
        judged = judge_address(email) if isinstance(email, str) else None
        if not fits or not isinstance(account, str) or not account:
            raise Rejected("Google's answer is not for this request: begin once more")
        if judged is None or judged.normalized is None or claims.get("email_verified") is not True:
            raise Rejected("Google does not vouch for the address of this account")
        more = {
            name: value for name in ("name", "hd") if isinstance(value := claims.get(name), str)
        }
        return {"sub": account, "email": judged.normalized, **more}


def challenge_of(verifier: str) -> str:
    """PKCE's S256 (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


_UNKNOWN_CLIENT = frozenset({"invalid_client", "unauthorized_client", "deleted_client"})


def _refusal(status: int, error: str, retry_after: datetime | None, *, code: bool) -> PortError:
    """What a token endpoint's refusal means for the caller."""
    if status == 429 or status >= 500:
        return Unavailable("Google cannot answer now", retry_at=retry_after)
    if error == "invalid_grant":
        if code:
            return Rejected("this consent was used already, or took too long: start once more")
        return NeedsReauth("Google says that the access was withdrawn")
    if error in _UNKNOWN_CLIENT:
        return Rejected("Google does not accept GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET together")
    if error == "redirect_uri_mismatch":
        return Rejected("GOOGLE_REDIRECT_URI is not one that Google knows for this client")
    if 300 <= status < 400:
        return Unavailable("Google sent the request elsewhere")
    return Rejected(f"Google refused the request (status {status})")


def _access(answer: Mapping[str, Any]) -> str:
    access = answer.get("access_token")
    # A header's value must not be able to hold a second header.
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise Unavailable("Google's answer holds no token")
    if not access:
        raise Unavailable("Google's answer holds no token")
    return access


def _lifetime(answer: Mapping[str, Any]) -> timedelta:
    seconds = answer.get("expires_in")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return USUAL_LIFE
    return min(timedelta(seconds=min(seconds, 10**6)), LONGEST_LIFE)


def _json_object(body: bytes | bytearray) -> dict[str, Any]:
    if len(body) > MAX_ANSWER:
        return {}
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _payload(token: object) -> dict[str, Any]:
    """The claims of a JWT; empty when it is none."""
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return {}
    try:
        return _json_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}


def _retry_after(headers: httpx.Headers) -> datetime | None:
    text = headers.get("retry-after", "")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return datetime.now(UTC) + timedelta(seconds=int(text))
