"""``/health/dependencies``: database, Redis, vendors and mailboxes, answered from memory.

Without a key it names no organisation and no address; an admin's key adds its own organisation's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from litestar import Request, get

from salesagent_app.dependency_watch import DependencyWatch, Seen, worst
from salesagent_app.http.auth import Caller, Gate
from salesagent_app.http.inputs import Services
from salesagent_app.http.mailboxes import NEVER
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope

STAND_IN = "stand_in"


@attrs.frozen(kw_only=True)
class DatabaseRow:
    """``pool_size`` connections may be open in this process; ``in_use`` are."""

    answers: bool
    pool_size: int
    in_use: int


@attrs.frozen(kw_only=True)
class RedisRow:
    """``answers`` is null where none is configured."""

    configured: bool
    answers: bool | None


@attrs.frozen(kw_only=True)
class VendorRow:
    """``state`` is ``closed`` (well), ``half_open``, ``open`` or ``stand_in``: the worst over the
    organisations affected. ``until`` is when the last of them is asked again."""

    vendor: str
    real: bool
    state: str
    tenants_affected: int
    until: datetime | None


@attrs.frozen(kw_only=True)
class MailboxesRow:
    """Connected mailboxes, and those that were connected and are not."""

    connected: int
    disconnected: int


@attrs.frozen(kw_only=True)
class OwnVendorRow:
    """How a vendor answers the caller's organisation, over so many ``processes``."""

    vendor: str
    state: str
    failures: int
    calls_now: int
    processes: int
    until: datetime | None


@attrs.frozen(kw_only=True)
class OwnMailboxRow:
    """A mailbox of the caller's organisation; see ``/api/mailboxes``."""

    address: str
    state: str
    why: str | None
    waiting_runs: int


@attrs.frozen(kw_only=True)
class OwnRow:
    """What an admin's key adds: its own organisation."""

    vendors: tuple[OwnVendorRow, ...]
    mailboxes: tuple[OwnMailboxRow, ...]


@attrs.frozen(kw_only=True)
class DependenciesAnswer:
    """``status`` is ``ok``; ``degraded`` while Redis, a vendor or a mailbox is missing; ``down``
    without the database. ``as_of`` is when it was looked at. ``draining``: this process is
    stopping and takes nothing new."""

    status: str
    as_of: datetime
    database: DatabaseRow
    redis: RedisRow
    vendors: tuple[VendorRow, ...]
    mailboxes: MailboxesRow
    draining: bool = False
    own: OwnRow | None = None


def dependencies_route(gate: Gate | None) -> Any:
    """The route; ``gate`` judges the key of whoever brings one."""

    @get(
        "/dependencies",
        responses=documented(404),
        summary="How what this installation rests on answers; an admin's key adds its own part",
    )
    async def dependencies(
        services: Services, request: Request[Any, Any, Any]
    ) -> DependenciesAnswer:
        watch = services.dependencies
        if watch is None:
            raise NotFound("Nobody looks at what this installation rests on.")
        caller = await _caller(gate, request)
        seen = await watch.latest()
        answer = answer_of(watch, seen)
        if caller is None or not caller.may(Scope.ADMIN):
            return answer
        return attrs.evolve(answer, own=await _own(services, seen, caller.tenant_id))

    return dependencies


def answer_of(watch: DependencyWatch, seen: Seen) -> DependenciesAnswer:
    """What everybody may know."""
    vendors = tuple(_vendor(seen, name) for name in watch.vendors)
    mailboxes = MailboxesRow(
        connected=sum(each.connected for each in seen.mailboxes),
        disconnected=sum(each.disconnected for each in seen.mailboxes),
    )
    troubled = any(row.tenants_affected for row in vendors)
    degraded = troubled or seen.redis is False or mailboxes.disconnected > 0
    return DependenciesAnswer(
        status="down" if not seen.database else "degraded" if degraded else "ok",
        as_of=seen.at,
        database=DatabaseRow(
            answers=seen.database, pool_size=seen.pool.size, in_use=seen.pool.in_use
        ),
        redis=RedisRow(configured=seen.redis is not None, answers=seen.redis),
        vendors=(*vendors, *map(_stand_in, watch.stand_ins)),
        mailboxes=mailboxes,
        draining=watch.draining,
    )


def _vendor(seen: Seen, name: str) -> VendorRow:
    lanes = [each for each in seen.vendors if each.vendor == name]
    affected = [each for each in lanes if each.troubled(seen.at)]
    return VendorRow(
        vendor=name,
        real=True,
        state=worst([each.state for each in affected]).value,
        tenants_affected=len(affected),
        until=max((each.until for each in affected if each.until is not None), default=None),
    )


def _stand_in(name: str) -> VendorRow:
    return VendorRow(vendor=name, real=False, state=STAND_IN, tenants_affected=0, until=None)


async def _caller(gate: Gate | None, request: Request[Any, Any, Any]) -> Caller | None:
    if gate is None or not {"authorization", "x-api-key"} & set(request.headers):
        return None
    return await gate.by_headers(request.headers)


async def _own(services: HttpServices, seen: Seen, tenant_id: TenantId) -> OwnRow:
    views = await services.mailboxes.list(tenant_id) if services.mailboxes is not None else ()
    return OwnRow(
        vendors=tuple(
            OwnVendorRow(
                vendor=each.vendor,
                state=each.state.value,
                failures=each.failures,
                calls_now=each.calls_now,
                processes=each.processes,
                until=each.until,
            )
            for each in seen.vendors
            if each.tenant_id == tenant_id
        ),
        mailboxes=tuple(
            OwnMailboxRow(
                address=view.mailbox,
                state=view.connection.state.value if view.connection else NEVER,
                why=view.connection.why.value if view.connection and view.connection.why else None,
                waiting_runs=view.waiting_runs,
            )
            for view in views
        ),
    )
