"""Planted secrets and people never reach a log line, however they got into it."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from salesagent_app.scrubbing import MAX_TEXT, scrub, scrub_text
from salesagent_app.telemetry import bound, configure_logging
from salesagent_core.errors import Rejected, Unavailable

SECRETS = {
    "our key": "sa_0192f0aa-1_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0",
    "model key": "sk-proj-abcdEFGH1234567890abcdEFGH",
    "crm token": "pat-eu1-11111111-2222-3333-4444-555555555555",
    "google token": "ya29.a0AfH6SMBx-abcdefghijklmnop",
    "refresh token": "1//0gabcdefghijklmnopqrstuvwxyz",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJlc2ln",
    "encryption key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "database password": "hunter2-database",
    "person": "maria.lopez+sales@acme.example",
    "telephone": "+49 170 1234567",
    "name": "Xaverina Planted",
}
CARRIERS = {
    "our key": "GET with {} failed",
    "model key": "Incorrect API key provided: {}.",
    "crm token": "token {} expired",
    "google token": "Authorization: Bearer {}",
    "refresh token": "refresh {} was refused",
    "jwt": "id_token={}",
    "encryption key": "key {} is used",
    "database password": "cannot reach postgresql://app:{}@db.example:5432/sales",
    "person": "550 5.1.1 <{}>: user unknown",
    "telephone": "call {} now",
    "name": '{{"properties": {{"firstname": "{}"}}}}',
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_planted_secret_is_struck_out_wherever_it_stands(kind: str) -> None:
    text = CARRIERS[kind].format(SECRETS[kind])
    assert SECRETS[kind] not in scrub_text(text)
    nested = {"level": "x", "more": [{"deep": (text,)}], "error": ValueError(text)}
    assert SECRETS[kind] not in json.dumps(scrub(nested))


def test_what_helps_is_left() -> None:
    text = "run 0192f0aa-7c11-7000-8000-00000000abcd: write_draft failed: RateLimited, 429 in 3.2 s"
    assert scrub_text(text) == text
    assert scrub({"tokens": 1200, "subject_id": "0192", "route": "/api/drafts/{id}"}) == {
        "tokens": 1200,
        "subject_id": "0192",
        "route": "/api/drafts/{id}",
    }


@given(st.text(max_size=400), st.text(max_size=400))
@settings(max_examples=50)
def test_no_surroundings_hide_an_address(before: str, after: str) -> None:
    assert "planted@acme.example" not in scrub_text(f"{before} planted@acme.example {after}")


@pytest.mark.parametrize("piece", ["a", "@", "a@", "key=", '"email": "', "eyJa.", "+1 ", "://a:"])
def test_a_long_text_made_to_be_slow_is_not(piece: str) -> None:
    began = time.perf_counter()
    scrub_text(piece * MAX_TEXT)
    assert time.perf_counter() - began < 2.0


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """Everything that is logged, as JSON; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    kept, level, err = list(root.handlers), root.level, sys.stderr
    stream = io.StringIO()
    sys.stderr = stream
    try:
        configure_logging("DEBUG", pretty=False)
    finally:
        sys.stderr = err
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = kept
    root.setLevel(level)


def test_lines_carry_ids_and_no_planted_secret(lines: Any) -> None:
    log = logging.getLogger("salesagent_app.planted")
    everything = " ".join(CARRIERS[kind].format(value) for kind, value in SECRETS.items())
    statement = "INSERT INTO people (email) VALUES (%(email)s)"
    with bound(request_id="r-1", tenant_id="t-1", run_id="run-1", step="write_draft"):
        log.warning("vendor said %s", everything)
        log.info("with more", extra={"authorization": "planted-by-key"})
        try:
            try:
                try:
                    raise KeyError(everything)
                except KeyError as error:
                    raise IntegrityError(
                        statement, {"email": SECRETS["person"]}, ValueError(everything)
                    ) from error
            except IntegrityError as error:
                raise Unavailable(f"the vendor said {everything}") from error
        except Unavailable:
            log.exception("it failed")
    log.info("after")
    written = lines()
    text = json.dumps(written)
    for kind, value in SECRETS.items():
        assert value not in text, kind
    failed = written[2]
    assert failed["request_id"] == "r-1"
    assert failed["tenant_id"] == "t-1"
    assert failed["run_id"] == "run-1"
    assert failed["step"] == "write_draft"
    for part in ("KeyError", "IntegrityError", "Unavailable", "test_scrubbing.py"):
        assert part in failed["exception"]
    assert "run_id" not in written[-1]


def test_sentences_of_ours_stay_readable(lines: Any) -> None:
    why = ValueError(SECRETS["person"])
    try:
        raise Rejected("the mailbox refused the draft") from why
    except Rejected:
        logging.getLogger("salesagent_app.planted").exception("send failed")
    (line,) = lines()
    assert "the mailbox refused the draft" in line["exception"]
    assert SECRETS["person"] not in line["exception"]
