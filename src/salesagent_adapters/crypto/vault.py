"""Sealing bytes at rest, with keys that can be rotated, and blind indexes to find them by.

A sealed value is AES-256-GCM (NIST SP 800-38D) with a random nonce::

    format (1 byte) | key id (8) | nonce (12) | ciphertext | tag (16)

The key id says which key opens it, so rotation is: put a new key in front, reseal what is stored
(``is_current`` tells what is left), drop the old key. Random nonces are safe for 2**32 seals under
one key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from salesagent_core.errors import InvalidInput, Problem, Rejected

__all__ = ["SETTING", "Unsealable", "Vault", "new_key"]

SETTING: Final = "SALESAGENT_ENCRYPTION_KEYS"
KEY_BYTES: Final = 32

_FORMAT: Final = b"\x01"
_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
PREFIX_BYTES: Final = len(_FORMAT) + _KEY_ID_BYTES
"""By how a sealed value begins one sees which key sealed it."""
_BODY_STARTS: Final = PREFIX_BYTES + _NONCE_BYTES
OVERHEAD_BYTES: Final = _BODY_STARTS + _TAG_BYTES
"""How much longer a sealed value is than what was sealed."""

_INDEX_LABEL: Final = b"salesagent blind index secret"
INDEX_SECRET_CONTEXT: Final = b"keyring\x1f@all\x1findex_secret"
"""Where the secret of the blind indexes is kept, in the words of whoever reseals what is stored."""


class Unsealable(Rejected):
    """These bytes cannot be opened: no key fits, they were altered, or belong elsewhere."""


def new_key() -> str:
    """A fresh key in the form that the setting takes: 32 random bytes, urlsafe base64."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """Seals and opens bytes; safe to share between threads.

    ``context`` binds a sealed value to its place, such as ``b"submissions.raw:<id>"``: sealed
    bytes that were copied to another row do not open there.
    """

    __slots__ = ("_cipher", "_ciphers", "_index_blocks", "_index_secret", "_prefix")

    def __init__(self, keys: Sequence[str], *, index_secret: bytes | None = None) -> None:
        """Take the keys: the first one seals, all of them open.

        Args:
            keys: urlsafe base64 of 32 bytes each, newest first.
            index_secret: what ``sealed_index_secret`` gave earlier, from wherever it is kept.
                Without it the secret of the blind indexes is derived from the last, oldest key.

        Raises:
            InvalidInput: naming the setting and the position of each bad key, never the key.
            Unsealable: ``index_secret`` does not open with any of the keys.
        """
        raw = _decoded_keys(keys)
        self._ciphers = {_prefix_of(key): AESGCM(key) for key in raw}
        self._prefix = _prefix_of(raw[0])
        self._cipher = self._ciphers[self._prefix]
        if index_secret is None:
            # The oldest key stays the oldest while new ones are put in front of it.
            self._index_secret = hmac.digest(raw[-1], _INDEX_LABEL, "sha256")
        else:
            self._index_secret = self.open(index_secret, context=INDEX_SECRET_CONTEXT)
        self._index_blocks = _key_blocks(self._index_secret)

    def __repr__(self) -> str:
        return f"<Vault with {len(self._ciphers)} keys>"

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        """Encrypt under the first key; sealing the same twice gives different bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        prefix = self._prefix
        return prefix + nonce + self._cipher.encrypt(nonce, plain, prefix + context)

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        """What was sealed, if nothing was altered and ``context`` is the same.

        Raises:
            Unsealable: it cannot be opened, and never will be with these keys.
        """
        prefix = sealed[:PREFIX_BYTES]
        if len(sealed) < OVERHEAD_BYTES or not sealed.startswith(_FORMAT):
            raise Unsealable("These bytes were not sealed by this application.")
        cipher = self._ciphers.get(prefix)
        if cipher is None:
            raise Unsealable(f"No key in {SETTING} fits these sealed bytes.")
        nonce = sealed[PREFIX_BYTES:_BODY_STARTS]
        try:
            return cipher.decrypt(nonce, sealed[_BODY_STARTS:], prefix + context)
        except InvalidTag as error:
            raise Unsealable("The sealed bytes were altered or belong to another place.") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it; if not, open and seal it again before dropping keys."""
        return sealed.startswith(self._prefix)

    def place_of(self, beginning: bytes) -> int | None:
        """Which key sealed what begins like this: 0 is the first; None: none that is set."""
        prefixes = list(self._ciphers)
        prefix = beginning[:PREFIX_BYTES]
        return prefixes.index(prefix) if prefix in prefixes else None

    @property
    def mark(self) -> bytes:
        """How everything begins that the first key sealed."""
        return self._prefix

    @property
    def has_spare(self) -> bool:
        """Whether there are keys behind the first one."""
        return len(self._ciphers) > 1

    def blind_index(self, text: str) -> str:
        """A keyed hash (HMAC-SHA-256, 64 hex digits) to find a value by without storing it.

        Equal texts give equal indexes; normalise before. The hash cannot be made again when the
        text is gone (a suppressed address after erasure), so its secret must outlive every
        encryption key: keep ``sealed_index_secret`` before the oldest key is ever dropped.
        """
        inner, outer = self._index_blocks
        inner, outer = inner.copy(), outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    def sealed_index_secret(self) -> bytes:
        """The secret of the blind indexes, sealed under the first key, to be stored.

        Store it once at set-up, and again at each rotation; give it back as ``index_secret``.
        """
        return self.seal(self._index_secret, context=INDEX_SECRET_CONTEXT)


def _key_blocks(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """HMAC-SHA-256's two key blocks (RFC 2104), hashed once: starting from copies of them is five
    times as fast as OpenSSL's one-shot call. The key has at most 64 bytes."""
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def _decoded_keys(keys: Sequence[str]) -> list[bytes]:
    if isinstance(keys, str):
        raise TypeError("keys is a sequence of keys, not one key")
    raw = [_decoded(key) for key in keys]
    problems = [
        Problem(where=f"{SETTING}[{index}]", what="must be urlsafe base64 of exactly 32 bytes")
        for index, key in enumerate(raw)
        if key is None
    ]
    if not raw:
        problems.append(Problem(where=SETTING, what="must hold at least one key"))
    if problems:
        text = "; ".join(f"{problem.where} {problem.what}" for problem in problems)
        raise InvalidInput(text, problems)
    return [key for key in raw if key is not None]


def _decoded(key: str) -> bytes | None:
    text = key.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == KEY_BYTES else None


def _prefix_of(key: bytes) -> bytes:
    # A hash under the key itself: it tells two keys apart and nothing about either.
    return _FORMAT + hmac.digest(key, b"salesagent key id", "sha256")[:_KEY_ID_BYTES]
