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
from salesagent_core.errors import Conflict, InvalidInput, NotFound, PolicyRefused

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

    def call(*arguments: str, given: str | None = None, about: str = "users") -> Result:
        return CliRunner().invoke(cli, [about, *arguments], input=given)

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


def test_another_organisation_is_entered_once_and_keeps_its_secrets(invoke: Invoke) -> None:
    entered = ("add", "acme", "--name", "Acme", "--mailbox", "sales@acme.example", "--json")
    wrong = ("add", "Ac me", "--name", " ", "--mailbox", "nobody", "--time-zone", "Mars", "--json")
    with pytest.raises(InvalidInput) as refused:
        done(invoke(*wrong, about="tenants"))
    places = {problem.where for problem in refused.value.problems}
    assert places == {"id", "name", "sender name", "mailbox", "time zone"}

    made = done(invoke(*entered, "--portal", "7", about="tenants"))
    assert (made["id"], made["webhook"], made["hubspot"]) == ("acme", False, False)
    with pytest.raises(Conflict, match="of this id"):
        done(invoke(*entered, about="tenants"))
    with pytest.raises(Conflict, match="claims this portal"):
        done(invoke("add", "bolt", *entered[2:], "--portal", "7", about="tenants"))
    with pytest.raises(Conflict, match="the environment sets"):
        done(invoke("secret", "default", "hubspot", "--stdin", given="x\n", about="tenants"))

    told = invoke("secret", "acme", "webhook", given="what signs\n", about="tenants")
    assert "is set" in told.output
    assert "what signs" not in told.output
    done(invoke("secret", "acme", "hubspot", "--stdin", "--json", given="pat\n", about="tenants"))
    (listed,) = done(invoke("list", "--json", about="tenants"))
    assert (listed["webhook"], listed["hubspot"]) == (True, True)
    # A new one of a kind leaves the other alone.
    again = ("secret", "acme", "webhook", "--stdin", "--json")
    assert done(invoke(*again, given="new\n", about="tenants"))["hubspot"]


def test_nobody_is_let_in_where_there_is_no_organisation(invoke: Invoke) -> None:
    person = ("add", "bea@example.com", "--tenant", "nosuch", "--password-stdin", "--json")
    with pytest.raises(NotFound, match="no such tenant"):
        done(invoke(*person, given=f"{PASSWORD}\n"))
    with pytest.raises(NotFound, match="no such tenant"):
        done(invoke("create", "x", "--scope", "admin", "--tenant", "nosuch", about="key"))
