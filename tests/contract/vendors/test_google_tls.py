"""Google is spoken to over TLS: to whom it says it is, and not without an end."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from salesagent_adapters.google.mail_sender import GmailSender
from salesagent_adapters.google.transport import Timeouts
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

from .google_exchanges import Answer, Exchanges, exchanges, ok
from .google_parts import MAILBOX, NOW, TENANT, client_at

SEND = "/gmail/v1/users/me/drafts/send"
PROFILE = "/gmail/v1/users/me/profile"


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Exchanges]:
    """A server that says it is ``localhost``, by a certificate that nobody trusts yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with exchanges(context) as server:
        yield server


@pytest.fixture
def trusted(tmp_path: Path, google: Exchanges, monkeypatch: pytest.MonkeyPatch) -> Exchanges:
    monkeypatch.setattr("httplib2.CA_CERTS", str(tmp_path / "certificate.pem"))
    return google


def sender(url: str, timeouts: Timeouts | None = None) -> GmailSender:
    return GmailSender(client_at(url, timeouts=timeouts or Timeouts()), FixedClock(NOW))


async def test_whoever_is_not_trusted_is_told_nothing(google: Exchanges) -> None:
    google.on(SEND, ok({"id": "m2", "threadId": "t1"}))
    with pytest.raises(NotSent):
        await sender(google.url).send_draft(TENANT, MAILBOX, "r1")
    assert google.asked == []


async def test_another_name_is_another_server(trusted: Exchanges) -> None:
    trusted.on(SEND, ok({"id": "m2", "threadId": "t1"}))
    url = trusted.url.replace("localhost", "127.0.0.1")
    with pytest.raises(NotSent):
        await sender(url).send_draft(TENANT, MAILBOX, "r1")
    assert trusted.asked == []


async def test_a_trusted_server_is_asked(trusted: Exchanges) -> None:
    trusted.on(PROFILE, ok({"historyId": "5"}))
    assert await sender(trusted.url).present(TENANT, MAILBOX) == "5"


@pytest.mark.parametrize("answer", [Answer(cut=0), Answer(cut=20), Answer(reset=True)])
async def test_a_connection_that_ends_leaves_the_fate_unknown(
    trusted: Exchanges, answer: Answer
) -> None:
    trusted.on(SEND, answer)
    with pytest.raises(FateUnknown):
        await sender(trusted.url).send_draft(TENANT, MAILBOX, "r1")
    assert trusted.count(SEND) == 1


async def test_a_server_that_says_nothing_is_left_at_the_end_of_the_time(
    trusted: Exchanges,
) -> None:
    trusted.on(SEND, Answer(wait=20))
    start = time.monotonic()
    port = sender(trusted.url, Timeouts(connect=2, answer=30, total=0.5))
    with pytest.raises(FateUnknown):
        await port.send_draft(TENANT, MAILBOX, "r1")
    assert time.monotonic() - start < 5
    assert trusted.count(SEND) == 1
