"""``salesagent users``: who may log in, from a terminal.

A password is typed, or read from standard input; it is never an argument, which every process of
the machine could read. What a command needs is imported when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from rich.table import Table

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who
from salesagent_core.domain.people import Role

if TYPE_CHECKING:
    from salesagent_app.container import Container
    from salesagent_core.ids import TenantId
    from salesagent_core.ports.people import User
    from salesagent_core.use_cases.manage_people import ManagePeople
    from salesagent_core.use_cases.people_parts import Actor

T = TypeVar("T")

_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)


@click.group()
def users() -> None:
    """People who log in."""


@users.command(name="add")
@click.argument("email")
@click.option("--name", help="Default: what stands before the @.")
@click.option(
    "--role",
    default=Role.OPERATOR.value,
    show_default=True,
    type=click.Choice([role.value for role in Role]),
)
@_stdin
@of_tenant
@as_json
def users_add(
    email: str, name: str | None, role: str, password_stdin: bool, tenant: str, json_: bool
) -> None:
    """Make an account for EMAIL at once, without an invitation."""
    password = _password(from_stdin=password_stdin)
    called = name or email.partition("@")[0]
    user = _with_people(
        tenant,
        lambda manage, of, by: manage.add(
            of, email, name=called, role=Role(role), password=password, by=by
        ),
    )
    if json_:
        print_json(_user_dict(user))
    else:
        out.print(f"{user.email} may log in as {user.role.value}.", highlight=False)


@users.command(name="list")
@of_tenant
@as_json
def users_list(tenant: str, json_: bool) -> None:
    """Show everybody."""
    found = _with_people(tenant, lambda manage, of, _: manage.list(of)).users
    if json_:
        print_json([_user_dict(each) for each in found])
        return
    if not found:
        out.print("Nobody yet: salesagent users add --role owner makes the first one.")
        return
    table = Table("e-mail", "name", "role", "two-factor", "last log-in", "")
    for each in found:
        seen = each.last_login_at.strftime("%Y-%m-%d %H:%M") if each.last_login_at else "never"
        state = "shut out" if each.disabled_at is not None else ""
        factor = "on" if each.needs_code else "off"
        table.add_row(each.email, each.name, each.role.value, factor, seen, state)
    out.print(table)


@users.command(name="disable")
@click.argument("email")
@of_tenant
@as_json
def users_disable(email: str, tenant: str, json_: bool) -> None:
    """Shut EMAIL out: their sessions end at once."""

    async def disable(manage: ManagePeople, of: TenantId, by: Actor) -> User:
        user = await manage.named(of, email)
        return await manage.change(of, user.id, by, disabled=True)

    user = _with_people(tenant, disable)
    if json_:
        print_json(_user_dict(user))
    else:
        out.print(f"{user.email} is shut out.", highlight=False)


@users.command(name="reset-password")
@click.argument("email")
@click.option("--two-factor-off", is_flag=True, help="Their phone is lost, too.")
@_stdin
@of_tenant
@as_json
def users_reset_password(
    email: str, two_factor_off: bool, password_stdin: bool, tenant: str, json_: bool
) -> None:
    """Give EMAIL a new password: their sessions end at once."""
    password = _password(from_stdin=password_stdin)
    user = _with_people(
        tenant,
        lambda manage, of, by: manage.reset_password(
            of, email, password, by, two_factor_off=two_factor_off
        ),
    )
    if json_:
        print_json(_user_dict(user))
    else:
        out.print(f"{user.email} has a new password.", highlight=False)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _with_people(tenant: str, act: Callable[[ManagePeople, TenantId, Actor], Awaitable[T]]) -> T:
    from salesagent_core.ids import TenantId
    from salesagent_core.use_cases.people_parts import Actor

    by, of = Actor(id=who(), role=None), TenantId(tenant)

    async def known(container: Container) -> T:
        # Nobody could log in to an organisation that there is not.
        await container.providers.tenants().get(of)
        return await act(container.providers.manage_people(), of, by)

    return in_container(known)


def _user_dict(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "two_factor": user.needs_code,
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
        "last_login_at": user.last_login_at,
    }
