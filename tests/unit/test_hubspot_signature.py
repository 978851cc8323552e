"""Only a sender that knows the secret gets in, by every version, and by no omission."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.hubspot.signature import (
    ALL_VERSIONS,
    EVENT_VERSIONS,
    FORM_VERSIONS,
    WORKFLOW_VERSIONS,
    SignatureRefused,
    SignedRequest,
    Version,
    sign_plain,
    sign_v1,
    sign_v2,
    sign_v3,
    verify,
)
from salesagent_core.errors import PolicyRefused

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
MS = 1693657560000
NOW = datetime.fromtimestamp(MS / 1000, UTC)

V1_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
    b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
V1_KNOWN = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
V2_BODY = b'{"example_field":"example_value"}'
V2_KNOWN = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
V3_BODY = b"{'example_field':'example_value'}"
V3_KNOWN = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="

SIGNATURE = "x-hubspot-signature"
VERSION = "x-hubspot-signature-version"
SIGNATURE_V3 = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"


def request(
    *headers: tuple[str, str | bytes], body: bytes = V2_BODY, uri: str = URI, method: str = "POST"
) -> SignedRequest:
    raw = [(b"host", b"www.example.com"), (b"content-type", b"application/json")]
    for name, value in headers:
        raw.append((name.encode(), value.encode() if isinstance(value, str) else value))
    return SignedRequest(method=method, uri=uri, body=body, headers=raw)


def signed(version: Version, body: bytes, *, secret: str = SECRET, uri: str = URI) -> SignedRequest:
    if version is Version.V1:
        headers = [(SIGNATURE, sign_v1(secret, body)), (VERSION, "v1")]
    elif version is Version.V2:
        headers = [(SIGNATURE, sign_v2(secret, "POST", uri, body)), (VERSION, "v2")]
    elif version is Version.V3:
        value = sign_v3(secret, "POST", uri, body, MS)
        headers = [(SIGNATURE_V3, value), (TIMESTAMP, str(MS))]
    else:
        headers = [(SIGNATURE, sign_plain(secret, body))]
    return request(*headers, body=body, uri=uri)


def refusal(
    what: SignedRequest,
    *,
    secrets: tuple[str | bytes, ...] = (SECRET,),
    now: datetime = NOW,
    allowed: frozenset[Version] = ALL_VERSIONS,
) -> str:
    with pytest.raises(SignatureRefused) as caught:
        verify(what, secrets, now, allowed=allowed)
    text = str(caught.value)
    assert SECRET not in text
    for name, value in what.headers:
        if name.startswith(b"x-hubspot-signature") and len(value) > 8:
            assert value.decode("latin-1") not in text
    return caught.value.code


def test_known_answers_are_made() -> None:
    assert sign_v1(SECRET, V1_BODY) == V1_KNOWN
    assert sign_v2(SECRET, "POST", URI, V2_BODY) == V2_KNOWN
    assert sign_v3(SECRET, "POST", URI, V3_BODY, MS) == V3_KNOWN


def test_known_answers_are_accepted() -> None:
    v1 = request((SIGNATURE, V1_KNOWN), (VERSION, "v1"), body=V1_BODY)
    v2 = request((SIGNATURE, V2_KNOWN), (VERSION, "v2"))
    v3 = request((SIGNATURE_V3, V3_KNOWN), (TIMESTAMP, str(MS)), body=V3_BODY)
    for good in (v1, v2, v3):
        verify(good, [SECRET], NOW)
        verify(good, [SECRET.encode()], NOW)


@settings(max_examples=60, deadline=None)
@given(version=st.sampled_from(Version), body=st.binary(max_size=300), flip=st.integers(0))
def test_a_signed_body_is_accepted_and_a_changed_one_is_not(
    version: Version, body: bytes, flip: int
) -> None:
    good = signed(version, body)
    verify(good, ["another-secret", SECRET], NOW)
    assert refusal(good, secrets=("another-secret",)) == "signature_mismatch"

    changed = bytearray(body or b"x")
    changed[flip % len(changed)] ^= 1
    bad = SignedRequest(method=good.method, uri=good.uri, body=bytes(changed), headers=good.headers)
    assert refusal(bad) == "signature_mismatch"


@pytest.mark.parametrize("version", [Version.V2, Version.V3])
def test_method_and_address_are_covered(version: Version) -> None:
    good = signed(version, V2_BODY)
    for method, uri in [("PUT", URI), ("POST", URI + "?a=1"), ("POST", URI.replace("s:", ":"))]:
        bad = SignedRequest(method=method, uri=uri, body=good.body, headers=good.headers)
        assert refusal(bad) == "signature_mismatch"


@pytest.mark.parametrize("version", [Version.V2, Version.V3])
def test_the_body_cannot_be_moved_into_the_address(version: Version) -> None:
    uri, body = URI + "?token=1", b'{"a":{"portalId":1}}'
    good = signed(version, body, uri=uri)
    moved = SignedRequest(
        method="POST", uri=uri + '{"a":', body=b'{"portalId":1}}', headers=good.headers
    )
    assert refusal(moved) == "signature_uri_invalid"


@pytest.mark.parametrize("secrets", [(), ("",), ("   ", b"")])
@pytest.mark.parametrize("version", list(Version))
def test_without_a_secret_everything_is_refused(
    version: Version, secrets: tuple[str | bytes, ...]
) -> None:
    # Signed with the empty secret: exactly what a stranger would send.
    assert refusal(signed(version, V2_BODY, secret=""), secrets=secrets) == "signature_no_secret"


def test_one_secret_passed_bare_is_a_programming_error() -> None:
    with pytest.raises(TypeError):
        verify(signed(Version.PLAIN, V2_BODY, secret="y"), SECRET, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(VERSION, "v1")],
        [(VERSION, "v3"), (TIMESTAMP, str(MS))],
        [(TIMESTAMP, str(MS))],
        [(SIGNATURE, "")],
        [(SIGNATURE, " "), (VERSION, "v2")],
    ],
)
def test_missing_signature_is_refused(headers: list[tuple[str, str]]) -> None:
    assert refusal(request(*headers)) == "signature_missing"


@pytest.mark.parametrize("name", ["v3", "v4", "V1", "", "plain", "v1,v2"])
def test_unknown_versions_are_refused(name: str) -> None:
    # Whatever the name says, the signature is right for some version.
    for value in (sign_v1(SECRET, V2_BODY), sign_plain(SECRET, V2_BODY), V2_KNOWN):
        what = request((SIGNATURE, value), (VERSION, name))
        assert refusal(what) == "signature_version_unknown"


def test_dropping_or_swapping_the_version_header_never_helps() -> None:
    hexes = {
        Version.V1: sign_v1(SECRET, V2_BODY),
        Version.V2: V2_KNOWN,
        Version.PLAIN: sign_plain(SECRET, V2_BODY),
    }
    for made, value in hexes.items():
        for told in (None, "v1", "v2"):
            what = request((SIGNATURE, value), *([(VERSION, told)] if told else []))
            if (told or "plain") == made:
                verify(what, [SECRET], NOW)
            else:
                assert refusal(what) == "signature_mismatch"


def test_a_v3_header_is_judged_by_v3_alone() -> None:
    old_and_good = ((SIGNATURE, V2_KNOWN), (VERSION, "v2"))
    fresh = (TIMESTAMP, str(MS))
    assert refusal(request(*old_and_good, (SIGNATURE_V3, "wrong"), fresh)) == "signature_mismatch"
    assert refusal(request(*old_and_good, (SIGNATURE_V3, ""), fresh)) == "signature_mismatch"
    no_time = request(*old_and_good, (SIGNATURE_V3, V3_KNOWN))
    assert refusal(no_time) == "signature_timestamp_missing"
    # And the other way round: a wrong old one does not spoil a right v3.
    good = sign_v3(SECRET, "POST", URI, V2_BODY, MS)
    verify(
        request((SIGNATURE, "wrong"), (VERSION, "v9"), (SIGNATURE_V3, good), fresh), [SECRET], NOW
    )


@pytest.mark.parametrize(
    ("late_ms", "code"),
    [
        (300_000, None),
        (-300_000, None),
        (300_001, "signature_timestamp_old"),
        (-300_001, "signature_timestamp_future"),
    ],
)
def test_v3_window_is_five_minutes_both_ways(late_ms: int, code: str | None) -> None:
    what, now = signed(Version.V3, V2_BODY), NOW + timedelta(milliseconds=late_ms)
    if code is None:
        verify(what, [SECRET], now)
    else:
        assert refusal(what, now=now) == code


@pytest.mark.parametrize(
    "timestamp",
    ["", "soon", "-1693657560000", "+1693657560000", "1_693_657_560_000", "1693657560000.0",
     "1e12", "0x18a", "NaN", "9" * 5000, "٣٤٥", "16936 57560000"],
)  # fmt: skip
def test_v3_timestamp_must_be_a_number(timestamp: str) -> None:
    value = sign_v3(SECRET, "POST", URI, V2_BODY, timestamp)
    what = request((SIGNATURE_V3, value), (TIMESTAMP, timestamp.encode()))
    assert refusal(what) == "signature_timestamp_invalid"


@pytest.mark.parametrize(
    ("sent", "hashed"),
    [
        ("?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", "?a=:/?@!$'()*,;"),
        ("?a=%3a%2f%3f%2a%2c%3b", "?a=:/?*,;"),
        ("?a=%20%26%3D%25%C3%A9%5B", "?a=%20%26%3D%25%C3%A9%5B"),
        ("?a=%253A", "?a=%253A"),
    ],
)
def test_v3_decodes_the_listed_escapes_once_and_no_others(sent: str, hashed: str) -> None:
    import base64
    import hmac

    message = b"POST" + (URI + hashed).encode() + V2_BODY + str(MS).encode()
    expected = base64.b64encode(hmac.digest(SECRET.encode(), message, "sha256")).decode()
    assert sign_v3(SECRET, "POST", URI + sent, V2_BODY, MS) == expected
    verify(request((SIGNATURE_V3, expected), (TIMESTAMP, str(MS)), uri=URI + sent), [SECRET], NOW)


def test_repeated_signature_headers_are_refused() -> None:
    good = sign_plain(SECRET, V2_BODY)
    for pair in (("wrong", good), (good, "wrong"), (good, good)):
        what = request(*((SIGNATURE, value) for value in pair))
        assert refusal(what) == "signature_header_repeated"


@pytest.mark.parametrize(
    ("allowed", "versions"),
    [
        (FORM_VERSIONS, {Version.PLAIN, Version.V2, Version.V3}),
        (WORKFLOW_VERSIONS, {Version.V2, Version.V3}),
        (EVENT_VERSIONS, {Version.V1, Version.V3}),
    ],
)
def test_an_endpoint_takes_only_its_versions(
    allowed: frozenset[Version], versions: set[Version]
) -> None:
    for version in Version:
        what = signed(version, V2_BODY)
        if version in versions:
            verify(what, [SECRET], NOW, allowed=allowed)
        else:
            assert refusal(what, allowed=allowed) == "signature_version_not_allowed"


@settings(max_examples=60, deadline=None)
@given(value=st.binary(max_size=80), version=st.sampled_from([b"v1", b"v2", b"v3", None]))
def test_bytes_of_any_kind_in_a_header_are_refused_not_a_crash(
    value: bytes, version: bytes | None
) -> None:
    for name in (SIGNATURE, SIGNATURE_V3):
        headers: list[tuple[str, str | bytes]] = [(name, value), (TIMESTAMP, str(MS))]
        if version is not None:
            headers.append((VERSION, version))
        with pytest.raises(PolicyRefused):
            verify(request(*headers), [SECRET], NOW)
