"""How the vendors answer, as the processes say; whoever fell silent is forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_core.ids import TenantId
from salesagent_core.ports.vendor_health import (
    Answering,
    MailboxCount,
    ReportedState,
    VendorState,
)

KEPT = timedelta(minutes=2)
"""Four times what a process lets pass between two reports."""

_FORGET = text("DELETE FROM vendor_states WHERE process = :process OR at < now() - :kept")
_SAY = text("""
INSERT INTO vendor_states
    (tenant_id, process, vendor, state, failures, calls_now, until, at)
VALUES (:tenant, :process, :vendor, :state, :failures, :calls_now, :until, now())
""")
_SEEN = text("""
SELECT tenant_id, process, vendor, state, failures, calls_now, until, at
FROM vendor_states WHERE at >= now() - :kept ORDER BY vendor, tenant_id, process
""")
_MAILBOXES = text("""
SELECT tenant_id, count(*) FILTER (WHERE state = 'connected') AS connected,
    count(*) FILTER (WHERE state <> 'connected') AS disconnected
FROM mailbox_connections GROUP BY tenant_id ORDER BY tenant_id
""")


class PgVendorHealth:
    """``VendorHealth`` over PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, process: str, states: Collection[VendorState]) -> None:
        """See ``VendorHealth.report``."""
        said = [_columns(process, each) for each in states]
        async with self._database.across_tenants() as connection:
            await connection.execute(_FORGET, {"process": process, "kept": KEPT})
            if said:
                await connection.execute(_SAY, said)

    async def seen(self) -> tuple[ReportedState, ...]:
        """See ``VendorHealth.seen``."""
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_SEEN, {"kept": KEPT})).all()
        return tuple(map(_reported, rows))

    async def mailboxes(self) -> tuple[MailboxCount, ...]:
        """See ``VendorHealth.mailboxes``."""
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_MAILBOXES)).all()
        return tuple(
            MailboxCount(
                tenant_id=TenantId(row.tenant_id),
                connected=row.connected,
                disconnected=row.disconnected,
            )
            for row in rows
        )


def _columns(process: str, said: VendorState) -> dict[str, Any]:
    return {
        "tenant": checked_tenant(said.tenant_id),
        "process": process,
        "vendor": said.vendor,
        "state": said.state.value,
        "failures": said.failures,
        "calls_now": said.calls_now,
        "until": said.until,
    }


def _reported(row: Any) -> ReportedState:
    return ReportedState(
        process=row.process,
        at=row.at,
        state=VendorState(
            vendor=row.vendor,
            tenant_id=TenantId(row.tenant_id),
            state=Answering(row.state),
            failures=row.failures,
            calls_now=row.calls_now,
            until=row.until,
        ),
    )
