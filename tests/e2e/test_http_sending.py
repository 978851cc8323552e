"""Sending as its users meet it: over a socket, against a database and a strict mailbox."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes

import attrs
import httpx
import pytest
import uvicorn
from sqlalchemy import text
from tests.e2e.test_sending_flow import EVERYBODY, LEAD, MAILBOX, Office, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_app.container import Container
from salesagent_app.keys import create_key
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.mail_sender import FateUnknown
from salesagent_core.use_cases.reconcile_send import ReconcileSends

MISSING = "0192f3d4-0000-7000-8000-000000000000"


@attrs.frozen
class Stage:
    """The served application: clients by scope, and what stands behind it."""

    office: Office
    operator: httpx.AsyncClient
    admin: httpx.AsyncClient
    nobody: httpx.AsyncClient

    async def approved(self, email: str = LEAD) -> tuple[Draft, dict[str, object]]:
        """A draft that was approved over HTTP, and the answer."""
        draft = await self.office.drafted(email)
        answer = await self.operator.post(
            f"/api/operator/drafts/{draft.id}/approve", json=hash_of(draft)
        )
        assert answer.status_code == 200, answer.text
        return draft, answer.json()

    async def logged_in(self, who: httpx.AsyncClient | None = None) -> httpx.AsyncClient:
        """A browser's session, of the operator where nobody is named."""
        key = (who or self.operator).headers["authorization"].removeprefix("Bearer ")
        answer = await self.nobody.post("/login", data={"key": key, "next": "/queue"})
        assert answer.status_code == 303, answer.text
        # The cookie is for https alone, and nothing here ends TLS.
        self.nobody.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        return self.nobody


def hash_of(draft: Draft) -> dict[str, str]:
    return {"content_hash": draft.revision.content_hash}


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[Stage]:
    container = Container(office.make)
    config = uvicorn.Config(container.http_app(), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    async def client(*scopes: Scope) -> httpx.AsyncClient:
        if not scopes:
            return httpx.AsyncClient(base_url=url)
        made = await create_key(
            container.api_keys,
            container.clock,
            name="Key",
            scopes=scopes,
            lifetime=None,
            tenant=DEFAULT_TENANT,
        )
        headers = {"authorization": f"Bearer {made.secret}"}
        return httpx.AsyncClient(base_url=url, headers=headers)

    clients = [await client(Scope.OPERATOR), await client(Scope.ADMIN), await client()]
    try:
        yield Stage(office, *clients)
    finally:
        for each in clients:
            await each.aclose()
        server.should_exit = True
        await task
        await container.close()


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(make_office(database_url, vault, EVERYBODY)) as made:
        yield made


@pytest.fixture
async def draft_only(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(make_office(database_url, vault, None)) as made:
        yield made


def raw_of(stage: Stage) -> bytes:
    (mail,) = stage.office.sent()
    return mail.raw


# Approve, send, take back


async def test_an_approval_is_sent_when_the_undo_has_passed(stage: Stage) -> None:
    draft, answer = await stage.approved()
    assert answer["status"] == "approved"
    assert answer["send_at"] is not None
    assert answer["sent"] is False
    assert stage.office.sent() == []
    await stage.office.work()
    assert len(stage.office.sent()) == 1
    again = await stage.operator.post(
        f"/api/operator/drafts/{draft.id}/approve", json=hash_of(draft)
    )
    assert again.status_code == 409


async def test_send_now_gives_the_undo_up(stage: Stage) -> None:
    draft, _ = await stage.approved()
    url = f"/api/operator/drafts/{draft.id}/send"
    answer = await stage.operator.post(url, json=hash_of(draft))
    assert answer.status_code == 202
    assert answer.json()["status"] == "scheduled"
    await stage.office.handlers_run()
    assert len(stage.office.sent()) == 1
    assert (await stage.operator.post(url, json=hash_of(draft))).status_code == 409


async def test_what_was_taken_back_is_not_sent(stage: Stage) -> None:
    draft, _ = await stage.approved()
    url = f"/api/operator/drafts/{draft.id}/cancel"
    back = await stage.operator.post(url)
    assert back.status_code == 200
    assert back.json()["status"] == "pending_approval"
    await stage.office.work()
    assert stage.office.sent() == []
    assert (await stage.operator.post(url)).status_code == 409


@pytest.mark.parametrize("act", ["send", "cancel"])
async def test_an_unknown_draft_is_not_found(stage: Stage, act: str) -> None:
    body = {"content_hash": "0" * 64} if act == "send" else None
    answer = await stage.operator.post(f"/api/operator/drafts/{MISSING}/{act}", json=body)
    assert answer.status_code == 404


async def test_sending_another_text_than_was_read_is_refused(stage: Stage) -> None:
    draft, _ = await stage.approved()
    url = f"/api/operator/drafts/{draft.id}/send"
    assert (await stage.operator.post(url, json={"content_hash": "0" * 64})).status_code == 409
    assert (await stage.operator.post(url, json={"content_hash": "x"})).status_code == 400


async def test_an_approval_that_may_not_go_says_why(stage: Stage) -> None:
    refused = await stage.operator.post(
        "/api/suppressions", json={"recipient": LEAD, "reason": "complained"}
    )
    assert refused.status_code == 201
    draft, answer = await stage.approved()
    assert answer["send_at"] is None
    assert [each["code"] for each in answer["refused"]] == ["suppressed_complained"]  # type: ignore[attr-defined]
    assert answer["may_go_at"] is None
    now = await stage.operator.post(f"/api/operator/drafts/{draft.id}/send", json=hash_of(draft))
    assert now.status_code == 409
    assert now.json()["reasons"][0]["code"] == "suppressed_complained"


async def test_the_third_mail_of_a_week_names_its_day(stage: Stage) -> None:
    for _ in range(2):
        await stage.approved()
        await stage.office.work()
    _, third = await stage.approved()
    assert third["send_at"] is None
    assert third["may_go_at"] is not None
    quota = (await stage.operator.get(f"/api/operator/quota/{LEAD}")).json()
    assert (quota["contact_used"], quota["contact_limit"], quota["allowed"]) == (2, 2, False)
    assert quota["may_go_at"] == third["may_go_at"]


async def test_draft_only_approves_and_sends_nothing(draft_only: Stage) -> None:
    _, answer = await draft_only.approved()
    assert (answer["status"], answer["send_at"], answer["refused"]) == ("approved", None, [])
    await draft_only.office.work()
    assert draft_only.office.sent() == []


# In bulk


async def test_a_bulk_tells_what_became_of_each(stage: Stage) -> None:
    drafts = [await stage.office.drafted(f"kim@firm{n}.example") for n in range(3)]
    items = [{"id": draft.id, **hash_of(draft)} for draft in drafts]
    items[1]["content_hash"] = "0" * 64
    items.append({"id": MISSING, "content_hash": "0" * 64})
    answer = await stage.operator.post("/api/operator/drafts/bulk/approve", json={"items": items})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["done"], body["failed"]) == (2, 2)
    assert [each["done"] for each in body["results"]] == [True, False, True, False]
    assert body["results"][1]["error"]["status"] == "conflict"
    assert body["results"][3]["error"]["status"] == "not_found"
    assert body["results"][0]["send_at"] is not None
    sent = await stage.operator.post("/api/operator/drafts/bulk/send", json={"items": items[:3]})
    assert [each["done"] for each in sent.json()["results"]] == [True, False, True]
    await stage.office.handlers_run()
    assert {mail.recipients[0] for mail in stage.office.sent()} == {
        "kim@firm0.example",
        "kim@firm2.example",
    }


@pytest.mark.parametrize("items", [[], [{"id": "x", "content_hash": "0" * 64}], "all", None])
async def test_an_unreadable_bulk_does_nothing(stage: Stage, items: object) -> None:
    answer = await stage.operator.post("/api/operator/drafts/bulk/send", json={"items": items})
    assert answer.status_code == 400


# Stop


async def test_stop_holds_a_batch_in_the_middle_and_resume_lets_it_go(stage: Stage) -> None:
    for number in range(3):
        await stage.approved(f"kim@firm{number}.example")
    database = stage.office.make.database()
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE send_attempts SET due_at = now()"))
    await stage.office.make.send_drafts()(None, limit=1)
    stopped = await stage.admin.post("/api/admin/emergency-stop", json={"why": "complaint"})
    assert stopped.status_code == 200
    assert stopped.json()["stopped"]
    assert stopped.json()["in_flight_count"] == 0
    await stage.office.work()
    assert len(stage.office.sent()) == 1
    status = (await stage.admin.get("/api/admin/emergency-status")).json()
    assert (status["stopped"], status["why"]) == (True, "complaint")
    resumed = await stage.admin.post("/api/admin/emergency-resume", json={"why": "sorted out"})
    assert not resumed.json()["stopped"]
    await stage.office.work()
    assert len(stage.office.sent()) == 3


async def test_stop_shows_what_was_in_flight(stage: Stage) -> None:
    stage.office.world.faults.fail("mailbox.send_draft", FateUnknown("no answer"))
    draft, _ = await stage.approved()
    await stage.office.work()
    assert await stage.office.status(draft.id) is DraftStatus.DELIVERY_UNKNOWN
    stopped = await stage.admin.post("/api/admin/emergency-stop", json={"why": "look first"})
    (attempt,) = await stage.office.attempts(draft.id)
    assert stopped.json()["in_flight"] == [attempt.id]
    page = await (await stage.logged_in()).get("/queue")
    assert "1 mail was on the way already" in page.text
    assert "unknown whether it was sent" in page.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/admin/emergency-resume", {"why": "x"}),
        ("GET", "/api/admin/send-mode", None),
        ("GET", "/api/admin/limits", None),
        (
            "PUT",
            "/api/admin/limits",
            {"per_contact": 1, "per_mailbox": 1, "per_company": 1, "why": "x"},
        ),
        ("PUT", "/api/admin/send-mode", {"mode": "SEND", "why": "x"}),
        ("PUT", "/api/admin/allow-list", {"patterns": []}),
    ],
)
async def test_switches_are_for_admins(
    stage: Stage, method: str, path: str, body: dict[str, object] | None
) -> None:
    assert (await stage.operator.request(method, path, json=body)).status_code == 403
    assert (await stage.nobody.request(method, path, json=body)).status_code == 401


async def test_whoever_reviews_may_stop_and_only_an_admin_resumes(stage: Stage) -> None:
    assert (
        await stage.nobody.post("/api/admin/emergency-stop", json={"why": "x"})
    ).status_code == 401
    stopped = await stage.operator.post("/api/admin/emergency-stop", json={"why": "a complaint"})
    assert stopped.json()["stopped"]
    assert (await stage.operator.get("/api/admin/emergency-status")).json()["why"] == "a complaint"
    resumed = await stage.admin.post("/api/admin/emergency-resume", json={"why": "settled"})
    assert not resumed.json()["stopped"]


async def test_limits_are_set_within_their_bounds_and_with_a_warning(stage: Stage) -> None:
    before = (await stage.admin.get("/api/admin/limits")).json()
    assert before["per_contact"] == {"value": 2, "low": 1, "high": 7}
    assert before["warnings"] == []
    body = {"per_contact": 1, "per_mailbox": 190, "per_company": 5, "why": "a launch"}
    after = (await stage.admin.put("/api/admin/limits", json=body)).json()
    assert [each["code"] for each in after["warnings"]] == ["mailbox_limit_high"]
    assert (await stage.admin.get("/api/admin/limits")).json() == after
    quota = (await stage.operator.get(f"/api/operator/quota/{LEAD}")).json()
    assert (quota["contact_limit"], quota["mailbox_limit"]) == (1, 190)
    wrong = await stage.admin.put(
        "/api/admin/limits", json={**body, "per_contact": 8, "per_mailbox": 0}
    )
    assert wrong.status_code == 400
    assert [each["where"] for each in wrong.json()["problems"]] == ["per_contact", "per_mailbox"]
    assert "1 to 7" in wrong.json()["problems"][0]["what"]


async def test_a_refused_send_says_when_it_may_go(stage: Stage) -> None:
    body = {"per_contact": 1, "per_mailbox": 20, "per_company": 5, "why": "quiet"}
    await stage.admin.put("/api/admin/limits", json=body)
    await stage.approved()
    await stage.office.work()
    draft, answer = await stage.approved()
    assert answer["may_go_at"] is not None
    again = await stage.operator.post(f"/api/operator/drafts/{draft.id}/send", json=hash_of(draft))
    assert again.status_code == 409
    assert again.json()["status"] == "refused"
    assert again.json()["may_go_at"] == answer["may_go_at"]
    page = (await (await stage.logged_in()).get(f"/drafts/{draft.id}")).text
    assert "Approved, and not sent because" in page
    assert "It may go from" in page


async def test_a_switch_wants_a_reason(stage: Stage) -> None:
    for body in ({}, {"why": ""}, {"why": "x" * 2_000}):
        answer = await stage.admin.post("/api/admin/emergency-stop", json=body)
        assert answer.status_code == 400
    assert not (await stage.admin.get("/api/admin/emergency-status")).json()["stopped"]


# Mode and lists


async def test_the_mode_says_who_chose_it_and_holds(stage: Stage) -> None:
    assert (await stage.admin.get("/api/admin/send-mode")).json()["mode"] == "SEND"
    body = {"mode": "DRAFT_ONLY", "why": "holidays"}
    chosen = (await stage.admin.put("/api/admin/send-mode", json=body)).json()
    assert (chosen["mode"], chosen["why"]) == ("DRAFT_ONLY", "holidays")
    assert chosen["by"]
    _, answer = await stage.approved()
    assert answer["send_at"] is None


async def test_send_cannot_be_chosen_against_the_settings(draft_only: Stage) -> None:
    view = (await draft_only.admin.get("/api/admin/send-mode")).json()
    assert (view["mode"], view["allowed_by_settings"]) == ("DRAFT_ONLY", False)
    body = {"mode": "SEND", "why": "now"}
    assert (await draft_only.admin.put("/api/admin/send-mode", json=body)).status_code == 409


async def test_lists_are_replaced_as_a_whole_and_judged_first(stage: Stage) -> None:
    url = "/api/admin/deny-list"
    first = await stage.admin.put(url, json={"patterns": ["rival.example", LEAD]})
    assert {row["pattern"] for row in first.json()} == {"host:rival.example", f"person:{LEAD}"}
    bad = await stage.admin.put(url, json={"patterns": ["ok.example", "not a host"]})
    assert bad.status_code == 400
    assert (await stage.admin.get(url)).json() == first.json()
    second = await stage.admin.put(url, json={"patterns": [LEAD]})
    assert [row["pattern"] for row in second.json()] == [f"person:{LEAD}"]
    _, answer = await stage.approved()
    assert [each["code"] for each in answer["refused"]] == ["recipient_denied"]  # type: ignore[attr-defined]
    assert (await stage.admin.put(url, json={"patterns": []})).json() == []


async def test_suppressions_come_and_go(stage: Stage) -> None:
    made = await stage.operator.post("/api/suppressions", json={"recipient": "firm.example"})
    assert made.status_code == 201
    listed = (await stage.operator.get("/api/suppressions")).json()
    assert [row["who"] for row in listed] == ["firm.example"]
    quota = (await stage.operator.get(f"/api/operator/quota/{LEAD}")).json()
    assert not quota["allowed"]
    gone = await stage.operator.delete(f"/api/suppressions/{made.json()['id']}")
    assert gone.status_code == 204
    assert (await stage.operator.delete(f"/api/suppressions/{MISSING}")).status_code == 404
    assert (await stage.operator.get("/api/suppressions")).json() == []
    bad = await stage.operator.post("/api/suppressions", json={"recipient": "a@b, c@d"})
    assert bad.status_code == 400


@pytest.mark.parametrize("email", ["nobody", "a@b@c", "a%0d%0ab@x.example"])
async def test_the_quota_of_no_address_is_a_400(stage: Stage, email: str) -> None:
    assert (await stage.operator.get(f"/api/operator/quota/{email}")).status_code == 400


# The link at the foot of the mail


async def test_the_opt_out_of_the_raw_mail_asks_then_works(stage: Stage) -> None:
    await stage.approved()
    await stage.office.work()
    message = message_from_bytes(raw_of(stage))
    link = message["List-Unsubscribe"].strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("https://ours.example/u/")
    path = link.removeprefix("https://ours.example")
    for _ in range(2):
        asked = await stage.nobody.get(path)
        assert asked.status_code == 200
        assert "Unsubscribe" in asked.text
        assert LEAD not in asked.text
    assert (await stage.operator.get("/api/suppressions")).json() == []
    clicked = await stage.nobody.post(path, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert not clicked.cookies
    assert (await stage.nobody.post(path)).status_code == 200
    (row,) = (await stage.operator.get("/api/suppressions")).json()
    assert row["reason"] == "unsubscribed"
    assert "no-store" in clicked.headers["cache-control"]


@pytest.mark.parametrize("token", ["x", "AAAA", "A" * 3_000, "%00", "..%2f..%2fetc"])
async def test_a_link_that_is_not_ours_does_nothing(stage: Stage, token: str) -> None:
    assert (await stage.nobody.get(f"/u/{token}")).status_code == 404
    assert (await stage.nobody.post(f"/u/{token}")).status_code == 404
    assert (await stage.operator.get("/api/suppressions")).json() == []


# Pages


async def test_a_page_shows_mode_and_stop_and_offers_the_undo(stage: Stage) -> None:
    draft = await stage.office.drafted()
    browser = await stage.logged_in()
    page = (await browser.get(f"/drafts/{draft.id}")).text
    assert 'class="mode sends"' in page
    assert "Stop all sending" in page
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    approved = await browser.post(
        f"/drafts/{draft.id}/approve", data={"csrf": csrf, **hash_of(draft)}
    )
    assert approved.status_code == 303
    after = (await browser.get(approved.headers["location"])).text
    assert "Take it back" in after
    assert f"/drafts/{draft.id}/cancel" in after
    back = await browser.post(f"/drafts/{draft.id}/cancel", data={"csrf": csrf})
    assert back.status_code == 303
    assert "Taken back" in (await browser.get(back.headers["location"])).text
    assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
    gone = (await browser.get(approved.headers["location"])).text
    assert "Take it back" not in gone


async def test_a_page_sends_now_and_takes_back(stage: Stage) -> None:
    draft, _ = await stage.approved()
    browser = await stage.logged_in()
    page = (await browser.get(f"/drafts/{draft.id}")).text
    assert "It goes out at" in page
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    back = await browser.post(f"/drafts/{draft.id}/cancel", data={"csrf": csrf})
    assert back.status_code == 303
    await stage.operator.post(f"/api/operator/drafts/{draft.id}/approve", json=hash_of(draft))
    stale = {"csrf": csrf, "content_hash": "0" * 64}
    assert (await browser.post(f"/drafts/{draft.id}/send", data=stale)).status_code == 409
    sent = await browser.post(f"/drafts/{draft.id}/send", data={"csrf": csrf, **hash_of(draft)})
    assert "On its way" in (await browser.get(sent.headers["location"])).text
    await stage.office.handlers_run()
    assert len(stage.office.sent()) == 1


async def test_stop_on_a_page_is_seen_on_every_page(stage: Stage) -> None:
    browser = await stage.logged_in()
    csrf = re.findall(r'name="csrf" value="([^"]+)"', (await browser.get("/queue")).text)[0]
    assert (await browser.post("/sending/stop", data={"csrf": "x"})).status_code == 403
    assert (await browser.post("/sending/stop", data={"csrf": csrf})).status_code == 303
    for path in ("/queue", "/drafts", "/runs"):
        page = (await browser.get(path)).text
        assert "Sending is stopped" in page
        assert "An admin lets it go on" in page
    assert (await browser.post("/sending/resume", data={"csrf": csrf})).status_code == 403
    browser = await stage.logged_in(stage.admin)
    page = (await browser.get("/queue")).text
    assert "Send again" in page
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    assert (await browser.post("/sending/resume", data={"csrf": csrf})).status_code == 303
    assert "Sending is stopped" not in (await browser.get("/queue")).text


async def test_a_page_says_why_an_approved_draft_does_not_go(stage: Stage) -> None:
    await stage.operator.post("/api/suppressions", json={"recipient": LEAD})
    draft = await stage.office.drafted()
    browser = await stage.logged_in()
    csrf = re.findall(r'name="csrf" value="([^"]+)"', (await browser.get("/queue")).text)[0]
    answer = await browser.post(
        f"/drafts/{draft.id}/approve", data={"csrf": csrf, **hash_of(draft)}
    )
    page = (await browser.get(answer.headers["location"])).text
    assert "Approved, and not sent because" in page
    assert "do-not-contact list" in page
    assert "only after a person changes that" in page


async def test_a_mail_that_needs_a_person_stands_above_the_queue(stage: Stage) -> None:
    draft, _ = await stage.approved()
    mailbox = stage.office.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)
    assert draft.in_mailbox is not None
    make = stage.office.make
    stage.office.world.faults.fail("mailbox.send_draft", FateUnknown("no answer"))
    await stage.office.work()
    mailbox.human_deletes(draft.in_mailbox.draft_id)
    reconcile = ReconcileSends(
        sends=make.send_queue(),
        work=make.unit_of_work(),
        sender=make.mail_sender(),
        queue=make.queue(),
        ids=make.ids(),
        grace=timedelta(0),
        between_looks=timedelta(0),
    )
    for _ in range(2):
        async with make.database().across_tenants() as connection:
            due = "UPDATE send_attempts SET due_at = now() WHERE due_at IS NOT NULL"
            await connection.execute(text(due))
        await reconcile()
    assert await stage.office.status(draft.id) is DraftStatus.NEEDS_OPERATOR
    browser = await stage.logged_in()
    assert "1 mail needs a look" in (await browser.get("/queue")).text
    assert "Look into the mailbox" in (await browser.get(f"/drafts/{draft.id}")).text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', (await browser.get("/queue")).text)[0]
    url = f"/drafts/{draft.id}/settle"
    assert (await browser.post(url, data={"csrf": csrf})).status_code == 400
    assert (await browser.post(url, data={"csrf": csrf, "was_sent": "no"})).status_code == 303
    assert await stage.office.status(draft.id) is DraftStatus.APPROVED
    assert stage.office.sent() == []
    api = f"/api/operator/drafts/{draft.id}/settle"
    assert (await stage.operator.post(api, json={"was_sent": True})).status_code == 409
