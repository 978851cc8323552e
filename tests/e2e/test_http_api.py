"""The API: who may, what comes back, and what an operator can and cannot do with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.http_stage import FORMS, NOW, Stage
from tests.e2e.http_stores import OTHER

from salesagent_app.http.services import Limits
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.run import RunStatus
from salesagent_core.ports.api_keys import Scope

OPEN = {"/health/liveness", "/health/readiness", "/health/dependencies", "/login"}
ID = "01a1f846-ec40-7a5e-8842-fab428f7e282"
EMPTY_HASH = "0" * 64


@pytest.fixture
def stage() -> Stage:
    return Stage()


def addresses(stage: Stage) -> list[tuple[str, str]]:
    """Every method and address that the application knows, with ids filled in."""
    found = []
    for route in stage.app.routes:
        path = route.path
        for part in ("draft_id", "run_id", "task_id", "letter_id", "view_id"):
            path = path.replace(f"{{{part}:uuid}}", ID)
        path = (
            path.replace("{path:str}", "any").replace("{tag:str}", "a").replace("{name:str}", "b")
        )
        methods: set[str] = getattr(route, "methods", set()) or {"POST"}
        found += [(method, path) for method in sorted(methods - {"OPTIONS", "HEAD"})]
    return found


async def test_nothing_is_open_but_webhooks_health_login_and_static_files(stage: Stage) -> None:
    client = stage.client()
    closed = 0
    for method, path in addresses(stage):
        if path in OPEN or path.startswith("/static/"):
            continue
        answer = await client.request(method, path)
        if path.startswith(("/api", "/schema")):
            assert answer.status_code == 401, (method, path)
        else:
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/login"), (method, path)
        closed += 1
    assert closed > 25


async def test_every_answer_carries_the_headers(stage: Stage) -> None:
    client = stage.client()
    paths = [path for _, path in addresses(stage)] + ["/nowhere", "/api/nowhere", FORMS + "/"]
    for path in paths:
        answer = await client.get(path)
        headers = answer.headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert len(headers.get_list("x-request-id")) == 1, path


async def test_https_asks_browsers_to_stay_with_it() -> None:
    stage = Stage(public_url="https://sales.ours.example")
    answer = await stage.client().get("/health/liveness")
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("style", ["bearer", "header"])
async def test_a_key_is_taken_either_way_and_its_use_is_noted(stage: Stage, style: str) -> None:
    key = await stage.key(Scope.OPERATOR)
    headers = {"authorization": f"Bearer {key}"} if style == "bearer" else {"x-api-key": key}
    answer = await stage.client(**headers).get("/api/operator/drafts")
    assert answer.status_code == 200
    (stored,) = stage.keys.keys.values()
    assert stored.last_used_at == NOW


async def test_bad_keys_are_all_alike(stage: Stage) -> None:
    key = await stage.key(Scope.OPERATOR)
    (stored,) = stage.keys.keys.values()
    wrong = [key[:-1] + ("A" if key[-1] != "A" else "B"), "sa_unknown_" + "x" * 43, "nonsense", ""]
    texts = set()
    for text in wrong:
        answer = await stage.client(**{"x-api-key": text}).get("/api/operator/drafts")
        assert answer.status_code == 401
        assert "bearer" in answer.headers["www-authenticate"].lower()
        texts.add(answer.json()["detail"])
    dead = (
        attrs.evolve(stored, revoked_at=NOW),
        attrs.evolve(stored, expires_at=NOW),
        attrs.evolve(stored, expires_at=NOW - timedelta(days=1)),
    )
    for gone in dead:
        stage.keys.keys[stored.id] = gone
        answer = await stage.client(**{"x-api-key": key}).get("/api/operator/drafts")
        assert answer.status_code == 401
        texts.add(answer.json()["detail"])
    assert len(texts) == 1


async def test_scopes(stage: Stage) -> None:
    reach = {
        Scope.INGEST: {"/api/operator/drafts": 403, "/api/admin/queue-status": 403},
        Scope.OPERATOR: {"/api/operator/drafts": 200, "/api/admin/queue-status": 403},
        Scope.ADMIN: {"/api/operator/drafts": 200, "/api/admin/queue-status": 200},
    }
    for scope, expected in reach.items():
        client = stage.client(**{"x-api-key": await stage.key(scope)})
        for path, status in expected.items():
            assert (await client.get(path)).status_code == status, (scope, path)
        assert (await client.get("/schema/openapi.json")).status_code == 200


async def test_the_queue_is_ordered_by_score_and_says_why(stage: Stage) -> None:
    stage.draft(first="Later", fit=0.5, age=timedelta(days=3))
    stage.draft(first="Sooner", fit=0.95)
    client = await stage.operator()
    rows = (await client.get("/api/operator/drafts/pending")).json()
    assert [row["name"] for row in rows] == ["Sooner Lopez", "Later Lopez"]
    assert rows[0]["aps"] > rows[1]["aps"]
    assert rows[0]["reasons"][0]["sentence"] == "This is the first contact with this person."
    assert all(part["sentence"] for part in rows[0]["aps_parts"])


async def test_a_draft_comes_with_claims_sources_and_thread(stage: Stage) -> None:
    draft = stage.draft()
    said = (await (await stage.operator()).get(f"/api/operator/drafts/{draft.id}")).json()
    claim = said["revision"]["claims"][0]
    body = said["revision"]["body"]
    assert body[claim["start"] : claim["end"]] == claim["text"] == "routing for 40 trucks"
    assert claim["source_ids"] == ["form.message"]
    assert {source["id"] for source in said["sources"]} >= {"form.message", "slot.1"}
    assert said["in_mailbox"] is True


async def test_approve_once(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.operator()
    body = {"content_hash": draft.revision.content_hash}
    first = await client.post(f"/api/operator/drafts/{draft.id}/approve", json=body)
    assert first.status_code == 200
    assert first.json()["status"] == "approved"
    assert first.json()["sent"] is False
    assert stage.store.rows[draft.id].status is DraftStatus.APPROVED
    again = await client.post(f"/api/operator/drafts/{draft.id}/approve", json=body)
    assert again.status_code == 409


async def test_a_decision_about_an_old_text_is_refused_and_changes_nothing(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.operator()
    old = draft.revision.content_hash
    path = f"/api/operator/drafts/{draft.id}"
    edit = {"content_hash": old, "subject": "Routing", "body": "Hello Maria,\n\nshorter."}
    edited = await client.post(f"{path}/edit", json=edit)
    assert edited.status_code == 200
    assert edited.json()["revision"] == 2
    assert edited.json()["content_hash"] != old
    stale: dict[str, dict[str, str]] = {
        "approve": {},
        "reject": {"reason": "wrong product"},
        "edit": {"subject": "S", "body": "B"},
        "regenerate": {"instruction": "shorter"},
    }
    for action, more in stale.items():
        answer = await client.post(f"{path}/{action}", json={"content_hash": old, **more})
        assert answer.status_code == 409, action
        assert answer.json()["status"] == "conflict"
    assert stage.store.rows[draft.id].revision.number == 2
    assert stage.store.rows[draft.id].status is DraftStatus.PENDING_APPROVAL


async def test_a_rejection_needs_a_reason_and_keeps_it(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.operator()
    path = f"/api/operator/drafts/{draft.id}/reject"
    for reason in ("", "  ", "\x00", "x" * 3000):
        body = {"content_hash": draft.revision.content_hash, "reason": reason}
        answer = await client.post(path, json=body)
        assert answer.status_code == 400
        assert answer.json()["problems"][0]["where"] == "reason"
    body = {"content_hash": draft.revision.content_hash, "reason": "Wrong product"}
    assert (await client.post(path, json=body)).json()["status"] == "rejected"
    decision = stage.store.made[-1]
    assert decision.reasons[0].sentence == "Wrong product"
    assert decision.by.startswith("key:")


async def test_regenerate_is_work_for_later(stage: Stage) -> None:
    draft = stage.draft()
    body = {"content_hash": draft.revision.content_hash, "instruction": "shorter"}
    client = await stage.operator()
    answer = await client.post(f"/api/operator/drafts/{draft.id}/regenerate", json=body)
    assert answer.status_code == 202
    assert answer.json()["task_id"] == draft.run_id
    task = await client.get(f"/api/tasks/{draft.run_id}/status")
    assert task.json()["state"] == "PENDING"


async def test_another_tenants_ids_are_unknown(stage: Stage) -> None:
    theirs = stage.draft(tenant=OTHER)
    letter = stage.letter(stage.store.runs[theirs.run_id])
    client = stage.client(**{"x-api-key": await stage.key(Scope.ADMIN)})
    body = {
        "content_hash": theirs.revision.content_hash,
        "reason": "x",
        "subject": "x",
        "body": "x",
        "instruction": "x",
        "note": "x",
    }
    reads = [
        f"/api/operator/drafts/{theirs.id}",
        f"/api/workflows/{theirs.run_id}",
        f"/api/tasks/{theirs.run_id}/status",
    ]
    for path in reads:
        missing = await client.get(path.replace(theirs.id, ID).replace(theirs.run_id, ID))
        answer = await client.get(path)
        assert answer.status_code == missing.status_code == 404
        assert answer.json()["detail"] == missing.json()["detail"]
    for action in ("approve", "reject", "edit", "regenerate"):
        answer = await client.post(f"/api/operator/drafts/{theirs.id}/{action}", json=body)
        assert answer.status_code == 404, action
    for action in ("retry", "resolve"):
        answer = await client.post(f"/api/admin/failed-tasks/{letter.id}/{action}", json=body)
        assert answer.status_code == 404, action
    assert stage.store.rows[theirs.id] == theirs
    for path in ("/api/operator/drafts", "/api/operator/drafts/pending", "/api/workflows"):
        assert (await client.get(path)).json() == []


async def test_a_run_lists_all_sixteen_steps_in_order(stage: Stage) -> None:
    run = stage.run(status=RunStatus.PROCESSING, steps=7, gap="Past mails were not searched")
    said = (await (await stage.operator()).get(f"/api/workflows/{run.id}")).json()
    steps = said["steps"]
    assert [step["number"] for step in steps] == list(range(1, 17))
    assert [step["status"] for step in steps].count("pending") == 9
    assert steps[0]["milliseconds"] == 40.0
    (degraded,) = [step for step in steps if step["status"] == "degraded"]
    assert degraded["gap"] == "Past mails were not searched"
    assert said["run"]["progress"] == "7/16"


async def test_work_that_gave_up_is_retried_or_resolved_once(stage: Stage) -> None:
    run = stage.run(status=RunStatus.FAILED, steps=1)
    letter, other = stage.letter(run), stage.letter(stage.run(status=RunStatus.FAILED, steps=1))
    client = stage.client(**{"x-api-key": await stage.key(Scope.ADMIN)})
    rows = (await client.get("/api/admin/failed-tasks?status=open")).json()
    assert {row["id"] for row in rows} == {letter.id, other.id}
    base = "/api/admin/failed-tasks"
    retried = await client.post(f"{base}/{letter.id}/retry")
    assert (retried.status_code, retried.json()["state"]) == (202, "retried")
    assert stage.store.runs[run.id].status is RunStatus.TRIGGERED
    assert (await client.post(f"{base}/{letter.id}/retry")).status_code == 409
    assert (await client.post(f"{base}/{other.id}/resolve", json={})).status_code == 400
    resolved = await client.post(f"{base}/{other.id}/resolve", json={"note": "called them"})
    assert resolved.json()["note"] == "called them"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/api/operator/drafts?limit=0", "limit"),
        ("/api/operator/drafts?limit=201", "limit"),
        ("/api/operator/drafts?limit=x", "limit"),
        ("/api/operator/drafts?offset=-1", "offset"),
        ("/api/operator/drafts?status=nearly", "status"),
        ("/api/workflows?status=nearly", "status"),
    ],
)
async def test_bad_parameters_are_named(stage: Stage, path: str, where: str) -> None:
    answer = await (await stage.operator()).get(path)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["where"] == where


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{}", "content_hash"),
        (b'{"content_hash": 5}', "content_hash"),
        (b'{"content_hash": "abc"}', "content_hash"),
        (b"[]", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
    ],
)
async def test_bad_bodies_are_told_what_is_wrong(stage: Stage, body: bytes, where: str) -> None:
    draft = stage.draft()
    answer = await (await stage.operator()).post(
        f"/api/operator/drafts/{draft.id}/approve", content=body
    )
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["where"] == where


async def test_a_huge_body_is_413() -> None:
    stage = Stage(limits=Limits(request_bytes=1000))
    draft = stage.draft()
    body = {"content_hash": EMPTY_HASH, "subject": "S", "body": "x" * 2000}
    answer = await (await stage.operator()).post(f"/api/operator/drafts/{draft.id}/edit", json=body)
    assert answer.status_code == 413


async def test_a_fault_of_ours_has_an_id_and_no_details(stage: Stage) -> None:
    draft = stage.draft()
    client = await stage.operator()
    stage.store.broken = True
    body = {"content_hash": draft.revision.content_hash}
    answer = await client.post(f"/api/operator/drafts/{draft.id}/approve", json=body)
    assert answer.status_code == 500
    assert "secret@example.com" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    stage.store.broken, stage.store.down = False, True
    answer = await client.post(f"/api/operator/drafts/{draft.id}/approve", json=body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_health(stage: Stage) -> None:
    client = stage.client()
    assert (await client.get("/health/liveness")).json()["status"] == "ok"
    assert (await client.get("/health/readiness")).status_code == 200
    stage.not_ready = ["The database cannot be reached."]
    answer = await client.get("/health/readiness")
    assert answer.status_code == 503
    assert answer.json()["problems"] == stage.not_ready


async def test_the_description_names_every_route_and_every_answer(stage: Stage) -> None:
    described = (await (await stage.operator()).get("/schema/openapi.json")).json()
    known = {path for _, path in addresses(stage) if path.startswith("/api")}
    paths = {path.replace("{draft_id}", ID) for path in described["paths"]}
    for part in ("{run_id}", "{task_id}", "{letter_id}"):
        paths = {path.replace(part, ID) for path in paths}
    assert known <= paths
    approve = described["paths"]["/api/operator/drafts/{draft_id}/approve"]["post"]
    assert set(approve["responses"]) >= {"200", "400", "401", "403", "404", "409", "413", "503"}


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    subject=st.text(max_size=300),
    body=st.text(max_size=400),
    extra=st.dictionaries(st.text(max_size=8), st.integers(), max_size=3),
)
async def test_any_edit_is_taken_or_told_what_is_wrong(
    stage: Stage, subject: str, body: str, extra: dict[str, Any]
) -> None:
    draft = stage.draft()
    content = {
        **extra,
        "content_hash": draft.revision.content_hash,
        "subject": subject,
        "body": body,
    }
    client = await stage.operator()
    answer = await client.post(f"/api/operator/drafts/{draft.id}/edit", json=content)
    assert answer.status_code in (200, 400)
    kept = stage.store.rows[draft.id].revision
    assert kept.number == (2 if answer.status_code == 200 else 1)
    assert "\n" not in kept.subject
