"""Tenants. The default tenant comes from the settings; further ones live in a table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar

import attrs
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.rows import Chest, place
from salesagent_adapters.postgres.settings_book import newest_of
from salesagent_core.domain.choices import OF_TENANT, apply_choices
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

CACHE_SECONDS = 5.0
CHOICES_SECONDS = 1.0
"""What people set on the pages counts this soon; whoever changes it sees it at once."""
MAX_CACHED = 10_000
_Kept = TypeVar("_Kept")
_PORTAL_LOCK = text("SELECT pg_advisory_xact_lock(7285140133)")


@attrs.frozen(kw_only=True)
class _Entry:
    """What is sealed of a tenant."""

    tenant: Tenant
    secrets: tuple[str, ...] = ()
    crm_token: str | None = None


class PgTenantDirectory:
    """``TenantDirectory`` and ``TenantRegister`` over PostgreSQL; answers are kept for
    ``CACHE_SECONDS``."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        default: Tenant,
        default_secrets: Sequence[str] = (),
        default_crm_token: str | None = None,
    ) -> None:
        self._database = database
        self._chest = Chest(sealer)
        self._default = _Entry(
            tenant=default, secrets=tuple(default_secrets), crm_token=default_crm_token
        )
        self._by_id: dict[str, tuple[float, _Entry | None]] = {}
        self._by_portal: dict[str, tuple[float, TenantId | None]] = {}
        self._chosen: dict[str, tuple[float, Tenant]] = {}

    async def get(self, tenant_id: TenantId) -> Tenant:
        """See ``TenantDirectory.get``. What people set on the pages lies over the rest."""
        now = time.monotonic()
        kept = self._chosen.get(tenant_id)
        if kept is None or kept[0] <= now:
            base = (await self._entry(tenant_id)).tenant
            kept = (now + CHOICES_SECONDS, await self._with_choices(base))
            _keep(self._chosen, tenant_id, kept)
        return kept[1]

    def forget(self, tenant_id: TenantId) -> None:
        """Somebody changed what the tenant has set: read it again."""
        self._chosen.pop(tenant_id, None)

    async def by_portal(self, portal_id: str | None) -> Tenant | None:
        """See ``TenantDirectory.by_portal``. A further tenant's own claim on a portal comes
        before the default tenant's claim on all of them."""
        default = self._default.tenant
        if portal_id is None or portal_id == default.portal_id:
            return default
        tenant_id = await self._claimant(portal_id)
        if tenant_id is not None:
            return await self.get(tenant_id)
        return default if default.portal_id is None else None

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        """See ``TenantDirectory.webhook_secrets``. Raises: NotFound."""
        return (await self._entry(tenant_id)).secrets

    async def crm_token(self, tenant_id: TenantId) -> str | None:
        """See ``TenantRegister.crm_token``."""
        return (await self._entry(tenant_id)).crm_token

    async def further(self) -> tuple[Tenant, ...]:
        """See ``TenantRegister.further``."""
        return tuple([(await self._entry(each)).tenant for each in await self._further_ids()])

    async def ids(self) -> tuple[TenantId, ...]:
        """See ``TenantRegister.ids``."""
        return (self._default.tenant.id, *await self._further_ids())

    async def save(
        self, tenant: Tenant, secrets: Sequence[str], *, crm_token: str | None = None
    ) -> None:
        """See ``TenantRegister.save``."""
        if tenant.id == self._default.tenant.id:
            raise Conflict("the default tenant is set by the environment")
        if tenant.portal_id is not None and tenant.portal_id == self._default.tenant.portal_id:
            raise Conflict("another tenant claims this portal")
        table = tables.tenants
        entry = _Entry(tenant=tenant, secrets=tuple(secrets), crm_token=crm_token)
        columns = {
            "tenant_id": checked_tenant(tenant.id),
            "portal_id": tenant.portal_id,
            "sealed": self._chest.shut(entry, place("tenant", tenant.id)),
        }
        changes = {name: columns[name] for name in ("portal_id", "sealed")}
        statement = upsert(table).values(columns)
        async with self._database.across_tenants() as connection:
            await connection.execute(_PORTAL_LOCK)
            taken = await connection.execute(
                select(table.c.tenant_id).where(
                    table.c.portal_id == tenant.portal_id, table.c.tenant_id != tenant.id
                )
            )
            if tenant.portal_id is not None and taken.first() is not None:
                raise Conflict("another tenant claims this portal")
            await connection.execute(
                statement.on_conflict_do_update(constraint="tenants_pkey", set_=changes)
            )
        self._by_id.clear()
        self._by_portal.clear()
        self._chosen.clear()

    async def _further_ids(self) -> list[TenantId]:
        table = tables.tenants
        async with self._database.across_tenants() as connection:
            found = await connection.execute(select(table.c.tenant_id).order_by(table.c.tenant_id))
            return [TenantId(each) for each in found.scalars()]

    async def _with_choices(self, tenant: Tenant) -> Tenant:
        async with self._database.tenant(tenant.id) as connection:
            found = await newest_of(connection, tenant.id, self._chest, OF_TENANT)
        return apply_choices(tenant, {each.name: each.value for each in found})

    async def _entry(self, tenant_id: TenantId) -> _Entry:
        if tenant_id == self._default.tenant.id:
            return self._default
        now = time.monotonic()
        kept = self._by_id.get(tenant_id)
        if kept is None or kept[0] <= now:
            kept = (now + CACHE_SECONDS, await self._load(tenant_id))
            _keep(self._by_id, tenant_id, kept)
        if kept[1] is None:
            raise NotFound("there is no such tenant")
        return kept[1]

    async def _load(self, tenant_id: TenantId) -> _Entry | None:
        table = tables.tenants
        async with self._database.tenant(tenant_id) as connection:
            found = await connection.execute(
                select(table.c.sealed).where(table.c.tenant_id == tenant_id)
            )
            sealed = found.scalar_one_or_none()
        if sealed is None:
            return None
        return self._chest.take(sealed, _Entry, place("tenant", tenant_id))

    async def _claimant(self, portal_id: str) -> TenantId | None:
        if "\0" in portal_id:
            return None
        now = time.monotonic()
        kept = self._by_portal.get(portal_id)
        if kept is None or kept[0] <= now:
            table = tables.tenants
            async with self._database.across_tenants() as connection:
                found = await connection.execute(
                    select(table.c.tenant_id).where(table.c.portal_id == portal_id)
                )
                tenant_id = found.scalar_one_or_none()
            kept = (now + CACHE_SECONDS, None if tenant_id is None else TenantId(tenant_id))
            _keep(self._by_portal, portal_id, kept)
        return kept[1]


def _keep(cache: dict[str, tuple[float, _Kept]], key: str, value: tuple[float, _Kept]) -> None:
    # Portal ids come from strangers: what they ask for must not fill the memory.
    if len(cache) >= MAX_CACHED:
        cache.clear()
    cache[key] = value
