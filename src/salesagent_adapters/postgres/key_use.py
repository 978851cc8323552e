"""Which keys sealed what is stored, counted without opening it, and in a read-only transaction."""

from __future__ import annotations

from typing import Final

import attrs
from sqlalchemy import func, select, text

from salesagent_adapters.postgres.engine import ALL_TENANTS, SET_TENANT
from salesagent_adapters.postgres.migrate import connected
from salesagent_adapters.postgres.sealed_columns import SEALED

LOOKED_AT: Final = 10_000
"""Values of a column: enough to meet every key that is in use, and read in a moment."""


@attrs.frozen(kw_only=True)
class Use:
    """``count`` values of a column begin alike: one key sealed them. ``sample`` is one of them,
    sealed for ``context``."""

    column: str
    beginning: bytes
    count: int
    sample: bytes
    context: bytes


@attrs.frozen(kw_only=True)
class KeyUse:
    """``whole``: every value was looked at, not only ``LOOKED_AT`` of each column."""

    uses: tuple[Use, ...]
    whole: bool


def read(url: str, prefix_bytes: int) -> KeyUse:
    """Look at every sealed column; one key's values begin with the same so many bytes.

    Raises:
        Unavailable. Rejected: the database is not migrated to this version.
    """
    found, whole = [], True
    with connected(url) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(SET_TENANT, {"tenant": ALL_TENANTS})
        for each in SEALED:
            column = each.table.c[each.column]
            some = (
                select(func.substring(column, 1, prefix_bytes).label("beginning"))
                .where(column.is_not(None))
                .limit(LOOKED_AT)
                .subquery()
            )
            counted = connection.execute(
                select(some.c.beginning, func.count().label("n")).group_by(some.c.beginning)
            ).all()
            whole = whole and sum(row.n for row in counted) < LOOKED_AT
            for row in counted:
                begins = func.substring(column, 1, prefix_bytes) == row.beginning
                one = connection.execute(select(each.table).where(begins).limit(1)).mappings().one()
                plain = {str(name): value for name, value in one.items()}
                found.append(
                    Use(
                        column=each.name,
                        beginning=bytes(row.beginning),
                        count=row.n,
                        sample=bytes(plain[each.column]),
                        context=each.context(plain),
                    )
                )
    return KeyUse(uses=tuple(found), whole=whole)
