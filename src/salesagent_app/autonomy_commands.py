"""``salesagent autonomy`` and ``policy``: trust, and what another policy would have done.

What they need is imported when they run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.table import Table

from salesagent_app.terminal import as_json, in_container, of_tenant, out, print_json, who

if TYPE_CHECKING:
    from salesagent_core.domain.outcomes.backtest import BacktestReport, Replayed
    from salesagent_core.use_cases.manage_autonomy import SegmentView


LISTED = 20
"""Changed decisions that are printed; ``--json`` has more."""


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
    from salesagent_core.domain.outcomes.backtest import describe
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
