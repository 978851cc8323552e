"""What every command shares: how it is asked, how it answers, and on what it works.

``salesagent --help`` loads this module, and need not load a server.
"""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import rich_click as click
from rich.console import Console

if TYPE_CHECKING:
    from salesagent_app.container import Container
    from salesagent_app.process import Process

T = TypeVar("T")

out = Console()
err = Console(stderr=True)

as_json = click.option(
    "--json", "json_", is_flag=True, help="One JSON document on standard output."
)
of_tenant = click.option("--tenant", default="default", show_default=True)


def print_json(value: object) -> None:
    """For ``--json``."""
    print(json.dumps(value, default=str, ensure_ascii=False))  # noqa: T201


def who() -> str:
    """Who types, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "cli"


def in_container(act: Callable[[Container], Awaitable[T]], *, log_level: str = "ERROR") -> T:
    """Do it with the use cases over the database that the settings name."""
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    async def run(process: Process) -> T:
        container = process.container()
        try:
            return await act(container)
        finally:
            await container.close()

    settings = read_settings()
    configure_logging(log_level)
    with Process(settings) as process:
        return asyncio.run(run(process))
