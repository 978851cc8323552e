"""Consent, codes and refresh: against an independent server, and against answers of our own."""

from __future__ import annotations

import base64
import hashlib
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from tests.contract.google.parts import CLIENT_ID, CLIENT_SECRET, REDIRECT, TENANT, google
from tests.services.emulate import CLIENT_ID as EMULATED_ID
from tests.services.emulate import CLIENT_SECRET as EMULATED_SECRET
from tests.services.emulate import MAILBOX, Emulator, emulate_google
from tests.services.google_tokens import (
    TokenServer,
    cut_off,
    granted,
    id_token,
    refused,
    token_server,
)

from salesagent_adapters.google.oauth import FEATURES, GoogleClient, GoogleOAuth
from salesagent_core.errors import NeedsReauth, Rejected, Unavailable
from salesagent_core.ports.connections import ConsentFlow, Tokens

NOW = datetime.now(UTC)
VERIFIER = "v" * 64
NONCE = "nonce-1"
CODE = "planted-code"


def a_flow(**more: Any) -> ConsentFlow:
    flow = ConsentFlow(
        tenant_id=TENANT,
        digest=b"d",
        browser=b"b",
        verifier=VERIFIER,
        nonce=NONCE,
        by="key:1",
        scopes=tuple(feature.scopes[0] for feature in FEATURES),
        expires_at=NOW + timedelta(minutes=10),
    )
    return attrs.evolve(flow, **more)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulate_google(Path(tmp_path_factory.mktemp("google"))) as running:
        yield running


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


def at(emulator: Emulator) -> GoogleOAuth:
    client = GoogleClient(
        client_id=EMULATED_ID,
        client_secret=EMULATED_SECRET,
        redirect_uri=emulator.redirect_uri,
        root=emulator.url,
    )
    return GoogleOAuth(client)


def code_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


async def test_a_person_consents_and_the_mailbox_is_known(emulator: Emulator) -> None:
    oauth = at(emulator)
    flow = a_flow()
    back = emulator.consent(oauth.consent_url(flow, "state-1"))
    assert parse_qs(urlsplit(back).query)["state"] == ["state-1"]
    grant = await oauth.exchange(flow, code_in(back), NOW)
    assert grant.mailbox == MAILBOX
    assert grant.account
    assert all(feature.is_granted(grant.scopes) for feature in FEATURES)
    assert timedelta(minutes=59) < grant.tokens.expires_at - NOW <= timedelta(hours=1)
    fresh = await oauth.refresh(grant.tokens, NOW)
    assert fresh.access != grant.tokens.access
    assert fresh.refresh == grant.tokens.refresh
    # Withdrawn, as in the account's own settings.
    await oauth.revoke(grant.tokens)
    with pytest.raises(NeedsReauth):
        await oauth.refresh(grant.tokens, NOW)


async def test_the_code_is_worth_nothing_without_the_verifier_and_nothing_twice(
    emulator: Emulator,
) -> None:
    oauth = at(emulator)
    code = code_in(emulator.consent(oauth.consent_url(a_flow(), "s")))
    with pytest.raises(Rejected, match="start once more"):
        await oauth.exchange(a_flow(verifier="w" * 64), code, NOW)
    code = code_in(emulator.consent(oauth.consent_url(a_flow(), "s")))
    await oauth.exchange(a_flow(), code, NOW)
    with pytest.raises(Rejected, match="start once more"):
        await oauth.exchange(a_flow(), code, NOW)


async def test_a_consent_for_another_flow_is_refused(emulator: Emulator) -> None:
    oauth = at(emulator)
    code = code_in(emulator.consent(oauth.consent_url(a_flow(), "s")))
    with pytest.raises(Rejected, match="not for this request"):
        await oauth.exchange(a_flow(nonce="another"), code, NOW)


async def test_a_wrong_secret_is_named_as_the_setting_it_is(emulator: Emulator) -> None:
    client = GoogleClient(
        client_id=EMULATED_ID,
        client_secret="planted-wrong-secret",
        redirect_uri=emulator.redirect_uri,
        root=emulator.url,
    )
    with pytest.raises(Rejected, match="GOOGLE_CLIENT_SECRET") as refusal:
        await GoogleOAuth(client).exchange(a_flow(), CODE, NOW)
    assert "planted" not in "".join(traceback.format_exception(refusal.value))


def test_the_consent_page_is_asked_as_google_wants_it() -> None:
    oauth = GoogleOAuth(
        GoogleClient(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=REDIRECT)
    )
    url = oauth.consent_url(a_flow(mailbox=MAILBOX), "state-1")
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    assert asked.pop("scope").split()[:2] == ["openid", "email"]
    assert asked == {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "state": "state-1",
        "nonce": NONCE,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
        "login_hint": MAILBOX,
    }
    assert VERIFIER not in url
    assert CLIENT_SECRET not in url


def test_secrets_are_in_no_text_of_ours() -> None:
    client = GoogleClient(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=REDIRECT)
    tokens = Tokens(access="planted-a", refresh="planted-r", expires_at=NOW)
    for text in (repr(client), repr(tokens), repr(a_flow())):
        assert "planted" not in text
        assert VERIFIER not in text
        assert NONCE not in text


def claims(server: TokenServer, **more: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "iss": server.url,
        "aud": CLIENT_ID,
        "sub": "1234",
        "email": "Sales@Example.com",
        "email_verified": True,
        "exp": (NOW + timedelta(hours=1)).timestamp(),
        "nonce": NONCE,
    }
    return good | more


async def exchanged(server: TokenServer, answer: Mapping[str, Any]) -> str:
    server.behave = granted(**answer)
    return (await google(server.url).exchange(a_flow(), CODE, NOW)).mailbox


async def test_the_address_is_taken_as_google_vouches_for_it(server: TokenServer) -> None:
    answer = {"refresh_token": "r", "id_token": id_token(claims(server)), "scope": "a b"}
    assert (await exchanged(server, answer)).lower() == "sales@example.com"
    (asked,) = server.asked
    assert asked["code_verifier"] == VERIFIER
    assert asked["redirect_uri"] == REDIRECT


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aud": "another-client"}, "not for this request"),
        ({"iss": "https://elsewhere.example"}, "not for this request"),
        ({"exp": (NOW - timedelta(hours=1)).timestamp()}, "not for this request"),
        ({"exp": "soon"}, "not for this request"),
        ({"nonce": "another"}, "not for this request"),
        ({"sub": ""}, "not for this request"),
        ({"email_verified": False}, "does not vouch"),
        ({"email_verified": "true"}, "does not vouch"),
        ({"email": "no address"}, "does not vouch"),
        ({"email": ["a@example.com"]}, "does not vouch"),
    ],
)
async def test_an_identity_that_is_not_right_connects_nothing(
    server: TokenServer, changed: dict[str, Any], said: str
) -> None:
    answer = {"refresh_token": "r", "id_token": id_token(claims(server, **changed))}
    with pytest.raises(Rejected, match=said):
        await exchanged(server, answer)


@pytest.mark.parametrize(
    "token", [None, "", "a.b", "a.b.c", "..", "a.bm90IGpzb24.c", "\N{SNOWMAN}.b.c", 7]
)
async def test_what_is_no_id_token_connects_nothing(server: TokenServer, token: object) -> None:
    with pytest.raises(Rejected, match="not for this request"):
        await exchanged(server, {"refresh_token": "r", "id_token": token})


async def test_without_lasting_access_nothing_is_connected(server: TokenServer) -> None:
    with pytest.raises(Rejected, match="no lasting access"):
        await exchanged(server, {"id_token": id_token(claims(server))})


@pytest.mark.parametrize("behave", [cut_off, refused("backend_error", 502)])
async def test_a_bad_day_at_the_exchange_is_unavailable(server: TokenServer, behave: Any) -> None:
    server.behave = behave
    with pytest.raises(Unavailable) as failure:
        await google(server.url).exchange(a_flow(), CODE, NOW)
    assert "planted" not in "".join(traceback.format_exception(failure.value))


async def test_an_endless_answer_is_cut_short(server: TokenServer) -> None:
    server.behave = granted(padding="x" * 5_000_000)
    with pytest.raises(Unavailable):
        await google(server.url).refresh(Tokens(access="a", refresh="r", expires_at=NOW), NOW)


async def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await google("http://127.0.0.1:1").refresh(
            Tokens(access="a", refresh="r", expires_at=NOW), NOW
        )
