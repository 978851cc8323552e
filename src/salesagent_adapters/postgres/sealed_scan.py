"""One tenant's sealed values, opened batch by batch: nobody waits for whoever looks through all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import literal, select, tuple_, update

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.sealed_columns import SealedColumn
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

SCANNED_AT_ONCE = 500


@attrs.frozen
class Opened:
    """A row, and what one of its columns holds."""

    row: Mapping[str, Any]
    plain: bytes


class SealedScan:
    """Reads and rewrites sealed columns of one tenant."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def each(self, tenant_id: TenantId, column: SealedColumn) -> AsyncIterator[Opened]:
        """Every value of the tenant's that opens, in the order of its key."""
        table, after = column.table, None
        key = list(table.primary_key.columns)
        while True:
            sealed = table.c[column.column]
            statement = select(table).where(table.c.tenant_id == tenant_id, sealed.is_not(None))
            if after is not None:
                last = [literal(value, at.type) for at, value in zip(key, after, strict=True)]
                statement = statement.where(tuple_(*key) > tuple_(*last))
            statement = statement.order_by(*key).limit(SCANNED_AT_ONCE)
            async with self._database.tenant(tenant_id) as connection:
                rows = (await connection.execute(statement)).mappings().all()
            for row in rows:
                found = self.open(column, _plain(row))
                if found is not None:
                    yield found
            if len(rows) < SCANNED_AT_ONCE:
                return
            after = [rows[-1][at.name] for at in key]

    def open(self, column: SealedColumn, row: Mapping[str, Any]) -> Opened | None:
        """What the row's column holds; None where nothing, or nothing that opens."""
        if row[column.column] is None:
            return None
        try:
            where = column.context(row)
            return Opened(row, self._sealer.open(bytes(row[column.column]), context=where))
        except Rejected:
            return None

    async def rewrite(
        self, tenant_id: TenantId, column: SealedColumn, found: Sequence[tuple[Opened, bytes]]
    ) -> int:
        """Put other values in their places; what changed since it was read stays. How many."""
        changed = 0
        async with self._database.tenant(tenant_id) as connection:
            for opened, plain in found:
                row, table = opened.row, column.table
                where = [at == row[at.name] for at in table.primary_key.columns]
                anew = self._sealer.seal(plain, context=column.context(row))
                statement = (
                    update(table)
                    .where(*where, table.c[column.column] == bytes(row[column.column]))
                    .values({column.column: anew})
                )
                changed += (await connection.execute(statement)).rowcount
        return changed


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}
