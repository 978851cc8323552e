"""Connecting mailboxes through the application's own wiring: pages, API, and work that waits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select, text
from tests.contract.postgres.samples import arrival
from tests.services.emulate import CLIENT_ID, CLIENT_SECRET, Emulator, emulate_google, google_seed

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.run import RunStatus
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.job_queue import Topic

pytestmark = pytest.mark.database

MAILBOX = "sales@example.com"
SECOND = "second@example.com"
URL = "http://127.0.0.1:8000"
REDIRECT = f"{URL}/auth/google/callback"
START, CALLBACK = "/auth/google/start", "/auth/google/callback"


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    seed = google_seed(users=[MAILBOX, SECOND], redirect_uris=[REDIRECT])
    with emulate_google(Path(tmp_path_factory.mktemp("google")), seed) as running:
        yield running


class Behind:
    """A memory adapter behind a token, as Google's own adapters are."""

    def __init__(self, inner: Any, tokens: Callable[[], Any]) -> None:
        self._inner, self._tokens = inner, tokens

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        async def call(tenant_id: TenantId, mailbox: str, *more: Any, **named: Any) -> Any:
            await self._tokens().token(tenant_id, mailbox)
            return await method(tenant_id, mailbox, *more, **named)

        return call


class Site:
    """The application over one database, and people who visit it."""

    def __init__(self, container: Container, google: Emulator, world: World) -> None:
        self.container, self.google, self.world = container, google, world
        self.make = container.providers
        self.app: Any = container.http_app()
        self.handlers = container.worker_parts().handlers

    async def key(self, *scopes: Scope, tenant: TenantId = DEFAULT_TENANT) -> str:
        made = await create_key(
            self.container.api_keys,
            self.container.clock,
            name="Test key",
            scopes=scopes,
            lifetime=None,
            tenant=tenant,
        )
        return made.secret

    def client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)

    async def visitor(self, *scopes: Scope) -> httpx.AsyncClient:
        """A browser with a session."""
        visitor = self.client()
        answer = await visitor.post("/login", data={"key": await self.key(*scopes)})
        assert answer.status_code == 303, answer.text
        return visitor

    async def program(self, *scopes: Scope, tenant: TenantId = DEFAULT_TENANT) -> httpx.AsyncClient:
        """A program with a key."""
        return self.client(authorization=f"Bearer {await self.key(*scopes, tenant=tenant)}")

    async def connect(
        self, visitor: httpx.AsyncClient, mailbox: str = MAILBOX, query: str = ""
    ) -> httpx.Response:
        """The whole way through Google's page and back."""
        begun = await visitor.get(f"{START}{query}")
        assert begun.status_code == 303, begun.text
        back = self.google.consent(begun.headers["location"], mailbox)
        return await visitor.get(back.removeprefix(URL))

    async def form(self) -> str:
        """A form comes in; the id of its run."""
        one = arrival(email=f"{new_id()}@firm.example")
        receipt = await self.make.receive_submission()(one.submission, one.raw)
        return str(receipt.run_id)

    async def work(self, *run_ids: str) -> None:
        """The workers carry these as far as they go."""
        for _ in range(5):
            await self.handlers[Topic.RUN](list(run_ids))

    async def run(self, run_id: str) -> Any:
        async with self.make.database().tenant(DEFAULT_TENANT) as connection:
            statement = select(tables.runs).where(tables.runs.c.id == run_id)
            return (await connection.execute(statement)).one()

    async def stored_tokens(self) -> Any:
        async with self.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            kept = await tx.connections.get(MAILBOX)
        assert kept is not None
        return kept.tokens


@pytest.fixture
async def site(database_url: str, vault: Vault, google: Emulator) -> AsyncIterator[Site]:
    world = World(SystemClock())
    world.connect_mailbox(DEFAULT_TENANT, MAILBOX)
    tenant = Tenant(id=DEFAULT_TENANT, name="Ours", mailbox=MAILBOX, sender_name="Max Berger")
    container = build_container(
        settings=read_settings(
            public_url=URL,
            google_client_id=CLIENT_ID,
            google_client_secret=CLIENT_SECRET,
            google_redirect_uri=REDIRECT,
            google_api_root=google.url,
        ),
        database_url=database_url,
        vault=vault,
        broker=make_broker(None),
        world=world,
        tenant=tenant,
        webhook_secrets=(),
    )
    make = container.providers
    for port in (make.mailbox, make.calendar, make.assets):
        port.override(Behind(port(), make.access_tokens))
    yield Site(container, google, world)
    await container.close()


async def test_an_admin_connects_the_mailbox_and_sees_what_was_granted(site: Site) -> None:
    admin = await site.visitor(Scope.ADMIN)
    page = await admin.get("/mailboxes")
    assert "Not connected yet" in page.text
    assert "Connect with Google" in page.text
    done = await site.connect(admin, query=f"?mailbox={MAILBOX}")
    assert done.status_code == 200, done.text
    assert "Connected: <bdi>sales@example.com</bdi>" in done.text
    assert "see when the calendar is free" in done.text
    page = await admin.get("/mailboxes")
    assert "Connected." in page.text
    assert "Disconnect" in page.text
    token = await site.make.access_tokens().token(DEFAULT_TENANT, MAILBOX)
    async with httpx.AsyncClient() as anybody:
        seen = await anybody.get(
            f"{site.google.url}/gmail/v1/users/me/messages",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert seen.status_code == 200


async def test_the_browser_keeps_the_secret_for_ten_minutes_and_no_script_sees_it(
    site: Site,
) -> None:
    admin = await site.visitor(Scope.ADMIN)
    begun = await admin.get(START)
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    done = await admin.get(site.google.consent(begun.headers["location"]).removeprefix(URL))
    assert "Max-Age=0" in done.headers["set-cookie"]
    # The code and the state are in the address of this page: no one is told of it.
    assert done.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "no-store" in done.headers["cache-control"]
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    assert state not in done.text


async def test_somebody_elses_way_back_connects_nothing(site: Site) -> None:
    """An attacker sends an admin their own way back, to have their mailbox connected."""
    attacker = await site.visitor(Scope.ADMIN)
    begun = await attacker.get(START)
    back = site.google.consent(begun.headers["location"], SECOND).removeprefix(URL)
    victim = await site.visitor(Scope.ADMIN)
    assert (await victim.get(back)).status_code == 400
    assert (await site.client().get(back)).status_code == 400
    # It is used up by now, for the one who began it, too.
    assert (await attacker.get(back)).status_code == 400
    (row,) = (await (await site.program(Scope.OPERATOR)).get("/api/mailboxes")).json()
    assert row["state"] == "never_connected"


@pytest.mark.parametrize(
    "query",
    ["", "?state=x", "?code=x", "?state=x&code=y", "?error=access_denied", f"?state={'x' * 5000}"],
)
async def test_a_way_back_out_of_nowhere_is_a_page_that_says_so(site: Site, query: str) -> None:
    answer = await (await site.visitor(Scope.ADMIN)).get(f"{CALLBACK}{query}")
    assert answer.status_code == 400
    assert "text/html" in answer.headers["content-type"]


async def test_a_declined_consent_is_a_page_that_says_so(site: Site) -> None:
    admin = await site.visitor(Scope.ADMIN)
    begun = await admin.get(START)
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    answer = await admin.get(f"{CALLBACK}?state={state}&error=access_denied")
    assert answer.status_code == 409
    assert "nothing was connected: the consent was declined" in answer.text


async def test_only_an_admin_begins_or_ends_a_connection(site: Site) -> None:
    operator = await site.visitor(Scope.OPERATOR)
    assert (await operator.get(START)).status_code == 403
    page = await operator.get("/mailboxes")
    assert page.status_code == 200
    assert START not in page.text
    anybody = await site.client().get(START)
    assert (anybody.status_code, anybody.headers["location"].split("?")[0]) == (303, "/login")
    program = await site.program(Scope.OPERATOR)
    assert (await program.get(START)).status_code == 403
    assert (await program.delete(f"/api/mailboxes/{MAILBOX}")).status_code == 403
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    form = {"csrf": csrf[1], "mailbox": MAILBOX}
    assert (await operator.post("/mailboxes/disconnect", data=form)).status_code == 403


async def test_a_key_that_was_revoked_on_the_way_connects_nothing(site: Site) -> None:
    admin = await site.visitor(Scope.ADMIN)
    begun = await admin.get(START)
    back = site.google.consent(begun.headers["location"]).removeprefix(URL)
    async with site.make.database().across_tenants() as connection:
        await connection.execute(tables.api_keys.update().values(revoked_at=text("now()")))
    assert (await admin.get(back)).status_code == 409


async def test_a_program_with_a_key_may_begin_and_follows_the_same_way(site: Site) -> None:
    program = await site.program(Scope.ADMIN)
    done = await site.connect(program, SECOND, "?features=calendar")
    assert done.status_code == 200
    rows = (await program.get("/api/mailboxes")).json()
    assert [(row["address"], row["state"], row["default"]) for row in rows] == [
        (MAILBOX, "never_connected", True),
        (SECOND, "connected", False),
    ]
    assert [feature["code"] for feature in rows[1]["missing"]] == ["files"]
    assert rows[1]["missing"][0]["scope"].startswith("https://www.googleapis.com/auth/drive")
    assert (await program.get(f"{START}?features=contacts")).status_code == 400
    other = await site.program(Scope.ADMIN, tenant=TenantId("other"))
    assert (await other.delete(f"/api/mailboxes/{SECOND}")).status_code == 404


async def test_a_mailbox_is_disconnected_by_form_and_by_api(site: Site) -> None:
    admin = await site.visitor(Scope.ADMIN)
    await site.connect(admin)
    page = await admin.get("/mailboxes")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    forged = {"csrf": "made-up", "mailbox": MAILBOX}
    assert (await admin.post("/mailboxes/disconnect", data=forged)).status_code == 403
    tokens = await site.stored_tokens()
    ended = await admin.post("/mailboxes/disconnect", data={"csrf": csrf[1], "mailbox": MAILBOX})
    assert ended.headers["location"] == "/mailboxes?done=disconnected"
    assert "Google confirmed" in (await admin.get("/mailboxes?done=disconnected")).text
    oauth = site.make.google_oauth()
    assert oauth is not None
    with pytest.raises(NeedsReauth):
        await oauth.refresh(tokens, site.container.clock.now())
    program = await site.program(Scope.ADMIN)
    assert (await program.delete(f"/api/mailboxes/{MAILBOX}")).status_code == 409
    assert (await program.delete("/api/mailboxes/nobody@example.com")).status_code == 404
    await site.connect(admin)
    answer = (await program.delete(f"/api/mailboxes/{MAILBOX}")).json()
    assert (answer["withdrawn"], answer["mailbox"]["why"]) == (True, "by_operator")


async def test_a_withdrawn_grant_parks_the_work_tells_everybody_and_goes_on_afterwards(
    site: Site,
) -> None:
    admin, operator = await site.visitor(Scope.ADMIN), await site.visitor(Scope.OPERATOR)
    await site.connect(admin)
    before = await site.form()
    await site.work(before)
    assert (await site.run(before)).status == RunStatus.COMPLETED.value

    # It is withdrawn, and the API answers 401 to the token that we hold.
    site.google.revoke((await site.stored_tokens()).refresh)
    keeper = site.make.access_tokens()
    await keeper.refused(DEFAULT_TENANT, MAILBOX, (await site.stored_tokens()).access)
    runs = [await site.form(), await site.form()]
    await site.work(*runs)
    for run_id in runs:
        parked = await site.run(run_id)
        assert (parked.status, parked.due_at) == (RunStatus.WAITING.value, None)
        assert "must be connected again" in parked.waiting_for

    for page in ("/queue", "/runs", f"/runs/{runs[0]}"):
        shown = (await operator.get(page)).text
        assert "sales@example.com</bdi> is not connected." in shown, page
        assert "2 runs wait for it." in shown, page
    assert "Google withdrew our access" in (await operator.get("/mailboxes")).text
    program = await site.program(Scope.ADMIN)
    (row,) = (await program.get("/api/mailboxes")).json()
    assert (row["state"], row["why"], row["waiting_runs"]) == ("disconnected", "revoked", 2)
    # Told once, not once a run.
    assert (await program.get("/api/admin/failed-tasks")).json() == []

    done = await site.connect(admin)
    assert "2 runs" in done.text
    assert "is not connected" not in (await operator.get("/queue")).text
    await site.work(*runs)
    async with site.make.database().tenant(DEFAULT_TENANT) as connection:
        degraded = (
            await connection.execute(
                select(tables.journal.c.step).where(tables.journal.c.status == "degraded")
            )
        ).all()
        in_order = select(tables.audit.c.action).order_by(tables.audit.c.seq)
        audit = (await connection.execute(in_order)).scalars().all()
    assert [(await site.run(run_id)).status for run_id in runs] == [
        RunStatus.COMPLETED.value,
        RunStatus.COMPLETED.value,
    ]
    # Nothing is missing from their drafts: times and files were waited for, too.
    assert degraded == []
    assert [action for action in audit if action.startswith("mailbox.")] == [
        "mailbox.connected",
        "mailbox.disconnected",
        "mailbox.connected",
    ]
