"""From a form to a decision, over HTTP, on PostgreSQL, with a worker and vendors that may fail."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx
import psycopg
import pytest
from tests.databases import plain_url
from tests.e2e.processes import EVENTS, FORMS, eventually, form, signed

from salesagent_adapters.memory.crm_state import StoredContact
from salesagent_adapters.memory.world import World
from salesagent_app.keys import create_key
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import read_settings
from salesagent_core.errors import Rejected, Unavailable, UnusableOutput
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

SENDER = "sales@example.com"
DOWN = Unavailable("the vendor does not answer")
RETRY_STATES = ("RETRY", "SUCCESS", "FAILURE")


@attrs.frozen
class Stage:
    """The whole service in this process, with two people at it and vendors to disturb."""

    http: httpx.Client
    other: httpx.Client
    """Another operator, with a key of their own."""
    world: World
    secret: str
    database_url: str

    def post(self, path: str, content: object) -> httpx.Response:
        """A signed webhook."""
        return self.http.post(path, **signed(self.secret, content))

    def submit(self, number: int = 1, **changes: Any) -> str:
        """Send a form; returns its task."""
        answer = self.post(FORMS, form(number, **changes))
        assert answer.status_code == 202, answer.text
        task: str = answer.json()["task_id"]
        return task

    def task(self, task_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/api/tasks/{task_id}/status").json()
        return found

    def reached(self, task_id: str, *states: str) -> dict[str, Any]:
        """The task, once it is in one of these states."""

        def look() -> dict[str, Any] | None:
            task = self.task(task_id)
            return task if task["state"] in states else None

        return eventually(look, f"{states}", log=lambda: str(self.task(task_id))) or {}

    def draft(self, number: int = 1, **changes: Any) -> dict[str, Any]:
        """A form worked off, and its draft."""
        task = self.reached(self.submit(number, **changes), "SUCCESS")
        return self.show(task["draft_id"])

    def show(self, draft_id: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/operator/drafts/{draft_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def act(
        self, draft: dict[str, Any], action: str, *, by: httpx.Client | None = None, **more: str
    ) -> httpx.Response:
        """Decide about the revision that ``draft`` shows."""
        return (by or self.http).post(
            f"/api/operator/drafts/{draft['id']}/{action}",
            json={"content_hash": draft["content_hash"], **more},
        )

    def letters(self, state: str = "open") -> list[dict[str, Any]]:
        answer = self.http.get("/api/admin/failed-tasks", params={"status": state})
        found: list[dict[str, Any]] = answer.json()
        return found

    def copy(self, draft: dict[str, Any]) -> str:
        """What the mailbox holds for this draft: there is exactly one copy."""
        state = self.world.connected_mailbox(DEFAULT_TENANT, SENDER)
        to = draft["lead"]["person"]["email"]
        held = [state.draft(one) for one in list(state.drafts)]
        (copy,) = [mail for mail in held if to in mail.recipients]
        return f"{copy.subject}\n{copy.text}"

    def let_timers_come_due(self) -> None:
        self.query("UPDATE runs SET due_at = now() WHERE due_at IS NOT NULL")

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(plain_url(self.database_url), autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


Open = Callable[..., Stage]


@pytest.fixture
def open_stage(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    monkeypatch.setattr("salesagent_app.workers.sweeper.PERIOD_SECONDS", 0.2)
    opened: list[Any] = []

    def open_(**settings: Any) -> Stage:
        secret = secrets.token_urlsafe(24)
        process = Process(
            read_settings(
                _env_file=None,
                database_url=database_url,
                redis_url=None,
                data_dir=tmp_path,
                hubspot_portal_id="1",
                **settings,
            ),
            webhook_secrets=(secret,),
        )
        opened.append(process)
        process.__enter__()
        process.start_worker()
        server = LocalServer(process)
        opened.append(server)
        server.__enter__()
        clients = [_client(server.url, asyncio.run(_key(process, name))) for name in ("one", "two")]
        opened.extend(clients)
        return Stage(clients[0], clients[1], process.world, secret, database_url)

    yield open_
    for one in reversed(opened):
        one.__exit__(None, None, None)


@pytest.fixture
def stage(open_stage: Open) -> Stage:
    return open_stage()


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=20
    ).__enter__()


async def _key(process: Process, name: str) -> str:
    container = process.container()
    made = await create_key(
        container.api_keys,
        container.clock,
        name=name,
        scopes=[Scope.ADMIN],
        lifetime=None,
        tenant=DEFAULT_TENANT,
    )
    await container.close()
    return made.secret


# --- decisions ---------------------------------------------------------------------------------


def test_approved_once_and_nothing_is_sent(stage: Stage) -> None:
    draft = stage.draft()
    assert [row["id"] for row in stage.http.get("/api/operator/pending").json()] == [draft["id"]]
    answer = stage.act(draft, "approve")
    assert answer.status_code == 200
    assert answer.json()["status"] == "approved"
    assert answer.json()["sent"] is False
    again = stage.act(draft, "approve", by=stage.other)
    assert again.status_code == 409
    after = stage.show(draft["id"])
    assert after["status"] == "approved"
    verdicts = [(one["verdict"], one["content_hash"]) for one in after["decisions"]]
    assert verdicts[-1] == ("approved", draft["content_hash"])
    assert [verdict for verdict, _ in verdicts].count("approved") == 1
    assert stage.http.get("/api/operator/pending").json() == []
    mailbox = stage.world.connected_mailbox(DEFAULT_TENANT, SENDER)
    assert not [mail for mail in mailbox.mails.values() if "SENT" in mail.labels]


def test_a_form_in_our_own_name_answers_none_of_the_mails_in_our_mailbox(stage: Stage) -> None:
    mailbox = stage.world.connected_mailbox(DEFAULT_TENANT, SENDER)
    mailbox.receive(sender="leni@else.example", subject="Your invoice", text="It is due.")
    asks = {"name": "message", "value": "Could you show us a demo next week?"}
    for number, ours in enumerate((SENDER, "ada@example.com"), start=70):
        draft = stage.draft(number, fields=[{"name": "email", "value": ours}, asks])
        assert "invoice" not in draft["revision"]["subject"]


def test_rejected_with_a_reason_and_for_good(stage: Stage) -> None:
    draft = stage.draft()
    assert stage.act(draft, "reject", reason=" ").status_code == 400
    assert stage.act(draft, "reject", reason="They are a supplier of ours.").status_code == 200
    after = stage.show(draft["id"])
    assert after["status"] == "rejected"
    assert after["decisions"][-1]["reasons"][0]["sentence"] == "They are a supplier of ours."
    actions: tuple[tuple[str, dict[str, Any]], ...] = (
        ("approve", {}),
        ("edit", {"subject": "S", "body": "B"}),
        ("regenerate", {"instruction": "shorter"}),
        ("reject", {"reason": "again"}),
    )
    for action, more in actions:
        assert stage.act(draft, action, **more).status_code == 409, action


def test_an_edit_is_a_revision_that_is_checked_and_reaches_the_mailbox(stage: Stage) -> None:
    draft = stage.draft()
    body = (
        draft["revision"]["body"] + "\n\nWe promise that it costs 4,711 EUR, see https://x.example"
    )
    answer = stage.act(draft, "edit", subject="About next week", body=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["revision"] == 2
    edited = stage.show(draft["id"])
    assert edited["revision"]["author"] == "operator"
    old = {finding["code"] for finding in draft["revision"]["findings"]}
    new = {finding["code"] for finding in edited["revision"]["findings"]}
    assert new > old, "what no source holds must be marked in an operator's text as well"
    assert [one["number"] for one in edited["revisions"]] == [1, 2]

    assert stage.act(draft, "approve").status_code == 409, "the text that was read is gone"
    assert stage.act(draft, "reject", reason="stale").status_code == 409
    eventually(lambda: "4,711 EUR" in stage.copy(edited), "the mailbox has the edited text")
    assert stage.copy(edited).startswith("About next week")
    assert stage.act(edited, "approve").status_code == 200


def test_an_edit_reaches_the_mailbox_after_it_was_down(stage: Stage) -> None:
    draft = stage.draft()
    stage.world.faults.fail("mailbox.update_draft", DOWN, times=2)
    assert (
        stage.act(draft, "edit", subject="Later", body="Hello Maria,\n\nlater.").status_code == 200
    )
    # By the count of failures: while it is being tried its due time is the end of a lease.
    waiting = "SELECT 1 FROM drafts WHERE sync_due_at > now() + '30 s' AND sync_attempt = "
    for look in (waiting + "1", waiting + "2"):
        eventually(functools.partial(stage.query, look), "the copy waits for the mailbox")
        stage.query("UPDATE drafts SET sync_due_at = now()")
    eventually(lambda: stage.copy(draft).startswith("Later"), "the mailbox has the edited text")


def test_a_draft_that_was_deleted_in_the_mailbox_comes_back_with_the_next_edit(
    stage: Stage,
) -> None:
    draft = stage.draft()
    mailbox = stage.world.connected_mailbox(DEFAULT_TENANT, SENDER)
    for one in list(mailbox.drafts):
        mailbox.human_deletes(one)
    assert stage.act(draft, "edit", subject="Back", body="Hello Maria,\n\nback.").status_code == 200
    eventually(lambda: len(mailbox.drafts) == 1, "the draft is there again")
    assert stage.copy(draft).startswith("Back")


def test_written_again_as_told(stage: Stage) -> None:
    draft = stage.draft()
    answer = stage.act(draft, "regenerate", instruction="In German please")
    assert answer.status_code == 202
    task = answer.json()["task_id"]
    written = eventually(
        lambda: (
            found
            if (found := stage.show(draft["id"]))["revision"]["number"] == 2
            and stage.task(task)["state"] == "SUCCESS"
            else None
        ),
        "another revision",
    )
    assert written is not None
    assert written["revision"]["author"] == "writer"
    assert written["revision"]["instruction"] == "In German please"
    assert written["revision"]["body"] != draft["revision"]["body"]
    assert written["status"] == "pending_approval"
    eventually(lambda: written["revision"]["body"] in stage.copy(written), "the mailbox follows")
    assert stage.act(draft, "approve").status_code == 409
    assert stage.act(written, "approve").status_code == 200
    # The second pass took over what the first one found out.
    calls = [stage.world.faults.calls(name) for name in ("crm.resolve", "writer.write")]
    assert calls == [1, 2]


def test_a_new_version_never_undoes_an_edit_made_meanwhile(stage: Stage) -> None:
    draft = stage.draft()
    stage.world.faults.delay("writer.write", 1.0)
    assert stage.act(draft, "regenerate", instruction="shorter").status_code == 202
    assert stage.act(draft, "edit", subject="Mine", body="Hello Maria,\n\nmine.").status_code == 200
    stage.reached(draft["run_id"], "SUCCESS")
    after = stage.show(draft["id"])
    assert after["revision"]["author"] == "operator"
    assert after["revision"]["subject"] == "Mine"


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("approve", {}),
        ("reject", {"reason": "not now"}),
        ("regenerate", {"instruction": "shorter"}),
        ("edit", {"subject": "Mine", "body": "Hello Maria,\n\nmine."}),
    ],
)
def test_two_operators_at_once_and_one_wins(
    stage: Stage, action: str, more: dict[str, str]
) -> None:
    drafts = [stage.draft(number) for number in range(4)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for draft in drafts:
            first = pool.submit(stage.act, draft, "approve")
            second = pool.submit(stage.act, draft, action, by=stage.other, **more)
            statuses = [first.result().status_code, second.result().status_code]
            won = [status for status in statuses if status < 300]
            if action == "regenerate" and len(won) == 2:
                # Asked for first and approved then: the decision stands, the version is dropped.
                stage.reached(draft["run_id"], "SUCCESS")
                after = stage.show(draft["id"])
                assert (after["status"], after["revision"]["number"]) == ("approved", 1)
                continue
            assert len(won) == 1, statuses
            assert 409 in statuses
            after = stage.show(draft["id"])
            people = [one for one in after["decisions"] if one["by"] != "policy"]
            assert len(people) + after["revision"]["number"] == 2, "one thing happened"


def test_an_approved_draft_is_edited_by_who_knows_that_it_was_approved(stage: Stage) -> None:
    draft = stage.draft()
    assert stage.act(draft, "approve").status_code == 200
    text: dict[str, Any] = {"subject": "Later", "body": "Hello Maria,\n\nlater."}
    assert stage.act(draft, "edit", **text).status_code == 409
    assert stage.show(draft["id"])["status"] == "approved"
    assert stage.act(draft, "edit", status="approved", **text).status_code == 200
    after = stage.show(draft["id"])
    assert (after["status"], after["revision"]["number"]) == ("pending_approval", 2)


# --- vendors that fail -------------------------------------------------------------------------


def test_a_vendor_down_four_times_is_a_dead_letter_that_a_person_sends_round_again(
    stage: Stage,
) -> None:
    stage.world.faults.fail("crm.resolve", DOWN, times=4)
    task = stage.submit()
    for attempt, minutes in ((1, 1), (2, 2), (3, 4)):
        _waits(stage, task, attempt)
        ((seconds,),) = stage.query("SELECT extract(epoch FROM due_at - now()) FROM runs")
        assert minutes * 60 - 10 < seconds <= minutes * 72
        stage.let_timers_come_due()
    stage.reached(task, "FAILURE")
    (letter,) = stage.letters()
    assert (letter["step"], letter["code"], letter["attempts"]) == (
        "resolve_contact",
        "Unavailable",
        4,
    )
    assert letter["error"] == "the vendor does not answer"
    assert stage.http.get("/api/admin/queue-status").json()["dead_letters_open"] == 1

    retry = stage.http.post(f"/api/admin/failed-tasks/{letter['id']}/retry")
    assert retry.status_code == 202, retry.text
    assert stage.reached(task, "SUCCESS")["draft_id"]
    assert stage.letters() == []
    assert stage.http.post(f"/api/admin/failed-tasks/{letter['id']}/retry").status_code == 409
    assert [one["id"] for one in stage.letters("retried")] == [letter["id"]]


def test_a_dead_letter_is_closed_with_a_note(stage: Stage) -> None:
    stage.world.faults.fail("crm.resolve", Rejected("the CRM refuses"))
    task = stage.submit()
    stage.reached(task, "FAILURE")
    (letter,) = stage.letters()
    path = f"/api/admin/failed-tasks/{letter['id']}/resolve"
    assert stage.http.post(path, json={"note": ""}).status_code == 400
    assert stage.http.post(path, json={"note": "called them"}).status_code == 200
    assert stage.http.post(path, json={"note": "again"}).status_code == 409
    (settled,) = stage.letters("resolved")
    assert settled["note"] == "called them"
    assert stage.task(task)["state"] == "FAILURE"


def test_two_vendors_down_in_turns_come_to_an_end(stage: Stage) -> None:
    """Attempts are counted for the step that a run is stuck on, and here there are two."""
    faults = stage.world.faults
    faults.fail("crm.resolve", DOWN, times=None)
    faults.fail("mailbox.search_threads", DOWN, times=None)
    task = stage.submit()
    for attempt in (1, 2, 3):
        _waits(stage, task, attempt)
        slower, faster = ("crm", "mailbox") if attempt % 2 else ("mailbox", "crm")
        faults.delay(slower, 0.2)
        faults.delay(faster, 0.0)
        stage.let_timers_come_due()
    stage.reached(task, "FAILURE")
    assert len(stage.letters()) == 1


def test_a_mailbox_that_was_disconnected_parks_the_run_until_a_person_acts(stage: Stage) -> None:
    mailbox = stage.world.connected_mailbox(DEFAULT_TENANT, SENDER)
    mailbox.revoke()
    task = stage.submit()
    parked = stage.reached(task, *RETRY_STATES)
    assert (parked["state"], parked["next_attempt_at"]) == ("RETRY", None)
    assert "revoked" in parked["error"]
    (letter,) = stage.letters()
    assert letter["code"] == "NeedsReauth"
    mailbox.reconnect()
    assert stage.http.post(f"/api/admin/failed-tasks/{letter['id']}/retry").status_code == 202
    assert stage.reached(task, "SUCCESS")["draft_id"]


def test_a_writer_may_refuse_once_and_twice_parks_the_run(stage: Stage) -> None:
    refusal = UnusableOutput("the model refused")
    stage.world.faults.fail("writer.write", refusal, times=1)
    stage.reached(stage.submit(1), "SUCCESS")

    stage.world.faults.fail("writer.write", refusal, times=2)
    task = stage.submit(2)
    parked = stage.reached(task, *RETRY_STATES)
    assert (parked["state"], parked["next_attempt_at"]) == ("RETRY", None)
    (letter,) = stage.letters()
    assert (letter["step"], letter["code"]) == ("write_draft", "UnusableOutput")
    assert stage.http.post(f"/api/admin/failed-tasks/{letter['id']}/retry").status_code == 202
    stage.reached(task, "SUCCESS")


def test_a_time_that_the_vendor_named_is_kept(stage: Stage) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)
    stage.world.faults.fail("crm.resolve", Unavailable("slow down", retry_at=later))
    task = _waits(stage, stage.submit(), 1)
    assert datetime.fromisoformat(task["next_attempt_at"]) >= later


@pytest.mark.parametrize(
    ("method", "step"),
    [
        ("crm.company_notes", "research_company"),
        ("memory.recall", "recall_memory"),
        ("assets.find", "find_assets"),
        ("calendar.busy", "propose_slots"),
    ],
)
def test_what_is_missing_is_marked_and_such_a_draft_never_goes_alone(
    open_stage: Open, method: str, step: str
) -> None:
    stage = open_stage(auto_approve_enabled=True, require_operator_approval=False)
    whole = stage.draft(1)
    assert whole["degraded"] == []
    assert f"degraded_{step}" not in _codes(whole)

    stage.world.faults.fail(method, DOWN, times=None)
    draft = stage.draft(2)
    assert [one["step"] for one in draft["degraded"]] == [step]
    assert draft["degraded"][0]["gap"]
    assert draft["status"] == "pending_approval"
    assert draft["decisions"][-1]["verdict"] == "needs_review"
    assert f"degraded_{step}" in _codes(draft), "a veto that no rule overrides"
    run = stage.http.get(f"/api/workflows/{draft['run_id']}").json()
    assert run["run"]["degraded"] == [step]


def test_the_task_in_the_crm_never_holds_a_draft_up(stage: Stage) -> None:
    stage.world.faults.fail("crm.ensure_task", DOWN, times=1)
    task = stage.submit()
    waiting = _waits(stage, task, 1)
    assert waiting["progress"] == "15/16"
    draft = stage.show(waiting["draft_id"])
    assert draft["degraded"] == []
    assert stage.act(draft, "approve").status_code == 200
    stage.let_timers_come_due()
    assert stage.reached(task, "SUCCESS")["progress"] == "16/16"
    assert len(stage.world.tenant(DEFAULT_TENANT).crm.tasks) == 1
    assert stage.show(draft["id"])["status"] == "approved"


def test_a_draft_may_be_written_again_while_its_crm_task_waits(stage: Stage) -> None:
    stage.world.faults.fail("crm.ensure_task", DOWN, times=1)
    task = stage.submit()
    draft = stage.show(_waits(stage, task, 1)["draft_id"])
    assert stage.act(draft, "regenerate", instruction="in German").status_code == 202
    stage.reached(task, "SUCCESS")
    assert stage.show(draft["id"])["revision"]["number"] == 2
    assert len(stage.world.tenant(DEFAULT_TENANT).crm.tasks) == 1


def _waits(stage: Stage, task_id: str, attempt: int) -> dict[str, Any]:
    """The task, once it waits after this many failures."""
    eventually(
        lambda: stage.query(
            f"SELECT 1 FROM runs WHERE id = '{task_id}' AND status = 'waiting'"
            f" AND attempt = {attempt}"
        ),
        f"attempt {attempt}",
        log=lambda: str(stage.task(task_id)),
    )
    return stage.task(task_id)


def _codes(draft: dict[str, Any]) -> set[str]:
    """The kinds of reasons behind the latest decision."""
    return {reason["code"] for reason in draft["decisions"][-1]["reasons"]}


# --- doors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_first", [True, False])
@pytest.mark.parametrize("knows_conversion", [True, False])
def test_a_submission_that_comes_by_two_doors_is_one_run(
    stage: Stage, event_first: bool, knows_conversion: bool
) -> None:
    body = form(7)
    fields = {field["name"]: field["value"] for field in body["fields"]}
    contact = StoredContact(
        id="701",
        properties=fields,
        converted_at=datetime.fromtimestamp(body["timestamp"] / 1000, tz=UTC),
        conversion_id=body["formSubmissionId"] if knows_conversion else None,
        form_id=body["formId"],
    )
    stage.world.tenant(DEFAULT_TENANT).crm.save_contact(contact)
    event = {
        "portalId": 1,
        "subscriptionType": "contact.creation",
        "objectId": 701,
        "occurredAt": int(time.time() * 1000),
    }

    def by_event() -> None:
        answer = stage.post(EVENTS, [event])
        assert answer.status_code == 202
        (one,) = answer.json()["events"]
        task = stage.reached(one["task_id"], "SUCCESS")
        assert task["draft_id"]

    if event_first:
        by_event()
        assert stage.post(FORMS, body).status_code == 409
    else:
        task = stage.post(FORMS, body).json()["task_id"]
        stage.reached(task, "SUCCESS")
        by_event()
    assert stage.query("SELECT count(*) FROM runs") == [(1,)]
    assert stage.query("SELECT count(*) FROM drafts") == [(1,)]


def test_a_contact_made_by_hand_is_no_lead(stage: Stage) -> None:
    """Nobody filled in a form, so nobody waits for a mail."""
    contact = StoredContact(id="702", properties={"email": "imported@company-9.example"})
    stage.world.tenant(DEFAULT_TENANT).crm.save_contact(contact)
    stage.post(
        EVENTS,
        [
            {
                "portalId": 1,
                "subscriptionType": "contact.creation",
                "objectId": 702,
                "occurredAt": int(time.time() * 1000),
            }
        ],
    )
    eventually(
        lambda: stage.query("SELECT 1 FROM crm_events WHERE due_at IS NULL"), "the event settled"
    )
    assert stage.query("SELECT count(*) FROM runs") == [(0,)]
