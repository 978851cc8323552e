"""A forgotten password, through the door: a link from an admin, or by mail; once, for an hour."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from tests.e2e.notice_stage import Inbox, mail_server
from tests.e2e.people_stage import PASSWORD, House, csrf_of, house_of, key

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_core.domain.people import Role
from salesagent_core.errors import NotFound
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

NEW = "quilt harbor seven onions"


async def run(database: Database, statement: str) -> list[str]:
    """A statement over all tenants; its rows as text."""
    async with database.across_tenants() as connection:
        return [str(tuple(row)) for row in (await connection.execute(text(statement))).all()]


async def ids(house: House) -> dict[str, str]:
    people = await house.container.providers.manage_people().list(DEFAULT_TENANT)
    return {user.email: user.id for user in people.users}


async def set_password(house: House, token: str, password: str = NEW) -> httpx.Response:
    return await house.client().post("/reset", data={"token": token, "password": password})


async def log_in(house: House, email: str, password: str) -> int:
    data = {"email": email, "password": password}
    return (await house.client().post("/login/person", data=data)).status_code


async def test_a_link_from_an_admin_works_once_for_an_hour(
    database_url: str, vault: Vault, database: Database
) -> None:
    async with house_of(database_url, vault) as house:
        ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.ADMIN)
        owner, other = await house.logged_in(ada), await house.logged_in(bo)
        found, form = await ids(house), {"csrf": await csrf_of(owner)}

        async def link() -> str:
            page = await owner.post(f"/users/{found[bo]}/reset", data=form)
            shown = re.search(r'id="reset-link">[^<#]+/reset#([^<]+)<', page.text)
            assert shown is not None, page.text
            return shown[1]

        for who, whom in ((owner, ada), (other, ada), (other, bo)):
            data = {"csrf": await csrf_of(who)}
            answer = await who.post(f"/users/{found[whom]}/reset", data=data)
            assert answer.status_code == 409, (whom, answer.text)
        first, second = await link(), await link()
        assert (await set_password(house, first)).status_code == 404
        weak = await set_password(house, second, "bo@example.com")
        assert weak.status_code == 400
        assert "is not safe" in weak.text
        done = await set_password(house, second)
        assert "Your password is changed" in done.text
        assert (await set_password(house, second)).status_code == 404
        assert (await other.get("/queue")).status_code == 303
        assert [await log_in(house, bo, each) for each in (PASSWORD, NEW)] == [401, 303]

        late = await link()
        await run(
            database,
            "UPDATE password_resets SET expires_at = now() - interval '1 second' RETURNING 1",
        )
        take = house.container.providers.reset_password().take
        with pytest.raises(NotFound):
            await take(late, NEW)
        # What was made before an account changed is worth nothing after it.
        before = await link()
        await owner.post(f"/users/{found[bo]}", data=form | {"role": "viewer"})
        with pytest.raises(NotFound):
            await take(before, NEW)
        kept = " ".join(await run(database, "SELECT t::text FROM password_resets t"))
        assert before not in kept
        actions = await run(database, "SELECT action FROM audit WHERE action LIKE 'user.%reset%'")
        assert actions.count("('user.reset_link_made',)") == 4
        assert actions.count("('user.password_reset',)") == 1

        program = house.client(authorization=f"Bearer {await key(house, Scope.ADMIN)}")
        answer = await program.post(f"/api/users/{found[bo]}/reset-link")
        assert answer.status_code == 201, answer.text
        token = answer.json()["link"].partition("/reset#")[2]
        assert (await take(token, "onion harbor seven quilts")).id == found[bo]
        assert (await program.post(f"/api/users/{found[ada]}/reset-link")).status_code == 409
        # Without a mail server the page says whom to ask.
        asked = await house.client().post("/login/forgot", data={"email": bo})
        assert "Ask an admin" in asked.text
        assert await run(database, "SELECT 1 FROM password_resets WHERE by_mail") == []


async def test_a_link_by_mail_tells_nobody_who_has_an_account(
    database_url: str, vault: Vault, database: Database, tmp_path: Path
) -> None:
    inbox = Inbox()
    with mail_server(inbox) as smtp_url:
        settings: dict[str, object] = {"smtp_url": smtp_url, "smtp_from": "alerts@example.net"}
        async with house_of(database_url, vault, listener=None, **settings) as house:
            bo, out = await house.person("Bo", Role.VIEWER), await house.person("Cy", Role.VIEWER)
            client = await house.logged_in(bo)
            await run(
                database,
                "UPDATE users SET disabled_at = now() WHERE id = '"
                f"{(await ids(house))[out]}' RETURNING 1",
            )
            assert "Forgot your password?" in (await house.client().get("/login")).text

            async def ask(email: str) -> tuple[int, str]:
                answer = await house.client().post("/login/forgot", data={"email": email})
                return answer.status_code, re.sub(r"[0-9a-f]{12}-[0-9a-f]+", "", answer.text)

            answers = {await ask(email) for email in (bo, out, "nobody@example.com")}
            ((status, page),) = answers
            assert status == 200
            assert "If somebody has this address" in page
            inbox.say.append("451 not now")
            deliver = house.container.providers.reset_password().deliver
            await deliver()
            assert inbox.mails == []
            due = "UPDATE password_resets SET mail_due_at = now() WHERE digest IS NOT NULL"
            await run(database, f"{due} RETURNING 1")
            await deliver()
            await deliver()
            ((mail,), (to,)) = inbox.mails, inbox.to
            assert to == [bo]
            body = mail.get_content()  # type: ignore[attr-defined]
            (token,) = re.findall(rf"{re.escape(house.url)}/reset#(\S+)", body)
            kept = " ".join(await run(database, "SELECT t::text FROM password_resets t"))
            assert token not in kept
            assert "example.com" not in kept
            assert (await set_password(house, token)).status_code == 200
            assert (await client.get("/queue")).status_code == 303
            assert await log_in(house, bo, NEW) == 303

            # The fourth time in an hour is refused, whoever it is.
            for email in (bo, "nobody@example.com"):
                seen = [(await ask(email))[0] for _ in range(4)]
                assert seen[-1] == 429, email
