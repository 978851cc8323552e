"""PostgreSQL arrays in binary, packed in one go: what the hot paths send per batch.

The driver's own list adapter looks at every element twice to guess its type; here the column
says it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import cast

from psycopg import pq
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper

_HEADER = struct.Struct("!iiIii")
_LENGTH = struct.Struct("!i").pack
_NULL = _LENGTH(-1)
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_BOOL = struct.Struct("!i?").pack
_ASCII_MAX = 127
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).timestamp()


class PackedArray(bytes):
    """A whole array as it goes over the wire; its class says of what."""

    __slots__ = ()
    array_oid = 0
    element_oid = 0

    @classmethod
    def packed(cls, elements: Iterable[bytes], count: int) -> PackedArray:
        """From elements that carry their length already."""
        header = _HEADER.pack(1, 1, cls.element_oid, count, 1)
        return cls(header + b"".join(elements))


class TextArray(PackedArray):
    array_oid, element_oid = 1009, 25


class BytesArray(PackedArray):
    array_oid, element_oid = 1001, 17


class IntArray(PackedArray):
    array_oid, element_oid = 1007, 23


class BigIntArray(PackedArray):
    array_oid, element_oid = 1016, 20


class BoolArray(PackedArray):
    array_oid, element_oid = 1000, 16


class TimeArray(PackedArray):
    array_oid, element_oid = 1185, 1184


def texts(values: Sequence[str | None]) -> PackedArray:
    """``text[]``; None is NULL."""
    packed = _same_width(values)
    if packed is not None:
        return packed
    return TextArray.packed(
        (_NULL if v is None else _sized(v.encode()) for v in values), len(values)
    )


def _same_width(values: Sequence[str | None]) -> PackedArray | None:
    """Ids, digests, names of tenants and columns without a value: packed in one stroke."""
    count = len(values)
    empty = values.count(None)
    if count and empty == count:
        return TextArray.packed((_NULL * count,), count)
    if empty or not count:
        return None
    present = cast("Sequence[str]", values)
    width = len(present[0])
    if width > _ASCII_MAX or any(len(v) != width for v in present):
        return None
    mark = _LENGTH(width).decode("ascii")
    joined = mark + mark.join(present)
    return TextArray.packed((joined.encode(),), count) if joined.isascii() else None


def blobs(values: Sequence[bytes | None]) -> PackedArray:
    """``bytea[]``; None is NULL."""
    parts: list[bytes] = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_LENGTH(len(value)), value)
    return BytesArray.packed(parts, len(values))


def ints(values: Sequence[int]) -> PackedArray:
    """``integer[]``."""
    return IntArray.packed(map(_INT4, repeat(4), values), len(values))


def bigints(values: Sequence[int]) -> PackedArray:
    """``bigint[]``."""
    return BigIntArray.packed(map(_INT8, repeat(8), values), len(values))


def bools(values: Sequence[bool]) -> PackedArray:
    """``boolean[]``."""
    return BoolArray.packed(map(_BOOL, repeat(1), values), len(values))


def times(values: Sequence[datetime | None]) -> PackedArray:
    """``timestamptz[]`` from aware datetimes; None is NULL."""
    return TimeArray.packed(
        (_NULL if v is None else _INT8(8, _micros(v)) for v in values), len(values)
    )


def _micros(value: datetime) -> int:
    return round((value.timestamp() - _EPOCH) * 1_000_000)


def _sized(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def register(context: AdaptContext) -> None:
    """Teach a connection to send these."""
    kinds: Iterable[type[PackedArray]] = PackedArray.__subclasses__()
    for kind in kinds:
        context.adapters.register_dumper(kind, _dumper(kind))


def _dumper(kind: type[PackedArray]) -> type[Dumper]:
    def dump(_self: Dumper, packed: PackedArray) -> Buffer:
        return packed

    members: dict[str, object] = {
        "format": pq.Format.BINARY,
        "oid": kind.array_oid,
        "dump": dump,
    }
    make: Callable[..., type[Dumper]] = type
    return make(f"{kind.__name__}Dumper", (Dumper,), members)
