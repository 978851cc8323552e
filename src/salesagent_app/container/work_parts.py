"""What a worker takes from the container: who works on which topic, and the chores beside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from salesagent_adapters.postgres.long_memory import PgLongMemory
from salesagent_app.container.providers import Providers
from salesagent_app.workers.actors import Handler
from salesagent_app.workers.main import WorkerParts
from salesagent_app.workers.reporter import VendorReporter
from salesagent_app.workers.sweeper import Sweeper
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.vendor_health import VendorState
from salesagent_core.use_cases.verify_audit import SEALED_AT_ONCE


def worker_parts(
    make: Providers,
    *,
    vendor_states: Callable[[], tuple[VendorState, ...]],
    close: Callable[[], Coroutine[Any, Any, None]],
) -> WorkerParts:
    """What a worker runs."""
    handlers = _handlers(make)
    return WorkerParts(
        handlers=handlers,
        sweeper=Sweeper(
            make.backlog(),
            make.queue(),
            handlers,
            begin=partial(_begin_polling, make),
            swept=make.watch().swept,
            report=VendorReporter(make.vendor_health(), make.ids().new(), vendor_states),
            chores=_chores(make),
        ),
        drain=make.advance_runs().drain,
        close=close,
    )


def _handlers(make: Providers) -> dict[Topic, Handler]:
    handlers = {
        Topic.RUN: _those(make.advance_runs()),
        Topic.CRM_EVENT: _as_many(make.resolve_crm_events()),
        Topic.DRAFT_SYNC: _those(make.sync_drafts()),
        Topic.SEND: _those(make.send_drafts()),
        Topic.RECONCILE: _those(make.reconcile_sends()),
        # Those named would be compared whether or not another worker is at it.
        Topic.SENT_AUDIT: _as_many(make.audit_sent()),
        Topic.CONVERSION_POLL: _as_many(make.poll_conversions()),
        Topic.MAILBOX: _those(make.watch_mailboxes()),
        Topic.FOLLOW_UP: _those(make.follow_up()),
        Topic.WATCH: _those(make.detect_outcomes()),
        Topic.NOTICE: _those(make.watch_notices()),
    }
    if isinstance(make.memory(), PgLongMemory):
        # A stand-in remembers by itself, and only what this process sent.
        handlers[Topic.REMEMBER] = _as_many(make.remember_sent())
    return handlers


def _those(work: Callable[..., Awaitable[object]]) -> Handler:
    """Does the work that has these ids."""

    async def handle(ids: list[str]) -> None:
        await work(ids, limit=len(ids))

    return handle


def _as_many(work: Callable[..., Awaitable[object]]) -> Handler:
    """Does what is due first, as much as was rung for."""

    async def handle(ids: list[str]) -> None:
        await work(limit=len(ids))

    return handle


def _chores(make: Providers) -> tuple[Callable[[], Awaitable[object]], ...]:
    """What a worker does beside its work, a little at a time."""
    return (
        partial(make.audit_chain().seal, SEALED_AT_ONCE),
        make.forget_person().go_on,
        make.apply_retention().hourly,
        make.watch_notices().look,
        make.reset_password().deliver,
    )


async def _begin_polling(make: Providers) -> None:
    if "HubSpot" not in make.settings().stand_ins:
        register = make.tenants()
        for tenant_id in await register.ids():
            if await register.crm_token(tenant_id) is not None:
                await make.conversion_polls().watch(tenant_id)
