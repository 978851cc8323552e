"""The audit trail's rows: signed when they are written, sealed into their chain soon after.

Writing takes no lock: a chain that grew inside the transactions would let one of a tenant's
decisions commit at a time. Positions are given by whoever seals, in one order, to rows that are
committed; each row is signed when it is written, so that it cannot be changed while it waits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import clean, new_id, place
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.audit_chain import (
    FIRST_PREVIOUS,
    HEAD_LOST,
    KEY_LABEL,
    SALT_BYTES,
    Cut,
    Detail,
    Head,
    Origin,
    TrailRow,
    digest_of,
    is_signed,
    link,
    sign,
    sign_head,
)
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

_MAX_TENANTS = 100
_BEGAN = ("keyring", "@all", "audit_began")

_WAITING_TENANTS = text(
    "SELECT DISTINCT tenant_id FROM audit WHERE position IS NULL ORDER BY tenant_id LIMIT :limit"
)
_LAST = text(
    "SELECT position, hash FROM audit WHERE tenant_id = :tenant AND position IS NOT NULL"
    " ORDER BY position DESC LIMIT 1"
)
_TENANTS = text(
    "SELECT tenant_id FROM audit UNION SELECT tenant_id FROM audit_heads ORDER BY tenant_id"
)
LOCK_TRAIL = text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 7285140135))")
"""One at a time hangs rows on a tenant's chain, or cuts some off."""


def audit_key(sealer: Sealer) -> bytes:
    """The key of all chains. It is derived from the secret that outlives every rotation."""
    return bytes.fromhex(sealer.blind_index(KEY_LABEL))


def audit_columns(key: bytes, tenant_id: TenantId, event: AuditEvent) -> dict[str, Any]:
    """A new row, signed, that waits to be sealed."""
    detail = tuple((clean(name), clean(value)) for name, value in event.detail)
    salt = os.urandom(SALT_BYTES)
    row = TrailRow(
        id=event.id,
        tenant_id=tenant_id,
        at=event.at,
        actor=clean(event.actor),
        action=clean(event.action),
        subject_kind=event.subject_kind,
        subject_id=clean(event.subject_id),
        detail=detail,
        salt=salt,
        detail_digest=digest_of(detail, salt),
    )
    return {
        "tenant_id": tenant_id,
        "id": row.id,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "detail": [list(pair) for pair in detail],
        "salt": salt,
        "detail_digest": row.detail_digest,
        "mac": sign(key, row),
    }


def read_trail(row: Any) -> TrailRow:
    """A row as the chain sees it. A detail that nothing of ours could have written is none."""
    return TrailRow(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        detail=_detail(row.detail),
        salt=_bytes(row.salt),
        detail_digest=_bytes(row.detail_digest),
        mac=_bytes(row.mac),
        position=row.position,
        origin=Origin(row.origin) if row.origin in set(Origin) else None,
        previous=_bytes(row.previous),
        hash=_bytes(row.hash) or (b"" if row.position is not None else None),
    )


class PgAuditChain:
    """``AuditChain`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._key = audit_key(sealer)

    async def seal(self, limit: int) -> int:
        """See ``AuditChain.seal``. Each tenant's part is a transaction of its own."""
        async with self._database.across_tenants() as connection:
            found = await connection.execute(_WAITING_TENANTS, {"limit": _MAX_TENANTS})
            tenants = [TenantId(row.tenant_id) for row in found]
        until = await self.unsigned_until() if tenants else None
        return sum([await self._seal(tenant, limit, until) for tenant in tenants])

    async def tenants(self) -> Sequence[TenantId]:
        """See ``AuditChain.tenants``."""
        async with self._database.across_tenants() as connection:
            return [TenantId(row.tenant_id) for row in await connection.execute(_TENANTS)]

    async def rows(self, tenant_id: TenantId, after: int, limit: int) -> Sequence[TrailRow]:
        """See ``AuditChain.rows``."""
        table = tables.audit
        statement = (
            select(table)
            .where(table.c.tenant_id == tenant_id, table.c.position > after)
            .order_by(table.c.position)
            .limit(limit)
        )
        async with self._database.across_tenants() as connection:
            return [read_trail(row) for row in await connection.execute(statement)]

    async def waiting(self, tenant_id: TenantId, limit: int) -> Sequence[TrailRow]:
        """See ``AuditChain.waiting``."""
        async with self._database.across_tenants() as connection:
            return await _waiting(connection, tenant_id, limit)

    async def head(self, tenant_id: TenantId) -> Head | None:
        """See ``AuditChain.head``."""
        async with self._database.across_tenants() as connection:
            return await read_head(connection, tenant_id)

    async def cuts(self, tenant_id: TenantId) -> Sequence[Cut]:
        """See ``AuditChain.cuts``."""
        async with self._database.across_tenants() as connection:
            return await read_cuts(connection, tenant_id)

    async def unsigned_until(self) -> datetime | None:
        """See ``AuditChain.unsigned_until``."""
        table = tables.keyring
        statement = select(table.c.sealed).where(table.c.name == _BEGAN[-1])
        async with self._database.across_tenants() as connection:
            sealed = (await connection.execute(statement)).scalar_one_or_none()
        if sealed is None:
            return None
        try:
            return datetime.fromisoformat(
                self._sealer.open(bytes(sealed), context=place(*_BEGAN)).decode()
            )
        except (Rejected, ValueError):
            return None

    async def _seal(self, tenant_id: TenantId, limit: int, until: datetime | None) -> int:
        async with self._database.across_tenants() as connection:
            await connection.execute(LOCK_TRAIL, {"tenant": tenant_id})
            head = await self._end(connection, tenant_id)
            rows = await _waiting(connection, tenant_id, limit)
            changes = []
            for row in rows:
                sealed = self._sealed(row, head, until)
                head = attrs.evolve(head, position=head.position + 1, hash=sealed["new_hash"])
                changes.append(sealed)
            if changes:
                await connection.execute(_SEAL, changes)
                await self._put_head(connection, head)
        return len(changes)

    def _sealed(self, row: TrailRow, head: Head, until: datetime | None) -> dict[str, Any]:
        origin = Origin.SIGNED
        if not is_signed(self._key, row):
            in_time = row.mac is None and until is not None and datetime.now(UTC) < until
            origin = Origin.OLDER if in_time else Origin.UNSIGNED
            # A detail that came without a digest gets one now.
            salt = row.salt or os.urandom(SALT_BYTES)
            row = attrs.evolve(row, salt=salt, detail_digest=digest_of(row.detail, salt))
        row = attrs.evolve(row, origin=origin, previous=head.hash)
        position = head.position + 1
        return {
            "of_tenant": row.tenant_id,
            "of_id": row.id,
            "new_salt": row.salt,
            "new_digest": row.detail_digest,
            "new_position": position,
            "new_origin": origin.value,
            "new_previous": row.previous,
            "new_hash": link(self._key, row, position=position),
        }

    async def _end(self, connection: AsyncConnection, tenant_id: TenantId) -> Head:
        """Where the next row is hung. A head that somebody changed or removed is noted in the
        chain itself, because the next one would cover that up; so is a row hung behind it."""
        head = await read_head(connection, tenant_id)
        last = (await connection.execute(_LAST, {"tenant": tenant_id})).one_or_none()
        ends = 0 if last is None else int(last.position)
        if head is not None and head.mac == sign_head(self._key, head) and ends <= head.position:
            return head
        if head is not None or last is not None:
            event = AuditEvent(
                id=new_id(),
                tenant_id=tenant_id,
                at=datetime.now(UTC),
                actor="system",
                action=HEAD_LOST,
                subject_kind="tenant",
                subject_id=tenant_id,
            )
            values = audit_columns(self._key, tenant_id, event)
            await connection.execute(insert(tables.audit).values(values))
        if last is None:
            return Head(tenant_id=tenant_id, position=0, hash=FIRST_PREVIOUS)
        return Head(tenant_id=tenant_id, position=last.position, hash=bytes(last.hash))

    async def _put_head(self, connection: AsyncConnection, head: Head) -> None:
        values = {
            "position": head.position,
            "hash": head.hash,
            "at": func.now(),
            "mac": sign_head(self._key, head),
        }
        await connection.execute(
            upsert(tables.audit_heads)
            .values(tenant_id=head.tenant_id, **values)
            .on_conflict_do_update(constraint="audit_heads_pkey", set_=values)
        )


_SEAL = (
    update(tables.audit)
    .where(
        tables.audit.c.tenant_id == bindparam("of_tenant"), tables.audit.c.id == bindparam("of_id")
    )
    .values(
        salt=bindparam("new_salt"),
        detail_digest=bindparam("new_digest"),
        position=bindparam("new_position"),
        origin=bindparam("new_origin"),
        previous=bindparam("new_previous"),
        hash=bindparam("new_hash"),
    )
)


async def _waiting(
    connection: AsyncConnection, tenant_id: TenantId, limit: int
) -> Sequence[TrailRow]:
    table = tables.audit
    statement = (
        select(table)
        .where(table.c.tenant_id == tenant_id, table.c.position.is_(None))
        .order_by(table.c.seq)
        .limit(limit)
    )
    return [read_trail(row) for row in await connection.execute(statement)]


async def read_cuts(connection: AsyncConnection, tenant_id: TenantId) -> tuple[Cut, ...]:
    """Where a tenant's chain was cut, oldest first."""
    table = tables.audit_cuts
    statement = select(table).where(table.c.tenant_id == tenant_id).order_by(table.c.number)
    return tuple(
        Cut(
            tenant_id=tenant_id,
            number=row.number,
            position=row.position,
            hash=bytes(row.hash),
            rows=row.rows,
            at=row.at,
            why=row.why,
            mac=bytes(row.mac),
        )
        for row in await connection.execute(statement)
    )


async def read_head(connection: AsyncConnection, tenant_id: TenantId) -> Head | None:
    """Where a tenant's chain ends, as it is stored."""
    table = tables.audit_heads
    statement = select(table).where(table.c.tenant_id == tenant_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Head(
        tenant_id=tenant_id, position=row.position, hash=bytes(row.hash), mac=bytes(row.mac)
    )


def _detail(stored: Any) -> Detail:
    if not isinstance(stored, list):
        return (("", repr(stored)),)
    return tuple(
        (str(pair[0]), str(pair[1]))
        if isinstance(pair, list) and len(pair) == 2
        else ("", repr(pair))
        for pair in stored
    )


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
