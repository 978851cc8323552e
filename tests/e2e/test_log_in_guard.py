"""What guards log-ins, through the door: refused ones are kept, and told to those concerned."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pyotp
import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from tests.e2e.people_stage import PASSWORD, House, csrf_of, house_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_app.observing.meters import Meters
from salesagent_core.domain.log_in_guard import BURST_OF_ONE
from salesagent_core.domain.people import Role
from salesagent_core.ids import DEFAULT_TENANT

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


async def test_a_right_password_that_is_not_enough_is_told_apart_to_those_who_may_know(
    house: House,
) -> None:
    ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.VIEWER)
    owner, client = await house.logged_in(ada), await house.logged_in(bo)
    form = {"csrf": await csrf_of(client)}
    await client.post("/account/two-factor", data=form)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', (await client.get("/account")).text)
    assert secret is not None
    app = pyotp.TOTP(secret[1])
    await client.post("/account/two-factor/confirm", data=form | {"code": app.now()})
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
