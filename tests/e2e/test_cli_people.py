"""People from the command line, against a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from salesagent_adapters.crypto.vault import new_key
from salesagent_app.cli import cli
from salesagent_core.errors import InvalidInput, PolicyRefused

pytestmark = pytest.mark.database

PASSWORD = "lamp river orbit mint"
Invoke = Callable[..., Result]


@pytest.fixture
def invoke(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", new_key())
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(cli, ["users", *arguments], input=given)

    return call


def done(result: Result) -> Any:
    if isinstance(result.exception, Exception):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_first_owner_is_made_here_and_stays(invoke: Invoke) -> None:
    owner = ("add", "ada@example.com", "--role", "owner", "--name", "Ada", "--password-stdin")
    with pytest.raises(InvalidInput, match="cannot be taken"):
        done(invoke(*owner, "--json", given="short\n"))
    made = done(invoke(*owner, "--json", given=f"{PASSWORD}\n"))
    assert (made["role"], made["name"], made["disabled_at"]) == ("owner", "Ada", None)
    # Typed at a terminal: asked for twice, and not shown.
    typed = invoke("add", "bo@example.com", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert "may log in as operator" in typed.output
    assert PASSWORD not in typed.output
    with pytest.raises(PolicyRefused, match="last owner"):
        done(invoke("disable", "ada@example.com", "--json"))
    assert done(invoke("disable", "BO@example.com", "--json"))["disabled_at"]
    reset = ("reset-password", "ada@example.com", "--two-factor-off", "--password-stdin")
    done(invoke(*reset, "--json", given="quilt harbor seven onions\n"))
    listed = invoke("list")
    assert "shut out" in listed.output
    assert [each["email"] for each in done(invoke("list", "--json"))] == [
        "ada@example.com",
        "bo@example.com",
    ]
