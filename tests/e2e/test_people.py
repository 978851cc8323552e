"""People and keys through the door: the real application, over HTTP and a real database."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.e2e.people_stage import PASSWORD, House, csrf_of, house_of, key
from tests.services.emulate import CLIENT_ID, CLIENT_SECRET, emulate_google, google_seed

from salesagent_adapters.crypto.vault import Vault
from salesagent_app.web.sessions import FOR_VIEWERS
from salesagent_core.domain.people import Role
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

OPEN = re.compile(r"/login|/invite|/reset|/u/|/webhooks|/api/webhooks|/static|/auth/google")
READS = {"GET", "HEAD", "OPTIONS"}
SOME_ID = "01a1fbbf-0000-7000-8000-000000000000"


@pytest.fixture
async def house(database_url: str, vault: Vault) -> AsyncIterator[House]:
    async with house_of(database_url, vault) as house:
        yield house


def routes(app: object) -> Iterator[tuple[str, str, Any]]:
    """Method, address and handler of every route that changes something and is not open."""
    assert isinstance(app, Litestar)
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or OPEN.match(route.path):
            continue
        path = re.sub(r"{\w+:(\w+)}", lambda m: SOME_ID if m[1] == "uuid" else "x", route.path)
        for handler in route.route_handlers:
            for method in cast("set[str]", handler.http_methods) - READS:
                yield method, path, handler


async def test_a_viewer_changes_nothing_anywhere(house: House) -> None:
    viewer = await house.logged_in(await house.person("Vi", Role.VIEWER))
    token = await csrf_of(viewer)
    program = house.client(authorization=f"Bearer {await key(house, Scope.VIEWER)}")
    own, refused = [], []
    for method, path, handler in routes(house.container.http_app()):
        if handler.opt.get(FOR_VIEWERS):
            own.append(path)
            continue
        by_key = path.startswith("/api")
        client = program if by_key else viewer
        body: dict[str, Any] = {"json": {}} if by_key else {"data": {"csrf": token}}
        answer = await client.request(method, path, **body)
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
        refused.append(path)
    assert len(refused) > 45
    assert all(path.startswith("/account") or path == "/logout" for path in own)
    # What their pages' scripts ask for is refused by the session, too.
    headers = {"x-csrf-token": token}
    answer = await viewer.post("/api/commands", json={"text": "stop"}, headers=headers)
    assert answer.status_code in (403, 404)
    for path in ("/", "/queue", "/drafts", "/runs", "/mailboxes", "/account"):
        answer = await viewer.get(path)
        assert answer.status_code == 200, path
        actions = set(re.findall(r'action="(/[^"]*)"', answer.text))
        assert all(
            a.startswith(("/account", "/logout", "/queue", "/drafts", "/runs")) for a in actions
        )
        assert 'action="/sending/stop"' not in answer.text
    for path in ("/api/drafts/pending", "/api/operator/pending", "/api/runs", "/api/rules"):
        assert (await program.get(path)).status_code in (200, 404), path
    assert (await program.get("/api/operator/pending")).status_code == 200
    assert (await program.get("/api/users")).status_code == 403
    assert (await viewer.get("/users")).status_code == 403


async def test_another_site_and_another_session_change_nothing(house: House) -> None:
    client = await house.logged_in(await house.person("Ada", Role.OWNER))
    token = await csrf_of(client)
    data = {"csrf": token, "email": "bo@example.com", "role": "viewer"}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
    ):
        answer = await client.post("/users/invite", data=data, headers=headers)
        assert answer.status_code == 403, headers
        answer = await client.post(
            "/login/person", data={"email": "a", "password": "b"}, headers=headers
        )
        assert answer.status_code == 403, headers
    other = await csrf_of(await house.logged_in("ada@example.com"))
    answer = await client.post("/users/invite", data=data | {"csrf": other})
    assert answer.status_code == 403
    assert (await client.post("/users/invite", data=data)).status_code == 200


async def test_people_and_keys_by_the_api(house: House) -> None:
    admin = house.client(authorization=f"Bearer {await key(house, Scope.ADMIN)}")
    other = await key(house, Scope.ADMIN, TenantId("other"))
    stranger = house.client(authorization=f"Bearer {other}")
    owner = await house.person("Ada", Role.OWNER)

    invited = await admin.post("/api/users", json={"email": "bo@example.com", "role": "operator"})
    assert invited.status_code == 201, invited.text
    token = invited.json()["link"].partition("#")[2]
    assert invited.json()["link"].startswith(f"{house.url}/invite#")
    form = {"token": token, "name": "Bo", "password": PASSWORD}
    bo = house.client()
    assert (await bo.post("/invite", data=form)).headers["location"] == "/account?done=joined"
    assert (await bo.get("/queue")).status_code == 200
    assert (await house.client().post("/invite", data=form)).status_code == 404

    people = (await admin.get("/api/users")).json()
    by_email = {user["email"]: user for user in people["users"]}
    assert by_email.keys() == {owner, "bo@example.com"}
    theirs = {"users": [], "invitations": [], "two_factor_required": False}
    assert (await stranger.get("/api/users")).json() == theirs
    address = f"/api/users/{by_email['bo@example.com']['id']}"
    assert (await stranger.patch(address, json={"disabled": True})).status_code == 404
    refused = await admin.patch(f"/api/users/{by_email[owner]['id']}", json={"role": "viewer"})
    assert refused.status_code == 409
    assert refused.json()["reasons"][0]["code"] == "not_yours_to_give"
    assert (await admin.patch(address, json={"role": "viewer"})).json()["role"] == "viewer"
    assert (await bo.get("/queue")).status_code == 303

    made = await admin.post("/api/keys", json={"name": "CI", "scopes": ["viewer"], "days": 1})
    assert made.status_code == 201, made.text
    program = house.client(authorization=f"Bearer {made.json()['secret']}")
    assert (await program.get("/api/operator/pending")).status_code == 200
    listed = {each["id"]: each for each in (await admin.get("/api/keys")).json()}
    row = listed[made.json()["key"]["id"]]
    assert row["last_used_at"] is not None
    assert row["created_by"].startswith("key:")
    key_address = f"/api/keys/{row['id']}"
    assert (await stranger.delete(key_address)).status_code == 404
    assert (await admin.delete(key_address)).json()["revoked_at"] is not None
    assert (await program.get("/api/operator/pending")).status_code == 401


async def test_the_password_of_an_account_is_not_guessed(house: House) -> None:
    email = await house.person("Ada", Role.OWNER)
    client = house.client()
    answers = []
    for wanted in (email, "nobody@example.com"):
        answer = await client.post("/login/person", data={"email": wanted, "password": "wrong"})
        answers.append((answer.status_code, re.sub(r"[0-9a-f]{12}-\d+", "", answer.text)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    for _ in range(20):
        answer = await client.post("/login/person", data={"email": email, "password": "wrong"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_log_in_gives_a_new_session_and_log_out_ends_it(house: House) -> None:
    client = await house.logged_in(await house.person("Ada", Role.OWNER))
    first = client.cookies["salesagent"]
    again = {"email": "ada@example.com", "password": PASSWORD, "next": "//evil.example"}
    answer = await client.post("/login/person", data=again)
    assert answer.headers["location"] == "/"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    second = client.cookies["salesagent"]
    assert second != first
    old = house.client(cookie=f"salesagent={first}")
    assert (await old.get("/queue")).status_code == 303
    token = await csrf_of(client)
    assert (await client.post("/logout", data={"csrf": token})).status_code == 303
    new = house.client(cookie=f"salesagent={second}")
    assert (await new.get("/queue")).status_code == 303


async def test_google_vouches_for_who_was_invited(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    back = f"http://localhost:{listener.getsockname()[1]}/login/google/callback"
    people = ["ada@example.com", "eve@example.org", "bo@example.com"]
    settings: dict[str, object] = {
        "google_client_id": CLIENT_ID,
        "google_client_secret": CLIENT_SECRET,
        "google_redirect_uri": back.replace("/login/", "/auth/"),
        "google_sign_in_domains": ("example.com",),
    }
    with emulate_google(tmp_path, google_seed(users=people, redirect_uris=[back])) as google:
        settings["google_api_root"] = google.url
        async with house_of(database_url, vault, listener=listener, **settings) as house:
            await house.person("Ada", Role.OWNER)
            await house.person("Eve", Role.OWNER)

            async def sign_in(client: Any, email: str) -> str:
                begun = await client.get("/login/google", params={"next": "/runs"})
                assert begun.status_code == 303
                return await asyncio.to_thread(google.consent, begun.headers["location"], email)

            client = house.client()
            assert "Sign in with Google" in (await client.get("/login")).text
            there = await sign_in(client, "ada@example.com")
            # Whoever gets hold of the way back has not begun it.
            assert (await house.client().get(there)).status_code == 403
            entered = await client.get(there)
            assert entered.status_code == 200, entered.text
            assert 'content="0;url=/runs"' in entered.text
            assert (await client.get("/runs")).status_code == 200
            # The code is used up, and so is the flow.
            assert (await client.get(there)).status_code == 403

            await house.person("Org", Role.VIEWER, email="eve@example.org")
            for stranger in ("bo@example.com", "eve@example.com"):
                client = house.client()
                found = "eve@example.org" if stranger.startswith("eve") else stranger
                answer = await client.get(await sign_in(client, found))
                assert answer.status_code == 403, stranger
                assert (await client.get("/runs")).status_code == 303
            kept = await house.container.providers.manage_people().list(DEFAULT_TENANT)
            assert [each.because for each in kept.refused.values()] == ["domain"]
