"""What start-up asks the database about the keys, before anything is sealed or opened.

Synchronous, as the migrations are: it runs once, before there is an event loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import attrs
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import ALL_TENANTS, SET_TENANT
from salesagent_adapters.postgres.migrate import connected
from salesagent_adapters.postgres.sealed_columns import SEALED
from salesagent_core.errors import Rejected

INDEX_SECRET: Final = "index_secret"  # noqa: S105
AUDIT_BEGAN: Final = "audit_began"
OWNER: Final = "@all"


@attrs.frozen(kw_only=True)
class Sealed:
    """Some bytes of the database, and what they were sealed for."""

    value: bytes
    context: bytes


def stored(url: str) -> Mapping[str, bytes]:
    """What is kept, by name.

    Raises:
        Unavailable. Rejected: the database is not migrated to this version.
    """
    table = tables.keyring
    with _opened(url) as connection:
        rows = connection.execute(select(table.c.name, table.c.sealed)).all()
    return {row.name: bytes(row.sealed) for row in rows}


def keep(url: str, values: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Keep what is not kept yet; what is kept now. Of two processes that start, one decides.

    Raises:
        Unavailable, Rejected
    """
    rows = [{"tenant_id": OWNER, "name": name, "sealed": value} for name, value in values.items()]
    with _opened(url) as connection:
        connection.execute(upsert(tables.keyring).values(rows).on_conflict_do_nothing())
    return stored(url)


def sample(url: str) -> Sealed | None:
    """Something that was sealed earlier; None where nothing was.

    Raises:
        Unavailable, Rejected
    """
    with _opened(url) as connection:
        for each in SEALED:
            column = each.table.c[each.column]
            statement = select(each.table).where(column.is_not(None)).limit(1)
            row = connection.execute(statement).mappings().one_or_none()
            if row is not None:
                # Names of columns are plain words here.
                plain = {str(name): value for name, value in row.items()}
                return Sealed(value=bytes(plain[each.column]), context=each.context(plain))
    return None


def has_audit(url: str) -> bool:
    """Whether anything is in the audit trail."""
    with _opened(url) as connection:
        return bool(connection.execute(text("SELECT EXISTS (SELECT FROM audit)")).scalar_one())


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    with connected(url) as connection:
        there = connection.execute(text("SELECT to_regclass('keyring')")).scalar_one()
        if there is None:
            raise Rejected(
                "the database's schema is older than this version: run `salesagent migrate` first"
            )
        connection.execute(SET_TENANT, {"tenant": ALL_TENANTS})
        yield connection
