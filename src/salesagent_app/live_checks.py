"""What the vendors do with the keys that are set: each is asked once for each thing it is needed
for, and nothing is changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from salesagent_app.check import FAIL, OK, WARN, Check
from salesagent_app.container import Container
from salesagent_app.process import Process
from salesagent_app.settings import Settings
from salesagent_core.errors import (
    NeedsReauth,
    NotFound,
    RateLimited,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ports.connections import ConnectionState
from salesagent_core.ports.vendor_probe import Trial
from salesagent_core.use_cases.connect_mailbox import MailboxView

NOT_ASKED = "not asked: what it rests on failed"
_SERVERS = "is the address right, and can this machine reach it? Try again in a minute"


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
            *await _tried(await container.vendor_trials()),
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


async def _tried(trials: tuple[Trial, ...]) -> list[Check]:
    found: list[Check] = []
    lost: set[str] = set()
    for trial in trials:
        about = trial.name.partition(":")[0]
        if about in lost:
            continue
        check = await _ask(trial)
        found.append(check)
        if trial.decisive and check.failed:
            lost.add(about)
    return found


async def _ask(trial: Trial) -> Check:
    try:
        return Check(name=trial.name, status=OK, found=await trial.ask())
    except RateLimited as error:
        return Check(
            name=trial.name,
            status=WARN,
            found=f"limited: {error}",
            advice=f"ask again after {error.retry_at:%H:%M:%S} UTC",
        )
    except Unavailable as error:
        return Check(name=trial.name, status=FAIL, found=str(error), advice=_SERVERS)
    except NeedsReauth as error:
        return Check(name=trial.name, status=FAIL, found=str(error), advice=trial.advice)
    except NotFound as error:
        return Check(name=trial.name, status=FAIL, found=f"not found: {error}", advice=trial.advice)
    except SalesAgentError as error:
        found = f"refused ({trial.needs}): {error}"
        return Check(name=trial.name, status=FAIL, found=found, advice=trial.advice)
