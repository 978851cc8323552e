"""A vendor that does not answer, as workers find out and everybody else is told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import attrs
import httpx
import pytest
from sqlalchemy import event, text

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Unavailable
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

URL = "http://127.0.0.1:8000"
NOWHERE = "http://127.0.0.1:1"
PATH = "/health/dependencies"


@attrs.frozen
class Site:
    """A web process and a worker over one database, with a HubSpot that cannot be reached."""

    web: Container
    worker: Container
    app: Any

    def client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)

    async def key(self, *scopes: Scope, tenant: TenantId = DEFAULT_TENANT) -> str:
        made = await create_key(
            self.web.api_keys,
            self.web.clock,
            name="Test key",
            scopes=scopes,
            lifetime=None,
            tenant=tenant,
        )
        return made.secret

    async def program(self, *scopes: Scope, tenant: TenantId = DEFAULT_TENANT) -> httpx.AsyncClient:
        return self.client(authorization=f"Bearer {await self.key(*scopes, tenant=tenant)}")

    async def fails(self) -> None:
        """The worker asks HubSpot until it leaves it alone, and says so."""
        crm = self.worker.providers.crm()
        for _ in range(2):
            with pytest.raises(Unavailable):
                await crm.contact(DEFAULT_TENANT, "1")
        (seen,) = self.worker.vendor_states()
        assert seen.state == "open"
        await self.reports()

    async def reports(self) -> None:
        reporter = self.worker.worker_parts().sweeper.report
        assert reporter is not None
        await reporter()
        await self.app_looks()

    async def app_looks(self) -> None:
        await self.watch.look()

    @property
    def watch(self) -> Any:
        return self.web.dependencies


@pytest.fixture
async def site(database_url: str, vault: Vault) -> AsyncIterator[Site]:
    def container() -> Container:
        world = World(SystemClock())
        return build_container(
            settings=read_settings(
                public_url=URL, hubspot_api_key="pat-tests-only", hubspot_api_root=NOWHERE
            ),
            database_url=database_url,
            vault=vault,
            broker=make_broker(None),
            world=world,
            tenant=Tenant(
                id=DEFAULT_TENANT,
                name="Ours",
                mailbox="sales@example.com",
                sender_name="Max Berger",
            ),
            webhook_secrets=(),
        )

    web, worker = container(), container()
    yield Site(web, worker, web.http_app())
    await web.close()
    await worker.close()


async def test_an_open_breaker_of_a_worker_is_seen_without_a_key_and_without_names(
    site: Site,
) -> None:
    async with site.client() as anybody:
        before = (await anybody.get(PATH)).json()
        assert before["status"] == "ok"
        assert before["database"]["answers"] is True
        assert before["redis"] == {"configured": False, "answers": None}
        assert {row["vendor"]: row["state"] for row in before["vendors"]} == {
            "HubSpot": "closed",
            "Google": "stand_in",
            "OpenAI": "stand_in",
        }
        await site.fails()
        answer = await anybody.get(PATH)
    assert answer.status_code == 200
    after = answer.json()
    hubspot = after["vendors"][0]
    assert after["status"] == "degraded"
    assert (hubspot["state"], hubspot["tenants_affected"]) == ("open", 1)
    assert hubspot["until"] is not None
    assert after["own"] is None
    assert "default" not in answer.text
    assert "@" not in answer.text


async def test_an_admin_sees_the_parts_of_their_own_organisation_only(site: Site) -> None:
    await site.fails()
    async with await site.program(Scope.ADMIN) as admin:
        own = (await admin.get(PATH)).json()["own"]
    (vendor,) = own["vendors"]
    assert (vendor["vendor"], vendor["state"], vendor["processes"]) == ("HubSpot", "open", 1)
    assert vendor["failures"] >= 5
    assert own["mailboxes"][0]["address"] == "sales@example.com"
    assert own["mailboxes"][0]["state"] == "never_connected"

    async with await site.program(Scope.OPERATOR) as operator:
        assert (await operator.get(PATH)).json()["own"] is None
    async with site.client(authorization="Bearer sa_x_wrong") as stranger:
        assert (await stranger.get(PATH)).status_code == 401


async def test_every_page_says_so_until_it_is_well_again(site: Site) -> None:
    async with site.client() as visitor:
        entered = await visitor.post("/login", data={"key": await site.key(Scope.OPERATOR)})
        assert entered.status_code == 303
        await site.app_looks()
        assert "HubSpot does not answer" not in (await visitor.get("/queue")).text
        await site.fails()
        assert "HubSpot does not answer" in (await visitor.get("/queue")).text
        assert "HubSpot does not answer" not in (await visitor.get("/login")).text
        async with site.web.providers.database().across_tenants() as connection:
            # As when the worker died two minutes ago and said nothing since.
            await connection.execute(
                text("UPDATE vendor_states SET at = at - interval '121 seconds'")
            )
        await site.app_looks()
        assert "HubSpot does not answer" not in (await visitor.get("/queue")).text


async def test_it_is_answered_from_memory(site: Site) -> None:
    await site.fails()
    statements = []
    database = site.web.providers.database()
    for engine in (database.tenants, database.system):
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda *arguments: statements.append(arguments[2]),
        )
    async with site.client() as anybody:
        took = []
        for _ in range(100):
            begun = time.perf_counter()
            assert (await anybody.get(PATH)).status_code == 200
            took.append(time.perf_counter() - begun)
    assert statements == []
    assert sorted(took)[94] < 0.1


async def test_a_database_that_went_away_is_told_with_what_was_known(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.fails()

    async def gone() -> Any:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(site.web.providers.vendor_health(), "seen", gone)
    await site.app_looks()
    async with site.client() as anybody:
        answer = (await anybody.get(PATH)).json()
    assert answer["status"] == "down"
    assert answer["database"]["answers"] is False
    assert answer["vendors"][0]["state"] == "open"
