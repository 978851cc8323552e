"""Who sent this request? Signatures of inbound webhooks, over the raw bytes.

=======  =====================================================  ================================
version  headers                                                value
=======  =====================================================  ================================
v1       ``X-HubSpot-Signature``, ``…-Signature-Version: v1``   hex SHA-256 of secret + body
v2       ``X-HubSpot-Signature``, ``…-Signature-Version: v2``   hex SHA-256 of secret + method +
                                                                URI + body
v3       ``X-HubSpot-Signature-v3``,                            base64 HMAC-SHA-256 of method +
         ``X-HubSpot-Request-Timestamp``                        URI + body + timestamp
plain    ``X-HubSpot-Signature`` alone                          hex HMAC-SHA-256 of body
=======  =====================================================  ================================

v1, v2 and v3 are HubSpot's own ("Validating requests" in its developer documents); plain is the
contract for senders that are not HubSpot. A request with a v3 header is judged by v3 alone, and
a version that the endpoint does not expect is refused even when its signature is right.

v1, v2 and plain carry no time, so they can be replayed: deduplication is what guards them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

import attrs

from salesagent_core.errors import PolicyRefused, Reason

__all__ = [
    "ALL_VERSIONS",
    "EVENT_VERSIONS",
    "FORM_VERSIONS",
    "WORKFLOW_VERSIONS",
    "SignatureRefused",
    "SignedRequest",
    "Version",
    "sign_plain",
    "sign_v1",
    "sign_v2",
    "sign_v3",
    "verify",
]

MAX_AGE_MS: Final = 300_000
"""How far a v3 timestamp may lie from our clock, in either direction."""

_MAX_TIMESTAMP_DIGITS: Final = 15
_BLOCK_BYTES: Final = 64
"""SHA-256's block size."""

SIGNATURE_HEADER: Final = b"x-hubspot-signature"
VERSION_HEADER: Final = b"x-hubspot-signature-version"
SIGNATURE_V3_HEADER: Final = b"x-hubspot-signature-v3"
TIMESTAMP_HEADER: Final = b"x-hubspot-request-timestamp"
_OUR_HEADERS: Final = frozenset(
    {SIGNATURE_HEADER, VERSION_HEADER, SIGNATURE_V3_HEADER, TIMESTAMP_HEADER}
)


class Version(StrEnum):
    """How a request is signed."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"
    PLAIN = "plain"


ALL_VERSIONS: Final = frozenset(Version)
FORM_VERSIONS: Final = frozenset({Version.PLAIN, Version.V2, Version.V3})
"""The form contract: other people's form backends, or an app that signs as HubSpot does."""
WORKFLOW_VERSIONS: Final = frozenset({Version.V2, Version.V3})
"""A workflow's "Send a webhook" signs with v2, and with v3 beside it."""
EVENT_VERSIONS: Final = frozenset({Version.V1, Version.V3})
"""The Webhooks API signs with v1, and with v3 beside it."""


class SignatureRefused(PolicyRefused):
    """The request is not shown to come from someone who knows the secret. Answer 401."""

    def __init__(self, reason: Reason) -> None:
        super().__init__((reason,))

    @property
    def code(self) -> str:
        """The stable code of the one reason."""
        return self.reasons[0].code


_NO_SECRET = Reason(
    code="signature_no_secret",
    sentence="No webhook secret is configured, so no request can be accepted.",
)
_MISSING = Reason(
    code="signature_missing", sentence="The request carries no X-HubSpot-Signature header."
)
_REPEATED = Reason(
    code="signature_header_repeated", sentence="A signature header is there more than once."
)
_UNKNOWN = Reason(
    code="signature_version_unknown",
    sentence="X-HubSpot-Signature-Version names no version that is known here: v1 or v2.",
)
_NOT_ALLOWED = Reason(
    code="signature_version_not_allowed",
    sentence="Requests to this address are not signed with this version of the signature.",
)
_MISMATCH = Reason(
    code="signature_mismatch",
    sentence="The signature does not fit the method, public address and body of the request.",
)
_BAD_URI = Reason(
    code="signature_uri_invalid",
    sentence="The address holds characters that an address cannot hold.",
)
_NO_TIMESTAMP = Reason(
    code="signature_timestamp_missing",
    sentence="The request carries no X-HubSpot-Request-Timestamp header.",
)
_BAD_TIMESTAMP = Reason(
    code="signature_timestamp_invalid",
    sentence="X-HubSpot-Request-Timestamp is not a number of milliseconds.",
)
_TOO_OLD = Reason(
    code="signature_timestamp_old", sentence="The request was signed more than 5 minutes ago."
)
_FUTURE = Reason(
    code="signature_timestamp_future",
    sentence="The request was signed more than 5 minutes in the future.",
)


@attrs.frozen(kw_only=True)
class SignedRequest:
    """What a signature covers.

    ``uri`` is the whole public address with ``https`` and the query, as the sender knows it:
    behind a proxy that is the configured public address, not what the socket saw. ``headers``
    are raw name and value pairs with lower-case names, as ASGI gives them.
    """

    method: str
    uri: str
    body: bytes
    headers: Iterable[tuple[bytes, bytes]]


def verify(
    request: SignedRequest,
    secrets: Sequence[bytes | str],
    now: datetime,
    *,
    allowed: frozenset[Version] = ALL_VERSIONS,
) -> None:
    """Return if the request is signed with one of ``secrets``; several allow rotation.

    Empty and blank secrets count as not configured. ``now`` is aware.

    Raises:
        SignatureRefused: with one reason, whose sentence repeats nothing of the request.
    """
    keys = _usable(secrets)
    if not keys:
        raise SignatureRefused(_NO_SECRET)
    headers = _signature_headers(request.headers)
    version = _version(headers)
    if version not in allowed:
        raise SignatureRefused(_NOT_ALLOWED)
    if version is Version.V3:
        _verify_v3(request, keys, headers, now)
    else:
        _verify_hex(request, keys, headers[SIGNATURE_HEADER], version)


def sign_v1(secret: bytes | str, body: bytes) -> str:
    """The value of ``X-HubSpot-Signature``, to be sent with version ``v1``."""
    return hashlib.sha256(_bytes(secret) + body).hexdigest()


def sign_v2(secret: bytes | str, method: str, uri: str, body: bytes) -> str:
    """The value of ``X-HubSpot-Signature``, to be sent with version ``v2``."""
    return hashlib.sha256(_bytes(secret) + (method + uri).encode() + body).hexdigest()


def sign_v3(
    secret: bytes | str, method: str, uri: str, body: bytes, timestamp_ms: int | str
) -> str:
    """The value of ``X-HubSpot-Signature-v3``, to be sent with the same timestamp."""
    message = (method + _decoded(uri)).encode() + body + str(timestamp_ms).encode()
    return base64.b64encode(hmac.digest(_bytes(secret), message, "sha256")).decode()


def sign_plain(secret: bytes | str, body: bytes) -> str:
    """The value of ``X-HubSpot-Signature``, to be sent without a version header."""
    return hmac.digest(_bytes(secret), body, "sha256").hex()


def _bytes(secret: bytes | str) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _usable(secrets: Sequence[bytes | str]) -> list[bytes]:
    if isinstance(secrets, str | bytes):
        # A lone secret is a sequence too: of letters, each a secret that anyone can guess.
        raise TypeError("secrets is a sequence of secrets, not one secret")
    return [_bytes(secret) for secret in secrets if secret and not secret.isspace()]


def _signature_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _OUR_HEADERS:
            if name in found:
                raise SignatureRefused(_REPEATED)
            found[name] = value.strip()
    return found


def _version(headers: dict[bytes, bytes]) -> Version:
    if SIGNATURE_V3_HEADER in headers:
        return Version.V3
    if not headers.get(SIGNATURE_HEADER):
        raise SignatureRefused(_MISSING)
    named = headers.get(VERSION_HEADER)
    if named is None:
        return Version.PLAIN
    if named == b"v1":
        return Version.V1
    if named == b"v2":
        return Version.V2
    raise SignatureRefused(_UNKNOWN)


def _verify_v3(
    request: SignedRequest, keys: list[bytes], headers: dict[bytes, bytes], now: datetime
) -> None:
    timestamp = headers.get(TIMESTAMP_HEADER)
    if timestamp is None:
        raise SignatureRefused(_NO_TIMESTAMP)
    # bytes.isdigit is ASCII only; int() alone would take signs, spaces and underscores.
    if not timestamp.isdigit() or len(timestamp) > _MAX_TIMESTAMP_DIGITS:
        raise SignatureRefused(_BAD_TIMESTAMP)
    age_ms = now.timestamp() * 1000 - int(timestamp)
    if age_ms > MAX_AGE_MS:
        raise SignatureRefused(_TOO_OLD)
    if age_ms < -MAX_AGE_MS:
        raise SignatureRefused(_FUTURE)
    _check_uri(request.uri)
    signed = (request.method + _decoded(request.uri)).encode() + request.body + timestamp
    given = headers[SIGNATURE_V3_HEADER]
    for key in keys:
        expected = base64.b64encode(hmac.digest(key, signed, "sha256"))
        if hmac.compare_digest(expected, given):
            return
    raise SignatureRefused(_MISMATCH)


def _verify_hex(request: SignedRequest, keys: list[bytes], given: bytes, version: Version) -> None:
    given = given.lower()
    body = request.body
    if version is Version.V2:
        _check_uri(request.uri)
        body = (request.method + request.uri).encode() + body
    for key in keys:
        if version is Version.PLAIN:
            expected = _keyed_digest(key, body)
        else:
            expected = hashlib.sha256(key + body).hexdigest()
        if hmac.compare_digest(expected.encode(), given):
            return
    raise SignatureRefused(_MISMATCH)


def _keyed_digest(key: bytes, message: bytes) -> str:
    """HMAC-SHA-256 in hex (RFC 2104). The key's two blocks are hashed once and copied from then
    on: OpenSSL's own one-shot call takes five times as long for a form of 1 kB."""
    inner, outer = (state.copy() for state in _key_blocks(key))
    inner.update(message)
    outer.update(inner.digest())
    return outer.hexdigest()


@lru_cache(maxsize=64)
def _key_blocks(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def _check_uri(uri: str) -> None:
    # v2 and v3 do not mark where the address ends and the body begins: without this, the first
    # part of a signed JSON body could be moved into the query and the rest pass as the body.
    if "{" in uri or '"' in uri or not uri.isascii():
        raise SignatureRefused(_BAD_URI)


_ESCAPES: Final = {
    "3A": ":",
    "2F": "/",
    "3F": "?",
    "40": "@",
    "21": "!",
    "24": "$",
    "27": "'",
    "28": "(",
    "29": ")",
    "2A": "*",
    "2C": ",",
    "3B": ";",
}
_ESCAPE: Final = re.compile(f"%({'|'.join(_ESCAPES)})", re.IGNORECASE)


def _decoded(uri: str) -> str:
    """The address with exactly the escapes undone that v3 undoes before it signs."""
    if "%" not in uri:
        return uri
    return _ESCAPE.sub(lambda match: _ESCAPES[match[1].upper()], uri)
