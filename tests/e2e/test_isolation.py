"""Two organisations on one installation: no address gives or changes anything of the other one.

Every route of the application is found by itself and asked as a stranger who knows every id of the
first organisation. A route that is new is asked too; one that takes a body, or an id of a kind that
is not known, fails until it has its sample in ``address_samples``.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES
from tests.contract.postgres.test_pg_tenancy import NEEDLE, PLANTED, fill
from tests.e2e.address_samples import (
    BODIES,
    FORMS,
    GONE_ALREADY,
    IDS,
    NAMED_BY_CALLER,
    PASSWORD,
    TYPED,
    VALUES,
)
from tests.e2e.test_http_sending import served
from tests.e2e.test_sending_flow import EVERYBODY, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.audit_chain import PgAuditChain
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.tables import metadata
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_app.container import Container
from salesagent_app.keys import create_key
from salesagent_core.domain.people import Role
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.people import UserSession
from salesagent_core.use_cases.people_parts import PERSONS, Actor, digest_of

FIRST, SECOND = DEFAULT_TENANT, TenantId("second")
OPEN = (
    "/login",
    "/invite",
    "/reset",
    "/u/{token:str}",
    "/static/",
    "/health/",
    "/api/webhooks/",
    "/webhooks/",
)
"""Open to everybody: what they show depends on no key, or on a token that names its tenant."""
CONSENT = ("/auth/google/start", "/auth/google/callback")
"""Without Google's settings there is no consent to begin."""

LEAVES = "/logout"
ACCOUNT = "/account"
"""Pages that a key has not: a person asks them, with a log-in made for each request, because some
of them end log-ins."""


@attrs.frozen(kw_only=True)
class Address:
    """One method of one route."""

    method: str
    route: str

    @property
    def path(self) -> str:
        """The route as the documentation writes it: without the kinds of its parameters."""
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.route)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        return re.findall(r"\{(\w+)", self.route)

    @property
    def is_page(self) -> bool:
        return not self.route.startswith(("/api", "/schema"))


@attrs.frozen(kw_only=True)
class World:
    """The installation: who asks, and what the first organisation has."""

    url: str
    app: Litestar
    database: Database
    work: PgUnitOfWork
    ids: Mapping[str, str]
    rows: Mapping[str, str]
    people: Mapping[TenantId, str]
    keys: Mapping[TenantId, str]
    sessions: Mapping[TenantId, tuple[str, str]]

    def addresses(self) -> list[Address]:
        found = [
            Address(method=method, route=route.path)
            for route in self.app.routes
            for method in sorted(getattr(route, "methods", set()) - {"OPTIONS", "HEAD"})
            if not route.path.startswith(OPEN) and route.path not in (*CONSENT, LEAVES)
        ]
        order = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return sorted(found, key=lambda one: (order.index(one.method), one.route))

    def without_sample(self) -> list[str]:
        """The lines that must be added to ``address_samples``, each after its address."""
        missing = []
        for address in self.addresses():
            name = address.name
            missing += [
                f'{name}: IDS["{one}"] = "<its table>", or VALUES["{one}"] where it is no id'
                for one in address.names
                if one not in IDS and one not in VALUES
            ]
            writes = address.method not in ("GET", "DELETE")
            if writes and not address.is_page and name not in BODIES:
                missing.append(f'{name}: BODIES["{name}"] = {{...}}, or None without a body')
            if writes and address.is_page and not address.names and address.path not in FORMS:
                missing.append(f'{name}: FORMS["{address.path}"] = [{{...}}], what TYPED lacks')
        return missing

    def sampled(self) -> list[Address]:
        missing = {line.partition(":")[0] for line in self.without_sample()}
        return [one for one in self.addresses() if one.name not in missing]

    def filled(self, content: Any) -> Any:
        """``content`` with ids of the first organisation in place of ``<name>``."""
        whole = json.dumps(content)
        for name, id_ in self.ids.items():
            whole = whole.replace(f"<{name}>", id_)
        return json.loads(whole)

    def url_of(self, address: Address) -> str:
        path = address.path
        for name in address.names:
            path = path.replace(f"{{{name}}}", self.ids.get(name) or VALUES[name])
        return path

    async def ask(
        self, client: httpx.AsyncClient, who: TenantId, address: Address
    ) -> list[httpx.Response]:
        """Every request that this address's samples make."""
        url = self.url_of(address)
        if not address.is_page:
            headers = {"authorization": f"Bearer {self.keys[who]}"}
            if address.method in ("GET", "DELETE"):
                return [await client.request(address.method, url, headers=headers)]
            body = self.filled(BODIES[address.name])
            return [await client.request(address.method, url, json=body, headers=headers)]
        cookie, csrf = await self.session(who, address)
        if address.method == "GET":
            return [await first_of(client, url, cookie)]
        forms = FORMS.get(address.path, [{}])
        return [
            await client.post(
                url,
                data={**self.filled({**TYPED, **form}), "csrf": csrf},
                headers={"cookie": cookie},
            )
            for form in forms
        ]

    async def session(self, who: TenantId, address: Address) -> tuple[str, str]:
        """A cookie and the token of its forms."""
        if not address.route.startswith(ACCOUNT):
            return self.sessions[who]
        return await self.log_in_as(who, self.people[who])

    async def log_in_as(self, who: TenantId, user_id: str) -> tuple[str, str]:
        """A person's new log-in: its cookie and the token of its forms."""
        made = UserSession(
            id=new_id(),
            digest=digest_of(token := PERSONS + new_id()),
            user_id=user_id,
            tenant_id=who,
            csrf=new_id(),
            created_at=(now := datetime.now(UTC)),
            seen_at=now,
            browser="A browser",
        )
        async with self.work.begin(who) as tx:
            await tx.user_sessions.add(made)
        name = self.sessions[who][0].partition("=")[0]
        return f"{name}={token}", made.csrf

    async def with_all_rows(self) -> None:
        """Put the rows back that a request removed: the next is about the same."""
        async with self.database.tenant(FIRST) as connection:
            for name, id_ in self.ids.items():
                values = {"row": self.rows[name], "id": id_}
                statement = (
                    f"INSERT INTO {IDS[name]}"
                    f" SELECT * FROM json_populate_record(NULL::{IDS[name]}, CAST(:row AS json))"
                    f" WHERE NOT EXISTS (SELECT FROM {IDS[name]} WHERE id = :id)"
                )
                await connection.execute(text(statement), values)

    async def of_first(self) -> dict[str, list[str]]:
        """Every row of the first organisation, as text."""
        rows: dict[str, list[str]] = {}
        async with self.database.tenant(FIRST) as connection:
            for name in metadata.tables:
                found = await connection.execute(text(f"SELECT t::text FROM {name} t ORDER BY 1"))
                rows[name] = [str(row) for (row,) in found]
        return rows


async def first_of(client: httpx.AsyncClient, url: str, cookie: str) -> httpx.Response:
    """A page; of a stream that goes on its first news."""
    async with client.stream("GET", url, headers={"cookie": cookie}) as answer:
        if "event-stream" not in answer.headers.get("content-type", ""):
            await answer.aread()
            return answer
        chunk = await anext(answer.aiter_bytes())
        return httpx.Response(answer.status_code, content=chunk, request=answer.request)


async def log_in(client: httpx.AsyncClient, key: str) -> tuple[str, str]:
    """The cookie of a session, and its forms' token."""
    entered = await client.post("/login", data={"key": key})
    assert entered.status_code == 303, entered.text
    cookie = entered.headers["set-cookie"].partition(";")[0]
    page = await client.get("/queue", headers={"cookie": cookie})
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return cookie, found[1]


@pytest.fixture
async def world(database_url: str, database: Database, vault: Vault) -> AsyncIterator[World]:
    office = make_office(database_url, vault, EVERYBODY)
    await fill(database, vault, FIRST)
    ids, rows = {}, {}
    async with database.tenant(FIRST) as connection:
        for name, table in IDS.items():
            found = await connection.execute(
                text(f"SELECT id, row_to_json(t)::text FROM {table} t LIMIT 1")
            )
            ids[name], rows[name] = found.one()
    await office.make.tenants().save(
        Tenant(id=SECOND, name="Second", mailbox="second@example.org", sender_name="S"), ["secret"]
    )
    async with served(office) as stage:
        container, client = Container(office.make), stage.nobody
        somebody = await container.providers.manage_people().add(
            SECOND,
            "stranger@example.net",
            name="Stranger",
            role=Role.OWNER,
            password=PASSWORD,
            by=Actor(id="cli:test", role=None),
        )
        keys, sessions = {}, {}
        for tenant in (FIRST, SECOND):
            made = await create_key(
                container.api_keys,
                container.clock,
                name="Key",
                scopes=(Scope.ADMIN, Scope.INGEST),
                lifetime=None,
                tenant=tenant,
            )
            keys[tenant] = made.secret
            sessions[tenant] = await log_in(client, made.secret)
        # Whoever erases somebody hangs what waits into the chain, of every organisation.
        await PgAuditChain(database, vault).seal(1_000)
        yield World(
            url=str(client.base_url),
            app=container.http_app(),  # type: ignore[arg-type]
            database=database,
            work=PgUnitOfWork(database, vault, RESULT_TYPES),
            ids=ids,
            rows=rows,
            people={FIRST: ids["user_id"], SECOND: somebody.id},
            keys=keys,
            sessions=sessions,
        )


async def test_every_address_has_its_sample(world: World) -> None:
    missing = world.without_sample()
    assert not missing, "add to tests/e2e/address_samples.py:\n" + "\n".join(missing)


async def test_a_stranger_with_every_id_sees_and_changes_nothing(world: World) -> None:
    before = await world.of_first()
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    secrets = {PLANTED, *world.ids.values()}
    addresses = world.sampled()
    async with httpx.AsyncClient(base_url=world.url, timeout=20) as client:
        for address in addresses:
            for answer in await world.ask(client, SECOND, address):
                what = (
                    address.name,
                    answer.status_code,
                    answer.text.partition("<section")[2][:230],
                )
                # 403 would say that it is there; 503 is for the stranger's own mailbox.
                assert answer.status_code not in (401, 403, 500), what
                assert "at most 20 fields" not in answer.text, what
                if address.path in GONE_ALREADY:
                    assert answer.status_code == 303, what
                elif address.names and address.path not in NAMED_BY_CALLER:
                    assert answer.status_code == 404, what
                shown = said(answer, asked=f"{answer.request.url} {answer.request.content!r}")
                assert not [secret for secret in secrets if secret in shown], what
    assert await world.of_first() == before
    assert len(addresses) > 80


def said_first(answer: httpx.Response) -> str:
    """The beginning of what an answer says; of a page without its frame."""
    _, _, main = answer.text.partition("<main")
    return (main or answer.text)[:600]


def said(answer: httpx.Response, asked: str) -> str:
    """The answer without what the asker said themselves."""
    shown = answer.text + str(answer.headers)
    for word in (*re.findall(r"[0-9a-f-]{36}", asked), NEEDLE):
        for written in (word, word.replace("@", "%40"), word.replace("@", "&#64;")):
            shown = shown.replace(written, "")
    return shown


async def test_the_owner_finds_what_the_stranger_did_not(world: World) -> None:
    """The samples are good: for the owner none of these addresses is empty."""
    async with httpx.AsyncClient(base_url=world.url, timeout=20) as client:
        for address in world.sampled():
            if not address.names or address.path in NAMED_BY_CALLER:
                continue
            await world.with_all_rows()
            for answer in await world.ask(client, FIRST, address):
                what = (
                    address.name,
                    answer.status_code,
                    answer.text.partition("<section")[2][:230],
                )
                assert answer.status_code not in (401, 403, 404, 500), what
