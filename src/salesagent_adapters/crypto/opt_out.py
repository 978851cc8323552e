"""Unsubscribe links: tokens that say nothing, cannot be made up, and never run out.

A token is the base64url form of ``format (1 byte) | AES-SIV (RFC 5297)`` over tenant, draft and
address. SIV needs no nonce: the same mail composed twice carries the same link. The key comes from
the secret of the vault's blind indexes, which outlives every encryption key, so that a link in an
old mail works after any number of rotations.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.suppressions import OptOut

__all__ = ["MAX_TOKEN", "OPT_OUT_PATH", "OptOutLinkMaker", "SealedOptOutTokens"]

OPT_OUT_PATH: Final = "/u/"
MAX_TOKEN: Final = 800
"""Characters; what is longer was never made here (254 of an address, two ids, overhead)."""

_FORMAT: Final = b"\x01"
_BOUND_TO: Final = [b"salesagent opt-out token"]
_KEY_LABELS: Final = ("salesagent opt-out key 1", "salesagent opt-out key 2")


class SealedOptOutTokens:
    """Makes and reads the tokens; safe to share between threads."""

    def __init__(self, vault: Vault) -> None:
        key = b"".join(bytes.fromhex(vault.blind_index(label)) for label in _KEY_LABELS)
        self._cipher = AESSIV(key)

    def make(self, tenant_id: TenantId, email: str, draft_id: DraftId) -> str:
        """A token for this person in this draft: opaque, the same each time."""
        plain = "\0".join((tenant_id, draft_id, email)).encode()
        sealed = _FORMAT + self._cipher.encrypt(plain, _BOUND_TO)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, token: str) -> OptOut:
        """Raises: Rejected when we never made this token."""
        try:
            if not 1 <= len(token) <= MAX_TOKEN or not token.isascii():
                raise ValueError("not the length of a token")
            padded = token.replace("-", "+").replace("_", "/") + "=" * (-len(token) % 4)
            sealed = base64.b64decode(padded, validate=True)
            if not sealed.startswith(_FORMAT):
                raise ValueError("another format")
            plain = self._cipher.decrypt(sealed[1:], _BOUND_TO)
            tenant_id, _, email = plain.decode().split("\0")
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Rejected("this unsubscribe link was not made by us") from error
        return OptOut(tenant_id=TenantId(tenant_id), email=email)


class OptOutLinkMaker:
    """The link that goes into a mail: our public address and the token."""

    def __init__(self, tokens: SealedOptOutTokens, public_url: str) -> None:
        self._tokens = tokens
        self._root = public_url.rstrip("/") + OPT_OUT_PATH

    def url(self, tenant_id: TenantId, email: str, draft_id: DraftId) -> str:
        """Where this person can unsubscribe."""
        return self._root + self._tokens.make(tenant_id, email, draft_id)
