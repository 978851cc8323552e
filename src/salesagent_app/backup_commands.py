"""``salesagent backup``, ``restore``, ``recovered`` and ``reconcile``: out of a disaster, and back.

What they need is imported when they run: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from salesagent_app.terminal import as_json, in_container, out, print_json, who

if TYPE_CHECKING:
    from salesagent_adapters.postgres.archive import Manifest
    from salesagent_app.container import Container
    from salesagent_core.use_cases.after_restore import Compared

SUFFIX = ".backup"
_NAME = "salesagent-%Y%m%dT%H%M%SZ" + SUFFIX


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1, 10_000), help="In a folder: keep the newest KEEP.")
@click.option("--check", is_flag=True, help="Read the backup PATH from end to end; make none.")
@as_json
def backup(path: Path, keep: int | None, check: bool, json_: bool) -> None:
    """Copy the database, as it is at this moment, into the file PATH, or into the folder PATH
    under the name of this moment. Everything goes on working meanwhile."""
    from salesagent_adapters.crypto.vault import Vault
    from salesagent_adapters.postgres import backup as copies
    from salesagent_app.process import Process, encryption_keys
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    if keep and (check or not path.is_dir()):
        raise click.UsageError("--keep needs a folder")
    settings = read_settings()
    configure_logging("ERROR")
    file = path / datetime.now(UTC).strftime(_NAME) if path.is_dir() and not check else path
    if check:
        # A machine that keeps backups need not reach the database.
        manifest = copies.check_backup(Vault(encryption_keys(settings)), path)
    else:
        with Process(settings) as process:
            manifest = copies.write_backup(process.database_url, process.vault, file)
    removed = _forget(path, keep) if keep else []
    if json_:
        print_json({**_dict(manifest), "file": str(file), "removed": removed})
        return
    out.print(
        f"{file}: {manifest.rows} rows of {len(manifest.tables)} tables, schema {manifest.schema},"
        f" as of {manifest.snapshot_at}.",
        highlight=False,
        soft_wrap=True,
    )
    if check:
        out.print("It is whole, and these encryption keys open it.")
        return
    out.print("The encryption keys are not in it. Without them it cannot be read: keep them apart.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def restore(file: Path, json_: bool) -> None:
    """Put the backup FILE into the empty database that the settings name. Sending is stopped
    afterwards, until it was compared with the mailboxes and an admin resumes it."""
    from salesagent_adapters.crypto.vault import Vault
    from salesagent_adapters.postgres import backup as copies
    from salesagent_app.process import encryption_keys
    from salesagent_app.serving import database_address
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("ERROR")
    # Not what a process opens: the empty database knows nothing about the keys yet.
    vault = Vault(encryption_keys(settings))
    with database_address(settings) as url:
        report = copies.restore_backup(url, vault, file, by=who())
    manifest, restored = report.manifest, report.restored
    if json_:
        print_json(
            {
                **_dict(manifest),
                "restored_at": restored.restored_at,
                "left_out": report.left_out,
                "sending": "stopped",
            }
        )
        return
    out.print(f"Restored: {manifest.rows} rows, as of {manifest.snapshot_at}.", highlight=False)
    for name in report.left_out:
        out.print(f"Left out: {name}, which this server cannot hold; it is made anew.")
    out.print(
        "All sending is stopped. Mails may have gone out after the backup was made: run"
        " `salesagent reconcile`, then `salesagent resume --everywhere WHY`.",
        soft_wrap=True,
    )


@click.command()
@click.argument("moment")
@as_json
def recovered(moment: str, json_: bool) -> None:
    """Say that PostgreSQL itself brought this database back to MOMENT, such as "2026-11-21
    06:59:00+00" (with its zone). Sending is stopped, as after `restore`; run it before anything
    is started."""
    from salesagent_adapters.postgres import backup as copies
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    at = _past(moment)
    settings = read_settings()
    configure_logging("ERROR")
    with Process(settings) as process:
        restored = copies.mark_recovered(process.database_url, process.vault, at, by=who())
    if json_:
        print_json(
            {
                "snapshot_at": restored.snapshot_at,
                "restored_at": restored.restored_at,
                "sending": "stopped",
            }
        )
        return
    out.print(
        "All sending is stopped. Mails may have gone out after that moment: run"
        " `salesagent reconcile`, then `salesagent resume --everywhere WHY`.",
        soft_wrap=True,
    )


@click.command()
@click.option("--anyway", metavar="WHY", help="Allow resuming although some were not compared.")
@as_json
def reconcile(anyway: str | None, json_: bool) -> None:
    """After a restore: put what was approved back into review, and compare every open draft with
    its mailbox. What went out after the backup was made is recorded as sent."""
    import attrs

    async def compare(container: Container) -> Compared:
        done: Compared = await container.providers.after_restore()(who=who(), anyway=anyway)
        return done

    done = in_container(compare)
    if json_:
        print_json(attrs.asdict(done))
    else:
        out.print(
            f"{done.drafts} open drafts: {done.back_in_review} back in review,"
            f" {done.found_sent} were sent already, {done.not_compared} could not be compared.",
            highlight=False,
        )
    if not done.complete:
        if not json_:
            out.print("Sending stays stopped. Connect the mailboxes, and run it again in a minute.")
        raise Exit(1)


def _past(moment: str) -> datetime:
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > datetime.now(UTC):
        raise click.UsageError('MOMENT is a past time with its zone: "2026-11-21 06:59:00+00"')
    return at


def _forget(folder: Path, keep: int) -> list[str]:
    # Names sort by time. What else lies there is none of ours.
    old = sorted(folder.glob(f"salesagent-*Z{SUFFIX}"))[:-keep]
    for file in old:
        file.unlink()
    return [file.name for file in old]


def _dict(manifest: Manifest) -> dict[str, Any]:
    return {
        "id": manifest.id,
        "snapshot_at": manifest.snapshot_at,
        "wal_lsn": manifest.wal_lsn,
        "schema": manifest.schema,
        "rows": manifest.rows,
        "tables": {table.name: table.rows for table in manifest.tables},
    }
