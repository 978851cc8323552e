"""``salesagent stop``, ``resume`` and ``send-mode``: what a person on call types at night.

What they need is imported when they run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from click.exceptions import Exit

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who
from salesagent_core.ids import TenantId

if TYPE_CHECKING:
    from salesagent_core.use_cases.control_sending import ControlSending, ModeView, SendingStatus

T = TypeVar("T")

_everywhere = click.option("--everywhere", is_flag=True, help="All organisations, not one.")


@click.command()
@click.argument("why")
@of_tenant
@_everywhere
@as_json
def stop(why: str, tenant: str, everywhere: bool, json_: bool) -> None:
    """Stop all sending at once. WHY is kept in the audit trail."""
    of = None if everywhere else TenantId(tenant)
    status = _with_control(lambda control: control.stop(of, who=who(), why=why))
    if json_:
        print_json(_status_dict(status))
        return
    out.print(f"Sending is stopped. On the way already: {len(status.in_flight)}.", highlight=False)
    for attempt in status.in_flight:
        out.print(f"  {attempt}", highlight=False)


@click.command()
@click.argument("why")
@of_tenant
@_everywhere
@as_json
def resume(why: str, tenant: str, everywhere: bool, json_: bool) -> None:
    """Send again after a stop. WHY is kept in the audit trail."""
    of = None if everywhere else TenantId(tenant)
    status = _with_control(lambda control: control.resume(of, who=who(), why=why))
    if json_:
        print_json(_status_dict(status))
    elif status.stopped:
        out.print(f"Still stopped, by {status.by}; try --everywhere.", highlight=False)
    else:
        out.print("Sending goes on.")
    if status.stopped:
        raise Exit(1)


@click.command(name="send-mode")
@click.argument("mode", required=False, type=click.Choice(["DRAFT_ONLY", "SEND"]))
@click.option("--why", help="Kept in the audit trail; needed to change the mode.")
@of_tenant
@as_json
def send_mode(mode: str | None, why: str | None, tenant: str, json_: bool) -> None:
    """Show the mode in force, or choose MODE."""
    view = _mode(TenantId(tenant), mode, why)
    chosen = view.chosen
    if json_:
        print_json(
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


def _mode(tenant_id: TenantId, chosen: str | None, why: str | None) -> ModeView:
    """The mode in force, after choosing another one where one is named."""
    from salesagent_core.domain.sending.gate import SendMode

    if chosen is None:
        return _with_control(lambda control: control.mode(tenant_id))
    return _with_control(
        lambda control: control.set_mode(tenant_id, SendMode(chosen), who=who(), why=why or "")
    )


def _with_control(act: Callable[[ControlSending], Awaitable[T]]) -> T:
    return in_container(lambda container: act(container.providers.control_sending()))


def _status_dict(status: SendingStatus) -> dict[str, Any]:
    return {
        "stopped": status.stopped,
        "everywhere": status.everywhere,
        "by": status.by,
        "why": status.why,
        "at": status.at,
        "in_flight": list(status.in_flight),
    }
