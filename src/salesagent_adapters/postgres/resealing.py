"""Sealed columns gone through in the order of their keys, each batch in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, select, tuple_, update

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.sealed_columns import SEALED, SealedColumn, uncovered
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ports.resealing import ResealedBatch
from salesagent_core.ports.secrets_vault import RotatingSealer


class PgResealing:
    """``Resealing`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: RotatingSealer) -> None:
        self._database = database
        self._sealer = sealer
        self._columns: Mapping[str, SealedColumn] = {each.name: each for each in SEALED}

    def uncovered(self) -> Sequence[str]:
        """See ``Resealing.uncovered``."""
        return uncovered()

    def columns(self) -> Sequence[str]:
        """See ``Resealing.columns``."""
        return tuple(self._columns)

    async def left(self, column: str) -> int:
        """See ``Resealing.left``."""
        return await self._count(column, self._old(self._known(column)))

    async def held(self, column: str) -> int:
        """See ``Resealing.held``."""
        each = self._known(column)
        return await self._count(column, each.table.c[each.column].is_not(None))

    async def reseal(
        self, column: str, after: Sequence[object] | None, limit: int
    ) -> ResealedBatch:
        """See ``Resealing.reseal``. Rows that others are writing now are passed over: nobody waits
        for this, and this waits for nobody."""
        each = self._known(column)
        table, key = each.table, list(each.table.primary_key.columns)
        due = select(table).where(self._old(each)).order_by(*key).limit(limit)
        if after is not None:
            last = [literal(value, at.type) for at, value in zip(key, after, strict=True)]
            due = due.where(tuple_(*key) > tuple_(*last))
        async with self._database.across_tenants() as connection:
            # What is due is looked at first, so that a row which is passed over is not mistaken
            # for the end.
            ahead = (await connection.execute(due.with_only_columns(*key))).all()
            if not ahead:
                return ResealedBatch(resealed=0, unreadable=0, busy=0, after=None)
            within = tuple_(*key).in_([tuple(row) for row in ahead])
            locked = select(table).where(self._old(each), within)
            rows = await connection.execute(locked.with_for_update(skip_locked=True))
            changes, unreadable = self._changes(each, rows.mappings().all())
            if changes:
                where = [at == bindparam(f"key_{at.name}") for at in key]
                change = update(table).where(*where).values({each.column: bindparam("anew")})
                await connection.execute(change, changes)
        return ResealedBatch(
            resealed=len(changes),
            unreadable=unreadable,
            busy=len(ahead) - len(changes) - unreadable,
            after=tuple(ahead[-1]) if len(ahead) == limit else None,
        )

    def _changes(
        self, each: SealedColumn, rows: Sequence[Mapping[Any, Any]]
    ) -> tuple[list[dict[str, Any]], int]:
        changes, unreadable = [], 0
        for row in rows:
            where = each.context({str(name): value for name, value in row.items()})
            try:
                plain = self._sealer.open(bytes(row[each.column]), context=where)
            except Rejected:
                unreadable += 1
                continue
            keys = {f"key_{at.name}": row[at.name] for at in each.table.primary_key.columns}
            changes.append({**keys, "anew": self._sealer.seal(plain, context=where)})
        return changes, unreadable

    async def _count(self, column: str, which: ColumnElement[bool]) -> int:
        table = self._known(column).table
        async with self._database.across_tenants() as connection:
            statement = select(func.count()).select_from(table).where(which)
            return int((await connection.execute(statement)).scalar_one())

    def _old(self, each: SealedColumn) -> ColumnElement[bool]:
        mark = self._sealer.mark
        column = each.table.c[each.column]
        return column.is_not(None) & (func.substring(column, 1, len(mark)) != mark)

    def _known(self, column: str) -> SealedColumn:
        found = self._columns.get(column)
        if found is None:
            raise NotFound("there is no such sealed column")
        return found
