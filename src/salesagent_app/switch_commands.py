"""``salesagent stop``, ``resume`` and ``send-mode``: what a person on call types at night."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_app.telemetry import configure_logging
from salesagent_core.domain.send_gate import SendMode
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.control_sending import ControlSending, ModeView, SendingStatus

T = TypeVar("T")


async def _with_control(process: Process, act: Callable[[ControlSending], Awaitable[T]]) -> T:
    container = process.container()
    try:
        control: ControlSending = container.providers.control_sending()
        return await act(control)
    finally:
        await container.close()


def run(act: Callable[[ControlSending], Awaitable[T]]) -> T:
    """Do it against the database that the settings name."""
    import asyncio

    settings = read_settings()
    configure_logging("ERROR")
    with Process(settings) as process:
        return asyncio.run(_with_control(process, act))


def who() -> str:
    """Who types, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "cli"


def stop(tenant: str | None, why: str) -> SendingStatus:
    """Stop one tenant, or (None) all."""
    return run(lambda control: control.stop(_tenant(tenant), who=who(), why=why))


def resume(tenant: str | None, why: str) -> SendingStatus:
    """Release what ``stop`` pulled."""
    return run(lambda control: control.resume(_tenant(tenant), who=who(), why=why))


def mode(tenant: str, chosen: str | None, why: str | None) -> ModeView:
    """The mode in force, after choosing another one where one is named."""
    tenant_id = TenantId(tenant)
    if chosen is None:
        return run(lambda control: control.mode(tenant_id))
    return run(
        lambda control: control.set_mode(tenant_id, SendMode(chosen), who=who(), why=why or "")
    )


def status_dict(status: SendingStatus) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "stopped": status.stopped,
        "everywhere": status.everywhere,
        "by": status.by,
        "why": status.why,
        "at": status.at,
        "in_flight": list(status.in_flight),
    }


def _tenant(tenant: str | None) -> TenantId | None:
    return TenantId(tenant) if tenant else None
