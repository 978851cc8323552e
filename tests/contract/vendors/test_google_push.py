"""Gmail's pushes: a real one is taken, whatever else is not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

from salesagent_adapters.google.push import GmailWatch, PushVerifier
from salesagent_adapters.google.push_message import Push, read_push
from salesagent_core.errors import InvalidInput, Rejected, Unavailable

from .google_exchanges import Answer, Exchanges, exchanges, ok, refused
from .google_parts import MAILBOX, TENANT, client_at

WATCH = "/gmail/v1/users/me/watch"
AUDIENCE = "https://app.ours.example/hooks/gmail"
ACCOUNT = "push@project.iam.example"


@attrs.frozen
class Signer:
    """A key of ours with its certificate, standing in for Google's."""

    key: rsa.RSAPrivateKey
    certificate: str

    def token(self, *, key_id: str = "k1", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "email": ACCOUNT,
            "email_verified": True,
            "iat": now,
            "exp": now + 3_600,
            **changes,
        }
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        signer = crypt.RSASigner.from_string(pem, key_id)  # type: ignore[no-untyped-call]
        return str(jwt.encode(signer, claims).decode())  # type: ignore[no-untyped-call]


def make_signer() -> Signer:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate.public_bytes(serialization.Encoding.PEM).decode())


@pytest.fixture(scope="module")
def signer() -> Signer:
    return make_signer()


@pytest.fixture
def google(signer: Signer) -> Iterator[Exchanges]:
    with exchanges() as server:
        server.on("/certs", ok({"k1": signer.certificate}))
        yield server


def verifier(google: Exchanges) -> PushVerifier:
    return PushVerifier(audience=AUDIENCE, service_account=ACCOUNT, certs_url=f"{google.url}/certs")


async def test_a_watch_tells_how_long_it_lasts(google: Exchanges) -> None:
    google.on(WATCH, ok({"historyId": "77", "expiration": "1795168800000"}))
    watch = await GmailWatch(client_at(google.url), topic="projects/p/topics/t").renew(
        TENANT, MAILBOX
    )
    assert (watch.history_id, watch.expires_at.tzinfo) == ("77", UTC)
    assert google.asked[0].json["topicName"] == "projects/p/topics/t"
    google.on(WATCH, ok({"historyId": "77"}))
    with pytest.raises(Unavailable):
        await GmailWatch(client_at(google.url), topic="t").renew(TENANT, MAILBOX)
    google.on(WATCH, refused(403, "forbidden"))
    with pytest.raises(Rejected):
        await GmailWatch(client_at(google.url), topic="t").renew(TENANT, MAILBOX)


async def test_watching_no_longer(google: Exchanges) -> None:
    google.on("/gmail/v1/users/me/stop", Answer(status=204, body=b""))
    await GmailWatch(client_at(google.url), topic="t").stop(TENANT, MAILBOX)


def test_our_subscriptions_push_is_taken_and_certificates_are_kept(
    google: Exchanges, signer: Signer
) -> None:
    checks = verifier(google)
    for _ in range(3):
        checks.verify(f"Bearer {signer.token()}")
    assert google.count("/certs") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://somebody.example"},
        {"email": "other@project.iam.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"iss": "https://issuer.example"},
        {"exp": 1_000, "iat": 10},
        {"iat": 4_000_000_000, "exp": 4_000_003_600},
        {"key_id": "k2"},
    ],
)
def test_a_token_that_is_not_our_subscriptions_is_refused(
    google: Exchanges, signer: Signer, changes: dict[str, Any]
) -> None:
    with pytest.raises(Rejected):
        verifier(google).verify(f"Bearer {signer.token(**changes)}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer a.b.c", "Bearer x"])
def test_no_token_is_no_way_in(google: Exchanges, header: str | None) -> None:
    with pytest.raises(Rejected):
        verifier(google).verify(header)


def test_another_key_and_an_unsigned_token_are_refused(google: Exchanges, signer: Signer) -> None:
    with pytest.raises(Rejected):
        verifier(google).verify(f"Bearer {make_signer().token()}")
    head, body, _ = signer.token().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for forged in (f"{none}.{body}.", f"{head}.{body}.", f"{head}.{body}.AAAA", "x" * 100_000):
        with pytest.raises(Rejected):
            verifier(google).verify(f"Bearer {forged}")


@pytest.mark.parametrize("answer", [refused(500), Answer(cut=0), Answer(body=b"x" * 100_000)])
def test_without_certificates_nobody_is_let_in(
    google: Exchanges, signer: Signer, answer: Answer
) -> None:
    google.on("/certs", answer)
    with pytest.raises(Unavailable):
        verifier(google).verify(f"Bearer {signer.token()}")


def test_without_an_audience_nothing_is_checked() -> None:
    for audience, account in (("", ACCOUNT), (AUDIENCE, "")):
        with pytest.raises(InvalidInput):
            PushVerifier(audience=audience, service_account=account)


def pushed(told: object, **message: object) -> bytes:
    data = base64.b64encode(json.dumps(told).encode()).decode()
    return json.dumps({"message": {"data": data, "messageId": "9", **message}}).encode()


def test_a_push_names_the_mailbox_and_its_point_in_history() -> None:
    expected = Push(mailbox=MAILBOX, history_id="9876543210", message_id="9")
    told = {"emailAddress": MAILBOX.upper(), "historyId": 9876543210}
    assert read_push(pushed(told)) == expected
    assert read_push(pushed({**told, "historyId": "9876543210"})) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        b" " * 100_000,
        b'{"message": 7}',
        b'{"message": {"data": "!!"}}',
        pushed([]),
        pushed({"emailAddress": "x", "historyId": 1}),
        pushed({"emailAddress": MAILBOX, "historyId": "1e9"}),
        pushed({"emailAddress": MAILBOX, "historyId": -1}),
        pushed({"emailAddress": "a@" + "b" * 400, "historyId": 1}),
        pushed({"historyId": 1}),
    ],
)
def test_what_is_no_push_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput) as refused_push:
        read_push(body)
    assert refused_push.value.problems
