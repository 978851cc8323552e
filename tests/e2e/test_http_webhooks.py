"""The webhooks: what each door answers, and that nobody without the secret gets in."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.http_stage import FORMS, NOW, PUBLIC_URL, Stage, form, signed
from tests.e2e.http_stores import OTHER_PORTAL, PORTAL, SECRET

from salesagent_adapters.hubspot.signature import sign_v1, sign_v2, sign_v3
from salesagent_app.http.services import Limits
from salesagent_core.ports.api_keys import Scope

WORKFLOW = "/api/webhooks/hubspot/workflow"
EVENTS = "/api/webhooks/hubspot/events"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def event(**changes: Any) -> dict[str, Any]:
    good = {
        "eventId": 1,
        "subscriptionId": 12345,
        "portalId": int(PORTAL),
        "occurredAt": int(NOW.timestamp() * 1000),
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 123,
        "changeSource": "CRM",
        "changeFlag": "NEW",
        "appId": 54321,
    }
    return {**good, **changes}


def signed_v1(content: Any) -> dict[str, Any]:
    body = json.dumps(content).encode()
    headers = {
        "X-HubSpot-Signature": sign_v1(SECRET, body),
        "X-HubSpot-Signature-Version": "v1",
    }
    return {"content": body, "headers": headers}


async def test_a_form_is_accepted_and_can_be_followed(stage: Stage) -> None:
    answer = await stage.client().post(FORMS, **signed(form()))
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["status"] == "accepted"
    (arrival, _receipt), *_ = stage.store.arrivals.values()
    assert accepted["submission_id"] == arrival.submission.id
    assert accepted["task_id"] == arrival.run_id
    assert arrival.submission.email == "maria@acme.example"
    assert answer.headers["x-request-id"]


async def test_a_duplicate_gets_the_first_ones_ids(stage: Stage) -> None:
    client = stage.client()
    first = (await client.post(FORMS, **signed(form()))).json()
    again = await client.post(FORMS, **signed(form()))
    assert again.status_code == 409
    assert again.json() == {**first, "status": "duplicate"}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"portalId": None}, "portalId"),
        ({"formId": None}, "formId"),
        ({"formSubmissionId": []}, "formSubmissionId"),
        ({"fields": None}, "fields"),
        ({"fields": "email"}, "fields"),
        ({"fields": [{"value": "x"}]}, "fields[0].name"),
        ({"fields": [{"name": "email", "value": {"a": 1}}]}, "fields[0].value"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"pageUri": 5}, "pageUri"),
    ],
)
async def test_a_malformed_form_is_told_where(
    stage: Stage, changes: dict[str, Any], where: str
) -> None:
    answer = await stage.client().post(FORMS, **signed(form(**changes)))
    assert answer.status_code == 400
    said = answer.json()
    assert said["status"] == "invalid"
    assert where in [problem["where"] for problem in said["problems"]]
    assert not stage.store.arrivals


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"NaN"])
@pytest.mark.parametrize("path", [FORMS, WORKFLOW])
async def test_what_is_no_json_object_is_refused(stage: Stage, path: str, body: bytes) -> None:
    request = signed(body)
    if path == WORKFLOW:
        uri = PUBLIC_URL + WORKFLOW
        request["headers"] = {
            "X-HubSpot-Signature": sign_v2(SECRET, "POST", uri, body),
            "X-HubSpot-Signature-Version": "v2",
        }
    answer = await stage.client().post(path, **request)
    assert answer.status_code == 400
    assert answer.json()["problems"]


async def test_a_wrong_signature_an_unknown_portal_and_no_signature_look_alike(
    stage: Stage,
) -> None:
    client = stage.client()
    answers = [
        await client.post(FORMS, **signed(form(), secret="wrong")),
        await client.post(FORMS, **signed(form(portalId="1"))),
        await client.post(FORMS, **signed(form(portalId=OTHER_PORTAL))),
        await client.post(FORMS, json=form()),
        await client.post(FORMS, content=b"{"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not stage.store.arrivals


async def test_an_address_with_a_query_is_signed_with_it(stage: Stage) -> None:
    body = json.dumps({"email": "maria@acme.example", "formSubmissionId": "w-1"}).encode()
    uri = f"{PUBLIC_URL}{WORKFLOW}?portalId={PORTAL}"
    stamp = int(NOW.timestamp() * 1000)
    headers = {
        "X-HubSpot-Signature-v3": sign_v3(SECRET, "POST", uri, body, stamp),
        "X-HubSpot-Request-Timestamp": str(stamp),
    }
    client = stage.client()
    good = await client.post(f"{WORKFLOW}?portalId={PORTAL}", content=body, headers=headers)
    assert good.status_code == 202
    moved = await client.post(f"{WORKFLOW}?portalId={OTHER_PORTAL}", content=body, headers=headers)
    assert moved.status_code == 401


async def test_behind_a_proxy_the_public_address_is_what_is_signed() -> None:
    stage = Stage(public_url="https://sales.ours.example/")
    body = json.dumps({"email": "maria@acme.example", "formSubmissionId": "w-1"}).encode()
    headers = {
        "X-HubSpot-Signature": sign_v2(
            SECRET, "POST", f"https://sales.ours.example{WORKFLOW}", body
        ),
        "X-HubSpot-Signature-Version": "v2",
        "Host": "10.0.0.7:8000",
    }
    answer = await stage.client().post(WORKFLOW, content=body, headers=headers)
    assert answer.status_code == 202


async def test_events_are_answered_item_by_item(stage: Stage) -> None:
    items = [
        event(),
        event(objectId=124),
        event(objectId="x"),
        event(subscriptionType="deal.creation"),
    ]
    client = stage.client()
    answer = await client.post(EVENTS, **signed_v1(items))
    assert answer.status_code == 202
    said = answer.json()
    assert [one["status"] for one in said["events"]] == ["accepted", "accepted"]
    assert said["ignored"] == 1
    assert [bad["where"] for bad in said["problems"]] == ["[2].objectId"]
    again = (await client.post(EVENTS, **signed_v1(items[:1]))).json()
    assert again["events"] == [{"status": "duplicate", "task_id": said["events"][0]["task_id"]}]


async def test_an_empty_delivery_is_fine_and_a_wholly_bad_one_is_not(stage: Stage) -> None:
    client = stage.client()
    empty = await client.post(EVENTS, **signed_v1([]))
    assert (empty.status_code, empty.json()["events"]) == (202, [])
    assert (await client.post(EVENTS, **signed_v1([{}, 5]))).status_code == 400
    assert (await client.post(EVENTS, **signed_v1({"eventId": 1}))).status_code == 400


async def test_too_large_is_413_whether_announced_or_not() -> None:
    stage = Stage(limits=Limits(webhook_bytes=1000))
    request = signed(form(fields=[{"name": "message", "value": "x" * 1000}]))
    announced = await stage.client().post(FORMS, **request)
    assert announced.status_code == 413

    body = request["content"]

    async def chunks() -> Any:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    streamed = await stage.client().post(FORMS, content=chunks(), headers=request["headers"])
    assert streamed.status_code == 413
    assert not stage.store.arrivals


async def test_a_body_in_pieces_is_read_whole(stage: Stage) -> None:
    request = signed(form())
    body = request["content"]

    async def chunks() -> Any:
        yield body[:10]
        yield body[10:]

    answer = await stage.client().post(FORMS, content=chunks(), headers=request["headers"])
    assert answer.status_code == 202


async def test_a_database_that_is_down_is_503_and_the_form_can_come_again(stage: Stage) -> None:
    client = stage.client()
    stage.store.down = True
    answer = await client.post(FORMS, **signed(form()))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    stage.store.down = False
    assert (await client.post(FORMS, **signed(form()))).status_code == 202


async def test_a_fault_of_ours_is_5xx_and_says_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.store.broken = True
    with caplog.at_level(logging.ERROR):
        answer = await stage.client().post(FORMS, **signed(form()))
    assert answer.status_code == 500
    assert "secret@example.com" not in answer.text
    assert "secret@example.com" not in caplog.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("path", [FORMS, WORKFLOW, EVENTS])
async def test_only_post(stage: Stage, path: str) -> None:
    answer = await stage.client().get(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_the_task_id_of_the_answer_is_what_the_task_api_takes(stage: Stage) -> None:
    run = stage.run(steps=7)
    client = stage.client(**{"x-api-key": await stage.key(Scope.INGEST)})
    task = (await client.get(f"/api/tasks/{run.id}/status")).json()
    assert (task["progress"], task["done"], task["total"]) == ("7/16", 7, 16)
    assert (await client.get("/api/workflows")).status_code == 403


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(body=st.binary(max_size=400), header=st.binary(max_size=80))
async def test_no_noise_gets_in_or_breaks_the_door(
    stage: Stage, body: bytes, header: bytes
) -> None:
    value = "".join(chr(byte) for byte in header if 0x20 < byte < 0x7F)
    for path in (FORMS, WORKFLOW, EVENTS):
        answer = await stage.client().post(
            path, content=body, headers={"X-HubSpot-Signature": value}
        )
        assert answer.status_code == 401
    assert not stage.store.arrivals


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    changes=st.dictionaries(
        st.sampled_from(["formId", "formSubmissionId", "fields", "timestamp", "pageUri"]),
        json_values,
        max_size=4,
    )
)
async def test_any_signed_json_is_accepted_or_told_what_is_wrong(
    stage: Stage, changes: dict[str, Any]
) -> None:
    stage.store.arrivals.clear()
    content = {**form(), **changes}
    answer = await stage.client().post(FORMS, **signed(content))
    assert answer.status_code in (202, 400)
    if answer.status_code == 400:
        assert all(problem["where"] and problem["what"] for problem in answer.json()["problems"])
