"""Addresses that somebody typed: the public internet is asked, and nothing else by any spelling."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.outbound.public_addresses import Address, is_public
from salesagent_adapters.outbound.safe_fetch import MAX_ANSWER_BYTES, SafeHttp, read_target
from salesagent_core.errors import InvalidInput, Rejected, Unavailable

HOST = "hooks.example.com"
LOOPBACK = ipaddress.ip_address("127.0.0.1")
INSIDE = [
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 "
        "240.0.0.0/4 ::/128 ::1/128 fc00::/7 fe80::/10 fec0::/10 ff00::/8 2001:db8::/32 100::/64"
    ).split()
]
CARRIERS = ("::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::")


def inside() -> st.SearchStrategy[Address]:
    return st.sampled_from(INSIDE).flatmap(lambda net: st.ip_addresses(network=net))


def spellings(address: ipaddress.IPv4Address) -> list[str]:
    """One IPv4 address as resolvers read it."""
    number, parts = int(address), address.packed
    return [
        str(address),
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0{part:o}" for part in parts),
        ".".join(hex(part) for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"[::ffff:{address}]",
        f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
    ]


@settings(max_examples=50)
@given(address=inside())
def test_no_spelling_of_an_inner_address_is_public(address: Address) -> None:
    assert not is_public(address)
    if isinstance(address, ipaddress.IPv4Address):
        for carrier in CARRIERS:
            low = int(ipaddress.IPv6Address(carrier)) | int(address)
            assert not is_public(ipaddress.IPv6Address(low)), carrier
        for host in spellings(address):
            with pytest.raises(InvalidInput):
                read_target(f"https://{host}/x")


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "file:///etc/passwd",
        "gopher://hooks.example.com",
        "//hooks.example.com",
        "https://",
        "https://user@hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com@169.254.169.254/",
        "https://hooks.example.com\\@169.254.169.254/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: x",
        "https://hooks.example.com/#x",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://１２７.0.0.1/",
        "https://hooks.example.com/" + "a" * 3_000,
    ],
)
def test_what_is_no_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_target(url)
    assert "hooks" not in str(refused.value)


@settings(max_examples=50)
@given(public=st.lists(st.just(ipaddress.ip_address("8.8.8.8")), max_size=3), inner=inside())
async def test_a_name_with_any_inner_address_is_not_asked(
    public: list[Address], inner: Address
) -> None:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [*public, inner]

    with pytest.raises(Rejected, match="private network"):
        await SafeHttp(resolve=resolve).post_json(f"https://{HOST}/secret-path", {})


@pytest.mark.parametrize("host", ["localhost", "localhost.localdomain", "0", "127.1"])
async def test_this_machines_own_names_are_not_asked(host: str) -> None:
    with pytest.raises((Rejected, InvalidInput, Unavailable)):
        await SafeHttp().post_json(f"https://{host}/x", {})


class Receiver:
    """A TLS server for ``HOST`` that says what it is told to, and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.port = 0
        self.asked: list[bytes] = []
        self.lookups = 0

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """As an attacker's name server: the second answer leads somewhere else."""
        self.lookups += 1
        return [LOOPBACK] if self.lookups == 1 else [ipaddress.ip_address("169.254.169.254")]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.read(65_536))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(folder: Path, answer: bytes) -> AsyncIterator[tuple[Receiver, SafeHttp, str]]:
    receiver = Receiver(answer)
    certificate = self_signed(folder)
    inbound = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inbound.load_cert_chain(certificate)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=inbound)
    port = server.sockets[0].getsockname()[1]
    http = SafeHttp(
        resolve=receiver.resolve,
        allowed=lambda address: address == LOOPBACK,
        ports=frozenset({port}),
        verify=ssl.create_default_context(cafile=str(certificate)),
    )
    try:
        yield receiver, http, f"https://{HOST}:{port}/services/T/secret?a=b"
    finally:
        server.close()


def self_signed(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "receiver.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    return path


async def test_the_address_that_was_judged_is_the_one_that_is_asked(tmp_path: Path) -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with receiving(tmp_path, good) as (receiver, http, url):
        answer = await http.post_json(url, {"text": "hello"}, headers={"x-a": "b"})
        assert (answer.status, answer.body) == (200, b"ok")
        assert receiver.lookups == 1
        (asked,) = receiver.asked
        assert asked.startswith(b"POST /services/T/secret?a=b HTTP/1.1\r\n")
        assert f"host: {HOST}:".encode() in asked.lower()
        assert asked.endswith(b'{"text":"hello"}')
        # The name leads inside from now on.
        with pytest.raises(Rejected):
            await http.post_json(url, {})
        assert len(receiver.asked) == 1


async def test_redirects_are_not_followed_and_errors_do_not_name_the_address(
    tmp_path: Path,
) -> None:
    redirect = b"HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with receiving(tmp_path, redirect) as (receiver, http, url):
        with pytest.raises(Rejected, match="redirect") as refused:
            await http.post_json(url, {})
        assert "secret" not in repr(refused.value)
        assert len(receiver.asked) == 1


async def test_an_answer_without_end_is_cut(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (MAX_ANSWER_BYTES * 20)
    async with receiving(tmp_path, endless) as (_, http, url):
        assert len((await http.post_json(url, {})).body) == MAX_ANSWER_BYTES


async def test_a_certificate_of_another_name_is_not_good_enough(tmp_path: Path) -> None:
    async with receiving(tmp_path, b"") as (receiver, http, url):
        with pytest.raises(Unavailable) as failed:
            await http.post_json(url.replace(HOST, "other.example.com"), {})
        assert "secret" not in repr(failed.value)
        assert receiver.asked == []
