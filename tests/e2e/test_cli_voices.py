"""Voice profiles from the command line, against a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from salesagent_adapters.crypto.vault import new_key
from salesagent_app.cli import cli
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.domain.voice_profiles import profile_as_data
from salesagent_core.errors import Conflict, InvalidInput, NotFound

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", new_key())
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["voices", *arguments])

    return call


def done(result: Result) -> Any:
    if isinstance(result.exception, Exception):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_profile_goes_out_and_comes_in(invoke: Invoke) -> None:
    assert "house's voice" in invoke("list").output
    Path("anna.yaml").write_text("name: anna\nmax_words: 90\n", encoding="utf-8")
    made = done(invoke("import", "anna.yaml", "--json"))
    assert (made["name"], made["active"], made["edits"]) == ("anna", False, 0)
    exported = done(invoke("export", "anna"))
    assert exported == profile_as_data(HOUSE_VOICE) | {"name": "anna", "max_words": 90}
    Path("copy.json").write_text(json.dumps(exported), encoding="utf-8")
    with pytest.raises(Conflict):
        done(invoke("import", "copy.json", "--json"))
    elsewhere = done(invoke("import", "copy.json", "--mailbox", "Other@ours.example", "--json"))
    assert elsewhere["mailbox"] == "other@ours.example"
    rows = done(invoke("list", "--json"))
    assert [row["name"] for row in rows] == ["anna", "anna"]
    with pytest.raises(Conflict, match="--mailbox"):
        done(invoke("export", "anna"))
    assert done(invoke("export", "anna", "--mailbox", "other@ours.example")) == exported


def test_what_cannot_be_is_said(invoke: Invoke) -> None:
    with pytest.raises(NotFound, match="nobody"):
        done(invoke("export", "nobody"))
    Path("bad.json").write_text('{"formality": 3, "extra": 1}', encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        done(invoke("import", "bad.json"))
    assert {each.where for each in refused.value.problems} == {"formality", "extra"}


def test_a_voice_is_learned_from_the_stand_in_mailbox(invoke: Invoke) -> None:
    with pytest.raises(InvalidInput, match="too little sent mail"):
        done(invoke("learn", "anna", "--json"))
