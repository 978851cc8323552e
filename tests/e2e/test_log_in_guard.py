"""What guards log-ins, through the door: refused ones are kept, and told to those concerned."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import attrs
import httpx
import pyotp
import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from tests.e2e.people_stage import PASSWORD, House, csrf_of, house_of, key

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_app.observing.meters import Meters
from salesagent_core.domain.log_in_guard import BURST_OF_ONE
from salesagent_core.domain.people import Role
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database


@pytest.fixture
async def house(database_url: str, vault: Vault) -> AsyncIterator[House]:
    async with house_of(database_url, vault) as house:
        yield house


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    """What the database holds, over all tenants."""
    async with database.across_tenants() as connection:
        return [tuple(row) for row in (await connection.execute(text(statement))).all()]


async def refused(house: House, email: str, password: str = "a wrong password") -> str:
    """The page that a refused log-in gets."""
    data = {"email": email, "password": password}
    answer = await house.client().post("/login/person", data=data)
    assert answer.status_code in (401, 429), answer.text
    return re.sub(r"[0-9a-f]{12}-[0-9a-f]+", "", answer.text)


async def test_refused_log_ins_are_kept_shown_counted_and_told(
    house: House, database: Database
) -> None:
    meters = house.container.providers.watch().meters = Meters()
    ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.OPERATOR)
    owner, typist = await house.logged_in(ada), await house.logged_in(bo)
    assert "Last refused" not in (await owner.get("/users")).text
    pages = {await refused(house, bo), await refused(house, "nobody@example.com")}
    assert len(pages) == 1, "the answer tells who has an account"

    people = (await owner.get("/users")).text
    assert re.search(r"Last refused log-in .*: a wrong password", people)
    assert "was refused was" in (await typist.get("/account")).text
    trail = "SELECT actor, action, subject_id, detail::text FROM audit WHERE action LIKE '%refused'"
    (kept,) = await rows(database, trail)
    assert kept[0] == "nobody"
    assert '"wrong_password"' in str(kept[3])
    look = house.container.providers.watch_notices().look_now
    await look()
    notices = "SELECT kind, subject FROM notices WHERE closed_at IS NULL"
    assert await rows(database, notices) == []

    for _ in range(BURST_OF_ONE - 1):
        await refused(house, bo)
    await look()
    ((kind, subject),) = await rows(database, notices)
    assert kind == "log_ins_refused"
    assert str(subject).startswith(f"user:{kept[2]}:")
    assert "Log-ins were refused again and again" in (await owner.get("/notices")).text

    # Tries run out: that is kept once, however often somebody goes on.
    for _ in range(4 + 3):
        page = await refused(house, bo)
    assert "Too many tries" in page
    assert [str(row[3]) for row in await rows(database, trail)].count('{"why": "throttled"}') <= 1
    shown = generate_latest(meters.registry).decode()
    for reason, least in (("wrong_password", 6), ("no_account", 1), ("throttled", 3)):
        found = re.search(rf'log_in_refusals_total{{reason="{reason}"}} (\d+)', shown)
        assert found is not None, reason
        assert int(found[1]) >= least, reason
    everything = "SELECT t::text FROM {} t"
    for table in ("audit", "refused_log_ins", "notices"):
        dump = str(await rows(database, everything.format(table)))
        assert "a wrong password" not in dump
        assert "example.com" not in dump
    await rows(database, "UPDATE refused_log_ins SET at = at - interval '2 hours' RETURNING 1")
    await look()
    assert await rows(database, notices) == []


async def enrol(client: httpx.AsyncClient) -> pyotp.TOTP:
    """Switch two-factor log-in on, as its person does."""
    form = {"csrf": await csrf_of(client)}
    begun = await client.post("/account/two-factor", data=form)
    assert begun.headers["location"] == "/account#two-factor"
    secret = re.search(r'class="secret">([A-Z2-7]+)<', (await client.get("/account")).text)
    assert secret is not None
    app = pyotp.TOTP(secret[1])
    done = await client.post("/account/two-factor/confirm", data=form | {"code": app.now()})
    assert "Keep these recovery codes" in done.text
    return app


def ahead(app: pyotp.TOTP) -> str:
    """A code that was not used yet: the next one is taken ahead of its time."""
    return app.at(datetime.now(UTC) + timedelta(seconds=app.interval))


async def test_a_right_password_that_is_not_enough_is_told_apart_to_those_who_may_know(
    house: House,
) -> None:
    ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.VIEWER)
    owner, client = await house.logged_in(ada), await house.logged_in(bo)
    await enrol(client)
    begun = await house.client().post("/login/person", data={"email": bo, "password": PASSWORD})
    step = re.search(r'name="step" value="([0-9a-f]+)"', begun.text)
    assert step is not None
    data = {"step": step[1], "code": "000000"}
    assert (await house.client().post("/login/code", data=data)).status_code == 401
    assert "the right password and a wrong code" in (await owner.get("/users")).text

    people = await house.container.providers.manage_people().list(DEFAULT_TENANT)
    (bos,) = [user for user in people.users if user.email == bo]
    data = {"csrf": await csrf_of(owner), "disabled": "yes"}
    assert (await owner.post(f"/users/{bos.id}", data=data)).status_code == 303
    await refused(house, bo, PASSWORD)
    assert "but they are shut out, 2 in a row" in (await owner.get("/users")).text


STALE = "UPDATE user_sessions SET proven_at = now() - interval '16 minutes' RETURNING 1"


async def test_a_required_second_factor_is_set_up_before_anything_else(house: House) -> None:
    ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.ADMIN)
    owner, other = await house.logged_in(ada), await house.logged_in(bo)
    secret = await key(house, Scope.OPERATOR)
    form = {"csrf": await csrf_of(owner), "required": "yes"}
    refused = await owner.post("/users/two-factor", data=form)
    assert "Set up two-factor log-in for yourself first" in refused.text
    await enrol(owner)
    by_admin = {"csrf": await csrf_of(other), "required": "yes"}
    assert "Only an owner" in (await other.post("/users/two-factor", data=by_admin)).text
    answer = await owner.post("/users/two-factor", data=form)
    assert answer.headers["location"] == "/users?done=required"
    assert "1 person has none yet" in (await owner.get("/users")).text

    # Those who are in already, and those who come in, are led to the one thing they can do.
    entered = await house.logged_in(bo)
    for client in (other, entered):
        csrf = await csrf_of(client)
        for path in ("/", "/queue", "/users", "/settings", "/live", "/notices/count"):
            answer = await client.get(path)
            assert answer.status_code in (303, 404), path
            assert answer.headers.get("location", "/account?done=required").startswith("/account")
        for path in ("/sending/stop", "/users/invite", "/keys"):
            answer = await client.post(path, data={"csrf": csrf, "why": "x"})
            assert answer.headers["location"] == "/account?done=required", path
        command = {"text": "stop"}
        headers = {"x-csrf-token": csrf}
        answer = await client.post("/api/commands", json=command, headers=headers)
        assert answer.status_code == 403, answer.text
        page = (await client.get("/account")).text
        assert "asks everybody for two-factor log-in" in page
        assert 'href="/queue"' not in page
    program = house.client(authorization=f"Bearer {secret}")
    assert (await program.get("/api/operator/pending")).status_code == 200

    app = await enrol(entered)
    assert (await entered.get("/queue")).status_code == 200
    data = {"csrf": await csrf_of(entered), "password": PASSWORD, "was": "on"}
    answer = await entered.post("/account/two-factor/off", data=data)
    assert answer.status_code == 409
    assert "asks everybody" in answer.text
    assert "Switch two-factor off" not in answer.text
    assert ahead(app)


async def test_an_open_browser_is_not_its_person(house: House, database: Database) -> None:
    client = await house.logged_in(await house.person("Ada", Role.OWNER))
    form = {"csrf": await csrf_of(client)}
    await rows(database, STALE)
    wanted = {
        "/keys": {"name": "x", "scope": "admin", "days": ""},
        "/users/invite": {"email": "eve@example.net", "role": "admin"},
        "/account/two-factor": {},
    }
    for path, fields in wanted.items():
        answer = await client.post(path, data=form | fields)
        page = "%2F" + path.strip("/").partition("/")[0]
        assert answer.headers["location"] == f"/account/proof?next={page}", path
    assert "confirm that it is you" in (await client.get("/keys")).text
    proof = form | {"next": "/keys"}
    answer = await client.post("/account/proof", data=proof | {"password": "a wrong one"})
    assert answer.status_code == 400
    assert "is not your password" in answer.text
    answer = await client.post("/account/proof", data=proof | {"password": PASSWORD})
    assert answer.headers["location"] == "/keys?done=proven"
    assert (await client.post("/keys", data=form | wanted["/keys"])).status_code == 200

    # Another site cannot be what follows.
    answer = await client.post(
        "/account/proof", data=form | {"next": "//evil.example", "password": PASSWORD}
    )
    assert answer.headers["location"] == "/?done=proven"


async def test_who_has_only_google_proves_it_by_a_code(house: House, database: Database) -> None:
    ada = await house.person("Ada", Role.OWNER)
    client = await house.logged_in(ada)
    app = await enrol(client)
    work = house.container.providers.unit_of_work()
    async with work.begin(DEFAULT_TENANT) as tx:
        user = await tx.users.by_email(ada)
        assert user is not None
        await tx.users.save(attrs.evolve(user, password_hash=None))
    form = {"csrf": await csrf_of(client), "was": "on"}
    for proof in ("", PASSWORD, "000000"):
        answer = await client.post("/account/two-factor/off", data=form | {"password": proof})
        assert answer.status_code == 400, proof
    await rows(database, STALE)
    answer = await client.post("/account/password", data=form | {"new_password": "a b c d e f g h"})
    assert answer.headers["location"].startswith("/account/proof")
    assert "A code from your authenticator app" in (await client.get("/account/proof")).text
    code = {"password": ahead(app)}
    answer = await client.post("/account/two-factor/off", data=form | code)
    assert answer.headers["location"] == "/account?done=two_factor_off"
    # Now nothing is left but Google.
    assert "Ask an admin for a link" in (await client.get("/account/proof")).text
    answer = await client.post("/account/proof", data=form | code)
    assert answer.status_code == 409


async def test_a_key_proves_itself_by_the_key(house: House, database: Database) -> None:
    secret = await key(house, Scope.ADMIN)
    client = house.client()
    assert (await client.post("/login", data={"key": secret})).status_code == 303
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/keys")).text)
    assert csrf is not None
    old = "UPDATE page_sessions SET created_at = now() - interval '16 minutes' RETURNING 1"
    await rows(database, old)
    new = {"csrf": csrf[1], "name": "x", "scope": "viewer", "days": "30"}
    assert "/account/proof" in (await client.post("/keys", data=new)).headers["location"]
    assert "Your API key" in (await client.get("/account/proof")).text
    proof = {"csrf": csrf[1], "next": "/keys", "password": "sa_x_" + "y" * 40}
    assert (await client.post("/account/proof", data=proof)).status_code == 401
    answer = await client.post("/account/proof", data=proof | {"password": secret})
    assert answer.headers["location"] == "/keys?done=proven"
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/keys")).text)
    assert csrf is not None
    assert (await client.post("/keys", data=new | {"csrf": csrf[1]})).status_code == 200
