"""``salesagent rules``: what may go alone, decided from a terminal.

What they need is imported when they run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from rich.table import Table

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who

if TYPE_CHECKING:
    from salesagent_core.ids import TenantId
    from salesagent_core.ports.approvals import StoredRule
    from salesagent_core.use_cases.manage_rules import ManageRules, ThresholdView


T = TypeVar("T")
_file = click.option(
    "--file",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rule, in YAML or JSON.",
)


@click.group()
def rules() -> None:
    """Rules that may approve a draft alone."""


@rules.command(name="list")
@of_tenant
@as_json
def rules_list(tenant: str, json_: bool) -> None:
    """Show all rules, in the order in which they are tried."""
    found = _with_rules(tenant, lambda manage, tenant_id: manage.list(tenant_id))
    if json_:
        print_json([_rule_dict(each) for each in found])
        return
    table = Table("name", "priority", "confidence", "", "conditions")
    for each in found:
        rule = each.rule
        state = "enabled" if rule.enabled else "disabled"
        conditions = " and ".join(str(one) for one in rule.conditions)
        table.add_row(rule.name, str(rule.priority), f"{rule.confidence:.2f}", state, conditions)
    out.print(table)


@rules.command(name="create")
@_file
@of_tenant
@as_json
def rules_create(file: Path, tenant: str, json_: bool) -> None:
    """Add a rule of your own from a file."""
    from salesagent_app.policy_inputs import read_document

    data = read_document(file)
    made = _with_rules(tenant, lambda manage, of: manage.create(of, data, who=who()))
    _said(made, "was created", json_)


@rules.command(name="update")
@click.argument("name")
@_file
@of_tenant
@as_json
def rules_update(name: str, file: Path, tenant: str, json_: bool) -> None:
    """Change your rule NAME by a file that says what shall be different.

    With other conditions it has to earn its trust anew.
    """
    from salesagent_app.policy_inputs import read_document

    data = read_document(file)

    async def change(manage: ManageRules, of: TenantId) -> StoredRule:
        return await manage.update(of, await _id_of(manage, of, name), data, who=who())

    _said(_with_rules(tenant, change), "was changed", json_)


@rules.command(name="enable")
@click.argument("name")
@of_tenant
@as_json
def rules_enable(name: str, tenant: str, json_: bool) -> None:
    """Let rule NAME speak. What it may do alone depends on its trust."""
    _said(_switched(tenant, name, enabled=True), "is enabled", json_)


@rules.command(name="disable")
@click.argument("name")
@of_tenant
@as_json
def rules_disable(name: str, tenant: str, json_: bool) -> None:
    """Silence rule NAME."""
    _said(_switched(tenant, name, enabled=False), "is disabled", json_)


@rules.command(name="order")
@click.argument("names", nargs=-1, required=True)
@of_tenant
@as_json
def rules_order(names: tuple[str, ...], tenant: str, json_: bool) -> None:
    """Try the rules in this order; name each of them once."""

    async def move(manage: ManageRules, of: TenantId) -> tuple[StoredRule, ...]:
        ids = [await _id_of(manage, of, name) for name in names]
        return await manage.order(of, ids, who=who())

    found = _with_rules(tenant, move)
    if json_:
        print_json([_rule_dict(each) for each in found])
    else:
        out.print(" > ".join(each.rule.name for each in found), highlight=False)


@rules.command(name="delete")
@click.argument("name")
@of_tenant
@as_json
def rules_delete(name: str, tenant: str, json_: bool) -> None:
    """Delete your rule NAME, with all the trust it has earned."""

    async def delete(manage: ManageRules, of: TenantId) -> None:
        await manage.delete(of, await _id_of(manage, of, name), who=who())

    _with_rules(tenant, delete)
    if json_:
        print_json({"deleted": name})
    else:
        out.print(f"Rule {name} was deleted.", highlight=False)


@rules.command(name="threshold")
@click.argument("value", required=False, type=float)
@click.option("--why", default="", help="Kept in the audit trail; needed to set it.")
@of_tenant
@as_json
def rules_threshold(value: float | None, why: str, tenant: str, json_: bool) -> None:
    """Show how sure a rule must be to go alone, or set it to VALUE (0.5 to 1.0)."""

    async def act(manage: ManageRules, of: TenantId) -> ThresholdView:
        if value is None:
            return await manage.threshold(of, who=who())
        return await manage.set_threshold(of, value, who=who(), why=why)

    view = _with_rules(tenant, act)
    if json_:
        print_json({"effective": view.effective, "tenant": view.tenant, "set_by": view.set_by})
    else:
        out.print(f"{view.effective:.2f}", highlight=False)


def _with_rules(tenant: str, act: Callable[[ManageRules, TenantId], Awaitable[T]]) -> T:
    from salesagent_core.ids import TenantId

    return in_container(lambda container: act(container.providers.manage_rules(), TenantId(tenant)))


def _switched(tenant: str, name: str, *, enabled: bool) -> StoredRule:
    async def switch(manage: ManageRules, of: TenantId) -> StoredRule:
        rule_id = await _id_of(manage, of, name)
        return await manage.switch(of, rule_id, enabled=enabled, who=who())

    return _with_rules(tenant, switch)


async def _id_of(manage: ManageRules, tenant_id: TenantId, name: str) -> str:
    from salesagent_core.errors import NotFound

    for stored in await manage.list(tenant_id):
        if name in (stored.rule.name, stored.id):
            return stored.id
    raise NotFound(f"there is no rule {name!r}")


def _said(stored: StoredRule, what: str, json_: bool) -> None:
    if json_:
        print_json(_rule_dict(stored))
    else:
        out.print(f"Rule {stored.rule.name} {what}.", highlight=False)


def _rule_dict(stored: StoredRule) -> dict[str, Any]:
    from salesagent_core.domain.rule_reading import rule_as_data

    return {
        "id": stored.id,
        **rule_as_data(stored.rule),
        "built_in": stored.built_in,
        "changed_at": stored.changed_at,
        "changed_by": stored.changed_by,
    }
