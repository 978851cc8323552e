"""Our stand-in for HubSpot answers as the document derived from HubSpot's SDK says.

A stand-in that drifts from the vendor proves nothing, so it is tried with generated requests, right
and wrong ones: no answer that the document does not describe, no fault of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)
from tests.services.hubspot_account import COMPANIES, CONTACTS, DEALS, HubSpotAccount
from tests.services.hubspot_standin import hubspot_standin, served_document

TOKEN = "token"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
    use_after_free,
]

schema = schemathesis.openapi.from_dict(served_document())


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    account = HubSpotAccount()
    account.owners[1] = "owner@ours.example"
    account.forms += [("form-1", "Contact us"), ("form-2", "Book a demo")]
    account.stages += [("one", "One", False)]
    company = account.add(COMPANIES, {"name": "Buyer", "domain": "buyer.example"})
    contact = account.add(CONTACTS, {"email": "x@buyer.example"}, companies=company)
    account.add(DEALS, {"dealstage": "one"}, contacts=contact)
    with hubspot_standin({TOKEN: account}) as (address, _):
        yield address


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_the_document_says(case: schemathesis.Case[Any], url: str) -> None:
    response = case.call(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"})
    case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize("path", served_document()["paths"])
def test_a_stranger_is_refused(path: str, url: str) -> None:
    address = url + re.sub(r"\{\w+\}", "1", path)
    for method in served_document()["paths"][path]:
        for headers in ({}, {"Authorization": "Bearer somebody-else"}, {"Authorization": TOKEN}):
            answer = httpx.request(method.upper(), address, headers=headers)
            assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTH")
