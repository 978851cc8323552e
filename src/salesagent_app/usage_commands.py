"""``salesagent usage``: what a month took, and the bounds of every month."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import attrs

from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_app.switch_commands import who
from salesagent_app.telemetry import configure_logging
from salesagent_core.domain.spending import MICROS, Budget
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.manage_usage import ManageUsage, UsageReport

T = TypeVar("T")
_SET = re.compile(r"(soft|hard)_(runs|sends|tokens|cost)=(none|[0-9]{1,15}(?:\.[0-9]{1,6})?)")


def show(tenant: str, month: str | None) -> UsageReport:
    """One month of a tenant's."""
    return _run(lambda usage: usage.month(TenantId(tenant), month))


def change(tenant: str, pairs: Sequence[str]) -> UsageReport:
    """Change the bounds that are named (``hard_runs=500``, ``soft_cost=20.50``, ``none`` takes one
    away); the others stay as they are.

    Raises:
        InvalidInput
    """
    bounds = bounds_of(pairs)

    async def act(usage: ManageUsage) -> UsageReport:
        tenant_id = TenantId(tenant)
        now = (await usage.month(tenant_id)).budget
        budget = Budget(**{**attrs.asdict(now), **bounds})
        return await usage.set_budget(tenant_id, budget, who=who())

    return _run(act)


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


def as_dict(report: UsageReport) -> dict[str, Any]:
    """For ``--json``."""
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


def lines(report: UsageReport) -> list[str]:
    """For people."""
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


async def _with_usage(process: Process, act: Callable[[ManageUsage], Awaitable[T]]) -> T:
    container = process.container()
    try:
        usage: ManageUsage = container.providers.manage_usage()
        return await act(usage)
    finally:
        await container.close()


def _run(act: Callable[[ManageUsage], Awaitable[T]]) -> T:
    import asyncio

    settings = read_settings()
    configure_logging("ERROR")
    with Process(settings) as process:
        return asyncio.run(_with_usage(process, act))
