"""The command line. Every command takes ``--json``; errors say what to do and exit with 1 or 2.

Commands import what they need when they run: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

import sys

import rich_click as click
from rich.markup import escape

from salesagent_app import (
    autonomy_commands,
    backup_commands,
    key_commands,
    people_commands,
    privacy_commands,
    rule_commands,
    serving_commands,
    switch_commands,
    tenant_commands,
    trying_commands,
    usage_commands,
    voice_commands,
)
from salesagent_app.terminal import err, print_json
from salesagent_core.errors import Problem, SalesAgentError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="salesagent")
def cli() -> None:
    """salesagent turns an inbound form into the right e-mail, sent once, with a human in charge."""


for command in (
    serving_commands.serve,
    serving_commands.mcp_,
    serving_commands.worker,
    serving_commands.migrate,
    trying_commands.doctor,
    trying_commands.smoke_,
    trying_commands.demo,
    trying_commands.inspect_,
    switch_commands.stop,
    switch_commands.resume,
    switch_commands.send_mode,
    usage_commands.usage,
    key_commands.key,
    rule_commands.rules,
    autonomy_commands.autonomy,
    autonomy_commands.policy,
    voice_commands.voices,
    people_commands.users,
    tenant_commands.tenants,
    privacy_commands.keys,
    privacy_commands.audit,
    privacy_commands.gdpr,
    privacy_commands.retention,
    backup_commands.backup,
    backup_commands.restore,
    backup_commands.recovered,
    backup_commands.reconcile,
):
    cli.add_command(command)


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
        print_json({"error": str(error), "problems": listed})
        return
    if not problems:
        err.print(f"[bold red]salesagent:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        return
    err.print("[bold red]salesagent:[/] cannot go on:")
    for problem in problems:
        line = f"  [bold]{problem.where}[/]: {escape(problem.what)}"
        err.print(line, highlight=False, soft_wrap=True)
