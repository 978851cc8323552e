"""Make API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

import attrs

from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey, ApiKeys, Scope
from salesagent_core.ports.clock import Clock

SECRET_BYTES = 32
ID_BYTES = 8
PREFIX = "sa"


@attrs.frozen(kw_only=True)
class MadeKey:
    """``secret`` is the whole key as its holder sends it; only its digest is stored."""

    key: ApiKey
    secret: str = attrs.field(repr=False)


async def create_key(
    api_keys: ApiKeys,
    clock: Clock,
    *,
    name: str,
    scopes: Iterable[Scope],
    lifetime: timedelta | None,
    tenant: str,
) -> MadeKey:
    """Make and store a key.

    The text is ``sa_<id>_<secret>``: the id finds the row, the secret proves the holder.
    """
    now = clock.now()
    key_id = secrets.token_hex(ID_BYTES)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(
        id=key_id,
        tenant_id=TenantId(tenant),
        name=name,
        digest=hashlib.sha256(secret.encode()).digest(),
        scopes=frozenset(scopes),
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
    )
    await api_keys.add(key)
    return MadeKey(key=key, secret=f"{PREFIX}_{key_id}_{secret}")
