"""Webhook bodies become submissions and events; what is wrong is said, what is odd is kept."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.hubspot.webhook import (
    EventDelivery,
    parse_events,
    parse_form,
    parse_workflow,
    portal_of,
)
from salesagent_core.domain.submission import (
    FormField,
    Submission,
    SubmissionSource,
    intake_keys,
)
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import SubmissionId, TenantId

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
TENANT = TenantId("acme")


def form(body: bytes) -> Submission:
    return parse_form(body, tenant_id=TENANT, submission_id=SubmissionId("s-1"), received_at=NOW)


def workflow(body: Any) -> Submission:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_workflow(raw, tenant_id=TENANT, submission_id=SubmissionId("s-1"), received_at=NOW)


def events(body: Any, portal_id: str | None = None) -> EventDelivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    numbers = itertools.count(1)
    return parse_events(
        raw, TENANT, lambda: f"e-{next(numbers)}", portal_id=portal_id, received_at=NOW
    )


def a_form(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "portalId": 62515,
        "formId": "form-1",
        "formSubmissionId": "sub-1",
        "pageUri": "https://www.example.com/demo",
        "pageTitle": "Demo",
        "timestamp": MS,
        "fields": [
            {"name": "email", "value": "kim@example.com"},
            {"name": "message", "value": "Grüße, 😀"},
        ],
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not ...}


def problems_of(body: Any) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidInput) as caught:
        form(raw)
    assert caught.value.problems
    return {problem.where: problem.what for problem in caught.value.problems}


def refusals(body: bytes) -> list[InvalidInput]:
    """What each door says no with; anything but InvalidInput gets out and fails the test."""
    portal_of(body)
    found = []
    for parse in (form, workflow, events):
        try:
            parse(body)
        except InvalidInput as error:
            found.append(error)
    return found


# --- forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [True, False])
def test_form_becomes_a_submission(ascii_only: bool) -> None:
    got = form(json.dumps(a_form(), ensure_ascii=ascii_only).encode())
    assert got == Submission(
        id=SubmissionId("s-1"),
        tenant_id=TENANT,
        source=SubmissionSource.FORM,
        received_at=NOW,
        fields=(
            FormField(name="email", value="kim@example.com"),
            FormField(name="message", value="Grüße, 😀"),
        ),
        portal_id="62515",
        form_id="form-1",
        conversion_id="sub-1",
        submitted_at=NOW,
        page_uri="https://www.example.com/demo",
        page_title="Demo",
    )


def test_only_four_things_are_required() -> None:
    got = form(
        json.dumps({"portalId": "1", "formId": 2, "formSubmissionId": 3, "fields": []}).encode()
    )
    assert (got.portal_id, got.form_id, got.conversion_id) == ("1", "2", "3")
    assert got.email is None
    assert got.submitted_at is None
    assert got.page_uri is None


def test_unknown_parts_are_let_by() -> None:
    got = form(json.dumps(a_form(utm={"a": [1, None]}, legalConsent=True)).encode())
    assert got.email == "kim@example.com"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (250, "250"),
        (50000.0, "50000"),
        (1.5, "1.5"),
        (10**25, "1" + "0" * 25),
        (["a", "b"], "a;b"),
        ([], ""),
    ],
)
def test_field_values_become_text(value: Any, text: str) -> None:
    fields = [{"name": "n", "value": value}]
    assert form(json.dumps(a_form(fields=fields)).encode()).fields[0].value == text


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T12:00:00Z",
        "2026-11-20T14:00:00+02:00",
        "2026-11-20T12:00:00",
        MS,
        str(MS),
        float(MS),
    ],
)
def test_times_in_their_spellings(value: Any) -> None:
    assert form(json.dumps(a_form(timestamp=value)).encode()).submitted_at == NOW


@pytest.mark.parametrize("value", [None, "", ...])
def test_no_time_is_no_problem(value: Any) -> None:
    assert form(json.dumps(a_form(timestamp=value)).encode()).submitted_at is None


@pytest.mark.parametrize(
    "value",
    [
        0, -1, MS // 1000, MS + 86_400_001, 946_684_799_999, 10**18, 10**400, "9" * 30, -(10**17),
        "yesterday", "1999-12-31T23:59:59Z", "2026-11-21T12:00:01Z", True, [], {},
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "NaN", "1e12", "٢٠٢٦",
    ],
)  # fmt: skip
def test_impossible_times_are_a_problem(value: Any) -> None:
    assert set(problems_of(a_form(timestamp=value))) == {"timestamp"}


def test_a_time_may_lie_within_a_day_ahead() -> None:
    assert form(json.dumps(a_form(timestamp=MS + 86_400_000)).encode()).submitted_at is not None


@pytest.mark.parametrize("key", ["portalId", "formId", "formSubmissionId"])
@pytest.mark.parametrize("value", ["", "  ", "x" * 201, True, 1.5, [], {}, None, ..., "\0"])
def test_ids_are_required_and_bounded(key: str, value: Any) -> None:
    assert set(problems_of(a_form(**{key: value}))) == {key}


def test_every_wrong_field_is_named_not_only_the_first() -> None:
    wrong = a_form(
        portalId=...,
        formId=[],
        timestamp="soon",
        pageTitle=7,
        fields=[
            {"name": "email", "value": "kim@example.com"},
            "no object",
            {"value": "nameless"},
            {"name": 4, "value": {"deep": 1}},
            {"name": "valueless"},
            {"name": "mixed", "value": ["a", 1]},
        ],
    )
    found = problems_of(wrong)
    assert list(found) == [
        "portalId",
        "formId",
        "fields[1]",
        "fields[2].name",
        "fields[3].name",
        "fields[3].value",
        "fields[4].value",
        "fields[5].value",
        "timestamp",
        "pageTitle",
    ]
    assert not any("example.com" in what for what in found.values())


@pytest.mark.parametrize("fields", [..., None, {}, "email=kim", 3])
def test_fields_must_be_a_list(fields: Any) -> None:
    assert set(problems_of(a_form(fields=fields))) == {"fields"}


def test_number_of_fields_is_bounded() -> None:
    one = {"name": "n", "value": "v"}
    assert len(form(json.dumps(a_form(fields=[one] * 500)).encode()).fields) == 500
    assert set(problems_of(a_form(fields=[one] * 501))) == {"fields"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b"42",
        b"{",
        b"{'portalId': 1}",
        b'{"portalId": 1,}',
        b'{"portalId": NaN}',
        b'{"a": Infinity}',
        b"[" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":"\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"a":"\x00"}',
        b"email=kim%40example.com",
        b"<html>",
    ],
)
def test_unreadable_bodies_are_refused_as_a_whole(body: bytes) -> None:
    assert set(problems_of(body)) == {"$"}
    with pytest.raises(InvalidInput):
        workflow(body)
    if body != b"[]":
        with pytest.raises(InvalidInput):
            events(body)
    portal_of(body)  # never raises


def test_a_broken_field_value_is_said_where() -> None:
    body = json.dumps(a_form()).encode().replace(b"kim@", b"k\xff@")
    assert "UTF-8" in problems_of(body)["$"]


def test_characters_that_cannot_be_stored_are_dropped_and_the_lead_kept() -> None:
    raw = (
        rb'{"portalId":1,"formId":"f\u0000","formSubmissionId":"s","pageTitle":"T\u0000",'
        rb'"fields":[{"name":"em\u0000ail","value":"kim\u0000@example.com"},'
        rb'{"name":"message","value":"a\ud800b\udc00c \ud83d\ude00"},'
        rb'{"name":"many","value":["x\u0000","\ud800y"]}]}'
    )
    got = form(raw)
    assert (got.form_id, got.page_title, got.email) == ("f", "T", "kim@example.com")
    assert got.message == "abc 😀"
    assert got.value("many") == "x;y"


def test_nul_alone_is_dropped_too() -> None:
    fields = [{"name": "em\0ail", "value": "kim@\0example.com"}]
    got = form(json.dumps(a_form(fields=fields, pageUri="/\0x")).encode())
    assert (got.email, got.page_uri) == ("kim@example.com", "/x")


def test_byte_order_mark_and_repeated_keys_are_let_by() -> None:
    body = b'\xef\xbb\xbf{"portalId":9,' + json.dumps(a_form()).encode()[1:]
    assert form(body).portal_id == "62515"
    assert portal_of(body) == "62515"


def test_a_value_of_200_kilobytes_comes_through() -> None:
    text = "é" * 100_000
    got = form(json.dumps(a_form(fields=[{"name": "message", "value": text}])).encode())
    assert got.message == text


_texts = st.text(max_size=30)
_values = st.one_of(
    _texts,
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(_texts, max_size=3),
)


@settings(max_examples=80, deadline=None)
@given(
    fields=st.lists(st.fixed_dictionaries({"name": _texts, "value": _values}), max_size=6),
    ids=st.lists(st.integers(1, 10**12) | st.uuids().map(str), min_size=3, max_size=3),
    ascii_only=st.booleans(),
)
def test_any_well_formed_form_is_read_and_can_be_stored(
    fields: list[dict[str, Any]], ids: list[int | str], ascii_only: bool
) -> None:
    whole = a_form(portalId=ids[0], formId=ids[1], formSubmissionId=ids[2], fields=fields)
    body = json.dumps(whole, ensure_ascii=ascii_only).encode()
    got = form(body)
    assert [got.portal_id, got.form_id, got.conversion_id] == [str(one) for one in ids]
    assert portal_of(body) == got.portal_id
    assert len(got.fields) == len(fields)
    for field, given_field in zip(got.fields, fields, strict=True):
        field.value.encode()
        assert "\0" not in field.name + field.value
        if isinstance(given_field["value"], str):
            assert field.value == given_field["value"].replace("\0", "")
    # A byte order mark takes the careful way: both ways must agree.
    assert form(b"\xef\xbb\xbf" + body) == got


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["portalId", "fields", "name", "value", "timestamp", "properties", "email", "vid",
             "form-submissions", "identity-profiles", "identities", "subscriptionType", "objectId"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=60) | _json.map(lambda data: json.dumps(data).encode()))
def test_nothing_but_invalid_input_is_ever_raised(body: bytes) -> None:
    assert all(error.problems for error in refusals(body))


@pytest.mark.parametrize(
    "body",
    [
        b"9" * 3_000_000,
        b"1e" + b"9" * 3_000_000,
        b'{"a":' + b"9" * 3_000_000 + b"}",
        b'{"' + b"x" * 1_000_000 + b'":{' + b",".join(b'"%d":1' % n for n in range(90_000)) + b"}}",
        b'{"fields":[' + b",".join([b"1"] * 1_000_000) + b"]}",
        b"[" + b",".join([b"{}"] * 700_000) + b"]",
        b'{"a":"' + b"\\u0000" * 500_000 + b'"}',
    ],
    ids=["integer", "exponent", "field", "long-prefix", "fields", "events", "nul"],
)
def test_megabytes_of_malice_cost_little(body: bytes) -> None:
    started = time.process_time()
    assert all(len(str(error)) < 20_000 for error in refusals(body))
    assert time.process_time() - started < 30


# --- workflows ---------------------------------------------------------------------------------


def a_record(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "vid": 4711,
        "canonical-vid": 4711,
        "portal-id": 62515,
        "is-contact": True,
        "properties": {
            "email": {"value": "kim@example.com", "versions": [{"value": "old@example.com"}]},
            "company": {"value": "Example Ltd", "versions": []},
            "recent_conversion_date": {"value": str(MS - 5_000)},
        },
        "form-submissions": [
            {"conversion-id": "c-1", "timestamp": MS - 9_000, "form-id": "f-1", "portal-id": 62515,
             "page-url": "https://www.example.com/1", "title": "One"},
            {"conversion-id": "c-3", "timestamp": MS, "form-id": "f-3", "portal-id": 62515,
             "page-url": "https://www.example.com/3", "title": "Three"},
            {"conversion-id": "c-2", "timestamp": MS - 4_000, "form-id": "f-2"},
        ],
        "identity-profiles": [
            {"vid": 4711, "identities": [
                {"type": "LEAD_GUID", "value": "1-2-3"},
                {"type": "EMAIL", "value": "second@example.com"},
                {"type": "EMAIL", "value": "first@example.com", "is-primary": True},
            ]}
        ],
    }  # fmt: skip
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not ...}


def test_contact_record_yields_its_latest_form() -> None:
    got = workflow(a_record())
    assert got.source is SubmissionSource.WORKFLOW
    assert got.contact_crm_id == "4711"
    assert (got.portal_id, got.form_id, got.conversion_id) == ("62515", "f-3", "c-3")
    assert got.submitted_at == NOW
    assert (got.page_uri, got.page_title) == ("https://www.example.com/3", "Three")
    assert (got.email, got.company_name) == ("kim@example.com", "Example Ltd")


def test_record_without_forms_takes_the_recent_conversion_as_its_moment() -> None:
    got = workflow(a_record(**{"form-submissions": ...}))
    assert got.conversion_id is None
    assert got.submitted_at == NOW - timedelta(seconds=5)
    assert intake_keys(got).moment is not None


def test_two_forms_of_one_person_keep_two_keys() -> None:
    first = a_record()
    second = a_record()
    second["form-submissions"].append({"conversion-id": "c-4", "timestamp": MS + 1000})
    assert intake_keys(workflow(first)).conversion != intake_keys(workflow(second)).conversion
    assert intake_keys(workflow(first)) == intake_keys(workflow(a_record()))


@pytest.mark.parametrize("email", [..., {"value": ""}, {"value": None}, {"versions": []}])
def test_address_falls_back_to_the_identity_profiles(email: Any) -> None:
    record = a_record()
    del record["properties"]["email"]
    if email is not ...:
        record["properties"]["email"] = email
    assert workflow(record).email == "first@example.com"


def test_an_impossible_time_does_not_cost_the_lead() -> None:
    record = a_record(
        **{
            "form-submissions": [
                {"conversion-id": "far", "timestamp": MS * 100},
                {"conversion-id": "real", "timestamp": str(MS - 60_000)},
                {"conversion-id": "none"},
                "no form",
            ]
        }
    )
    got = workflow(record)
    assert got.conversion_id == "real"
    assert got.submitted_at == NOW - timedelta(minutes=1)


def test_record_with_damaged_parts_is_still_read() -> None:
    got = workflow(
        a_record(**{"form-submissions": "none", "identity-profiles": {"a": 1}, "portal-id": [1]})
    )
    assert got.email == "kim@example.com"
    assert got.portal_id is None
    assert got.submitted_at == NOW - timedelta(seconds=5)


def test_flat_object_of_fields() -> None:
    got = workflow(
        {
            "email": "kim@example.com",
            "firstname": {"value": "Kim"},
            "address": {"city": "Exampleton", "geo": {"lat": 1.5}},
            "interests": ["a", "b"],
            "employees": 40,
            "nothing": None,
            "hs_object_id": "815",
            "portalId": 62515,
            "formId": "f-1",
            "conversion-id": "c-9",
            "timestamp": MS,
            "pageUri": "https://www.example.com/x",
        }
    )
    assert (got.email, got.first_name) == ("kim@example.com", "Kim")
    assert got.value("address.city") == "Exampleton"
    assert got.value("address.geo.lat") == "1.5"
    assert got.value("interests") == "a;b"
    assert got.value("employees") == "40"
    assert (got.contact_crm_id, got.portal_id) == ("815", "62515")
    assert (got.form_id, got.conversion_id, got.submitted_at) == ("f-1", "c-9", NOW)
    assert got.page_uri == "https://www.example.com/x"


def test_the_form_contract_sent_to_the_workflow_door_is_read_too() -> None:
    got = workflow(a_form())
    assert got.email == "kim@example.com"
    assert (got.portal_id, got.form_id, got.conversion_id) == ("62515", "form-1", "sub-1")


def test_record_with_thousands_of_properties() -> None:
    many = {f"p{n}": {"value": "x"} for n in range(4_000)}
    got = workflow(a_record(properties={"email": {"value": "kim@example.com"}, **many}))
    assert got.email == "kim@example.com"
    with pytest.raises(InvalidInput):
        workflow({f"p{n}": "x" for n in range(5_001)})


@pytest.mark.parametrize("body", [{}, [], "x", None, {"a": None}, {"properties": {}}])
def test_nothing_readable_is_refused(body: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        workflow(body)
    assert caught.value.problems[0].where == "$"


# --- events ------------------------------------------------------------------------------------


def an_event(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "eventId": 1,
        "subscriptionId": 12345,
        "portalId": 62515,
        "appId": 54321,
        "occurredAt": MS,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 123,
        "changeSource": "CRM",
        "changeFlag": "NEW",
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not ...}


def a_change(name: str, **changes: Any) -> dict[str, Any]:
    return an_event(
        subscriptionType="contact.propertyChange",
        propertyName=name,
        propertyValue="1",
        changeFlag=...,
        **changes,
    )


def test_relevant_events_are_kept_and_the_rest_counted() -> None:
    got = events(
        [
            an_event(),
            a_change("recent_conversion_date"),
            a_change("lifecyclestage"),
            an_event(subscriptionType="deal.creation"),
            an_event(subscriptionType="contact.privacyDeletion", objectId="9"),
        ]
    )
    assert [(one.id, one.kind, one.object_id, one.property_name) for one in got.events] == [
        ("e-1", "contact.creation", "123", None),
        ("e-2", "contact.propertyChange", "123", "recent_conversion_date"),
        ("e-3", "contact.privacyDeletion", "9", None),
    ]
    assert got.events[1].property_value == "1"
    assert got.events[0].occurred_at == NOW
    assert got.events[0].tenant_id == TENANT
    assert [one.object_id for one in got.privacy_deletions] == ["9"]
    assert got.ignored == 2
    assert got.bad == ()
    assert got.portal_id == "62515"


def test_one_bad_item_does_not_spoil_the_batch() -> None:
    got = events(
        [
            "text",
            an_event(objectId=None, occurredAt="later"),
            an_event(subscriptionType=4),
            an_event(occurredAt=MS + 2 * 86_400_000),
            an_event(portalId="abc"),
            an_event(),
        ]
    )
    assert len(got.events) == 1
    assert [problem.where for problem in got.bad] == [
        "[0]",
        "[1].objectId",
        "[1].occurredAt",
        "[2]",
        "[3].occurredAt",
        "[4].portalId",
    ]


def test_the_key_ignores_event_id_and_attempt_and_nothing_else() -> None:
    again = events([an_event(), an_event(eventId=77, attemptNumber=3, subscriptionId=9)])
    assert len(again.events) == 1
    assert again.ignored == 1
    different = events(
        [
            an_event(),
            an_event(objectId=124),
            an_event(occurredAt=MS + 1),
            an_event(subscriptionType="contact.privacyDeletion"),
            a_change("recent_conversion_date"),
            a_change("num_conversion_events"),
        ]
    )
    assert len({one.key for one in different.events}) == 6
    elsewhere = events([an_event(portalId=1)])
    assert elsewhere.events[0].key != again.events[0].key
    assert events([an_event(objectId="123", occurredAt=str(MS))]).events[0].key == (
        again.events[0].key
    )


def test_events_of_another_portal_are_not_taken() -> None:
    both = [an_event(), an_event(portalId=666, objectId=5)]
    assert [one.object_id for one in events(both).events] == ["123"]
    assert [one.object_id for one in events(both, "666").events] == ["5"]
    assert [one.where for one in events(both, "666").bad] == ["[0].portalId"]


def test_an_empty_delivery_is_fine_and_a_vast_one_is_not() -> None:
    assert events([]).events == ()
    assert len(events([an_event(objectId=n) for n in range(1, 101)]).events) == 100
    refused: list[Any] = [[an_event()] * 1_001, an_event(), {"events": []}]
    for wrong in refused:
        with pytest.raises(InvalidInput):
            events(wrong)


# --- the portal --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        a_form(),
        a_form(portalId="62515"),
        a_record(),
        a_record(**{"portal-id": ...}),
        [an_event()],
        ["junk", an_event(portalId=None), an_event()],
        {"portalId": {"value": "62515"}},
    ],
)
def test_portal_is_found_in_every_shape(body: Any) -> None:
    assert portal_of(json.dumps(body).encode()) == "62515"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[1]", b"null", b'{"portalId":true}', b"{"])
def test_no_portal_is_none(body: bytes) -> None:
    assert portal_of(body) is None
