"""The command line. Every command takes ``--json``; errors say what to do and exit with 1 or 2.

Commands import what they need when they run: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from salesagent_app import (
    approval_commands,
    backup_commands,
    people_commands,
    privacy_commands,
    voice_commands,
)
from salesagent_core.errors import Problem, SalesAgentError
from salesagent_core.ports.api_keys import Scope

if TYPE_CHECKING:
    from salesagent_app.keys import MadeKey
    from salesagent_app.process import Process


out = Console()
err = Console(stderr=True)

as_json = click.option(
    "--json", "json_", is_flag=True, help="One JSON document on standard output."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="salesagent")
def cli() -> None:
    """salesagent turns an inbound form into the right e-mail, sent once, with a human in charge."""


cli.add_command(approval_commands.rules)
cli.add_command(approval_commands.autonomy)
cli.add_command(approval_commands.policy)
cli.add_command(voice_commands.voices)
cli.add_command(privacy_commands.keys)
cli.add_command(privacy_commands.audit)
cli.add_command(privacy_commands.gdpr)
cli.add_command(backup_commands.backup)
cli.add_command(backup_commands.restore)
cli.add_command(backup_commands.recovered)
cli.add_command(backup_commands.reconcile)
cli.add_command(people_commands.users)
cli.add_command(privacy_commands.retention)


def main() -> None:
    """The console script: known errors become a sentence and an exit status, never a traceback."""
    try:
        # Without its standalone mode click returns the status of an ``Exit`` instead of exiting.
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except SalesAgentError as error:
        _show_error(error)
        sys.exit(1)


def _show_error(error: SalesAgentError) -> None:
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    if "--json" in sys.argv:
        listed = [{"where": one.where, "what": one.what} for one in problems]
        _print_json({"error": str(error), "problems": listed})
        return
    if not problems:
        err.print(f"[bold red]salesagent:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        return
    err.print("[bold red]salesagent:[/] cannot go on:")
    for problem in problems:
        line = f"  [bold]{problem.where}[/]: {escape(problem.what)}"
        err.print(line, highlight=False, soft_wrap=True)


def _print_json(value: object) -> None:
    print(json.dumps(value, default=str, ensure_ascii=False))  # noqa: T201


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--worker/--no-worker",
    default=None,
    help="Work off runs in this process too. Default: only when REDIS_URL is not set.",
)
@click.option(
    "--notice",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 60),
    help="On SIGTERM: seconds to go on answering while readiness says no.",
)
@as_json
def serve(host: str, port: int, worker: bool | None, notice: float, json_: bool) -> None:
    """Serve the API, the webhooks and the operator's pages."""

    from salesagent_app import serving
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging(settings.log_level, pretty=False if json_ else None)
    with_worker = settings.redis_url is None if worker is None else worker
    with Process(settings) as process:
        serving.serve(process, host=host, port=port, with_worker=with_worker, notice=notice)


@cli.command(name="mcp")
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where salesagent serves."
)
@click.option(
    "--plain-http", is_flag=True, help="Also over http to another machine: the key is readable."
)
@as_json
def mcp_(url: str, plain_http: bool, json_: bool) -> None:  # noqa: ARG001
    """Give an assistant the queue as tools (MCP, on standard input and output).

    The API key comes from SALESAGENT_API_KEY. Its scopes say which tools there are.
    """
    from salesagent_app.mcp_server import command

    command.run(url, plain_http=plain_http)


@cli.command()
@as_json
def worker(json_: bool) -> None:
    """Work off runs until SIGTERM, then drain for up to 30 s."""

    from salesagent_app import serving
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging(settings.log_level, pretty=False if json_ else None)
    with Process(settings) as process:
        serving.work(process)


@cli.command()
@click.option("--to", "revision", default="head", show_default=True, help="Revision to reach.")
@as_json
def migrate(revision: str, json_: bool) -> None:
    """Bring the database to the newest schema."""

    from salesagent_app import serving
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("WARNING")
    with err.status("migrating the database"):
        before, after = serving.migrate(settings, revision)
    if json_:
        _print_json({"before": before, "after": after})
    else:
        out.print(f"schema: {before or 'empty'} -> {after}")


@cli.command()
@click.option("--live", is_flag=True, help="Ask each vendor, too, what works with the keys.")
@as_json
def doctor(live: bool, json_: bool) -> None:
    """Check settings, secrets and connections; say what is missing and how to get it."""

    from salesagent_app.doctor import examine
    from salesagent_app.telemetry import configure_logging

    configure_logging("ERROR")
    with err.status("asking the vendors" if live else "looking"):
        checks = examine(live=live)
    if json_:
        _print_json(
            {
                "healthy": not any(check.failed for check in checks),
                "checks": [check.as_dict() for check in checks],
            }
        )
    else:
        table = Table("", "check", "found", "what to do", show_lines=False)
        for check in checks:
            table.add_row(check.mark, check.name, check.found, check.advice)
        out.print(table)
    if any(check.failed for check in checks):
        raise Exit(1)


@cli.command(name="smoke")
@click.option("--live", is_flag=True, help="With the real vendors, as a mail to ourselves.")
@as_json
def smoke_(live: bool, json_: bool) -> None:
    """Send one synthetic form through the whole flow and watch its draft appear."""

    from salesagent_app import smoke
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("WARNING")
    with err.status("one form through sixteen steps"):
        report = smoke.run(settings, live=live)
    if json_:
        _print_json(report.as_dict())
    else:
        for line in report.lines():
            out.print(line, highlight=False)
    if not report.passed:
        raise Exit(1)


@cli.command()
@click.option("--once", is_flag=True, help="Print what became of each lead, and exit.")
@click.option("--send", is_flag=True, help="Mode SEND, to the memory mailbox: nothing leaves.")
@click.option("--history", is_flag=True, help="With a simulated quarter of mail and answers.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@as_json
def demo(once: bool, send: bool, history: bool, host: str, port: int, json_: bool) -> None:
    """Run made-up leads through the real engine, then serve them for review."""

    from salesagent_app import demo as demo_leads
    from salesagent_app.telemetry import configure_logging

    configure_logging("ERROR")
    report = demo_leads.run(
        once=once, send=send, history=history, host=host, port=port, console=err
    )
    if json_:
        _print_json(report.as_dict())
    else:
        report.print(out)
    if not report.passed:
        raise Exit(1)


_tenant = click.option("--tenant", default="default", show_default=True)
_everywhere = click.option("--everywhere", is_flag=True, help="All organisations, not one.")


@cli.command()
@click.argument("why")
@_tenant
@_everywhere
@as_json
def stop(why: str, tenant: str, everywhere: bool, json_: bool) -> None:
    """Stop all sending at once. WHY is kept in the audit trail."""
    from salesagent_app import switch_commands

    status = switch_commands.stop(None if everywhere else tenant, why)
    if json_:
        _print_json(switch_commands.status_dict(status))
        return
    out.print(f"Sending is stopped. On the way already: {len(status.in_flight)}.", highlight=False)
    for attempt in status.in_flight:
        out.print(f"  {attempt}", highlight=False)


@cli.command()
@click.argument("why")
@_tenant
@_everywhere
@as_json
def resume(why: str, tenant: str, everywhere: bool, json_: bool) -> None:
    """Send again after a stop. WHY is kept in the audit trail."""
    from salesagent_app import switch_commands

    status = switch_commands.resume(None if everywhere else tenant, why)
    if json_:
        _print_json(switch_commands.status_dict(status))
    elif status.stopped:
        out.print(f"Still stopped, by {status.by}; try --everywhere.", highlight=False)
    else:
        out.print("Sending goes on.")
    if status.stopped:
        raise Exit(1)


@cli.command(name="send-mode")
@click.argument("mode", required=False, type=click.Choice(["DRAFT_ONLY", "SEND"]))
@click.option("--why", help="Kept in the audit trail; needed to change the mode.")
@_tenant
@as_json
def send_mode(mode: str | None, why: str | None, tenant: str, json_: bool) -> None:
    """Show the mode in force, or choose MODE."""
    from salesagent_app import switch_commands

    view = switch_commands.mode(tenant, mode, why)
    chosen = view.chosen
    if json_:
        _print_json(
            {
                "mode": view.mode.value,
                "allowed_by_settings": view.allowed_by_settings,
                "by": chosen.by if chosen else None,
                "why": chosen.why if chosen else None,
            }
        )
        return
    out.print(view.mode.value)
    if not view.allowed_by_settings:
        out.print("The settings of this installation allow drafts only.")


@cli.command(name="usage")
@click.option("--month", help="Such as 2026-11 (UTC); this month where none is named.")
@click.option(
    "--set",
    "bounds",
    multiple=True,
    metavar="BOUND=NUMBER",
    help="Change a bound: hard_runs=500, soft_cost=20.50, hard_sends=none. May be repeated.",
)
@click.option("--tenant", default="default", show_default=True)
@as_json
def usage_(month: str | None, bounds: tuple[str, ...], tenant: str, json_: bool) -> None:
    """Show what a month took beside its budget, or change the budget."""
    from salesagent_app import usage_commands

    if bounds:
        report = usage_commands.change(tenant, bounds)
    else:
        report = usage_commands.show(tenant, month)
    if json_:
        _print_json(usage_commands.as_dict(report))
    else:
        for line in usage_commands.lines(report):
            out.print(escape(line), highlight=False)


@cli.command(name="inspect")
@click.argument(
    "kind", type=click.Choice(["draft", "inbound", "message", "title", "address", "lead"])
)
@as_json
def inspect_(kind: str, json_: bool) -> None:  # noqa: ARG001
    """Judge your own data: JSON Lines on standard input, one answer a line on standard output.

    Needs no database, no settings and no keys. A line that cannot be judged is answered by its id
    and an error, and the rest is still done.
    """
    from salesagent_app import inspect_lines

    inspect_lines.run(kind, sys.stdin.buffer, sys.stdout.buffer)


@cli.group()
def key() -> None:
    """Make keys."""


@key.command(name="create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the key may do; may be given more than once.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.")
@click.option("--tenant", default="default", show_default=True)
@as_json
def key_create(
    name: str, scopes: tuple[str, ...], days: int | None, tenant: str, json_: bool
) -> None:
    """Make an API key called NAME. It is shown once and kept nowhere."""

    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("WARNING")
    lifetime = timedelta(days=days) if days else None
    with Process(settings) as process:
        made = asyncio.run(_make_key(process, name, scopes, lifetime, tenant))
    if json_:
        _print_json({"key": made.secret, "id": made.key.id, "scopes": sorted(made.key.scopes)})
    else:
        err.print("This is shown once:")
        print(made.secret)  # noqa: T201


async def _make_key(
    process: Process,
    name: str,
    scopes: tuple[str, ...],
    lifetime: timedelta | None,
    tenant: str,
) -> MadeKey:
    from salesagent_app.keys import create_key

    container = process.container()
    try:
        return await create_key(
            container.api_keys,
            container.clock,
            name=name,
            scopes=[Scope(scope) for scope in scopes],
            lifetime=lifetime,
            tenant=tenant,
        )
    finally:
        await container.close()


@key.command(name="encryption")
@as_json
def key_encryption(json_: bool) -> None:
    """Make an encryption key for SALESAGENT_ENCRYPTION_KEYS."""
    from salesagent_adapters.crypto.vault import new_key

    made = new_key()
    if json_:
        _print_json({"key": made})
    else:
        print(made)  # noqa: T201
