"""``salesagent doctor`` says whether the keys that are set open what the database holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from tests.databases import plain_url

from salesagent_adapters.crypto.vault import new_key
from salesagent_app.cli import cli

OLD, NEW, OTHER = new_key(), new_key(), new_key()
SEALED = ("keyring", "send_switches", "tenants", "erasures", "suppressions")


class Terminal:
    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.url = database_url

    def run(self, keys: str, *words: str, fails: bool = False) -> str:
        env = {
            "DATABASE_URL": self.url,
            "SALESAGENT_DATA_DIR": str(self.folder),
            "SALESAGENT_ENCRYPTION_KEYS": keys or None,
            "REDIS_URL": None,
        }
        ended = CliRunner().invoke(cli, list(words), env=env)
        assert (ended.exit_code != 0) == fails, f"{words}: {ended.output}{ended.exception!r}"
        assert not any(key in ended.output for key in (OLD, NEW, OTHER))
        return ended.stdout

    def doctor(self, keys: str, *, fails: bool = False) -> dict[str, dict[str, str]]:
        said = json.loads(self.run(keys, "doctor", "--json", fails=fails))
        return {check["name"]: check for check in said["checks"]}

    def stored(self) -> list[Any]:
        with psycopg.connect(plain_url(self.url), autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            return [
                connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2".encode()).fetchall()
                for table in (*SEALED, "audit")
            ]


@pytest.fixture
def terminal(tmp_path: Path, database_url: str) -> Terminal:
    made = Terminal(tmp_path / "data", database_url)
    assert "stored values" in made.doctor(OLD)
    made.run(OLD, "stop", "--everywhere", "to have something that is sealed")
    return made


def test_a_key_that_does_not_fit_is_named_and_nothing_is_written(terminal: Terminal) -> None:
    before = terminal.stored()
    found = terminal.doctor(OTHER, fails=True)
    assert found["stored values"]["status"] == "fail"
    assert "no key that is set opens" in found["stored values"]["found"]
    assert "SALESAGENT_ENCRYPTION_KEYS" in found["stored values"]["advice"]
    assert found["key 1 of 1"]["found"].endswith("sealed 0 values")
    # No key at all, and none in the data folder: none is made, and it is said.
    assert terminal.doctor("", fails=True)["stored values"]["status"] == "fail"
    assert not (terminal.folder / "encryption.key").exists()
    assert terminal.doctor(OLD)["stored values"]["status"] == "ok"
    assert terminal.stored() == before


def test_each_key_of_a_rotation_is_told_apart(terminal: Terminal) -> None:
    both = f"{NEW},{OLD}"
    found = terminal.doctor(both)
    assert found["stored values"]["status"] == "ok"
    assert (found["key 1 of 2"]["status"], found["key 2 of 2"]["status"]) == ("warn", "ok")
    assert "keys rotate" in found["key 1 of 2"]["advice"]
    assert "still needed" in found["key 2 of 2"]["found"]
    terminal.run(both, "keys", "rotate")
    found = terminal.doctor(both)
    assert (found["key 1 of 2"]["status"], found["key 2 of 2"]["status"]) == ("ok", "ok")
    assert found["key 2 of 2"]["found"] == "sealed nothing that is stored"
    assert "take it away" in found["key 2 of 2"]["advice"]
    assert terminal.doctor(NEW)["stored values"]["status"] == "ok"
    assert terminal.doctor(OLD, fails=True)["stored values"]["status"] == "fail"
