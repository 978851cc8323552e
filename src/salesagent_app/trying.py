"""Asking what can be tried of a vendor, and saying in words what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from salesagent_app.check import FAIL, OK, WARN, Check
from salesagent_core.errors import (
    NeedsReauth,
    NotFound,
    RateLimited,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ports.vendor_probe import Trial

_SERVERS = "is the address right, and can this machine reach it? Try again in a minute"


async def tried(trials: Sequence[Trial]) -> list[Check]:
    """Each once, in their order; what rests on a decisive one that failed is left out."""
    found: list[Check] = []
    lost: set[str] = set()
    for trial in trials:
        about = trial.name.partition(":")[0]
        if about in lost:
            continue
        check = await ask(trial)
        found.append(check)
        if trial.decisive and check.failed:
            lost.add(about)
    return found


async def ask(trial: Trial) -> Check:
    """What came of one."""
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
