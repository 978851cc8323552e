"""``salesagent rules``, ``autonomy`` and ``policy``: what goes alone, decided from a terminal.

What they need is imported when they run: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from rich.table import Table

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who

if TYPE_CHECKING:
    from salesagent_core.domain.backtest import BacktestReport, Replayed
    from salesagent_core.ids import TenantId
    from salesagent_core.ports.approvals import StoredRule
    from salesagent_core.use_cases.manage_autonomy import SegmentView
    from salesagent_core.use_cases.manage_rules import ManageRules, ThresholdView

T = TypeVar("T")

LISTED = 20
"""Changed decisions that are printed; ``--json`` has more."""

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


@click.group()
def autonomy() -> None:
    """How far each rule is trusted in each tier."""


@autonomy.command(name="list")
@click.option("--all", "all_", is_flag=True, help="Segments of disabled rules too.")
@of_tenant
@as_json
def autonomy_list(all_: bool, tenant: str, json_: bool) -> None:
    """Show the segments with their evidence, and what is close to promotion."""
    from salesagent_core.domain.autonomy import Stage
    from salesagent_core.ids import TenantId

    view = in_container(
        lambda container: container.providers.manage_autonomy().view(TenantId(tenant))
    )
    rows = [
        each
        for each in view.segments
        if all_ or each.rule_enabled or each.state.stage is not Stage.MANUAL
    ]
    if json_:
        print_json([_segment_dict(each) for each in rows])
        return
    if not rows:
        out.print("No rule is enabled, so every draft waits for a person.")
        return
    table = Table("segment", "stage", "agreed", "at least", "to go")
    for each in rows:
        state = each.state
        table.add_row(
            str(state.segment),
            state.stage.value,
            f"{state.agreed} of {state.shadow_verdicts}",
            f"{each.promotion.bound:.1%}",
            "many" if each.to_go is None else str(each.to_go),
        )
    out.print(table)


@autonomy.command(name="set")
@click.argument("segment")
@click.argument("stage", type=click.Choice(["manual", "shadow", "auto"]))
@click.option("--why", required=True, help="Kept in the audit trail.")
@of_tenant
@as_json
def autonomy_set(segment: str, stage: str, why: str, tenant: str, json_: bool) -> None:
    """Move SEGMENT (TIER:RULE) to STAGE by hand."""
    from salesagent_core.domain.autonomy import Stage
    from salesagent_core.ids import TenantId

    view = in_container(
        lambda container: container.providers.manage_autonomy().set(
            TenantId(tenant), segment, Stage(stage), who=who(), why=why
        )
    )
    if json_:
        print_json(_segment_dict(view))
    else:
        out.print(f"{segment} is {view.state.stage.value}.", highlight=False)


@click.group()
def policy() -> None:
    """What another policy would have decided."""


@policy.command(name="backtest")
@click.option("--from", "since", required=True, help="A date, or an ISO time; included.")
@click.option("--to", "until", help="A date (included), or an ISO time (excluded). Default: now.")
@click.option(
    "--policy",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy to try, in YAML or JSON.",
)
@of_tenant
@as_json
def policy_backtest(since: str, until: str | None, file: Path, tenant: str, json_: bool) -> None:
    """Replay past decisions under another policy. Changes nothing."""
    from salesagent_app.policy_inputs import read_document, read_moment
    from salesagent_core.domain.backtest import describe
    from salesagent_core.ids import TenantId

    data = read_document(file)
    begin = read_moment(since, "from")
    end = read_moment(until, "to", end=True) if until else None
    found = in_container(
        lambda container: container.providers.backtest_policy()(
            TenantId(tenant), data, since=begin, until=end
        )
    )
    if json_:
        from cattrs.preconf.json import make_converter

        print_json({"summary": describe(found), "report": make_converter().unstructure(found)})
        return
    for line in describe(found):
        out.print(line, highlight=False)
    _print_changes(found)


def _print_changes(found: BacktestReport) -> None:
    for title, count, changed in (
        ("Would go alone", found.more_count, found.more),
        ("Would wait", found.fewer_count, found.fewer),
    ):
        for each in changed[:LISTED]:
            out.print(_change_line(title, each), highlight=False, soft_wrap=True)
        if count > LISTED:
            out.print(f"… and {count - LISTED} more; --json lists them.", highlight=False)


def _change_line(title: str, each: Replayed) -> str:
    why = "; ".join(reason.sentence for reason in each.reasons)
    answer = each.answer.value if each.answer else "undecided"
    when = each.decided_at.strftime("%Y-%m-%d")
    return f"{title}: {each.draft_id} ({when}, {each.tier.value}, operator: {answer}): {why}"


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


def _segment_dict(view: SegmentView) -> dict[str, Any]:
    state = view.state
    return {
        "segment": str(state.segment),
        "stage": state.stage.value,
        "verdicts": state.shadow_verdicts,
        "agreed": state.agreed,
        "bound": view.promotion.bound,
        "to_go": view.to_go,
        "close": view.close,
        "reasons": [reason.sentence for reason in view.promotion.reasons],
    }
