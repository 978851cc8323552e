"""A hostile network against the real server: it stays up, small, and there for everybody else."""

from __future__ import annotations

import gzip
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.e2e.hardened_site import connect, exchange, key_of, read_answer, resident_bytes
from tests.e2e.processes import EVENTS, FORMS, Running, Site, eventually, form, signed

from salesagent_adapters.hubspot.signature import sign_plain

MEBIBYTE = 1024 * 1024
DEEP = 90_000
FIRST = 9_000_000
"""The number of the form that comes before all others."""
GROWTH = 64 * MEBIBYTE
"""What the server may hold more after a test than before: several bodies' worth, not a flood's."""


@pytest.fixture(scope="module")
def served(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Running, str]]:
    site = Site(folder=tmp_path_factory.mktemp("hostile"), database_url=module_database)
    site.settings["RATE_LIMIT_OPEN_PER_MINUTE"] = "100000"
    key = key_of(site, "admin")
    running = site.serve()
    write_a_draft(site, key)
    yield site, running, key
    site.stop()


def write_a_draft(site: Site, key: str) -> None:
    """The first draft loads the dictionaries: what a test holds more is then of its own making."""
    with site.client() as client:
        client.headers["X-API-Key"] = key
        taken = client.post(FORMS, **signed(site.secret, form(FIRST)))
        assert taken.status_code == 202, taken.text
        run = f"/api/workflows/{taken.json()['task_id']}"
        eventually(
            lambda: client.get(run).json()["run"]["status"] == "completed",
            "the first draft",
            seconds=60,
            log=site.logs,
        )


@pytest.fixture
def bounded(served: tuple[Site, Running, str]) -> Iterator[tuple[Site, str]]:
    """The site, which afterwards is there still, no larger than before, and quick."""
    site, running, key = served
    before = resident_bytes(running)
    yield site, key
    assert running.process.poll() is None, running.tail()
    assert resident_bytes(running) - before < GROWTH
    began = time.monotonic()
    assert httpx.get(f"{site.url}/health/liveness", trust_env=False).status_code == 200
    assert time.monotonic() - began < 1.0
    assert "Traceback" not in running.tail()


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: here", *lines, "", ""]).encode()


def chunks(size: int, count: int) -> Iterator[bytes]:
    data = b"%x\r\n" % size + b" " * size + b"\r\n"
    return itertools.repeat(data, count)


def test_slow_clients_are_hung_up_on_while_others_are_served(
    bounded: tuple[Site, str],
) -> None:
    site, _ = bounded
    silent, no_end, no_body = connect(site), connect(site), connect(site)
    no_end.sendall(b"POST /login HTTP/1.1\r\nHost: here\r\nX-A: ")
    kept = connect(site)
    kept.sendall(head("/health/liveness", method="GET"))
    assert b" 200 " in read_answer(kept)
    kept.sendall(b"\r\n")
    began = time.monotonic()
    number = 0
    with site.client(timeout=2) as client:
        while time.monotonic() - began < 9:
            no_end.sendall(b"a")
            answer = client.post(FORMS, **signed(site.secret, form(number)))
            assert answer.status_code in (202, 409)
            number += 1
            time.sleep(0.5)
    assert b" 408 " in no_end.recv(4096)
    for line in (silent, kept):
        line.settimeout(5)
        assert line.recv(4096) == b""
    no_body.close()


def test_a_gigabyte_is_refused_before_it_is_sent_and_while_it_is(
    bounded: tuple[Site, str],
) -> None:
    site, key = bounded
    announced = "Content-Length: 1073741824"
    for path in (FORMS, "/login", "/api/rules", "/nowhere", "/api/commands/audio"):
        answer = exchange(site, [head(path, announced, f"X-API-Key: {key}")])
        assert answer.status == 413, (path, answer.raw)
        assert b"content-security-policy" in answer.raw
    absurd = exchange(site, [head(FORMS, "Content-Length: " + "9" * 30)])
    assert absurd.status in (400, 413), absurd.raw
    chunked = "Transfer-Encoding: chunked"
    for path in (FORMS, "/login", "/api/commands/audio", "/nowhere"):
        body = itertools.chain(
            [head(path, chunked, f"X-API-Key: {key}", "Content-Type: audio/ogg")],
            chunks(MEBIBYTE, 1024),
        )
        began = time.monotonic()
        answer = exchange(site, body)
        assert answer.raw.count(b"HTTP/1.1 ") <= 1
        # Whoever sends on regardless may find the line cut before the answer is read.
        assert answer.status in (0, 400, 404, 413), (path, answer.raw[:200])
        assert time.monotonic() - began < 5
    for size in ("ffffffffffffffffff", "-1", "zz", "7fffffffffffffff"):
        answer = exchange(site, [head(FORMS, chunked), f"{size}\r\nabc\r\n".encode()], timeout=1)
        assert answer.status in (0, 400, 413), (size, answer.raw)


def test_what_is_packed_is_not_unpacked(bounded: tuple[Site, str]) -> None:
    site, key = bounded
    bomb = gzip.compress(b"[" * (200 * MEBIBYTE), compresslevel=1)
    assert len(bomb) < MEBIBYTE
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "X-API-Key": key}
    with site.client() as client:
        answer = client.post("/api/rules", content=bomb, headers=headers)
        assert answer.status_code == 415
        assert answer.headers["accept-encoding"] == "identity"
        signature = {"X-HubSpot-Signature": sign_plain(site.secret, bomb)}
        hook = client.post(FORMS, content=bomb, headers={**headers, **signature})
        assert hook.status_code == 400


def test_heads_of_any_size_and_any_bytes(bounded: tuple[Site, str]) -> None:
    site, key = bounded
    get = ["GET /queue HTTP/1.1", "Host: here"]
    cookie = "\r\n".join([*get, "Cookie: salesagent=" + "a" * 100_000, "", ""]).encode()
    assert exchange(site, [cookie]).status == 431
    endless = itertools.chain(
        [b"GET / HTTP/1.1\r\nX-Endless: "], itertools.repeat(b"a" * MEBIBYTE, 1024)
    )
    assert exchange(site, endless).status in (0, 431)
    many = itertools.chain([b"GET / HTTP/1.1\r\n"], itertools.repeat(b"A: b\r\n" * 1000, 100_000))
    assert exchange(site, many).status in (0, 431)
    assert exchange(site, [head("/?" + "a=b&" * 20_000, method="GET")]).status == 431
    query = head("/queue?" + "a=b&" * 12_000, f"X-API-Key: {key}", method="GET")
    assert exchange(site, [query]).status in (303, 400)
    for name in ("Cookie", "X-API-Key", "Authorization", "Content-Type", "Origin", "Host"):
        raw = b"POST /login HTTP/1.1\r\n" + name.encode() + b": salesagent=\xff\xfe\xc3\x28\r\n"
        answer = exchange(site, [raw + b"Content-Length: 0\r\n\r\n"])
        assert answer.status in (400, 401, 403), (name, answer.raw)
    for path in ("/\xff", "/%ff%fe", "/u/%c3%28", "/static/%00/x", "//evil.example", "/%2e%2e/x"):
        answer = exchange(site, [head(path, method="GET").decode().encode("latin-1")])
        assert 300 <= answer.status < 500, (path, answer.raw)
    for raw in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\0" * 100,
        b"GET\r\n\r\n",
    ):
        assert exchange(site, [raw]).status in (0, 400)


@pytest.mark.parametrize("nested", ["[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP])
def test_json_without_bottom_is_the_callers_mistake(bounded: tuple[Site, str], nested: str) -> None:
    site, key = bounded
    body = nested.encode()
    wrapped = b'{"formId":"f","fields":' + body + b"}"
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    with site.client() as client:
        for content in (body, wrapped):
            signature = {"X-HubSpot-Signature": sign_plain(site.secret, content)}
            for path in (
                FORMS,
                EVENTS,
                FORMS.replace("forms", "workflow"),
            ):
                hook = client.post(path, content=content, headers={**headers, **signature})
                assert hook.status_code == 400, (path, hook.text)
            for path in ("/api/rules", "/api/commands", "/api/voices/import"):
                answer = client.post(path, content=content, headers=headers)
                assert answer.status_code == 400, (path, answer.text)


def test_forms_with_too_many_fields(bounded: tuple[Site, str]) -> None:
    site, key = bounded
    with site.client() as client:
        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content="a=b&" * 200_000, headers=plain).status_code == 400
        part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=x", "X-API-Key": key}
        body = part * 20_000 + "--x--\r\n"
        answer = client.post("/api/commands/audio", content=body, headers=headers)
        assert answer.status_code == 400, answer.text
        large = b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
        answer = client.post(
            "/api/commands/audio", content=large + b"a" * 9 * MEBIBYTE, headers=headers
        )
        assert answer.status_code == 413


def test_logs_say_nothing_of_what_was_sent(served: tuple[Site, Running, str]) -> None:
    site, running, key = served
    with site.client() as client:
        client.get("/queue", headers={"cookie": "salesagent=planted-cookie"})
        client.post(FORMS, content=json.dumps({"planted": "planted-body"}))
    log = Path(running.log).read_text(errors="replace")
    assert "planted" not in log
    assert key not in log
