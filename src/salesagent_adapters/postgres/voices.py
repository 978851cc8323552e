"""Voice profiles: several for a mailbox, one of them in use."""

from __future__ import annotations

from typing import Any

import attrs
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.voices import StoredVoice


class PgVoiceShelf:
    """``VoiceShelf`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def all(self, mailbox: str | None = None) -> tuple[StoredVoice, ...]:
        """See ``VoiceShelf.all``."""
        statement = self._select()
        if mailbox is not None:
            index = self._chest.contact_index(mailbox)
            statement = statement.where(tables.voice_profiles.c.mailbox_index == index)
        rows = (await self._connection.execute(statement)).all()
        found = (self._voice(row) for row in rows)
        return tuple(sorted(found, key=lambda each: (each.mailbox, each.profile.name, each.id)))

    async def get(self, voice_id: str, *, lock: bool = False) -> StoredVoice:
        """See ``VoiceShelf.get``."""
        found = await self._one(tables.voice_profiles.c.id == clean(voice_id), lock=lock)
        if found is None:
            raise NotFound("there is no such voice profile")
        return found

    async def active(self, mailbox: str, *, lock: bool = False) -> StoredVoice | None:
        """See ``VoiceShelf.active``."""
        table = tables.voice_profiles
        index = self._chest.contact_index(mailbox)
        return await self._one((table.c.mailbox_index == index) & table.c.active, lock=lock)

    async def put(self, voice: StoredVoice) -> None:
        """See ``VoiceShelf.put``. Which one is active is a column, not in what is sealed."""
        table = tables.voice_profiles
        index = self._chest.contact_index(voice.mailbox)
        name_index = self._chest.index(voice.profile.name.casefold())
        of_mailbox = (table.c.tenant_id == self._tenant) & (table.c.mailbox_index == index)
        others = of_mailbox & (table.c.id != voice.id)
        same = select(table.c.id).where(others, table.c.name_index == name_index)
        if (await self._connection.execute(same)).first() is not None:
            raise Conflict("the mailbox has a voice profile of this name already")
        if voice.active:
            await self._connection.execute(
                update(table).where(others, table.c.active).values(active=False)
            )
        values = {
            "mailbox_index": index,
            "name_index": name_index,
            "active": voice.active,
            "sealed": self._chest.shut(voice, self._place(voice.id)),
        }
        await self._connection.execute(
            upsert(table)
            .values(tenant_id=self._tenant, id=voice.id, **values)
            .on_conflict_do_update(constraint="voice_profiles_pkey", set_=values)
        )

    async def delete(self, voice_id: str) -> None:
        """See ``VoiceShelf.delete``."""
        table = tables.voice_profiles
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.id == clean(voice_id))
        )

    def _select(self) -> Any:
        table = tables.voice_profiles
        return select(table).where(table.c.tenant_id == self._tenant)

    async def _one(self, which: Any, *, lock: bool) -> StoredVoice | None:
        statement = self._select().where(which)
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else self._voice(row)

    def _voice(self, row: Any) -> StoredVoice:
        voice = self._chest.take(row.sealed, StoredVoice, self._place(row.id))
        return attrs.evolve(voice, active=row.active)

    def _place(self, voice_id: str) -> bytes:
        return place("voice_profile", self._tenant, voice_id)


class PgVoices:
    """``Voices`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        """See ``Voices.load``. Where none is active, one of before there were several."""
        async with self._database.tenant(tenant_id) as connection:
            active = await PgVoiceShelf(connection, tenant_id, self._chest).active(mailbox)
            if active is not None:
                return active.profile
            return await self._only_one(connection, tenant_id, mailbox)

    async def _only_one(
        self, connection: AsyncConnection, tenant_id: TenantId, mailbox: str
    ) -> VoiceProfile | None:
        table = tables.voices
        index = self._chest.contact_index(mailbox)
        found = await connection.execute(
            select(table.c.sealed).where(
                table.c.tenant_id == tenant_id, table.c.mailbox_index == index
            )
        )
        sealed = found.scalar_one_or_none()
        if sealed is None:
            return None
        return self._chest.take(sealed, VoiceProfile, place("voice", tenant_id, index))
