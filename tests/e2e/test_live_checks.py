"""``doctor --live`` and ``smoke --live`` as somebody at a terminal meets them, against servers that
stand in for the vendors by their addresses alone."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from tests.e2e.test_cli import Ended, Terminal, checks
from tests.services.aimock import API_KEY, Aimock, aimock
from tests.services.emulate import (
    CLIENT_ID,
    CLIENT_SECRET,
    MAILBOX,
    REDIRECT_URI,
    Emulator,
    emulate_google,
    google_seed,
)
from tests.services.google_front import USER, GoogleFront, google_front
from tests.services.hubspot_account import CONTACTS, HubSpotAccount
from tests.services.hubspot_standin import Fault, HubSpotStandIn, hubspot_standin
from tests.services.model_front import model_front

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.connections import (
    ConnectionState,
    KeptConnection,
    MailboxConnection,
    Tokens,
)

pytestmark = pytest.mark.database

TOKEN = "pat-tests-only"
FEATURES = ("gmail.readonly", "gmail.compose", "calendar.readonly", "drive.readonly")
NOWHERE = "http://127.0.0.1:1"
READY = '{"ready": true}'


@attrs.frozen(kw_only=True)
class Vendors:
    """All of them, answering."""

    emulator: Emulator
    google: GoogleFront
    hubspot_root: str
    hubspot: HubSpotStandIn
    model: Aimock
    writer_url: str

    @property
    def crm(self) -> HubSpotAccount:
        return self.hubspot.accounts[TOKEN]


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    folder = Path(tmp_path_factory.mktemp("vendors"))
    with ExitStack() as stack:
        google = stack.enter_context(google_front(NOWHERE))
        emulator = stack.enter_context(emulate_google(folder, google_seed(), base_url=google.url))
        google.behind = emulator.url
        account = HubSpotAccount(owners={7: "owner@example.com"}, custom={})
        root, hubspot = stack.enter_context(hubspot_standin({TOKEN: account}))
        model = stack.enter_context(aimock(folder))
        writer = stack.enter_context(model_front(model))
        yield Vendors(
            emulator=emulator,
            google=google,
            hubspot_root=root,
            hubspot=hubspot,
            model=model,
            writer_url=writer.base_url,
        )


@attrs.frozen(kw_only=True)
class Installation:
    """A machine with keys of every vendor, and one connected mailbox."""

    terminal: Terminal
    vendors: Vendors
    settings: dict[str, str]

    def run(self, *arguments: str, **changed: str) -> Ended:
        ended = self.terminal.run(*arguments, "--json", **{**self.settings, **changed})
        for secret in (TOKEN, API_KEY, CLIENT_SECRET, self.settings["SALESAGENT_ENCRYPTION_KEYS"]):
            assert secret not in ended.out + ended.err, "a secret was shown"
        return ended

    def doctor(self, **changed: str) -> tuple[int, dict[str, dict[str, str]]]:
        ended = self.run("doctor", "--live", **changed)
        return ended.status, checks(ended)

    def connect(self, features: tuple[str, ...] = FEATURES) -> Tokens:
        """Its tokens; connected as by the page, with these scopes granted."""
        scopes = [f"https://www.googleapis.com/auth/{each}" for each in features]
        given = self.vendors.emulator.tokens(scopes)
        now = datetime.now(UTC)
        tokens = Tokens(
            access=given["access_token"],
            refresh=given["refresh_token"],
            expires_at=now + timedelta(hours=1),
        )
        connection = MailboxConnection(
            tenant_id=DEFAULT_TENANT,
            mailbox=MAILBOX,
            provider="google",
            account="1",
            scopes=frozenset(scopes),
            state=ConnectionState.CONNECTED,
            since=now,
            by="tests",
        )

        async def store() -> None:
            database = Database(self.settings["DATABASE_URL"])
            vault = Vault([self.settings["SALESAGENT_ENCRYPTION_KEYS"]])
            try:
                async with PgUnitOfWork(database, vault, {}).begin(DEFAULT_TENANT) as tx:
                    await tx.connections.save(
                        KeptConnection(connection=connection, tokens=tokens, generation=1)
                    )
            finally:
                await database.close()

        asyncio.run(store())
        return tokens

    def drafts(self) -> list[Any]:
        """What lies among the drafts in Gmail."""
        token = self.vendors.emulator.access_token(
            [f"https://www.googleapis.com/auth/{each}" for each in FEATURES]
        )
        found = self.vendors.google.call("GET", f"{USER}/drafts", token)
        return list(found.get("drafts") or [])


@pytest.fixture
def installation(vendors: Vendors, database_url: str) -> Iterator[Installation]:
    settings = {
        "DATABASE_URL": database_url,
        "SALESAGENT_ENCRYPTION_KEYS": new_key(),
        "SALESAGENT_MAILBOX": MAILBOX,
        "SALESAGENT_SENDER_NAME": "Max Berger",
        "SALESAGENT_TIME_ZONE": "Europe/Berlin",
        "HUBSPOT_WEBHOOK_SECRET": "a-long-random-text-for-tests",
        "HUBSPOT_PORTAL_ID": "1",
        "HUBSPOT_API_KEY": TOKEN,
        "HUBSPOT_API_ROOT": vendors.hubspot_root,
        "GOOGLE_CLIENT_ID": CLIENT_ID,
        "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
        "GOOGLE_REDIRECT_URI": REDIRECT_URI,
        "GOOGLE_API_ROOT": vendors.google.url,
        "OPENAI_API_KEY": API_KEY,
        "OPENAI_BASE_URL": vendors.model.base_url,
        "OPENAI_MODEL": "gpt-tests",
    }
    vendors.model.answers(READY)
    with tempfile.TemporaryDirectory(prefix="sa-live-") as folder:
        yield Installation(terminal=Terminal(Path(folder)), vendors=vendors, settings=settings)
    vendors.hubspot.faults.clear()
    vendors.google.revoked.clear()


def also(model: Aimock, match: Mapping[str, Any], response: Mapping[str, Any]) -> None:
    """One more answer, beside those that the model gives."""
    fixtures = {"fixtures": [{"match": match, "response": response}]}
    httpx.post(f"{model.url}/__aimock/fixtures", json=fixtures).raise_for_status()


def failed(found: dict[str, dict[str, str]]) -> set[str]:
    return {name for name, check in found.items() if check["status"] == "fail"}


# --- doctor ------------------------------------------------------------------------------------


def test_doctor_says_what_works_with_the_keys(installation: Installation) -> None:
    installation.connect()
    model = installation.vendors.model
    also(model, {"endpoint": "transcription"}, {"transcription": {"text": ""}})
    also(model, {"endpoint": "embedding"}, {"embedding": [0.6, 0.8] * 8})
    status, found = installation.doctor(
        OPENAI_EMBEDDING_MODEL="embed-tests",
        OPENAI_EMBEDDING_DIMENSION="16",
        OPENAI_TRANSCRIPTION_MODEL="hear-tests",
    )
    assert failed(found) == set(), [found[each] for each in failed(found)]
    assert status == 0
    assert found["OpenAI: model"]["found"] == "gpt-tests answers by a strict schema"
    assert "16 numbers" in found["OpenAI: embedding model"]["found"]
    assert found["OpenAI: transcription model"]["status"] == "ok"
    assert found["HubSpot: contacts"]["status"] == "ok"
    assert found["HubSpot: owners"]["status"] == "ok"
    assert "fresh token" in found[f"{MAILBOX}: access"]["found"]
    assert "busy" in found[f"{MAILBOX}: calendar"]["found"]
    assert found["pgvector"]["status"] in {"ok", "warn"}


def test_doctor_tells_revoked_access_wrong_keys_and_unknown_models(
    installation: Installation,
) -> None:
    tokens = installation.connect()
    installation.vendors.emulator.revoke(tokens.refresh)
    installation.vendors.google.revoked.add(tokens.access)
    installation.vendors.model.fails(404, code="model_not_found")
    status, found = installation.doctor(HUBSPOT_API_KEY="pat-of-somebody-else")
    assert status == 1

    access = found[f"{MAILBOX}: access"]
    assert access["status"] == "fail"
    assert "withdrew" in access["found"]
    assert "/mailboxes" in access["advice"]
    # Nothing else is asked of a mailbox that is lost.
    assert f"{MAILBOX}: reading mail" not in found

    assert "refuses the access token" in found["HubSpot: contacts"]["found"]
    assert "HUBSPOT_API_KEY" in found["HubSpot: contacts"]["advice"]
    assert "no such model" in found["OpenAI: model"]["found"]
    assert "OPENAI_MODEL" in found["OpenAI: model"]["advice"]


def test_doctor_names_the_scope_that_is_missing(installation: Installation) -> None:
    installation.connect(("gmail.readonly", "gmail.compose"))
    installation.vendors.hubspot.faults.append(
        Fault(
            path="/crm/v3/pipelines/.*",
            status=403,
            body={
                "category": "MISSING_SCOPES",
                "errors": [{"context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}],
            },
        )
    )
    installation.vendors.model.fails(401, code="invalid_api_key")
    status, found = installation.doctor()
    assert status == 1
    deals = found["HubSpot: the pipelines of deals"]
    assert deals["status"] == "fail"
    assert "crm.objects.deals.read" in deals["found"]
    assert found["HubSpot: contacts"]["status"] == "ok"
    # Useful without a calendar, so only a warning.
    assert found[f"{MAILBOX}: permission calendar"]["status"] == "warn"
    missing = found[f"{MAILBOX}: permission files"]
    assert missing["status"] == "warn"
    assert "drive.readonly" in missing["advice"]
    assert "refuses OPENAI_API_KEY" in found["OpenAI: model"]["found"]


def test_doctor_says_which_server_does_not_answer(installation: Installation) -> None:
    installation.connect()
    status, found = installation.doctor(
        HUBSPOT_API_ROOT=NOWHERE, GOOGLE_API_ROOT=NOWHERE, OPENAI_BASE_URL=f"{NOWHERE}/v1"
    )
    assert status == 1
    for name in ("HubSpot: contacts", "OpenAI: model", f"{MAILBOX}: access"):
        assert found[name]["status"] == "fail", name
        assert "reach" in found[name]["advice"], name
    assert failed(found) >= {"HubSpot: contacts", "OpenAI: model"}


def test_doctor_warns_of_a_limit_and_says_when_to_ask_again(installation: Installation) -> None:
    installation.connect()
    installation.vendors.model.fails(429, code="rate_limit_exceeded", retry_after=7)
    _, found = installation.doctor()
    assert found["OpenAI: model"]["status"] == "warn"
    assert "UTC" in found["OpenAI: model"]["advice"]


def test_doctor_asks_nobody_without_a_database(installation: Installation) -> None:
    status, found = installation.doctor(DATABASE_URL="postgresql://sa@127.0.0.1:1/x")
    assert status == 1
    assert "not asked" in found["vendors"]["found"]


# --- smoke -------------------------------------------------------------------------------------


def test_smoke_writes_to_ourselves_and_takes_it_away_again(installation: Installation) -> None:
    installation.connect()
    before = len(installation.drafts())
    ended = installation.run("smoke", "--live", OPENAI_BASE_URL=installation.vendors.writer_url)
    report = ended.document()
    assert ended.status == 0, report
    assert report["passed"] is True
    assert len(report["steps"]) == 16
    assert {step["status"] for step in report["steps"]} == {"done"}
    assert report["draft"]["lead"]["person"]["email"] == MAILBOX

    removed = {each["what"]: each for each in report["removed"]}
    assert removed["the draft in the queue"]["done"] is True
    assert removed["the draft in the mailbox"] == {
        "what": "the draft in the mailbox",
        "done": True,
        "note": "",
    }
    assert len(installation.drafts()) == before
    # Nothing is deleted in the CRM: it is said what lies there.
    (crm,) = [each for each in report["removed"] if "HubSpot" in each["what"]]
    assert crm["done"] is False
    (contact,) = installation.vendors.crm.records[CONTACTS]
    assert str(contact) in crm["what"]


def test_smoke_live_is_refused_where_the_mailbox_is_not_connected(
    installation: Installation,
) -> None:
    ended = installation.run("smoke", "--live")
    assert ended.status == 1
    assert "not connected" in ended.out


def test_smoke_live_is_refused_without_google(terminal_without: Terminal) -> None:
    ended = terminal_without.run("smoke", "--live", "--json")
    assert ended.status == 1
    assert "GOOGLE_CLIENT_ID" in ended.out


@pytest.fixture
def terminal_without() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="sa-live-") as folder:
        yield Terminal(Path(folder))
