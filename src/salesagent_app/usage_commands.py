"""``salesagent usage``: what a month took, and the bounds of every month.

What it needs is imported when it runs.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.markup import escape

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who
from salesagent_core.domain.spending import MICROS, Budget
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId

if TYPE_CHECKING:
    from salesagent_core.use_cases.manage_usage import ManageUsage, UsageReport

_SET = re.compile(r"(soft|hard)_(runs|sends|tokens|cost)=(none|[0-9]{1,15}(?:\.[0-9]{1,6})?)")


@click.command(name="usage")
@click.option("--month", help="Such as 2026-11 (UTC); this month where none is named.")
@click.option(
    "--set",
    "bounds",
    multiple=True,
    metavar="BOUND=NUMBER",
    help="Change a bound: hard_runs=500, soft_cost=20.50, hard_sends=none. May be repeated.",
)
@of_tenant
@as_json
def usage(month: str | None, bounds: tuple[str, ...], tenant: str, json_: bool) -> None:
    """Show what a month took beside its budget, or change the budget."""
    if bounds:
        report = _change(TenantId(tenant), bounds)
    else:
        report = _with_usage(lambda manage: manage.month(TenantId(tenant), month))
    if json_:
        print_json(_as_dict(report))
    else:
        for line in _lines(report):
            out.print(escape(line), highlight=False)


def _change(tenant_id: TenantId, pairs: Sequence[str]) -> UsageReport:
    """Change the bounds that are named (``hard_runs=500``, ``soft_cost=20.50``, ``none`` takes one
    away); the others stay as they are.

    Raises:
        InvalidInput
    """
    bounds = bounds_of(pairs)

    async def act(manage: ManageUsage) -> UsageReport:
        import attrs

        now = (await manage.month(tenant_id)).budget
        budget = Budget(**{**attrs.asdict(now), **bounds})
        return await manage.set_budget(tenant_id, budget, who=who())

    return _with_usage(act)


def _with_usage(act: Callable[[ManageUsage], Awaitable[UsageReport]]) -> UsageReport:
    return in_container(lambda container: act(container.providers.manage_usage()))


def bounds_of(pairs: Sequence[str]) -> dict[str, int | None]:
    """What was typed, as fields of a budget; money in millionths."""
    bounds: dict[str, int | None] = {}
    for pair in pairs:
        found = _SET.fullmatch(pair)
        if found is None or ("." in found[3] and found[2] != "cost"):
            problem = Problem(where="--set", what="must be such as hard_runs=500 or soft_cost=20.5")
            raise InvalidInput("this is not a bound", [problem])
        level, what, number = found.groups()
        name = f"{level}_cost_micros" if what == "cost" else f"{level}_{what}"
        scale = MICROS if what == "cost" else 1
        bounds[name] = None if number == "none" else round(float(number) * scale)
    return bounds


def _as_dict(report: UsageReport) -> dict[str, Any]:
    import attrs

    found = report.usage
    return {
        "month": found.month,
        **attrs.asdict(found.spent),
        "drafts": found.drafts,
        "decisions": dict(found.decisions),
        "models": [attrs.asdict(each) for each in found.models],
        "budget": attrs.asdict(report.budget),
        "budget_from_settings": report.from_settings,
        "waiting_runs": found.waiting_runs,
        "warnings": [attrs.asdict(each) for each in report.warnings],
        "reached": [attrs.asdict(each) for each in report.reached],
    }


def _lines(report: UsageReport) -> list[str]:
    spent, budget = report.usage.spent, report.budget
    rows = (
        ("runs", spent.runs, budget.soft_runs, budget.hard_runs, 1),
        ("mails sent", spent.sends, budget.soft_sends, budget.hard_sends, 1),
        ("model tokens", spent.tokens, budget.soft_tokens, budget.hard_tokens, 1),
        ("model cost", spent.cost_micros, budget.soft_cost_micros, budget.hard_cost_micros, MICROS),
    )
    shown = [f"{report.usage.month} (UTC), {report.usage.drafts} drafts"]
    for name, used, soft, hard, scale in rows:
        bounds = [
            f"{word} {b / scale:,.{2 if scale > 1 else 0}f}"
            for word, b in (("soft", soft), ("hard", hard))
            if b is not None
        ]
        number = f"{used / scale:,.{2 if scale > 1 else 0}f}"
        shown.append(f"  {name}: {number}  ({', '.join(bounds) or 'no bound'})")
    shown += [f"  {reason.sentence}" for reason in (*report.warnings, *report.reached)]
    if report.usage.waiting_runs:
        shown.append(f"  {report.usage.waiting_runs} runs wait for the budget")
    return shown
