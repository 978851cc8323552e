"""The audit trail in PostgreSQL as its tests handle it: written to, tampered with, verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from tests.databases import administer

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.audit_chain import PgAuditChain
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_app.vault_opening import open_vault
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.audit_chain import Head
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.verify_audit import TrailReport, VerifyAudit


@attrs.frozen
class AuditTrail:
    """A trail with the means to write to it, and to change it behind its back."""

    database: Database
    url: str
    vault: Vault
    chain: PgAuditChain
    verify: VerifyAudit

    async def add(self, tenant: TenantId, *written: tuple[str, int]) -> None:
        """Each a word and how many days ago it was written."""
        async with PgUnitOfWork(self.database, self.vault, {}).begin(tenant) as tx:
            for word, days in written:
                event = AuditEvent(
                    id=new_id(),
                    tenant_id=tenant,
                    at=datetime.now(UTC) - timedelta(days=days),
                    actor="key:1",
                    action="draft.approved",
                    subject_kind="draft",
                    subject_id=new_id(),
                    detail=(("why", word),),
                )
                await tx.audit.add(event)

    async def verified(self, tenant: TenantId, *anchors: Head) -> TrailReport:
        (report,) = await self.verify(tenant, anchors=anchors)
        return report

    def tamper(self, *statements: str) -> None:
        every_tenant = "SELECT set_config('salesagent.tenant', '*', false)"
        administer(self.url, every_tenant, *statements)


def trail_parts(
    database: Database, url: str, key: str
) -> tuple[Database, str, Vault, PgAuditChain, VerifyAudit]:
    """What a ``AuditTrail`` is made of, under this key."""
    vault = open_vault([key], url)
    chain = PgAuditChain(database, vault)
    return database, url, vault, chain, VerifyAudit(chain, vault)
