"""Saved views of the queue: a name and what is looked for, both sealed."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, place
from salesagent_core.errors import Conflict
from salesagent_core.ids import TenantId
from salesagent_core.ports.saved_views import MAX_VIEWS, SavedView
from salesagent_core.ports.secrets_vault import Sealer


class PgSavedViews:
    """``SavedViews`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def of(self, tenant_id: TenantId, owner: str) -> tuple[SavedView, ...]:
        """See ``SavedViews.of``."""
        table = tables.saved_views
        statement = (
            select(table)
            .where(table.c.tenant_id == tenant_id, table.c.owner == owner)
            .order_by(table.c.created_at, table.c.id)
        )
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(
            self._chest.take(row.sealed, SavedView, place("view", tenant_id, row.id))
            for row in rows
        )

    async def save(self, tenant_id: TenantId, owner: str, view: SavedView) -> None:
        """See ``SavedViews.save``."""
        table = tables.saved_views
        sealed = self._chest.shut(view, place("view", tenant_id, view.id))
        statement = upsert(table).values(
            tenant_id=tenant_id, id=view.id, owner=owner, sealed=sealed
        )
        mine = (table.c.tenant_id == tenant_id, table.c.owner == owner)
        async with self._database.tenant(tenant_id) as connection:
            have = await connection.execute(select(func.count()).where(*mine))
            if have.scalar_one() >= MAX_VIEWS:
                raise Conflict(f"there are {MAX_VIEWS} saved views already: remove one first")
            await connection.execute(statement)

    async def drop(self, tenant_id: TenantId, owner: str, view_id: str) -> None:
        """See ``SavedViews.drop``."""
        table = tables.saved_views
        statement = delete(table).where(
            table.c.tenant_id == tenant_id, table.c.owner == owner, table.c.id == view_id
        )
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(statement)
