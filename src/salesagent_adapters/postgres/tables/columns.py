"""The columns that every table is made of, and the metadata that knows all tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)

metadata = MetaData()


def text(name: str, *, null: bool = False) -> Column[str]:
    """Words that nobody need hide: an id, a code, a status, a keyed digest."""
    return Column(name, Text, nullable=null)


def time(name: str, *, null: bool = False, now: bool = False) -> Column[Any]:
    """A moment, with its zone; ``now`` lets the database say when."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=null, server_default=default)


def integer(name: str, default: str | None = None) -> Column[int]:
    """A number that is never null."""
    return Column(name, Integer, nullable=False, server_default=default)


def blob(name: str, *, null: bool = False) -> Column[bytes]:
    """Bytes: what is sealed, and digests."""
    return Column(name, LargeBinary, nullable=null)


def token(name: str = "token") -> Column[int]:
    """What fences a lease: it grows with every lease of the row."""
    return Column(name, BigInteger, nullable=False, server_default="0")


def table(name: str, *parts: Any, key: tuple[str, ...]) -> Table:
    """A table of ours: every row is a tenant's, never that of nobody or of everybody."""
    return Table(
        name,
        metadata,
        text("tenant_id"),
        *parts,
        PrimaryKeyConstraint(*key, name=f"{name}_pkey"),
        CheckConstraint("tenant_id NOT IN ('', '*')", name=f"{name}_tenant_check"),
    )
