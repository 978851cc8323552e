"""Mail templates: what a person kept to show how the next mails are to sound."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.mail_template import MailTemplate, Use, chosen_for
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer


class PgTemplateShelf:
    """``TemplateShelf`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def all(self) -> tuple[MailTemplate, ...]:
        """See ``TemplateShelf.all``."""
        found = await self._read(self._select())
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))

    async def get(self, template_id: str, *, lock: bool = False) -> MailTemplate:
        """See ``TemplateShelf.get``."""
        statement = self._select().where(tables.mail_templates.c.id == clean(template_id))
        found = await self._read(statement.with_for_update() if lock else statement)
        if not found:
            raise NotFound("there is no such template")
        return found[0]

    async def in_use(self, uses: tuple[Use, ...]) -> tuple[MailTemplate, ...]:
        """Those that are shown to the writer for any of these."""
        column = tables.mail_templates.c.used_for
        return await self._read(self._select().where(column.in_([use.value for use in uses])))

    async def put(self, template: MailTemplate) -> None:
        """See ``TemplateShelf.put``."""
        table = tables.mail_templates
        index = self._chest.index(template.name.casefold())
        same = select(table.c.id).where(
            table.c.tenant_id == self._tenant,
            table.c.name_index == index,
            table.c.id != template.id,
        )
        if (await self._connection.execute(same)).first() is not None:
            raise Conflict("there is a template of this name already")
        values = {
            "name_index": index,
            "used_for": template.use.value,
            "sealed": self._chest.shut(template, self._place(template.id)),
        }
        await self._connection.execute(
            upsert(table)
            .values(tenant_id=self._tenant, id=template.id, **values)
            .on_conflict_do_update(constraint="mail_templates_pkey", set_=values)
        )

    async def delete(self, template_id: str) -> None:
        """See ``TemplateShelf.delete``."""
        table = tables.mail_templates
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.id == clean(template_id))
        )

    def _select(self) -> Any:
        table = tables.mail_templates
        return select(table).where(table.c.tenant_id == self._tenant)

    async def _read(self, statement: Any) -> tuple[MailTemplate, ...]:
        rows = (await self._connection.execute(statement)).all()
        return tuple(
            self._chest.take(row.sealed, MailTemplate, self._place(row.id)) for row in rows
        )

    def _place(self, template_id: str) -> bytes:
        return place("mail_template", self._tenant, template_id)


class PgTemplates:
    """``Templates`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def for_lead(self, tenant_id: TenantId, tier: Tier) -> MailTemplate | None:
        """See ``Templates.for_lead``."""
        async with self._database.tenant(tenant_id) as connection:
            shelf = PgTemplateShelf(connection, tenant_id, self._chest)
            found = await shelf.in_use((Use(tier.value), Use.EVERYBODY))
        return chosen_for(found, tier)
