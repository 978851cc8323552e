"""A disaster, and the way back: what the backup holds, and that no mail goes out twice after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from tests.contract.postgres.samples import arrival
from tests.databases import plain_url
from tests.e2e.test_sending_flow import EVERYBODY, Office, make_office

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres.backup import check_backup, restore_backup, write_backup
from salesagent_adapters.postgres.migrate import newest
from salesagent_app.cli import cli
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.sending.attempt import BEFORE_RESTORE
from salesagent_core.errors import Conflict, PolicyRefused, Rejected
from salesagent_core.ids import DEFAULT_TENANT, RunId
from salesagent_core.ports.job_queue import Topic

Command = Callable[..., dict[str, Any]]


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def command(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", key)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)

    def call(url: str, *arguments: str) -> dict[str, Any]:
        env = {"DATABASE_URL": url}
        result = CliRunner().invoke(cli, [*arguments, "--json"], env=env)
        assert result.exit_code == 0, result.output + repr(result.exception)
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    return call


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute("SET salesagent.tenant = '*'")
        return connection.execute(statement.encode()).fetchall()


async def status(office: Office, draft: Draft) -> Draft:
    async with office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        found: Draft = await tx.drafts.get(draft.id)
    return found


async def test_after_a_restore_the_system_goes_on_and_sends_nothing_twice(
    database_url: str, empty_database_url: str, key: str, command: Command, tmp_path: Path
) -> None:
    before = make_office(database_url, Vault([key]), EVERYBODY)
    sent = await before.drafted("sent@a.example")
    await before.approve(sent)
    await before.work()
    scheduled = await before.drafted("scheduled@b.example")
    await before.approve(scheduled)
    pending = await before.drafted("pending@c.example")
    rest = await before.drafted("rest@d.example")
    waiting = await before.drafted("waiting@f.example")
    await before.approve(waiting)

    made = await asyncio.to_thread(command, database_url, "backup", str(tmp_path), "--keep", "2")
    file = Path(made["file"])
    whole, mode = await asyncio.to_thread(lambda: (file.read_bytes(), file.stat().st_mode))
    assert mode & 0o077 == 0
    assert made["schema"] == newest()
    assert made["tables"]["drafts"] == 5
    assert key.encode() not in whole
    assert (await asyncio.to_thread(command, database_url, "backup", "--check", made["file"]))[
        "id"
    ] == made["id"]

    # Life goes on, and none of it is in the backup.
    await before.approve(pending)
    lost_form = arrival(email="lost@e.example", message="Could you show me your product?")
    receipt = await before.make.receive_submission()(lost_form.submission, lost_form.raw)
    lost = await _drafted(before, receipt.run_id)
    await before.approve(lost)
    await before.make.schedule_send().cancel(DEFAULT_TENANT, waiting.id, operator="o-1")
    await before.work()
    assert len(before.sent()) == 4
    await before.make.database().close()

    # The disaster: another server, and the mailboxes as they are.
    done = await asyncio.to_thread(command, empty_database_url, "restore", str(file))
    assert done["sending"] == "stopped"
    for table, rows in made["tables"].items():
        more = {"send_switches": 2}.get(table, 0)
        assert ask(empty_database_url, f"SELECT count(*) FROM {table}") == [(rows + more,)]

    after = make_office(empty_database_url, Vault([key]), EVERYBODY, before.world)
    await after.work()
    assert len(after.sent()) == 4, "nothing goes before a person said so"
    control = after.make.control_sending()
    with pytest.raises(PolicyRefused):
        await control.resume(None, who="boss", why="it looks good")

    compared = await after.make.after_restore()(who="boss")
    assert (compared.found_sent, compared.not_compared, compared.complete) == (2, 0, True)
    assert await after.status(scheduled.id) is DraftStatus.SENT
    assert await after.status(pending.id) is DraftStatus.SENT
    held = await status(after, waiting)
    assert held.status is DraftStatus.PENDING_APPROVAL, "an approval from before is asked for anew"
    assert BEFORE_RESTORE in held.degraded
    await control.resume(None, who="boss", why="compared")

    # HubSpot delivers the lost form once more, and an operator approves everything in haste.
    receipt = await after.make.receive_submission()(lost_form.submission, lost_form.raw)
    again = await _drafted(after, receipt.run_id)
    for draft in (held, rest, again):
        await after.approve(draft)
    await after.work()
    await after.work()
    recipients = sorted(mail.recipients[0] for mail in after.sent())
    assert recipients == sorted({*recipients}), "somebody got it twice"
    assert len(recipients) == 6
    shown = await status(after, again)
    assert shown.status is DraftStatus.PENDING_APPROVAL
    assert BEFORE_RESTORE in shown.degraded
    # A person who has seen the mark decides.
    await after.approve(shown)
    await after.work()
    assert len(after.sent()) == 7
    await after.make.database().close()


async def _drafted(office: Office, run_id: RunId) -> Draft:
    for _ in range(5):
        await office.handlers[Topic.RUN]([run_id])
    async with office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        draft: Draft | None = await tx.drafts.by_run(run_id)
    assert draft is not None
    return draft


class WritesMeanwhile:
    """Seals as the vault does; when the first part is sealed, somebody else writes a row."""

    def __init__(self, vault: Vault, url: str) -> None:
        self._vault = vault
        self._url = url
        self.wrote = False

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        if not self.wrote:
            self.wrote = True
            ask(
                self._url,
                "INSERT INTO tenants (tenant_id, sealed) VALUES ('later', 'x') RETURNING 1",
            )
        return self._vault.seal(plain, context=context)

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        return self._vault.open(sealed, context=context)

    def blind_index(self, text: str) -> str:
        return self._vault.blind_index(text)


def test_a_backup_is_one_moment_and_is_refused_where_it_does_not_belong(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    vault = Vault([new_key()])
    earlier = "INSERT INTO api_keys (tenant_id, id, name, digest, scopes, created_at)"
    ask(
        database_url, f"{earlier} VALUES ('default', 'k', E'a\\tb\\nc', 'd', '', now()) RETURNING 1"
    )
    file = tmp_path / "one.backup"
    meanwhile = WritesMeanwhile(vault, database_url)
    manifest = write_backup(database_url, meanwhile, file)
    assert meanwhile.wrote
    assert ask(database_url, "SELECT tenant_id FROM tenants") == [("later",)]
    assert {t.name: t.rows for t in manifest.tables}["tenants"] == 0, "written after it began"

    with pytest.raises(Rejected, match="exists already"):
        write_backup(database_url, vault, file)
    with pytest.raises(Rejected, match="not empty"):
        restore_backup(database_url, vault, file, by="me")
    with pytest.raises(Rejected, match="other encryption keys"):
        restore_backup(empty_database_url, Vault([new_key()]), file, by="me")
    broken = tmp_path / "broken.backup"
    content = bytearray(file.read_bytes())
    content[content.index(b"tables/api_keys") + 60] ^= 1
    broken.write_bytes(content)
    for bad in (broken, tmp_path / "none.backup", Path(__file__)):
        with pytest.raises(Rejected):
            check_backup(vault, bad)
    with pytest.raises(Rejected):
        restore_backup(empty_database_url, vault, broken, by="me")
    assert ask(empty_database_url, "SELECT to_regclass('runs') IS NULL") == [(True,)]

    restore_backup(empty_database_url, vault, file, by="me")
    assert ask(empty_database_url, "SELECT name FROM api_keys") == [("a\tb\nc",)]
    forced = (
        "SELECT count(*) FROM pg_class"
        " WHERE relkind = 'r' AND relrowsecurity AND NOT relforcerowsecurity"
    )
    assert ask(empty_database_url, forced) == [(0,)], "every table is behind its policy again"


async def test_what_was_never_restored_has_nothing_to_compare(
    database_url: str, vault: Vault
) -> None:
    office = make_office(database_url, vault, EVERYBODY)
    with pytest.raises(Conflict):
        await office.make.after_restore()(who="boss")
    await office.make.database().close()
