"""``salesagent keys`` and ``audit``: what is sealed, and what proves itself, from a terminal.

What it needs is imported when it runs: ``salesagent --help`` need not load a server.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit
from rich.markup import escape
from rich.table import Table

from salesagent_app.terminal import as_json, err, in_container, of_tenant, out, print_json, who

if TYPE_CHECKING:
    from salesagent_app.container import Container
    from salesagent_core.domain.audit_chain import Head
    from salesagent_core.ports.data_subjects import Erasure
    from salesagent_core.use_cases.apply_retention import RetentionLine
    from salesagent_core.use_cases.forget_person import Export
    from salesagent_core.use_cases.rotate_keys import RotationReport
    from salesagent_core.use_cases.verify_audit import TrailReport


@click.group()
def keys() -> None:
    """The keys that seal what is stored."""


@keys.command(name="rotate")
@as_json
def keys_rotate(json_: bool) -> None:
    """Seal everything that is stored anew under the first key.

    The system may run meanwhile, and it may be stopped and started again. Afterwards the older
    keys can be taken away.
    """

    async def rotate(container: Container) -> RotationReport:
        report: RotationReport = await container.providers.rotate_keys()(
            lambda column: err.print(f"{column.column}: {column.resealed}", highlight=False)
        )
        return report

    _show(in_container(rotate), json_)


@keys.command(name="status")
@as_json
def keys_status(json_: bool) -> None:
    """Show how much the first key sealed, and how much an older one."""

    async def look(container: Container) -> RotationReport:
        report: RotationReport = await container.providers.rotate_keys().look()
        return report

    _show(in_container(look), json_)


def _show(report: RotationReport, json_: bool) -> None:
    import attrs

    if json_:
        print_json({"done": report.done, "columns": [attrs.asdict(c) for c in report.columns]})
    else:
        table = Table("column", "held", "resealed", "left", "of these unreadable")
        for each in report.columns:
            if each.held:
                numbers = (each.held, each.resealed, each.left, each.unreadable)
                table.add_row(each.column, *(str(number) for number in numbers))
        out.print(table)
        out.print(
            "The first key sealed everything: the older keys can be taken away."
            if report.done
            else "An older key is still needed; is every process running with the new keys?"
        )
    if not report.done:
        raise Exit(1)


@click.group()
def audit() -> None:
    """The audit trail, which proves itself."""


_tenant = click.option("--tenant", help="One organisation only. Default: all.")


@audit.command(name="verify")
@_tenant
@click.option(
    "--head",
    "heads",
    type=click.File("r"),
    help="Heads that `audit head --json` printed earlier: nothing behind them was cut off.",
)
@as_json
def audit_verify(tenant: str | None, heads: IO[str] | None, json_: bool) -> None:
    """Check every row of the audit trail, and say which one is not as it was written."""
    from salesagent_core.ids import TenantId

    anchors = _anchors(heads)

    async def verify(container: Container) -> tuple[TrailReport, ...]:
        found: tuple[TrailReport, ...] = await container.providers.verify_audit()(
            TenantId(tenant) if tenant else None, anchors=anchors
        )
        return found

    reports = in_container(verify)
    sound = not any(report.found for report in reports)
    if json_:
        print_json({"sound": sound, "trails": [_trail_dict(report) for report in reports]})
    else:
        for report in reports:
            out.print(
                f"{report.tenant_id}: {report.checked} rows checked, {report.erased} with an"
                f" erased detail, {report.waiting} not sealed yet"
                + (f", {report.cut_off} past their time and cut off" if report.cut_off else ""),
                highlight=False,
            )
            for each in report.found:
                out.print(f"  [bold red]{each.kind}[/]: {escape(each.sentence)}", highlight=False)
        out.print("The audit trail is sound." if sound else "The audit trail was tampered with.")
    if not sound:
        raise Exit(1)


@audit.command(name="head")
@_tenant
@as_json
def audit_head(tenant: str | None, json_: bool) -> None:
    """Print where the trail ends now, to be kept outside of the database."""
    from salesagent_core.ids import TenantId

    async def head(container: Container) -> tuple[Head, ...]:
        found: tuple[Head, ...] = await container.providers.verify_audit().heads(
            TenantId(tenant) if tenant else None
        )
        return found

    heads = in_container(head)
    if json_:
        print_json([_head_dict(each) for each in heads])
        return
    for each in heads:
        out.print(f"{each.tenant_id} {each.position} {each.hash.hex()}", highlight=False)


def _head_dict(head: Head) -> dict[str, Any]:
    return {"tenant": head.tenant_id, "position": head.position, "hash": head.hash.hex()}


def _trail_dict(report: TrailReport) -> dict[str, Any]:
    return {
        "tenant": report.tenant_id,
        "checked": report.checked,
        "erased": report.erased,
        "waiting": report.waiting,
        "cut_off": report.cut_off,
        "head": _head_dict(report.head) if report.head else None,
        "found": [
            {"kind": f.kind, "position": f.position, "row": f.row_id, "sentence": f.sentence}
            for f in report.found
        ],
    }


def _anchors(file: IO[str] | None) -> list[Head]:
    from salesagent_core.domain.audit_chain import Head
    from salesagent_core.errors import InvalidInput, Problem
    from salesagent_core.ids import TenantId

    if file is None:
        return []
    try:
        return [
            Head(
                tenant_id=TenantId(str(each["tenant"])),
                position=int(each["position"]),
                hash=bytes.fromhex(each["hash"]),
            )
            for each in json.load(file)
        ]
    except (ValueError, KeyError, TypeError):
        problem = Problem(where="--head", what="must be what `salesagent audit head --json` prints")
    raise InvalidInput("the heads cannot be read", [problem])


@click.group()
def gdpr() -> None:
    """What is kept about a person."""


@gdpr.command(name="export")
@click.argument("email")
@of_tenant
@as_json
def gdpr_export(email: str, tenant: str, json_: bool) -> None:  # noqa: ARG001
    """Print everything that is kept about EMAIL, as one JSON document."""
    from salesagent_core.ids import TenantId

    async def export(container: Container) -> Export:
        made: Export = await container.providers.forget_person().export(
            TenantId(tenant), email, by=who()
        )
        return made

    made = in_container(export)
    print_json({"email": made.address, "stores": made.stores, "elsewhere": made.elsewhere})


@gdpr.command(name="erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask. It cannot be undone.")
@of_tenant
@as_json
def gdpr_erase(email: str, yes: bool, tenant: str, json_: bool) -> None:
    """Erase everything that is kept about EMAIL, and report store by store.

    Exits with 1 while something is left; workers go on with it.
    """
    from salesagent_core.ids import TenantId

    if not yes:
        typed = click.prompt("This cannot be undone. Type the address again", err=True)
        if typed.strip().lower() != email.strip().lower():
            raise click.ClickException("that is another address; nothing was erased")

    async def erase(container: Container) -> Erasure:
        made: Erasure = await container.providers.forget_person().erase(
            TenantId(tenant), email, by=who()
        )
        return made

    made = in_container(erase)
    if json_:
        lines = [
            {"store": e.store, "erased": e.erased, "kept": e.kept, "why": e.why} for e in made.lines
        ]
        print_json({"id": made.id, "open": made.open, "stores": lines, "left": made.left})
    else:
        table = Table("store", "erased", "kept", "why")
        for line in made.lines:
            table.add_row(line.store, str(line.erased), str(line.kept), line.why)
        out.print(table)
        for sentence in made.left:
            out.print(f"Left: {sentence}.", highlight=False)
        if not made.open:
            out.print("Everything of ours is erased.")
    if made.open:
        raise Exit(1)


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what is due, and remove nothing.")
@as_json
def retention(dry_run: bool, json_: bool) -> None:
    """Remove what is older than it is kept. Workers do the same every hour.

    It may be stopped and started again. Exits with 1 where the audit trail is past its time and
    does not prove itself: nothing of that one is cut before somebody has looked.
    """

    async def apply(container: Container) -> tuple[RetentionLine, ...]:
        use_case = container.providers.apply_retention()
        doing = use_case.due() if dry_run else use_case(by=who())
        lines: tuple[RetentionLine, ...] = await doing
        return lines

    lines = in_container(apply)
    refused = [sentence for line in lines for sentence in line.refused]
    if json_:
        stores = [
            {"store": e.store, "days": e.days, "rows": e.rows, "refused": e.refused} for e in lines
        ]
        print_json({"removed": not dry_run, "stores": stores})
    else:
        table = Table("store", "kept for", "due" if dry_run else "removed")
        for line in lines:
            table.add_row(line.store, f"{line.days} days", str(line.rows))
        out.print(table)
        for sentence in refused:
            err.print(f"[bold red]Left:[/] {escape(sentence)}", highlight=False)
    if refused:
        raise Exit(1)
