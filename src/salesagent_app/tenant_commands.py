"""``salesagent tenants``: further organisations on this installation, from a terminal.

A secret is typed, or read from standard input; it is never an argument, which every process of
the machine could read. What a command needs is imported when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from rich.table import Table

from salesagent_app.terminal import as_json, in_container, out, print_json, who

if TYPE_CHECKING:
    from salesagent_core.use_cases.manage_tenants import ManageTenants, TenantSeen

T = TypeVar("T")

_KINDS = ("webhook", "hubspot")


@click.group()
def tenants() -> None:
    """Further organisations, beside the one that the settings describe."""


@tenants.command(name="add")
@click.argument("tenant_id", metavar="ID")
@click.option("--name", required=True, help="What the organisation is called.")
@click.option("--mailbox", required=True, help="The address that its drafts are made in.")
@click.option("--sender-name", help="Who signs its mails. Default: its name.")
@click.option("--portal", help="Its HubSpot portal: forms of that portal are its own.")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--country", help="An ISO code, for public holidays.")
@as_json
def tenants_add(
    tenant_id: str,
    name: str,
    mailbox: str,
    sender_name: str | None,
    portal: str | None,
    time_zone: str,
    country: str | None,
    json_: bool,
) -> None:
    """Enter an organisation under ID: small letters, digits, hyphens."""
    from salesagent_core.domain.tenant import Tenant
    from salesagent_core.ids import TenantId

    tenant = Tenant(
        id=TenantId(tenant_id),
        name=name,
        mailbox=mailbox,
        sender_name=sender_name or name,
        portal_id=portal,
        time_zone=time_zone,
        country=country,
    )
    seen = _with_tenants(lambda manage: manage.add(tenant, by=who()))
    _show(seen, f"{tenant_id} is entered. Next: salesagent users add --tenant {tenant_id}", json_)


@tenants.command(name="list")
@as_json
def tenants_list(json_: bool) -> None:
    """Show all of them."""
    found = _with_tenants(lambda manage: manage.list())
    if json_:
        print_json([_dict(each) for each in found])
        return
    if not found:
        out.print("None beside the one that the settings describe.")
        return
    table = Table("id", "name", "mailbox", "portal", "webhook secret", "HubSpot token")
    for each in found:
        one = each.tenant
        held = ["set" if kept else "missing" for kept in (each.webhook, each.hubspot)]
        table.add_row(one.id, one.name, one.mailbox, one.portal_id or "", *held)
    out.print(table)


@tenants.command(name="secret")
@click.argument("tenant_id", metavar="ID")
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--stdin", is_flag=True, help="Read it from standard input, one line.")
@as_json
def tenants_secret(tenant_id: str, kind: str, stdin: bool, json_: bool) -> None:
    """Give the organisation ID a secret of its own: what signs its webhooks, or its HubSpot token.
    It is asked for."""
    from salesagent_core.ids import TenantId
    from salesagent_core.use_cases.manage_tenants import SecretKind

    value = sys.stdin.readline() if stdin else click.prompt("Secret", hide_input=True, err=True)
    seen = _with_tenants(
        lambda manage: manage.set_secret(TenantId(tenant_id), SecretKind(kind), value, by=who())
    )
    _show(seen, f"The {kind} secret of {tenant_id} is set.", json_)


def _with_tenants(act: Callable[[ManageTenants], Awaitable[T]]) -> T:
    return in_container(lambda container: act(container.providers.manage_tenants()))


def _show(seen: TenantSeen, sentence: str, json_: bool) -> None:
    if json_:
        print_json(_dict(seen))
    else:
        out.print(sentence, highlight=False, soft_wrap=True)


def _dict(seen: TenantSeen) -> dict[str, Any]:
    one = seen.tenant
    return {
        "id": one.id,
        "name": one.name,
        "mailbox": one.mailbox,
        "sender_name": one.sender_name,
        "portal": one.portal_id,
        "time_zone": one.time_zone,
        "country": one.country,
        "webhook": seen.webhook,
        "hubspot": seen.hubspot,
    }
