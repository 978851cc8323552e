"""People over a real database: log-in, codes, invitations, roles, and who may change whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pyotp
import pytest
from sqlalchemy import select
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.login.codes import PyotpCodes
from salesagent_adapters.login.passwords import ArgonPasswords
from salesagent_adapters.postgres.directory import PgTenantDirectory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.logins import PgLoginTries, PgPeopleDirectory
from salesagent_adapters.postgres.tables import metadata
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import FixedClock
from salesagent_adapters.system.identity import SeededIds
from salesagent_core.domain.passwords import ACCOUNT_TRIES, CODE_TRIES
from salesagent_core.domain.people import INVITATION_LASTS, Role
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PolicyRefused,
    RateLimited,
    Rejected,
)
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.people import User
from salesagent_core.use_cases.log_in import STEP_LASTS, Came, CodeNeeded, LogIn
from salesagent_core.use_cases.manage_account import ManageAccount
from salesagent_core.use_cases.manage_keys import ManageKeys
from salesagent_core.use_cases.manage_people import ManagePeople
from salesagent_core.use_cases.people_parts import Actor, LoginParts, Opened, digest_of
from salesagent_core.use_cases.refused_log_ins import RefusedLogIns

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PASSWORD = "lamp river orbit mint"
HOUSE = Tenant(
    id=TENANT, name="Acme Logistics", mailbox="hello@acme-freight.example", sender_name="Maria"
)
NEW = "quilt harbor seven onions"
CLI = Actor(id="cli:ada", role=None)
HERE = Came(address="192.0.2.1", browser="Firefox on Linux")


class House:
    """All uses of log-ins over one database."""

    def __init__(self, database: Database, vault: Vault, seed: int = 0) -> None:
        self.database = database
        self.clock = FixedClock(NOW)
        ids = SeededIds(self.clock, seed)
        numbers = iter(range(10**6))
        self.work = PgUnitOfWork(database, vault, RESULT_TYPES)
        self.directory = PgPeopleDirectory(database, vault)
        parts = LoginParts(
            clock=self.clock,
            ids=ids,
            secret=lambda: f"secret-{next(numbers)}-made-for-this-test",
            passwords=ArgonPasswords(memory_kib=64, passes=1),
            tenants=PgTenantDirectory(database, vault, HOUSE),
        )
        tries, codes = PgLoginTries(database, vault), PyotpCodes()
        self.counted: list[str] = []
        refused = RefusedLogIns(
            work=self.work, directory=self.directory, parts=parts, counted=self.counted.append
        )
        self.log_in = LogIn(
            work=self.work,
            directory=self.directory,
            tries=tries,
            codes=codes,
            sealer=vault,
            parts=parts,
            refused=refused,
        )
        self.account = ManageAccount(
            work=self.work, tries=tries, codes=codes, parts=parts, refused=refused
        )
        self.people = ManagePeople(work=self.work, directory=self.directory, parts=parts)
        self.keys = ManageKeys(work=self.work, parts=parts)

    async def person(
        self, name: str = "Ada", role: Role = Role.OWNER, tenant: TenantId = TENANT
    ) -> User:
        email = f"{name.lower()}@example.com"
        return await self.people.add(tenant, email, name=name, role=role, password=PASSWORD, by=CLI)

    async def enter(self, email: str = "ada@example.com", password: str = PASSWORD) -> Opened:
        opened = await self.log_in.begin(email, password, HERE)
        assert isinstance(opened, Opened)
        return opened

    async def actions(self) -> list[str]:
        audit = metadata.tables["audit"]
        async with self.database.tenant(TENANT) as connection:
            rows = await connection.execute(select(audit.c.action).order_by(audit.c.seq))
            return list(rows.scalars())

    async def enrol(self, user: User) -> tuple[pyotp.TOTP, tuple[str, ...]]:
        await self.account.begin_two_factor(TENANT, user.id)
        view = await self.account.view(TENANT, user.id)
        assert view.enrolment is not None
        app = pyotp.parse_uri(view.enrolment.address)
        assert isinstance(app, pyotp.TOTP)
        codes = await self.account.confirm_two_factor(TENANT, user.id, app.at(self.clock.now()))
        return app, codes


@pytest.fixture
def house(database: Database, vault: Vault) -> House:
    return House(database, vault)


def actor(user: User) -> Actor:
    return Actor(id=f"user:{user.id}", role=user.role)


async def test_a_password_is_hashed_with_what_is_usual_now(house: House) -> None:
    await house.person()
    now_usual = ArgonPasswords()
    house.log_in._parts = attrs.evolve(house.log_in._parts, passwords=now_usual)
    await house.enter()
    user = await house.directory.by_email("ada@example.com")
    assert user is not None
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not now_usual.outdated(user.password_hash)


async def test_who_knows_the_password_comes_in_and_nobody_else(house: House) -> None:
    user = await house.person()
    opened = await house.enter("  ADA@example.com ")
    assert opened.user.id == user.id
    found = await house.directory.session(digest_of(opened.token))
    assert found is not None
    assert found[0].browser == "Firefox on Linux"
    assert found[1].last_login_at == NOW
    for email, password in (("ada@example.com", "wrong wrong wrong"), ("x@example.com", PASSWORD)):
        assert await house.log_in.begin(email, password, HERE) is None
    with pytest.raises(Conflict):
        await house.person()
    assert await house.actions() == ["user.added", "user.logged_in", "user.log_in_refused"]
    assert house.counted == ["wrong_password", "no_account"]


async def test_guessing_is_stopped_for_every_process_and_unknown_accounts_alike(
    house: House, database: Database, vault: Vault
) -> None:
    await house.person()
    other = House(database, vault, seed=1)
    for email in ("ada@example.com", "nobody@example.com"):
        for number in range(ACCOUNT_TRIES.most):
            process = house if number % 2 else other
            came = Came(address=f"198.51.100.{number}", browser="")
            assert await process.log_in.begin(email, "not the password", came) is None
        with pytest.raises(RateLimited) as refused:
            await house.log_in.begin(email, PASSWORD, HERE)
        assert refused.value.retry_at == NOW + ACCOUNT_TRIES.window
    house.clock.advance(ACCOUNT_TRIES.window)
    await house.enter()


async def test_a_code_is_asked_for_and_none_is_taken_twice(house: House) -> None:
    user = await house.person()
    app, recovery = await house.enrol(user)

    async def step() -> str:
        begun = await house.log_in.begin("ada@example.com", PASSWORD, HERE)
        assert isinstance(begun, CodeNeeded)
        return begun.step

    # The code that confirmed it is used up.
    assert await house.log_in.finish(await step(), app.at(house.clock.now()), HERE) is None
    house.clock.advance(timedelta(seconds=30))
    first, second = await step(), await step()
    code = app.at(house.clock.now())
    both = await asyncio.gather(
        house.log_in.finish(first, code, HERE), house.log_in.finish(second, code, HERE)
    )
    assert sum(each is not None for each in both) == 1
    assert await house.log_in.finish(await step(), recovery[0].upper(), HERE) is not None
    assert await house.log_in.finish(await step(), recovery[0], HERE) is None
    old = await step()
    house.clock.advance(STEP_LASTS)
    for bad in (old, "", "zz", "ab" * 40):
        with pytest.raises(Rejected):
            await house.log_in.finish(bad, app.at(house.clock.now()), HERE)


async def test_guessing_codes_is_stopped(house: House) -> None:
    app, _ = await house.enrol(await house.person())
    house.clock.advance(timedelta(minutes=1))
    begun = await house.log_in.begin("ada@example.com", PASSWORD, HERE)
    assert isinstance(begun, CodeNeeded)
    wrong = f"{(int(app.at(house.clock.now())) + 7) % 10**6:06}"
    for _ in range(CODE_TRIES.most):
        assert await house.log_in.finish(begun.step, wrong, HERE) is None
    with pytest.raises(RateLimited):
        await house.log_in.finish(begun.step, app.at(house.clock.now()), HERE)


async def test_an_invitation_lets_one_person_in_once(house: House) -> None:
    owner = await house.person()
    invited = await house.people.invite(TENANT, "Bo@Example.com", Role.VIEWER, actor(owner))
    with pytest.raises(InvalidInput, match="cannot be taken"):
        await house.people.accept(invited.token, name="Bo", password="bo@example.com", browser="")
    with pytest.raises(InvalidInput) as told:
        await house.people.accept(invited.token, name="Bo", password="AcmeFreight!2026", browser="")
    assert "your company" in told.value.problems[0].what
    opened = await house.people.accept(invited.token, name="Bo", password=NEW, browser="")
    assert (opened.user.role, opened.user.name) == (Role.VIEWER, "Bo")
    with pytest.raises(NotFound):
        await house.people.accept(invited.token, name="Eve", password=NEW, browser="")
    first = await house.people.invite(TENANT, "cy@example.com", Role.ADMIN, actor(owner))
    again = await house.people.invite(TENANT, "cy@example.com", Role.OPERATOR, actor(owner))
    with pytest.raises(NotFound):
        await house.people.accept(first.token, name="Cy", password=NEW, browser="")
    house.clock.advance(INVITATION_LASTS)
    with pytest.raises(NotFound):
        await house.people.accept(again.token, name="Cy", password=NEW, browser="")
    assert (await house.people.list(OTHER)).invitations == ()
    assert "user.joined" in await house.actions()


async def test_roles_are_given_by_those_above_and_the_last_owner_stays(house: House) -> None:
    owner = await house.person()
    admin = await house.person("Bo", Role.ADMIN)
    viewer = await house.person("Cy", Role.VIEWER)
    for refused in (
        house.people.change(TENANT, owner.id, actor(admin), disabled=True),
        house.people.change(TENANT, viewer.id, actor(admin), role=Role.OWNER),
        house.people.change(TENANT, admin.id, actor(admin), role=Role.OPERATOR),
        house.people.change(TENANT, owner.id, CLI, disabled=True),
        house.people.change(TENANT, owner.id, CLI, role=Role.ADMIN),
        house.people.invite(TENANT, "d@example.com", Role.OWNER, actor(admin)),
        house.people.invite(TENANT, "d@example.com", Role.VIEWER, actor(viewer)),
    ):
        with pytest.raises(PolicyRefused):
            await refused
    with pytest.raises(NotFound):
        await house.people.change(OTHER, viewer.id, CLI, disabled=True)
    opened = await house.enter("cy@example.com")
    await house.people.change(TENANT, viewer.id, actor(admin), role=Role.OPERATOR)
    assert await house.directory.session(digest_of(opened.token)) is None
    opened = await house.enter("cy@example.com")
    await house.people.change(TENANT, viewer.id, actor(admin), disabled=True)
    assert await house.directory.session(digest_of(opened.token)) is None
    assert await house.log_in.begin("cy@example.com", PASSWORD, HERE) is None


async def test_two_owners_cannot_remove_each_other_at_once(house: House) -> None:
    one, two = await house.person(), await house.person("Bo")
    both = await asyncio.gather(
        house.people.change(TENANT, one.id, actor(two), disabled=True),
        house.people.change(TENANT, two.id, actor(one), disabled=True),
        return_exceptions=True,
    )
    assert sum(isinstance(each, PolicyRefused) for each in both) == 1


async def test_a_new_password_ends_every_other_session(house: House) -> None:
    user = await house.person()
    elsewhere = await house.enter()
    with pytest.raises(InvalidInput):
        await house.account.change_password(TENANT, user.id, old="wrong", new=NEW, browser="")
    with pytest.raises(InvalidInput, match="cannot be taken"):
        await house.account.change_password(
            TENANT, user.id, old=PASSWORD, new="password12345", browser=""
        )
    opened = await house.account.change_password(TENANT, user.id, old=PASSWORD, new=NEW, browser="")
    assert await house.directory.session(digest_of(elsewhere.token)) is None
    assert await house.directory.session(digest_of(opened.token)) is not None
    assert await house.log_in.begin("ada@example.com", PASSWORD, HERE) is None
    await house.enter(password=NEW)


async def test_sessions_are_listed_and_ended_one_by_one(house: House) -> None:
    user = await house.person()
    sessions = [(await house.enter()).session for _ in range(3)]
    await house.account.end_session(TENANT, user.id, sessions[0].id)
    view = await house.account.view(TENANT, user.id)
    assert {each.id for each in view.sessions} == {sessions[1].id, sessions[2].id}
    assert await house.account.end_other_sessions(TENANT, user.id, sessions[2].id) == 1
    house.clock.advance(timedelta(hours=3))
    assert (await house.account.view(TENANT, user.id)).sessions == ()


async def test_google_lets_in_whom_somebody_invited(house: House) -> None:
    assert await house.log_in.by_google("bo@example.com", "Bo", HERE) is None
    await house.people.invite(TENANT, "bo@example.com", Role.OPERATOR, CLI)
    opened = await house.log_in.by_google("bo@example.com", "Bo", HERE)
    assert isinstance(opened, Opened)
    assert opened.user.role is Role.OPERATOR
    assert isinstance(await house.log_in.by_google("bo@example.com", "Bo", HERE), Opened)
    # Without a password of one's own, none fits.
    assert await house.log_in.begin("bo@example.com", "", HERE) is None
    await house.people.change(TENANT, opened.user.id, CLI, disabled=True)
    assert await house.log_in.by_google("bo@example.com", "Bo", HERE) is None


async def test_keys_are_made_listed_and_revoked_by_their_organisation(house: House) -> None:
    made = await house.keys.create(TENANT, name="CI", scopes={Scope.VIEWER}, days=30, by="user:ada")
    (listed,) = await house.keys.list(TENANT)
    assert listed == made.key
    assert (listed.created_by, listed.expires_at) == ("user:ada", NOW + timedelta(days=30))
    with pytest.raises(NotFound):
        await house.keys.revoke(OTHER, made.key.id, "user:eve")
    revoked = await house.keys.revoke(TENANT, made.key.id, "user:ada")
    assert revoked == attrs.evolve(made.key, revoked_at=NOW)
    for name, scopes, days in (("", {Scope.ADMIN}, 1), ("x", set(), 1), ("x", {Scope.ADMIN}, 0)):
        with pytest.raises(InvalidInput):
            await house.keys.create(TENANT, name=name, scopes=scopes, days=days, by="a")
    assert await house.actions() == ["key.created", "key.revoked"]
