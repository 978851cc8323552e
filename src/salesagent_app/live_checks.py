"""What the vendors do with the keys that are set: each is asked once for each thing it is needed
for, and nothing is changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from salesagent_app.check import FAIL, OK, WARN, Check
from salesagent_app.container import Container
from salesagent_app.process import Process
from salesagent_app.settings import Settings
from salesagent_app.trying import tried
from salesagent_core.ports.connections import ConnectionState
from salesagent_core.use_cases.connect_mailbox import MailboxView

NOT_ASKED = "not asked: what it rests on failed"


def examine(settings: Settings, *, usable: bool) -> tuple[Check, ...]:
    """``usable``: the database can be read; without it no mailbox's access is known."""
    if not usable:
        return (
            Check(
                name="vendors",
                status=FAIL,
                found=NOT_ASKED,
                advice="mend the database first: it holds the mailboxes' access",
            ),
        )
    with Process(settings) as process:
        return asyncio.run(_examine(process))


async def _examine(process: Process) -> tuple[Check, ...]:
    container = process.container()
    try:
        return (
            await _long_memory(container),
            *(
                check
                for view in (await container.mailboxes() if _has_google(process) else ())
                for check in _granted(view)
            ),
            *await tried(await container.vendor_trials()),
        )
    finally:
        await container.close()


def _has_google(process: Process) -> bool:
    return "Google" not in process.settings.stand_ins


async def _long_memory(container: Container) -> Check:
    why = await container.without_long_memory()
    if why is None:
        return Check(name="pgvector", status=OK, found="there; past mails are remembered")
    return Check(name="pgvector", status=WARN, found="missing: nothing is remembered", advice=why)


def _granted(view: MailboxView) -> Iterator[Check]:
    connection = view.connection
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        return
    for feature in view.missing:
        yield Check(
            name=f"{view.mailbox}: permission {feature.code}",
            status=FAIL if feature.required else WARN,
            found=f"not allowed to {feature.sentence}",
            advice="connect the mailbox again under /mailboxes and leave "
            f"{feature.scopes[0]} ticked",
        )
