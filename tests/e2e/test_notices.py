"""What needs a person is told to people: once, by each channel, and without a lead's name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.contract.postgres.samples import TENANT
from tests.e2e.notice_stage import LEAD, TEAM, Newsroom, newsroom_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.notice import NoticeMessage
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.notices import ChatPost
from salesagent_core.use_cases.watch_notices import WatchNotices

pytestmark = pytest.mark.database

EVERYTHING = {
    "2 tasks are stuck",
    "A mail is stuck",
    "A mailbox is disconnected",
    "Drafts have waited for more than 4 hours",
    "All sending is stopped",
    "A budget of this month is reached",
    "An erasure is not finished after a day",
}


async def overdue(room: Newsroom) -> None:
    """As if all that waits, and every lease, had run out."""
    await room.run("UPDATE notice_messages SET due_at = now() WHERE due_at IS NOT NULL")


async def test_each_is_told_once_by_each_channel_though_two_workers_look(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with newsroom_of(database_url, vault, tmp_path) as room:
        admin = await room.client()
        assert (await room.choose(admin)).status_code == 200
        await room.trouble()
        await room.sweep()
        await overdue(room)
        await room.sweep()

        (mail,), (text,) = room.inbox.mails, room.chat.texts
        body = mail.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
        for said in (body, text):
            for each in EVERYTHING:
                assert f"{each}.\n" in said
            assert f"{room.url}/mailboxes" in said
            for private in (LEAD, "Ada", "Your question", "complaint"):
                assert private not in said
        assert room.inbox.to == [[TEAM]]
        assert mail["From"] == "alerts@example.net"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert "Ada" not in mail["Subject"]

        listed = (await admin.get("/api/notices")).json()
        assert len(listed["notices"]) == listed["waiting"] == 8
        assert all(set(each["told"]) == {"mail", "slack"} for each in listed["notices"])
        operator = await room.client(Scope.OPERATOR)
        stopped = next(each for each in listed["notices"] if each["kind"] == "sending_stopped")
        assert (await operator.post(f"/api/notices/{stopped['id']}/seen")).status_code == 204
        assert (await operator.get("/api/notices")).json()["waiting"] == 7
        gone = await operator.post("/api/notices/00000000-0000-0000-0000-000000000000/seen")
        assert gone.status_code == 404

        # What is over closes, and that sending goes on is told at once.
        control = room.containers[1].providers.control_sending()
        await control.resume(TENANT, who="key:a", why="settled")
        await room.run(
            "UPDATE drafts SET status = 'rejected'",
            "UPDATE mailbox_connections SET state = 'connected', why = NULL",
            "UPDATE dead_letters SET state = 'resolved', settled_at = now()",
        )
        await room.sweep()
        kinds = {each["kind"] for each in (await admin.get("/api/notices")).json()["notices"]}
        assert kinds == {"budget_reached", "erasure_open"}
        assert len(room.inbox.mails) == len(room.chat.texts) == 2
        assert "Sending goes on again." in room.chat.texts[1]
        assert "stuck" not in room.chat.texts[1]

        # The same mailbox, lost once more, is news once more.
        await room.run(
            "UPDATE mailbox_connections SET state = 'disconnected', why = 'revoked', since = now()"
        )
        await room.sweep()
        assert len(room.inbox.mails) == 3
        assert room.inbox.mails[2]["Subject"] == "salesagent: a mailbox is disconnected"


async def test_a_channel_that_fails_is_tried_again_and_a_repeat_is_known_for_one(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with newsroom_of(database_url, vault, tmp_path) as room:
        admin = await room.client()
        await room.choose(admin)
        await room.trouble()
        room.chat.say, room.inbox.say = [500, 404], ["451 later"]
        await room.sweep()
        assert not room.chat.texts
        assert not room.inbox.mails
        states = {
            each["channel"]: each for each in (await admin.get("/api/notifications")).json()["last"]
        }
        assert states["slack"]["state"] == states["mail"]["state"] == "open"
        assert "451" in states["mail"]["error"]
        await overdue(room)
        await room.sweep()  # the mail arrives, Slack says 404
        await overdue(room)
        await room.sweep()
        assert len(room.chat.texts) == len(room.inbox.mails) == 1

        await room.run("UPDATE mailbox_connections SET since = now()")
        room.inbox.say = ["554 no"] * 9
        await room.sweep()
        await room.run(
            "UPDATE notice_messages SET created_at = created_at - interval '24 hours',"
            " due_at = CASE WHEN state = 'open' THEN now() END"
        )
        await room.sweep()
        last = {
            each["channel"]: each for each in (await admin.get("/api/notifications")).json()["last"]
        }
        assert last["mail"]["state"] == "given_up"


class Died(BaseException):
    """A worker's end, as the machine's power makes it."""


class Deadly:
    """Hands over, and then its worker is no more."""

    def __init__(self, real: ChatPost) -> None:
        self._real = real

    def check(self, url: str) -> None:
        self._real.check(url)

    async def post(self, url: str, message: NoticeMessage) -> None:
        await self._real.post(url, message)
        raise Died


async def test_a_worker_that_dies_after_the_hand_over_makes_one_repeat_at_most(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with newsroom_of(database_url, vault, tmp_path) as room:
        admin = await room.client()
        await room.choose(admin, mail_to=[])
        await room.trouble()
        make = room.containers[0].providers
        doomed = WatchNotices(
            store=make.notices(),
            book=make.notice_book(),
            mail=None,
            chat=Deadly(make.chat_post()),
            clock=make.clock(),
            site=room.url,
            tenants=make.tenants().ids,
        )
        await doomed.look_now()
        for _ in range(2):
            with pytest.raises(Died):
                await doomed(None, 10)
            await room.sweep()  # its lease holds still
            await overdue(room)
        await room.sweep()
        first, second = room.chat.texts
        assert first == second
        assert "Reference " in first
        assert (await admin.get("/api/notifications")).json()["last"][0]["state"] == "unknown"


async def test_who_is_told_is_chosen_by_admins_and_the_webhook_is_never_shown(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with newsroom_of(database_url, vault, tmp_path) as room:
        admin, operator = await room.client(), await room.client(Scope.OPERATOR)
        assert (await operator.get("/api/notifications")).status_code == 403
        for url in ("https://169.254.169.254/x", "http://example.com/x", "https://[::1]/"):
            refused = await room.choose(admin, slack_url=url)
            assert refused.status_code == 400
            assert refused.json()["problems"][0]["where"] == "slack_url"
        assert (await room.choose(admin, mail_to=["nobody"])).status_code == 400
        both = await asyncio.gather(room.choose(admin), room.choose(admin))
        assert sorted(each.status_code for each in both) == [200, 409]

        shown = await admin.get("/api/notifications")
        assert shown.json()["slack_ends_in"] == "xyz"
        assert (await room.choose(admin, slack_url=None, version=1)).json()["slack_set"]
        for channel in ("slack", "mail"):
            tried = await admin.post("/api/notifications/test", json={"channel": channel})
            assert tried.json()["arrived"], tried.text
        room.chat.say = [404]
        tried = await admin.post("/api/notifications/test", json={"channel": "slack"})
        assert not tried.json()["arrived"]
        everything = shown.text + tried.text
        for table in ("notice_settings", "audit", "notice_messages"):
            everything += await room.dump(table)
        assert "planted-secret" not in everything
        assert TEAM not in await room.dump("notice_settings") + await room.dump("audit")
        off = await room.choose(admin, slack_url="", version=2)
        assert off.json()["slack_set"] is False
