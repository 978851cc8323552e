"""The audit trail as a chain: a row cannot be changed, removed, added or moved unseen.

``written, signed | sealed in order: position, hash over it and the hash before | verified``

Hashes are HMAC-SHA-256 (RFC 2104). A plain SHA-256 would be made anew by whoever may write to the
database; without the key nobody can. A detail is in the chain by its salted digest only: erasing
the salt with the detail leaves the chain whole, and nothing to guess the detail from.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import attrs

from salesagent_core.ids import TenantId

KEY_LABEL: Final = "\0salesagent audit chain"
"""What the key is derived from. No text that is indexed for a person's sake holds a NUL, so nobody
can have this derived by giving something that name."""

SALT_BYTES: Final = 16
_MAX_PLACES: Final = 200
"""Where a row is looked for that may have been moved."""
FIRST_PREVIOUS: Final = bytes(32)
ERASED: Final = "erased"
HEAD_LOST: Final = "audit.head_lost"
"""The action of a row that whoever seals writes when the head is not the one that was left."""
Detail = tuple[tuple[str, str], ...]


class Origin(StrEnum):
    """How a row came into the chain: signed by the application; from before rows were signed; or
    by neither, which means that somebody put it there."""

    SIGNED = "signed"
    OLDER = "older"
    UNSIGNED = "unsigned"


@attrs.frozen(kw_only=True)
class TrailRow:
    """A row as it is stored. ``salt`` is None once its detail was erased; ``position``, ``origin``,
    ``previous`` and ``hash`` are None while it waits to be sealed."""

    id: str
    tenant_id: TenantId
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    detail: Detail
    salt: bytes | None = None
    detail_digest: bytes | None = None
    mac: bytes | None = None
    position: int | None = None
    origin: Origin | None = None
    previous: bytes | None = None
    hash: bytes | None = None


@attrs.frozen(kw_only=True)
class Head:
    """Where a chain ends. Kept elsewhere it proves that no tail was cut off."""

    tenant_id: TenantId
    position: int
    hash: bytes
    mac: bytes = b""


@attrs.frozen(kw_only=True)
class Cut:
    """Where the beginning of a chain was cut off: up to ``position``, whose row had ``hash``; how
    many ``rows`` went with this cut, when and why. Cuts are numbered from 1."""

    tenant_id: TenantId
    number: int
    position: int
    hash: bytes
    rows: int
    at: datetime
    why: str
    mac: bytes = b""


@attrs.frozen(kw_only=True)
class Tampering:
    """Something that is not as it was written. ``kind`` is a code; ``position`` and ``row_id``
    are what is known of the row."""

    tenant_id: TenantId
    kind: str
    sentence: str
    position: int | None = None
    row_id: str | None = None


def digest_of(detail: Detail, salt: bytes) -> bytes:
    """The detail as the chain knows it."""
    return hashlib.sha256(salt + _plain([list(pair) for pair in detail])).digest()


def sign(key: bytes, row: TrailRow) -> bytes:
    """What proves that the application wrote this row. Its detail counts by its digest."""
    return _mac(key, "row", *_said(row))


def is_signed(key: bytes, row: TrailRow) -> bool:
    """Whether the application wrote the row as it stands, or erased its detail since."""
    return row.mac is not None and hmac.compare_digest(row.mac, sign(key, row)) and _fits(key, row)


def link(key: bytes, row: TrailRow, *, position: int) -> bytes:
    """The hash of the row at that position, behind ``row.previous``."""
    return _mac(
        key, "link", position, row.origin or "", _hex(row.previous), _hex(row.mac), *_said(row)
    )


def sign_head(key: bytes, head: Head) -> bytes:
    """What proves that the application wrote this head."""
    return _mac(key, "head", head.tenant_id, head.position, head.hash.hex())


def sign_cut(key: bytes, cut: Cut, before: Cut | None) -> bytes:
    """What proves that the application cut here, and where it had cut before."""
    return _mac(
        key,
        "cut",
        cut.tenant_id,
        cut.number,
        cut.position,
        cut.hash.hex(),
        cut.rows,
        cut.at.astimezone(UTC).isoformat(timespec="microseconds"),
        cut.why,
        before.mac.hex() if before else "",
    )


def tombstone(key: bytes, row: TrailRow, erasure_id: str) -> Detail:
    """What takes the place of a detail that an erasure removed."""
    mark = _mac(key, ERASED, row.id, erasure_id, _hex(row.detail_digest))
    return ((ERASED, erasure_id), ("mark", mark.hex()))


class Verifier:
    """Takes the rows of one tenant in the order of their positions and collects what is wrong."""

    def __init__(
        self,
        key: bytes,
        tenant_id: TenantId,
        *,
        anchors: Sequence[Head] = (),
        cuts: Sequence[Cut] = (),
    ) -> None:
        """``cuts`` are where the beginning was cut off: what is left must go on from there."""
        self._key = key
        self._tenant = tenant_id
        self._anchors = {anchor.position: anchor for anchor in anchors}
        self._found: list[Tampering] = []
        self._broken: list[TrailRow] = []
        self._position = 0
        self._hash = FIRST_PREVIOUS
        self.checked = 0
        self.erased = 0
        self.cut_off = 0
        self._start(cuts)

    def _start(self, cuts: Sequence[Cut]) -> None:
        before: Cut | None = None
        for cut in cuts:
            follows = cut.number == (before.number if before else 0) + 1
            signed = hmac.compare_digest(cut.mac, sign_cut(self._key, cut, before))
            if not (follows and signed and cut.tenant_id == self._tenant):
                self._say("cut", f"the cut up to {cut.position} is not ours", cut.position)
                return
            anchor = self._anchors.get(cut.position)
            if anchor is not None and anchor.hash != cut.hash:
                sentence = f"row {cut.position}, cut off since, is not the one that was exported"
                self._say("replaced", sentence, cut.position)
            self._position, self._hash, self.cut_off = cut.position, cut.hash, cut.position
            before = cut

    def so_far(self) -> tuple[Tampering, ...]:
        """What is wrong with the rows that were taken, in the order of the positions. Takes no
        more rows."""
        self._name_moved()
        return tuple(sorted(self._found, key=lambda each: each.position or self._position + 1))

    def take(self, rows: Iterable[TrailRow]) -> None:
        """The next sealed rows."""
        for row in rows:
            self._take(row)

    def take_waiting(self, rows: Iterable[TrailRow], *, unsigned_until: datetime | None) -> int:
        """Rows that nobody sealed yet; how many there are."""
        count = 0
        for row in rows:
            count += 1
            older = row.mac is None and unsigned_until is not None and row.at < unsigned_until
            if not is_signed(self._key, row) and not older:
                self._note("inserted", "was inserted or changed while it waited to be sealed", row)
        return count

    def finish(self, head: Head | None) -> tuple[Tampering, ...]:
        """Everything that is wrong, in the order of the positions."""
        self._check_end(head)
        for anchor in self._anchors.values():
            if anchor.position > self._position:
                self._say(
                    "cut",
                    f"rows up to {anchor.position} were there when the head was exported;"
                    f" the chain ends at {self._position}",
                    anchor.position,
                )
        return self.so_far()

    def _take(self, row: TrailRow) -> None:
        assert row.position is not None, "sealed rows only"
        assert row.hash is not None, "sealed rows only"
        self.checked += 1
        if row.position != self._position + 1:
            lost = f"{self._position + 1}"
            lost += f" to {row.position - 1}" if row.position - 1 > self._position + 1 else ""
            self._say("deleted", f"row {lost} is missing", self._position + 1)
        elif row.previous != self._hash:
            self._broken.append(row)
        expected = link(self._key, row, position=row.position)
        if not hmac.compare_digest(expected, row.hash) or not _fits(self._key, row):
            self._broken.append(row)
        elif row.origin is Origin.UNSIGNED:
            self._note("inserted", "was inserted: the application did not write it", row)
        elif row.action == HEAD_LOST:
            self._note("head", "says that the head was changed or removed before it", row)
        elif row.salt is None:
            self.erased += 1
        anchor = self._anchors.get(row.position)
        if anchor is not None and anchor.hash != row.hash:
            self._note("replaced", "is not the row whose hash was exported", row)
        self._position, self._hash = row.position, row.hash

    def _name_moved(self) -> None:
        """Say of each row that does not fit whether it was changed, or stood elsewhere."""
        broken = {row.id: row for row in self._broken}
        places = [row.position for row in broken.values() if row.position][:_MAX_PLACES]
        for row in broken.values():
            stood = next(
                (at for at in places if link(self._key, row, position=at) == row.hash), None
            )
            if stood is not None and stood != row.position:
                self._note("moved", f"stood at {stood} before", row)
            elif stood is None or not _fits(self._key, row):
                self._note("changed", "is not as it was written", row)
            # What fits by itself follows a row that was changed, and that one is named.

    def _check_end(self, head: Head | None) -> None:
        if head is None:
            if self._position:
                self._say("head", "the head of the chain is missing", self._position)
            return
        if not hmac.compare_digest(head.mac, sign_head(self._key, head)):
            self._say("head", "the head of the chain was changed", head.position)
        elif head.position > self._position:
            self._say(
                "cut",
                f"the end is missing: rows {self._position + 1} to {head.position}",
                self._position + 1,
            )

    def _note(self, kind: str, what: str, row: TrailRow) -> None:
        at = "" if row.position is None else f" at {row.position}"
        self._say(kind, f"row {row.id}{at} {what}", row.position, row.id)

    def _say(
        self, kind: str, sentence: str, position: int | None, row_id: str | None = None
    ) -> None:
        self._found.append(
            Tampering(
                tenant_id=self._tenant,
                kind=kind,
                sentence=sentence,
                position=position,
                row_id=row_id,
            )
        )


def _fits(key: bytes, row: TrailRow) -> bool:
    """Whether the detail is the one that was digested, or was erased by an erasure."""
    if row.detail_digest is None:
        return False
    if row.salt is not None:
        return hmac.compare_digest(row.detail_digest, digest_of(row.detail, row.salt))
    named = dict(row.detail).get(ERASED)
    return named is not None and row.detail == tombstone(key, row, named)


def _said(row: TrailRow) -> tuple[str, ...]:
    return (
        row.id,
        row.tenant_id,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.action,
        row.subject_kind,
        row.subject_id,
        _hex(row.detail_digest),
    )


def _mac(key: bytes, *parts: object) -> bytes:
    return hmac.digest(key, _plain(parts), "sha256")


def _plain(parts: object) -> bytes:
    # JSON keeps the borders between the parts: two different lists never make the same text.
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()
