"""Settings, version by version. What was set may name people, so it is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.settings_book import SettingVersion


@attrs.frozen(kw_only=True)
class _Body:
    """What is sealed of a version."""

    value: dict[str, Any]
    why: str = ""


class PgSettingsBook:
    """``SettingsBook`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def newest(self, name: str) -> SettingVersion | None:
        """See ``SettingsBook.newest``."""
        found = await newest_of(self._connection, self._tenant, self._chest, (name,))
        return found[0] if found else None

    async def version(self, name: str, version: int) -> SettingVersion:
        """See ``SettingsBook.version``."""
        table = tables.settings_versions
        statement = select(table).where(
            table.c.tenant_id == self._tenant,
            table.c.name == clean(name),
            table.c.version == version,
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("this setting never had that version")
        return _version(self._chest, row)

    async def history(self, name: str, limit: int) -> tuple[SettingVersion, ...]:
        """See ``SettingsBook.history``."""
        table = tables.settings_versions
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant, table.c.name == clean(name))
            .order_by(table.c.version.desc())
            .limit(limit)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple(_version(self._chest, row) for row in rows)

    async def add(self, version: SettingVersion) -> None:
        """See ``SettingsBook.add``."""
        where = place("setting", self._tenant, version.name, str(version.version))
        body = _Body(value=dict(version.value), why=version.why)
        statement = insert(tables.settings_versions).values(
            tenant_id=self._tenant,
            name=version.name,
            version=version.version,
            changed_at=version.changed_at,
            changed_by=clean(version.changed_by),
            sealed=self._chest.shut(body, where),
        )
        try:
            await self._connection.execute(statement)
        except IntegrityError:
            raise Conflict("somebody changed this setting at the same time") from None


async def newest_of(
    connection: AsyncConnection, tenant_id: TenantId, chest: Chest, names: Sequence[str]
) -> tuple[SettingVersion, ...]:
    """The newest version of each of these settings that has any."""
    table = tables.settings_versions
    newest = (
        select(table.c.name, func.max(table.c.version).label("version"))
        .where(table.c.tenant_id == tenant_id, table.c.name.in_(list(names)))
        .group_by(table.c.name)
        .subquery()
    )
    statement = select(table).join(
        newest,
        (table.c.name == newest.c.name)
        & (table.c.version == newest.c.version)
        & (table.c.tenant_id == tenant_id),
    )
    rows = (await connection.execute(statement)).all()
    return tuple(_version(chest, row) for row in rows)


def _version(chest: Chest, row: Any) -> SettingVersion:
    where = place("setting", row.tenant_id, row.name, str(row.version))
    body = chest.take(row.sealed, _Body, where)
    return SettingVersion(
        name=row.name,
        version=row.version,
        value=body.value,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        why=body.why,
    )
