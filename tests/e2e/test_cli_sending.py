"""Stop, resume and mode from the command line, against a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from tests.databases import plain_url

from salesagent_app.cli import cli
from salesagent_core.errors import InvalidInput, PolicyRefused

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)

    def call(*arguments: str, status: int = 0) -> dict[str, Any]:
        result = CliRunner().invoke(cli, [*arguments, "--json"])
        if isinstance(result.exception, PolicyRefused | InvalidInput):
            raise result.exception
        assert result.exit_code == status, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    return call


def test_stop_and_resume_are_audited_with_who_and_why(run: Run, database_url: str) -> None:
    stopped = run("stop", "a complaint")
    assert (stopped["stopped"], stopped["why"], stopped["in_flight"]) == (True, "a complaint", [])
    assert stopped["by"].startswith("cli")
    assert run("stop", "once more")["why"] == "a complaint"
    assert not run("resume", "sorted out")["stopped"]
    with psycopg.connect(plain_url(database_url)) as connection:
        connection.execute("SET salesagent.tenant = '*'")
        rows = connection.execute("SELECT action, actor FROM audit ORDER BY seq").fetchall()
    assert [action for action, _ in rows] == ["sending.stopped", "sending.resumed"]
    assert all(actor.startswith("cli") for _, actor in rows)


def test_a_stop_of_all_is_not_released_by_one(run: Run) -> None:
    assert run("stop", "all of it", "--everywhere")["everywhere"]
    assert run("resume", "only mine", status=1)["stopped"]
    assert not run("resume", "all again", "--everywhere")["stopped"]
    assert not run("resume", "and mine")["stopped"]


def test_the_mode_is_shown_and_chosen_within_the_settings(run: Run) -> None:
    view = run("send-mode")
    assert (view["mode"], view["allowed_by_settings"]) == ("DRAFT_ONLY", False)
    with pytest.raises(PolicyRefused):
        run("send-mode", "SEND", "--why", "now")
    with pytest.raises(InvalidInput):
        run("send-mode", "DRAFT_ONLY")
    chosen = run("send-mode", "DRAFT_ONLY", "--why", "holidays")
    assert (chosen["mode"], chosen["why"]) == ("DRAFT_ONLY", "holidays")
