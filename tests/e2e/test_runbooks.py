"""Every command of the runbooks (and of the guide to back up) is run, in order, page by page.

``salesagent`` lines by the command line itself, ``curl`` lines against a started server; blocks
marked ``machine`` need systemd, docker or an administrator's psql, and are parsed by the shell.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import attrs
import httpx
import pytest
from click.testing import CliRunner
from tests.databases import administer, with_database
from tests.e2e.processes import ROOT

from salesagent_adapters.crypto.vault import new_key
from salesagent_app.cli import cli
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import read_settings

RUNBOOKS = ROOT / "docs" / "runbooks"
PAGES = (*sorted(RUNBOOKS.glob("*.md")), ROOT / "docs" / "how-to" / "back-up-and-restore.md")
BACKUPS = "/var/backups/salesagent"
NAMED = re.compile(r"salesagent-\d{8}T\d{6}Z\.backup")
BLOCK = re.compile(r"^ *```bash( machine)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
EXPECTED = {
    # Over HTTP: what is right where the system is well and empty.
    "/retry": 404,
    '$LEAKED"': 401,
    "-X POST": 201,
}
TAKES_A_RESTORED_DATABASE = ("restore", "reconcile")


def blocks(page: Path) -> Iterator[tuple[bool, str]]:
    """Whether it needs a machine, and its text."""
    for machine, text in BLOCK.findall(page.read_text()):
        yield bool(machine), text


@attrs.define
class Night:
    """The system that somebody is called out of bed for."""

    url: str
    key: str
    leaked: str
    databases: dict[str, str]
    backups: Path
    restored: bool = False
    said: list[str] = attrs.field(factory=list)

    def run(self, line: str) -> None:
        """One line of a runbook."""
        words = shlex.split(line.replace(BACKUPS, str(self.backups)), comments=True)
        program = words.pop(0)
        if program == "salesagent":
            self._salesagent(words)
        elif program == "curl":
            self._curl(line, words)
        else:
            raise AssertionError(f"a runbook may not use {program} outside of a machine block")

    def _salesagent(self, words: list[str]) -> None:
        if words[0] == "restore":
            self.restored = True
        name = "restored" if self.restored and words[0] in TAKES_A_RESTORED_DATABASE else "live"
        if words[0] in ("resume", "doctor") and self.restored:
            name = "restored"
        words = [NAMED.sub(self._newest, each) for each in words]
        words = ["high_icp" if each == "$RULE" else each for each in words]
        result = CliRunner().invoke(cli, words, env={"DATABASE_URL": self.databases[name]})
        assert result.exit_code == 0, f"{words}: {result.output}{result.exception!r}"

    def _curl(self, line: str, words: list[str]) -> None:
        known = {"$B": self.url, "$KEY": self.key, "$ID": str(uuid.uuid4())}
        known |= {"$LEAKED": self.leaked, "$LEAKED_ID": self.leaked.split("_")[1]}
        for name in sorted(known, key=len, reverse=True):
            words = [each.replace(name, known[name]) for each in words]
        method, headers, data, address = "GET", {}, None, ""
        while words:
            word = words.pop(0)
            if word == "-X":
                method = words.pop(0)
            elif word == "-H":
                key, _, value = words.pop(0).partition(": ")
                headers[key] = value
            elif word == "-d":
                data, method = words.pop(0), "POST"
            elif word != "-s":
                address = word
        answer = httpx.request(method, address, headers=headers, content=data, trust_env=False)
        expected = next((code for part, code in EXPECTED.items() if part in line), 200)
        assert answer.status_code == expected, f"{line}: {answer.status_code} {answer.text}"

    def _newest(self, _: re.Match[str]) -> str:
        return max(self.backups.glob("*.backup")).name


@pytest.fixture
def night(
    database_url: str, pg_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Night]:
    for name in ("REDIS_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", f"{new_key()},{new_key()}")
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HUBSPOT_WEBHOOK_SECRET", "not told to anybody")
    restored = f"salesagent_restored_{uuid.uuid4().hex[:8]}"
    administer(pg_url, f"CREATE DATABASE {restored}")
    env = {**os.environ, "DATABASE_URL": database_url}
    me, leaked = (
        CliRunner().invoke(cli, ["key", "create", name, "--scope", "admin"], env=env).stdout.strip()
        for name in ("me", "leaked")
    )
    backups = tmp_path / "backups"
    backups.mkdir()
    settings = read_settings(database_url=database_url, data_dir=tmp_path / "data")
    with Process(settings) as process, LocalServer(process) as server:
        yield Night(
            url=server.url,
            key=me,
            leaked=leaked,
            databases={"live": database_url, "restored": with_database(pg_url, restored)},
            backups=backups,
        )
    administer(pg_url, f"DROP DATABASE {restored} WITH (FORCE)")


def test_every_command_of_the_runbooks_runs(night: Night) -> None:
    pages = sorted(PAGES, key=lambda page: page.name != "back-up-and-restore.md")
    lines = 0
    for page in pages:
        if page.name == "disaster-recovery.md":
            continue  # The guide ran all of it; a database is restored into once.
        night.restored = False
        for machine, text in blocks(page):
            if machine:
                continue
            for line in filter(None, map(str.strip, text.splitlines())):
                night.run(line)
                lines += 1
    assert lines > 40
    guide = {text.strip() for _, text in blocks(PAGES[-1])}
    for machine, text in blocks(RUNBOOKS / "disaster-recovery.md"):
        for line in () if machine else filter(None, text.splitlines()):
            known = any(line.rpartition(' "')[0] in other or line in other for other in guide)
            if not known:
                night.run(line)


def test_what_needs_the_machine_is_at_least_a_shells_language() -> None:
    found = [text for page in PAGES for machine, text in blocks(page) if machine]
    assert len(found) > 7
    for text in found:
        done = subprocess.run(
            ["bash", "-n"], input=text, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_each_runbook_says_signs_mail_steps_and_end() -> None:
    for page in RUNBOOKS.glob("*.md"):
        if page.name == "README.md":
            continue
        headings = re.findall(r"(?m)^## (.+)$", page.read_text())
        assert headings == ["Signs", "What it means for mail", "Steps", "Over when"], page.name
