"""``salesagent doctor``, ``smoke``, ``demo`` and ``inspect``: looking and trying.

What they need is imported when they run.
"""

from __future__ import annotations

import sys

import rich_click as click
from click.exceptions import Exit
from rich.table import Table

from salesagent_app.terminal import as_json, err, out, print_json


@click.command()
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
        print_json(
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


@click.command(name="smoke")
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
        print_json(report.as_dict())
    else:
        for line in report.lines():
            out.print(line, highlight=False)
    if not report.passed:
        raise Exit(1)


@click.command()
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
        print_json(report.as_dict())
    else:
        report.print(out)
    if not report.passed:
        raise Exit(1)


@click.command(name="inspect")
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
