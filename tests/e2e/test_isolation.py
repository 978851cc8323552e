"""Two organisations on one installation: no address gives or changes anything of the other one.

Every route of the application is found by itself and asked as a stranger who knows every id of the
first organisation. A route that is new is asked too; one that takes a body, or an id of a kind that
is not known here, fails until it has its sample below.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import attrs
import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text
from tests.contract.postgres.test_pg_tenancy import NEEDLE, PLANTED, fill
from tests.e2e.test_http_sending import served
from tests.e2e.test_sending_flow import EVERYBODY, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.tables import metadata
from salesagent_app.container import Container
from salesagent_app.keys import create_key
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope

FIRST, SECOND = DEFAULT_TENANT, TenantId("second")
HASH = "0" * 64
OPEN = ("/login", "/u/{token:str}", "/static/", "/health/", "/api/webhooks/", "/webhooks/")
"""Open to everybody: what they show depends on no key, or on a token that names its tenant."""
CONSENT = ("/auth/google/start", "/auth/google/callback")
"""Without Google's settings there is no consent to begin."""

IDS = {
    "draft_id": "drafts",
    "run_id": "runs",
    "task_id": "runs",
    "letter_id": "dead_letters",
    "rule_id": "approval_rules",
    "experiment_id": "experiments",
    "voice_id": "voice_profiles",
    "change_id": "learning_changes",
    "entry_id": "suppressions",
    "view_id": "saved_views",
    "template_id": "mail_templates",
    "test_id": "experiments",
    "outcome_id": "outcomes",
    "notice_id": "notices",
}
"""Where the ids of a path's parameters are found."""
VALUES = {
    "email": NEEDLE,
    "address": NEEDLE,
    "segment": "hot:mine",
    "kind": "replies",
    "path": "openapi.json",
    "name": "limits",
}
NAMED_BY_CALLER = {
    "/api/operator/quota/{email}",
    "/api/autonomy/{segment}",
    "/api/outcomes/detect/{kind}",
    "/api/outcomes/contact/{email}",
    "/schema/{path}",
    "/settings/sending/{name}",
    "/settings/sending/{name}/back",
}
"""What these name need not be there: they answer for what is asked, from the asker's own rows."""
GONE_ALREADY = {"/queue/views/{view_id}/remove"}
"""What is not there need not be removed: the page shows what there is."""

WHY = {"why": "a test"}
RULE = {
    "name": "theirs",
    "confidence": 0.9,
    "conditions": [{"field": "title", "operator": "==", "value": "VP"}],
}
PICK = {"id": "<draft_id>", "content_hash": HASH}
BODIES: dict[str, object] = {
    "PUT /api/admin/allow-list": {"patterns": ["example.net"]},
    "PUT /api/admin/deny-list": {"patterns": ["example.net"]},
    "POST /api/admin/emergency-resume": WHY,
    "POST /api/admin/emergency-stop": WHY,
    "POST /api/admin/failed-tasks/{letter_id}/resolve": {"note": "done"},
    "POST /api/admin/failed-tasks/{letter_id}/retry": None,
    "PUT /api/admin/limits": {"per_contact": 1, "per_mailbox": 10, "per_company": 5, **WHY},
    "PUT /api/admin/send-mode": {"mode": "DRAFT_ONLY", **WHY},
    "PUT /api/autonomy/{segment}": {"stage": "manual", **WHY},
    "POST /api/commands": {"text": "approve this", "draft_id": "<draft_id>", "content_hash": HASH},
    "POST /api/commands/audio": None,
    "POST /api/experiments": {
        "name": "theirs",
        "kind": "subject",
        "variants": [{"name": "a", "text": "Hi"}, {"name": "b", "text": "Hello"}],
    },
    "POST /api/operator/drafts/bulk/approve": {"items": [PICK]},
    "POST /api/operator/drafts/bulk/send": {"items": [PICK]},
    "POST /api/operator/drafts/{draft_id}/approve": {"content_hash": HASH},
    "POST /api/operator/drafts/{draft_id}/edit": {
        "content_hash": HASH,
        "subject": "S",
        "body": "B",
    },
    "POST /api/operator/drafts/{draft_id}/regenerate": {
        "content_hash": HASH,
        "instruction": "shorter",
    },
    "POST /api/operator/drafts/{draft_id}/reject": {"content_hash": HASH, "reason": "no"},
    "POST /api/operator/drafts/{draft_id}/send": {"content_hash": HASH},
    "POST /api/operator/drafts/{draft_id}/cancel": None,
    "POST /api/operator/drafts/{draft_id}/settle": {"was_sent": True},
    "POST /api/operator/drafts/{draft_id}/snooze": {"content_hash": HASH, "until": "tomorrow"},
    "POST /api/operator/drafts/{draft_id}/wake": None,
    "POST /api/outcomes/record": {
        "type": "email_replied",
        "email": "somebody@example.net",
        "draft_id": "<draft_id>",
    },
    "POST /api/outcomes/detect/{kind}": None,
    "POST /api/policy/backtest": {},
    "POST /api/rules": RULE,
    "PUT /api/rules/order": {"ids": ["<rule_id>"]},
    "PUT /api/rules/threshold": {"threshold": 0.95, **WHY},
    "PUT /api/rules/threshold/own": {"threshold": 0.95},
    "PUT /api/rules/{rule_id}": {"confidence": 0.95},
    "POST /api/rules/{rule_id}/enable": None,
    "POST /api/rules/{rule_id}/disable": None,
    "POST /api/suppressions": {"recipient": "somebody@example.net"},
    "POST /api/voices": {"profile": {"name": "theirs"}, "mailbox": NEEDLE},
    "POST /api/voices/import": {},
    "POST /api/voices/learn": {"name": "theirs", "mailbox": NEEDLE},
    "PUT /api/voices/{voice_id}": {"name": "theirs"},
    "POST /api/voices/{voice_id}/activate": None,
    "POST /api/voices/{voice_id}/check": {"body": "Hello", "subject": "Hi"},
    "POST /api/experiments/{experiment_id}/start": None,
    "POST /api/experiments/{experiment_id}/stop": None,
    "POST /api/learning/run": None,
    "PUT /api/admin/budgets": {},
    "PUT /api/icp": {"profile": {}, "version": 0},
    "POST /api/icp/preview": {},
    "POST /api/templates": {"name": "theirs", "body": "Hello"},
    "PUT /api/templates/{template_id}": {
        "name": "theirs",
        "body": "Hello",
        "use": "nobody",
        "version": 1,
    },
    "POST /api/learning/{change_id}/revert": None,
    "POST /api/notices/{notice_id}/seen": None,
    "PUT /api/notifications": {
        "mail_to": [],
        "mail_kinds": [],
        "slack_kinds": [],
        "version": 0,
    },
    "POST /api/notifications/test": {"channel": "mail"},
}
"""What goes with each request of the API that may change something."""

TYPED = {
    "content_hash": HASH,
    "subject": "S",
    "body": "B",
    "reason": "no",
    "instruction": "shorter",
    "until": "tomorrow",
    "note": "done",
    "why": "a test",
    "was_sent": "yes",
    "name": "theirs",
    "query": "q=x",
    "text": "approve this",
    "mailbox": NEEDLE,
    "draft": "<draft_id>",
    "draft_id": "<draft_id>",
    "ids": "<draft_id>",
}
"""What may stand in any form of a page; each takes what it knows."""
FORMS: dict[str, list[dict[str, str]]] = {
    "/notices/seen": [{}],
    "/settings/notifications": [{"mail_to": "", "seen": "0"}],
    "/settings/notifications/test": [{"channel": "mail"}],
    "/queue/bulk": [{"action": "approve", "pick": f"<draft_id>:{HASH}"}],
    "/queue/bulk/do": [
        {"action": action, "pick": f"<draft_id>:{HASH}"} for action in ("approve", "reject", "send")
    ],
    "/queue/bulk/undo": [{"undo": "<draft_id>", "pick": f"<draft_id>:{HASH}"}],
    "/jarvis": [{"text": "approve this", "draft_id": "<draft_id>", "undo": "<draft_id>"}],
    "/queue/views": [{}],
    "/mailboxes/disconnect": [{}],
    "/sending/stop": [{}],
    "/autonomy": [{}],
    "/experiments": [{}],
    "/outcomes": [{"email": "somebody@example.net"}],
    "/settings/icp": [{}],
    "/settings/icp/back": [{"version": "1"}],
    "/settings/icp/preview": [{}],
    "/sending/resume": [{}],
}
"""Forms without an id in their path, and what else they take."""
LEAVES = "/logout"


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
    ids: Mapping[str, str]
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
        """What must be written above before the others can be asked in full."""
        missing = []
        for address in self.addresses():
            unknown = [one for one in address.names if one not in IDS and one not in VALUES]
            missing += [f"{address.name}: a value of {one}" for one in unknown]
            writes = address.method not in ("GET", "DELETE")
            if writes and not address.is_page and address.name not in BODIES:
                missing.append(f"{address.name}: a body")
            if writes and address.is_page and not address.names and address.path not in FORMS:
                missing.append(f"{address.name}: a form")
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
        cookie, csrf = self.sessions[who]
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
    ids = {}
    async with database.tenant(FIRST) as connection:
        for name, table in IDS.items():
            found = await connection.execute(text(f"SELECT id FROM {table} LIMIT 1"))
            ids[name] = str(found.scalar_one())
    await office.make.tenants().save(
        Tenant(id=SECOND, name="Second", mailbox="second@example.org", sender_name="S"), ["secret"]
    )
    async with served(office) as stage:
        container, client = Container(office.make), stage.nobody
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
        yield World(
            url=str(client.base_url),
            app=container.http_app(),  # type: ignore[arg-type]
            database=database,
            ids=ids,
            keys=keys,
            sessions=sessions,
        )


async def test_every_address_has_its_sample(world: World) -> None:
    missing = world.without_sample()
    assert not missing, "\n".join(missing)


async def test_a_stranger_with_every_id_sees_and_changes_nothing(world: World) -> None:
    before = await world.of_first()
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    secrets = {PLANTED, *world.ids.values()}
    addresses = world.sampled()
    async with httpx.AsyncClient(base_url=world.url, timeout=20) as client:
        for address in addresses:
            for answer in await world.ask(client, SECOND, address):
                what = (address.name, answer.status_code, answer.text[:600])
                # 403 would say that it is there; 503 is for the stranger's own mailbox.
                assert answer.status_code not in (401, 403, 500), what
                if address.path in GONE_ALREADY:
                    assert answer.status_code == 303, what
                elif address.names and address.path not in NAMED_BY_CALLER:
                    assert answer.status_code == 404, what
                shown = said(answer, asked=f"{answer.request.url} {answer.request.content!r}")
                assert not [secret for secret in secrets if secret in shown], what
    assert await world.of_first() == before
    assert len(addresses) > 80


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
            for answer in await world.ask(client, FIRST, address):
                what = (address.name, answer.status_code, answer.text[:600])
                assert answer.status_code not in (401, 403, 404, 500), what
