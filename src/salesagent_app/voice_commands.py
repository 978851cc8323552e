"""``salesagent voices``: how senders write, from a terminal.

What it needs is imported when it runs: ``salesagent --help`` need not load a server.
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
    from salesagent_core.ports.voices import StoredVoice
    from salesagent_core.use_cases.manage_voices import ManageVoices

T = TypeVar("T")

_mailbox = click.option("--mailbox", help="Its address. Default: the organisation's own.")


@click.group()
def voices() -> None:
    """Voice profiles: how senders write."""


@voices.command(name="list")
@of_tenant
@as_json
def voices_list(tenant: str, json_: bool) -> None:
    """Show all profiles."""
    found = _with_voices(tenant, lambda manage, of: manage.list(of))
    if json_:
        print_json([_voice_dict(each) for each in found])
        return
    if not found:
        out.print("There are no profiles: drafts are written in the house's voice.")
        return
    table = Table("name", "mailbox", "", "mails", "edits")
    for each in found:
        profile = each.profile
        state = "active" if each.active else ""
        table.add_row(profile.name, each.mailbox, state, str(profile.samples), str(each.edits))
    out.print(table)


@voices.command(name="learn")
@click.argument("name")
@click.option("--mails", default=200, show_default=True, type=click.IntRange(5, 500))
@click.option("--activate", is_flag=True, help="Write drafts in it from now on.")
@_mailbox
@of_tenant
@as_json
def voices_learn(
    name: str, mails: int, activate: bool, mailbox: str | None, tenant: str, json_: bool
) -> None:
    """Learn the profile NAME from the newest mails that a person sent."""

    async def learn(manage: ManageVoices, of: TenantId) -> StoredVoice:
        voice = await manage.learn(of, name=name, mailbox=mailbox, mails=mails, who=who())
        return await manage.activate(of, voice.id, who=who()) if activate else voice

    voice = _with_voices(tenant, learn)
    if json_:
        print_json(_voice_dict(voice))
        return
    state = "is in use" if voice.active else "is not in use"
    out.print(
        f"Voice {voice.profile.name} was learned from {voice.profile.samples} mails and {state}.",
        highlight=False,
    )


@voices.command(name="export")
@click.argument("name")
@_mailbox
@of_tenant
@as_json
def voices_export(name: str, mailbox: str | None, tenant: str, json_: bool) -> None:
    """Print the profile NAME, in JSON with or without --json."""
    from salesagent_core.domain.voice_profiles import profile_as_data

    del json_

    async def find(manage: ManageVoices, of: TenantId) -> StoredVoice:
        return await _named(manage, of, name, mailbox)

    print_json(profile_as_data(_with_voices(tenant, find).profile))


@voices.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_mailbox
@of_tenant
@as_json
def voices_import(file: Path, mailbox: str | None, tenant: str, json_: bool) -> None:
    """Add the profile in FILE, in JSON or YAML; it is not in use yet."""
    from salesagent_app.policy_inputs import read_document

    data = read_document(file)
    voice = _with_voices(
        tenant, lambda manage, of: manage.create(of, data, mailbox=mailbox, who=who())
    )
    if json_:
        print_json(_voice_dict(voice))
    else:
        out.print(f"Voice {voice.profile.name} was imported.", highlight=False)


def _with_voices(tenant: str, act: Callable[[ManageVoices, TenantId], Awaitable[T]]) -> T:
    from salesagent_core.ids import TenantId

    return in_container(
        lambda container: act(container.providers.manage_voices(), TenantId(tenant))
    )


async def _named(
    manage: ManageVoices, tenant_id: TenantId, name: str, mailbox: str | None
) -> StoredVoice:
    from salesagent_core.errors import Conflict, NotFound

    found = [
        each
        for each in await manage.list(tenant_id)
        if name in (each.profile.name, each.id)
        and (mailbox is None or each.mailbox == mailbox.strip().lower())
    ]
    if not found:
        raise NotFound(f"there is no voice profile {name!r}")
    if len(found) > 1:
        raise Conflict(f"several mailboxes have a voice profile {name!r}: name one by --mailbox")
    return found[0]


def _voice_dict(voice: StoredVoice) -> dict[str, Any]:
    return {
        "id": voice.id,
        "name": voice.profile.name,
        "mailbox": voice.mailbox,
        "active": voice.active,
        "samples": voice.profile.samples,
        "edits": voice.edits,
        "changed_at": voice.changed_at,
        "changed_by": voice.changed_by,
    }
