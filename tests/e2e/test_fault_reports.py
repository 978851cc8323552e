"""What Sentry would be told of a fault, seen by a receiver of ours: where, not who."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.exc import IntegrityError
from tests.services.telemetry_receivers import receiver
from tests.unit.test_scrubbing import CARRIERS, SECRETS

from salesagent_app.observing.process import Observing
from salesagent_app.settings import read_settings
from salesagent_app.telemetry import bound
from salesagent_core.errors import Unavailable

log = logging.getLogger("salesagent_app.planted")


def fail(everything: str, headers: dict[str, str]) -> None:
    """Secrets in arguments, locals, messages and parameters, three causes deep."""
    held = {"authorization": headers["authorization"], "email": everything}
    try:
        try:
            raise KeyError(everything)
        except KeyError as error:
            statement = "INSERT INTO people (email) VALUES (%(email)s)"
            raise IntegrityError(statement, dict(held), ValueError(everything)) from error
    except IntegrityError as error:
        raise Unavailable("the database cannot be reached") from error


def test_a_report_says_where_it_failed_and_nothing_of_what_was_planted() -> None:
    everything = " ".join(CARRIERS[kind].format(value) for kind, value in SECRETS.items())
    with receiver() as sentry:
        dsn = sentry.url.replace("http://", "http://public-key@") + "/1"
        observing = Observing(read_settings(_env_file=None, sentry_dsn=dsn))
        observing.start(_nothing_to_read)
        try:
            log.warning("a line before it: %s", everything)
            with bound(run_id="run-1"):
                try:
                    fail(everything, {"authorization": f"Bearer {SECRETS['google token']}"})
                except Unavailable:
                    log.exception("it failed with %s", everything)
            log.error("no exception, and %s", everything, extra={"cookie": "planted-by-key"})
        finally:
            observing.stop()
        after = len(sentry.bodies)
        log.error("nobody listens any more")
        assert len(sentry.bodies) == after
        reports = sentry.events()
        text = sentry.text
    assert len(reports) == 2
    errors = reports[0]["exception"]["values"]
    assert {error["type"] for error in errors} >= {"KeyError", "IntegrityError", "Unavailable"}
    assert "the database cannot be reached" in errors[-1]["value"]
    frames = errors[-1]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    assert all("vars" not in frame for error in errors for frame in error["stacktrace"]["frames"])
    for kind, value in SECRETS.items():
        assert value not in text, kind
    assert "planted-by-key" not in text


def _nothing_to_read() -> Any:
    raise AssertionError("no metrics are asked for")
