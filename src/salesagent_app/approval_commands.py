"""``salesagent rules``, ``autonomy`` and ``policy``: what goes alone, decided from a terminal.

What they need is imported when they run: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from salesagent_app.container import Providers
    from salesagent_core.domain.backtest import BacktestReport, Replayed
    from salesagent_core.ids import TenantId
    from salesagent_core.ports.approvals import StoredRule
    from salesagent_core.use_cases.manage_autonomy import SegmentView
    from salesagent_core.use_cases.manage_rules import ManageRules, ThresholdView

T = TypeVar("T")

out = Console()
LISTED = 20
"""Changed decisions that are printed; ``--json`` has more."""

_json = click.option("--json", "json_", is_flag=True, help="One JSON document on standard output.")
_tenant = click.option("--tenant", default="default", show_default=True)
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
@_tenant
@_json
def rules_list(tenant: str, json_: bool) -> None:
    """Show all rules, in the order in which they are tried."""
    found = _with_rules(tenant, lambda manage, tenant_id: manage.list(tenant_id))
    if json_:
        _print([_rule_dict(each) for each in found])
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
@_tenant
@_json
def rules_create(file: Path, tenant: str, json_: bool) -> None:
    """Add a rule of your own from a file."""
    from salesagent_app.policy_inputs import read_document
    from salesagent_app.switch_commands import who

    data = read_document(file)
    made = _with_rules(tenant, lambda manage, of: manage.create(of, data, who=who()))
    _said(made, "was created", json_)


@rules.command(name="update")
@click.argument("name")
@_file
@_tenant
@_json
def rules_update(name: str, file: Path, tenant: str, json_: bool) -> None:
    """Change your rule NAME by a file that says what shall be different.

    With other conditions it has to earn its trust anew.
    """
    from salesagent_app.policy_inputs import read_document
    from salesagent_app.switch_commands import who

    data = read_document(file)

    async def change(manage: ManageRules, of: TenantId) -> StoredRule:
        return await manage.update(of, await _id_of(manage, of, name), data, who=who())

    _said(_with_rules(tenant, change), "was changed", json_)


@rules.command(name="enable")
@click.argument("name")
@_tenant
@_json
def rules_enable(name: str, tenant: str, json_: bool) -> None:
    """Let rule NAME speak. What it may do alone depends on its trust."""
    _said(_switched(tenant, name, enabled=True), "is enabled", json_)


@rules.command(name="disable")
@click.argument("name")
@_tenant
@_json
def rules_disable(name: str, tenant: str, json_: bool) -> None:
    """Silence rule NAME."""
    _said(_switched(tenant, name, enabled=False), "is disabled", json_)


@rules.command(name="order")
@click.argument("names", nargs=-1, required=True)
@_tenant
@_json
def rules_order(names: tuple[str, ...], tenant: str, json_: bool) -> None:
    """Try the rules in this order; name each of them once."""
    from salesagent_app.switch_commands import who

    async def move(manage: ManageRules, of: TenantId) -> tuple[StoredRule, ...]:
        ids = [await _id_of(manage, of, name) for name in names]
        return await manage.order(of, ids, who=who())

    found = _with_rules(tenant, move)
    if json_:
        _print([_rule_dict(each) for each in found])
    else:
        out.print(" > ".join(each.rule.name for each in found), highlight=False)


@rules.command(name="delete")
@click.argument("name")
@_tenant
@_json
def rules_delete(name: str, tenant: str, json_: bool) -> None:
    """Delete your rule NAME, with all the trust it has earned."""
    from salesagent_app.switch_commands import who

    async def delete(manage: ManageRules, of: TenantId) -> None:
        await manage.delete(of, await _id_of(manage, of, name), who=who())

    _with_rules(tenant, delete)
    if json_:
        _print({"deleted": name})
    else:
        out.print(f"Rule {name} was deleted.", highlight=False)


@rules.command(name="threshold")
@click.argument("value", required=False, type=float)
@click.option("--why", default="", help="Kept in the audit trail; needed to set it.")
@_tenant
@_json
def rules_threshold(value: float | None, why: str, tenant: str, json_: bool) -> None:
    """Show how sure a rule must be to go alone, or set it to VALUE (0.5 to 1.0)."""
    from salesagent_app.switch_commands import who

    async def act(manage: ManageRules, of: TenantId) -> ThresholdView:
        if value is None:
            return await manage.threshold(of, who=who())
        return await manage.set_threshold(of, value, who=who(), why=why)

    view = _with_rules(tenant, act)
    if json_:
        _print({"effective": view.effective, "tenant": view.tenant, "set_by": view.set_by})
    else:
        out.print(f"{view.effective:.2f}", highlight=False)


@click.group()
def autonomy() -> None:
    """How far each rule is trusted in each tier."""


@autonomy.command(name="list")
@click.option("--all", "all_", is_flag=True, help="Segments of disabled rules too.")
@_tenant
@_json
def autonomy_list(all_: bool, tenant: str, json_: bool) -> None:
    """Show the segments with their evidence, and what is close to promotion."""
    from salesagent_core.domain.autonomy import Stage
    from salesagent_core.ids import TenantId

    view = in_app(lambda make: make.manage_autonomy().view(TenantId(tenant)))
    rows = [
        each
        for each in view.segments
        if all_ or each.rule_enabled or each.state.stage is not Stage.MANUAL
    ]
    if json_:
        _print([_segment_dict(each) for each in rows])
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
@_tenant
@_json
def autonomy_set(segment: str, stage: str, why: str, tenant: str, json_: bool) -> None:
    """Move SEGMENT (TIER:RULE) to STAGE by hand."""
    from salesagent_app.switch_commands import who
    from salesagent_core.domain.autonomy import Stage
    from salesagent_core.ids import TenantId

    view = in_app(
        lambda make: make.manage_autonomy().set(
            TenantId(tenant), segment, Stage(stage), who=who(), why=why
        )
    )
    if json_:
        _print(_segment_dict(view))
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
@_tenant
@_json
def policy_backtest(since: str, until: str | None, file: Path, tenant: str, json_: bool) -> None:
    """Replay past decisions under another policy. Changes nothing."""
    from salesagent_app.policy_inputs import read_document, read_moment
    from salesagent_core.domain.backtest import describe
    from salesagent_core.ids import TenantId

    data = read_document(file)
    begin = read_moment(since, "from")
    end = read_moment(until, "to", end=True) if until else None
    found = in_app(
        lambda make: make.backtest_policy()(TenantId(tenant), data, since=begin, until=end)
    )
    if json_:
        from cattrs.preconf.json import make_converter

        _print({"summary": describe(found), "report": make_converter().unstructure(found)})
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


def in_app(act: Callable[[Providers], Awaitable[T]]) -> T:
    """Do it against the database that the settings name."""
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("ERROR")

    async def in_container(process: Process) -> T:
        container = process.container()
        try:
            return await act(container.providers)
        finally:
            await container.close()

    with Process(settings) as process:
        return asyncio.run(in_container(process))


def _with_rules(tenant: str, act: Callable[[ManageRules, TenantId], Awaitable[T]]) -> T:
    from salesagent_core.ids import TenantId

    return in_app(lambda make: act(make.manage_rules(), TenantId(tenant)))


def _switched(tenant: str, name: str, *, enabled: bool) -> StoredRule:
    from salesagent_app.switch_commands import who

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
        _print(_rule_dict(stored))
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


def _print(value: object) -> None:
    print(json.dumps(value, default=str, ensure_ascii=False))  # noqa: T201
