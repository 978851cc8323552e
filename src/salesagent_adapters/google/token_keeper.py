"""Access tokens that are always fresh, and asked for once, however many workers want one.

``read | fresh? give it | claim the refresh | one request | write it, if nothing changed since``

No transaction is open while Google is asked. Whoever claims writes a time into the row, until
which nobody else asks; a worker that dies in between holds the others up for that long at most.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NoReturn

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.errors import NeedsReauth, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    MAILBOX_SUBJECT,
    ConnectingWork,
    ConnectionState,
    ConsentProvider,
    KeptConnection,
    Lost,
    Tokens,
)
from salesagent_core.ports.identity import IdSource

log = logging.getLogger(__name__)

REFRESH_BEFORE: Final = timedelta(minutes=5)
"""How long before its end a token is replaced."""
USABLE_FOR: Final = timedelta(minutes=1)
"""What a caller is promised at least."""
REFRESH_LEASE: Final = timedelta(seconds=20)
"""Longer than the provider's time-out: after it, whoever was refreshing is presumed dead."""
WAIT: Final = timedelta(seconds=30)
"""How long a caller waits for another one's refresh; longer than the lease of a dead one."""
LOOK_EVERY: Final = 0.1
"""Seconds between two looks at another one's refresh."""
RETRY_AFTER: Final = timedelta(seconds=5)
"""After a refresh that failed, a token that still works is given out for so long before the
next try."""


@attrs.frozen(kw_only=True)
class _Look:
    """What the row says: a token to give out, or tokens that are this caller's to replace."""

    token: str | None = None
    claimed: KeptConnection | None = None


class TokenKeeper:
    """``AccessTokens`` over the stored connections and a provider."""

    def __init__(self, *, work: ConnectingWork, provider: ConsentProvider, ids: IdSource) -> None:
        self._work = work
        self._provider = provider
        self._ids = ids

    async def token(self, tenant_id: TenantId, mailbox: str) -> str:
        """See ``AccessTokens.token``."""
        monotonic = asyncio.get_running_loop().time
        deadline = monotonic() + WAIT.total_seconds()
        while True:
            look = await self._look(tenant_id, mailbox)
            if look.token is not None:
                return look.token
            if look.claimed is not None:
                token = await self._refresh(tenant_id, mailbox, look.claimed)
                if token is not None:
                    return token
            elif monotonic() > deadline:
                raise Unavailable("another worker has asked Google for a token for too long")
            else:
                await asyncio.sleep(LOOK_EVERY)

    async def refused(self, tenant_id: TenantId, mailbox: str, token: str) -> None:
        """See ``AccessTokens.refused``."""
        async with self._work.begin(tenant_id) as tx:
            kept = await tx.connections.get(mailbox, lock=True)
            if kept is None or kept.tokens is None:
                return
            if not hmac.compare_digest(kept.tokens.access.encode(), token.encode()):
                return
            over = attrs.evolve(kept.tokens, expires_at=await tx.connections.now())
            await tx.connections.save(attrs.evolve(kept, tokens=over))

    async def _look(self, tenant_id: TenantId, mailbox: str) -> _Look:
        async with self._work.begin(tenant_id) as tx:
            now = await tx.connections.now()
            kept = _connected(await tx.connections.get(mailbox), mailbox)
            if _left(kept, now) > REFRESH_BEFORE:
                return _Look(token=_tokens(kept).access)
            kept = _connected(await tx.connections.get(mailbox, lock=True), mailbox)
            now = await tx.connections.now()
            left = _left(kept, now)
            if left > REFRESH_BEFORE:
                return _Look(token=_tokens(kept).access)
            if kept.refreshing_until is not None and kept.refreshing_until > now:
                return _Look(token=_tokens(kept).access if left > USABLE_FOR else None)
            claimed = attrs.evolve(
                kept, generation=kept.generation + 1, refreshing_until=now + REFRESH_LEASE
            )
            await tx.connections.save(claimed)
            return _Look(claimed=claimed)

    async def _refresh(
        self, tenant_id: TenantId, mailbox: str, claimed: KeptConnection
    ) -> str | None:
        """The new token; None when the connection changed meanwhile, so that it is to be read
        again."""
        old = _tokens(claimed)
        async with self._work.begin(tenant_id) as tx:
            now = await tx.connections.now()
        try:
            tokens = await self._provider.refresh(old, now)
        except NeedsReauth:
            if await self._lost(tenant_id, mailbox, claimed):
                _not_connected(mailbox, Lost.REVOKED)
            return None
        except (Unavailable, Rejected) as error:
            await self._put(tenant_id, claimed, lambda now: _later(claimed, now))
            if _left(claimed, now) > USABLE_FOR:
                log.warning("a token could not be refreshed yet: %s", error)
                return old.access
            at = error.retry_at if isinstance(error, Unavailable) else None
            raise Unavailable(str(error), retry_at=at) from error
        fresh = attrs.evolve(
            claimed, tokens=tokens, generation=claimed.generation + 1, refreshing_until=None
        )
        return tokens.access if await self._put(tenant_id, claimed, lambda _: fresh) else None

    async def _put(
        self,
        tenant_id: TenantId,
        claimed: KeptConnection,
        change: Callable[[datetime], KeptConnection],
    ) -> bool:
        """Store the change, if nobody else changed the connection since it was claimed."""
        async with self._work.begin(tenant_id) as tx:
            current = await tx.connections.get(claimed.connection.mailbox, lock=True)
            if current is None or current.generation != claimed.generation:
                return False
            await tx.connections.save(change(await tx.connections.now()))
            return True

    async def _lost(self, tenant_id: TenantId, mailbox: str, claimed: KeptConnection) -> bool:
        async with self._work.begin(tenant_id) as tx:
            current = await tx.connections.get(mailbox, lock=True)
            if current is None or current.generation != claimed.generation:
                return False
            now = await tx.connections.now()
            lost = attrs.evolve(
                current.connection,
                state=ConnectionState.DISCONNECTED,
                why=Lost.REVOKED,
                since=now,
                by="system",
            )
            await tx.connections.save(
                KeptConnection(connection=lost, tokens=None, generation=current.generation + 1)
            )
            await tx.audit.add(
                AuditEvent(
                    id=self._ids.new(),
                    tenant_id=tenant_id,
                    at=now,
                    actor="system",
                    action="mailbox.disconnected",
                    subject_kind=MAILBOX_SUBJECT,
                    subject_id=tx.connections.subject_of(mailbox),
                    detail=(("why", Lost.REVOKED.value),),
                )
            )
        log.warning("a mailbox was disconnected: its access was withdrawn")
        return True


def _connected(kept: KeptConnection | None, mailbox: str) -> KeptConnection:
    if kept is None:
        _not_connected(mailbox, None)
    if kept.tokens is None:
        _not_connected(mailbox, kept.connection.why)
    return kept


def _not_connected(mailbox: str, why: Lost | None) -> NoReturn:
    sentences = {
        None: "the mailbox is not connected yet",
        Lost.REVOKED: "Google withdrew the access to the mailbox: it must be connected again",
        Lost.BY_OPERATOR: "the mailbox was disconnected: it must be connected again",
    }
    raise NeedsReauth(sentences[why], mailbox=mailbox)


def _tokens(kept: KeptConnection) -> Tokens:
    assert kept.tokens is not None, "only what is connected is looked at"
    return kept.tokens


def _left(kept: KeptConnection, now: datetime) -> timedelta:
    return _tokens(kept).expires_at - now


def _later(claimed: KeptConnection, now: datetime) -> KeptConnection:
    """Nobody asks again at once while the token still works; without one, anybody may."""
    working = _left(claimed, now) > USABLE_FOR
    return attrs.evolve(claimed, refreshing_until=now + RETRY_AFTER if working else None)
