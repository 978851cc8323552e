"""API keys and the page sessions that start from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


class Scope(StrEnum):
    """What a key may do. ``admin`` includes ``operator``, which includes ``viewer``: that one
    reads and changes nothing. ``ingest`` only follows its own tasks."""

    INGEST = "ingest"
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


@attrs.frozen(kw_only=True)
class ApiKey:
    """A key as stored: ``digest`` is the SHA-256 of the secret, which is shown once and kept
    nowhere (it has 256 random bits, so no slow hash is needed). ``created_by`` is who made it."""

    id: str
    tenant_id: TenantId
    name: str
    digest: bytes
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    created_by: str | None = None


@attrs.frozen(kw_only=True)
class PageSession:
    """A browser session. ``digest`` is the SHA-256 of the cookie's token; ``csrf`` is bound to it."""

    digest: bytes
    key_id: str
    tenant_id: TenantId
    csrf: str
    created_at: datetime
    expires_at: datetime


class ApiKeys(Protocol):
    """Stores keys and sessions, across tenants: the caller's tenant is not known before."""

    async def add(self, key: ApiKey) -> None: ...

    async def find(self, key_id: str) -> ApiKey | None:
        """The key whatever its state; the caller judges expiry and revocation."""
        ...

    async def touch(self, key_id: str, at: datetime) -> None:
        """Note the use; at most one write a minute."""
        ...

    async def add_session(self, session: PageSession) -> None: ...

    async def find_session(self, digest: bytes) -> tuple[PageSession, ApiKey] | None: ...

    async def drop_session(self, digest: bytes) -> None: ...
