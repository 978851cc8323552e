"""What every answer carries, whichever route gave it and whatever it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from tests.e2e.http_stage import Stage
from tests.e2e.test_isolation import World, world

from salesagent_core.ports.api_keys import Scope

__all__ = ["world"]

WANTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


class Inline(HTMLParser):
    """What a page may not have under this policy, and what it may not load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (tag == "script" and "src" not in given) or tag in ("style", "iframe", "object", "base"):
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            if name in ("src", "srcset") and (value or "").startswith(("http:", "https:", "//")):
                self.found.append(f"{tag} {name}={value}")
            if name in ("href", "action") and (value or "").lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")
        if tag == "a" and given.get("target") == "_blank":
            rel = given.get("rel") or ""
            if "noopener" not in rel:
                self.found.append("a target without noopener")


def judge(answer: httpx.Response, what: str) -> None:
    headers = answer.headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert CSP.items() <= policy.items(), what
    assert "unsafe" not in headers["content-security-policy"], what
    for name, value in WANTED.items():
        assert headers[name] in (value, "no-referrer"), (what, name)
    assert "camera=()" in headers["permissions-policy"], what
    assert "max-age=31536000" in headers["strict-transport-security"], what
    assert headers["cache-control"] == "no-store", what
    for name in ("x-powered-by", "access-control-allow-origin"):
        assert name not in headers, (what, name)
    assert len(headers.get_list("x-request-id")) == 1, what
    if answer.content:
        kind = headers["content-type"]
        assert kind.count("charset") <= 1, (what, kind)
        if kind.startswith("text/html"):
            page = Inline()
            page.feed(answer.text)
            assert page.found == [], what


async def test_every_address_carries_them_for_its_owner_and_for_a_stranger(world: World) -> None:
    first = next(iter(world.keys))
    headers = {"authorization": f"Bearer {world.keys[first]}"}
    async with httpx.AsyncClient(base_url=world.url, timeout=20) as client:
        for address in world.sampled():
            url, what = world.url_of(address), address.name
            if url.endswith("/live"):
                continue  # a stream: its headers are looked at below
            judge(await client.request(address.method, url), f"{what} by nobody")
            if address.method == "GET":
                cookie = {"cookie": world.sessions[first][0]}
                mine = cookie if address.is_page else headers
                answer = await client.get(url, headers=mine)
                assert answer.status_code in (200, 400), (what, answer.text[:300])
                judge(answer, f"{what} by its owner")
        for path in ("/nowhere", "/api/nowhere", "/login", "/u/nothing", "/health/liveness"):
            judge(await client.get(path), path)
            judge(await client.request("PATCH", path), path)
        judge(await client.post("/api/webhooks/hubspot/forms", json={}), "webhook")
        judge(await client.post("/login", content=b"x", headers={"content-encoding": "br"}), "415")
        async with client.stream("GET", "/runs/live", headers={"cookie": cookie["cookie"]}) as news:
            assert news.headers["content-type"].startswith("text/event-stream")
            # It says only that something changed.
            assert news.headers["cache-control"] in ("no-store", "no-cache")
            assert "default-src 'none'" in news.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [
        ("https://sales.ours.example", "__Host-salesagent", True),
        ("http://testserver.local", "salesagent", False),
    ],
)
async def test_cookies_are_for_this_site_and_no_script(url: str, name: str, secure: bool) -> None:
    stage = Stage(public_url=url)
    key = await stage.key(Scope.OPERATOR)
    entered = await stage.client().post("/login", data={"key": key})
    (cookie,) = entered.headers.get_list("set-cookie")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{name}=")
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert ("secure" in flags) is secure
    assert not [flag for flag in flags if flag.startswith("domain")]
    found: Iterator[re.Match[str]] = re.finditer(r"=([^;]+)", cookie.split(";")[0])
    assert len(next(found)[1]) >= 43, "256 bits"


async def test_static_files_may_be_kept_and_nothing_else(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.url) as client:
        page = await client.get("/login")
        paths = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert paths
        for path in paths:
            asset = await client.get(path)
            assert asset.status_code == 200
            assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert asset.headers["x-content-type-options"] == "nosniff"
