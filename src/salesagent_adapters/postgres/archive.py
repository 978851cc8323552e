"""A backup file: an unpacked zip of sealed parts, and one manifest that says what is in them.

Everything but the manifest is sealed with the vault's first key, in parts that know their place:
a part that is missing, altered, swapped or from another backup does not open. The manifest is
readable by anyone, holds no personal data, and carries a digest of itself that only the same
keys open: that is how wrong keys are noticed before anything is written. The keys themselves are
never in the file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from salesagent_core.errors import Rejected, Unavailable
from salesagent_core.ports.secrets_vault import Sealer

FORMAT = 1
PART_BYTES = 1 << 20
MAX_PART_BYTES = 64 << 20
"""A part that claims to be longer was not written by us."""
_COMPRESSION = 1
_MANIFEST = "manifest.json"
_LENGTH = struct.Struct(">I")
_NOT_OURS = "this file is no backup of salesagent, or it is damaged"


@attrs.frozen(kw_only=True)
class TablePart:
    """One table's rows, as PostgreSQL's COPY writes them. ``bytes`` and ``sha256`` of that text."""

    name: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str


@attrs.frozen(kw_only=True)
class Manifest:
    """What a backup holds. Times are ISO 8601 in UTC; ``snapshot_at`` is when it froze the
    database, ``wal_lsn`` where the server's log was then (None on a standby)."""

    id: str
    made_at: str
    snapshot_at: str
    wal_lsn: str | None
    schema: str
    server: str
    tables: tuple[TablePart, ...] = ()
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)

    def table(self, name: str) -> TablePart | None:
        """The part of that name."""
        return next((each for each in self.tables if each.name == name), None)


class ArchiveWriter:
    """Writes the parts, then the manifest."""

    def __init__(self, file: zipfile.ZipFile, sealer: Sealer, archive_id: str) -> None:
        self._file = file
        self._sealer = sealer
        self._id = archive_id

    def add(self, name: str, columns: tuple[str, ...], chunks: Iterable[bytes]) -> TablePart:
        """One table from what COPY sends."""
        digest, rows, size = hashlib.sha256(), 0, 0
        with self._file.open(_member(name), "w", force_zip64=True) as member:
            for number, part in enumerate(_gathered(chunks)):
                digest.update(part)
                rows += part.count(b"\n")
                size += len(part)
                sealed = self._sealer.seal(
                    zlib.compress(part, _COMPRESSION), context=_place(self._id, name, number)
                )
                member.write(_LENGTH.pack(len(sealed)) + sealed)
        return TablePart(
            name=name, columns=columns, rows=rows, bytes=size, sha256=digest.hexdigest()
        )

    def close(self, manifest: Manifest) -> None:
        """Write the manifest: only now is it a backup."""
        body = attrs.asdict(manifest)
        seal = self._sealer.seal(_digest(body), context=_place(self._id, _MANIFEST))
        body["seal"] = base64.b64encode(seal).decode()
        self._file.writestr(_MANIFEST, json.dumps(body, indent=1))


class ArchiveReader:
    """Reads what ``ArchiveWriter`` wrote, and nothing else."""

    def __init__(self, file: zipfile.ZipFile, sealer: Sealer) -> None:
        self._file = file
        self._sealer = sealer
        self.manifest = self._manifest()

    def rows(self, table: TablePart) -> Iterator[bytes]:
        """A table as COPY wrote it.

        Raises:
            Rejected: it is damaged, or was made with other keys.
        """
        digest, number = hashlib.sha256(), 0
        with self._file.open(_member(table.name)) as member:
            while head := member.read(_LENGTH.size):
                if len(head) != _LENGTH.size:
                    raise Rejected(_NOT_OURS)
                (length,) = _LENGTH.unpack(head)
                if length > MAX_PART_BYTES:
                    raise Rejected(_NOT_OURS)
                where = _place(self.manifest.id, table.name, number)
                part = zlib.decompress(self._sealer.open(member.read(length), context=where))
                digest.update(part)
                number += 1
                yield part
        if digest.hexdigest() != table.sha256:
            raise Rejected(f"the backup's table {table.name} is not what was backed up")

    def check(self) -> None:
        """Read all of it. Raises: Rejected."""
        for table in self.manifest.tables:
            for _ in self.rows(table):
                pass

    def _manifest(self) -> Manifest:
        body = json.loads(self._file.read(_MANIFEST))
        seal = base64.b64decode(body.pop("seal"))
        if body["format"] != FORMAT:
            raise Rejected(f"this version does not read backups of format {body['format']}")
        try:
            known = self._sealer.open(seal, context=_place(body["id"], _MANIFEST))
        except Rejected:
            raise Rejected(
                "the backup was made with other encryption keys: set SALESAGENT_ENCRYPTION_KEYS"
                " to those that were in use then; without them it cannot be read"
            ) from None
        if known != _digest(body):
            raise Rejected("the backup's manifest was altered")
        body["tables"] = tuple(
            TablePart(**{**each, "columns": tuple(each["columns"])}) for each in body["tables"]
        )
        return Manifest(**body)


@contextmanager
def writing(path: Path, sealer: Sealer, archive_id: str) -> Iterator[ArchiveWriter]:
    """A file that has its name only once it is complete and on the disk, readable by us alone.

    Raises:
        Rejected: there is such a file already. Unavailable: it cannot be written.
    """
    if path.exists():
        raise Rejected(f"{path} exists already; a backup overwrites nothing")
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as file:
                yield ArchiveWriter(file, sealer, archive_id)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"the backup cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def reading(path: Path, sealer: Sealer) -> Iterator[ArchiveReader]:
    """Raises: Rejected when it is no backup, is damaged, or was made with other keys."""
    try:
        with zipfile.ZipFile(path) as file:
            yield ArchiveReader(file, sealer)
    except FileNotFoundError:
        raise Rejected(f"there is no file {path}") from None
    except (zipfile.BadZipFile, OSError, KeyError, TypeError, ValueError, zlib.error):
        raise Rejected(f"{_NOT_OURS}: {path}") from None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(bytes(chunk))
        size += len(chunk)
        if size >= PART_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _member(table: str) -> str:
    return f"tables/{table}"


def _place(archive_id: str, name: str, number: int | None = None) -> bytes:
    return "\x1f".join(("backup", archive_id, name, str(number))).encode()


def _digest(body: dict[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
