"""Notices, and the messages that tell of them, leased like all other work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.notice_causes import LOOK, LOOK_LOCK
from salesagent_adapters.postgres.rows import clean, new_id
from salesagent_core.domain.notice import URGENT, Channel, Notice, NoticeKind
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.notices import ClaimedMessage, LastMessage, Looked

MESSAGE_LEASE = timedelta(minutes=2)
FRESH = timedelta(hours=1)
"""For so long it is news that sending goes on again."""
MOST_AT_ONCE = 500
MAX_ERROR = 500

_ALONE = text("SELECT pg_try_advisory_xact_lock(:key)")
_STILL = "(closed_at IS NULL OR kind = 'sending_resumed')"


def _gather(channel: Channel) -> Any:
    column = f"{channel.value}_id"
    # What another worker gathered meanwhile is locked, and is not found again once it committed.
    return text(f"""
WITH untold AS MATERIALIZED (
  SELECT tenant_id, id, kind FROM notices
  WHERE tenant_id = :tenant AND {column} IS NULL AND kind = ANY(:kinds)
    AND (closed_at IS NULL
      OR (kind = 'sending_resumed' AND opened_at > now() - CAST(:fresh AS interval)))
  ORDER BY opened_at, id LIMIT :limit FOR UPDATE),
told AS (
  UPDATE notices n SET {column} = :id FROM untold u
  WHERE n.tenant_id = u.tenant_id AND n.id = u.id AND (
    EXISTS (SELECT FROM untold WHERE kind = ANY(:urgent))
    OR NOT EXISTS (
      SELECT FROM notice_messages m WHERE m.tenant_id = :tenant AND m.channel = :channel
        AND m.created_at > now() - CAST(:pause AS interval)))
  RETURNING n.id)
INSERT INTO notice_messages (tenant_id, id, channel)
SELECT :tenant, :id, :channel WHERE EXISTS (SELECT FROM told) RETURNING id
""")  # noqa: S608 - the channel is one of ours


_GATHER = {channel: _gather(channel) for channel in Channel}

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM notice_messages WHERE due_at <= now() {named}
  ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE notice_messages m SET token = m.token + 1, attempt = m.attempt + 1, leased = true,
  lost = m.lost + CASE WHEN m.leased THEN 1 ELSE 0 END,
  due_at = now() + CAST(:lease AS interval)
FROM due WHERE m.tenant_id = due.tenant_id AND m.id = due.id
RETURNING m.*, now() - m.created_at AS age
"""
_CLAIM_ANY = text(_CLAIM.format(named=""))
_CLAIM_NAMED = text(_CLAIM.format(named="AND id = ANY(:ids)"))

_END = text("""
UPDATE notice_messages SET state = :state, due_at = NULL, leased = false, ended_at = now(),
  error = :error
WHERE tenant_id = :tenant AND id = :id AND token = :token AND state = 'open'
""")
_TOLD = {
    channel: text(
        f"UPDATE notices SET {channel.value}_told_at = now()"  # noqa: S608
        f" WHERE tenant_id = :tenant AND {channel.value}_id = :id AND {_STILL}"
    )
    for channel in Channel
}
_POSTPONE = text("""
UPDATE notice_messages SET due_at = now() + CAST(:again AS interval), leased = false,
  error = :error
WHERE tenant_id = :tenant AND id = :id AND token = :token AND state = 'open'
""")
_LAST = text("""
SELECT DISTINCT ON (channel) channel, state, created_at, ended_at, error FROM notice_messages
WHERE tenant_id = :tenant ORDER BY channel, created_at DESC
""")
_OPEN = text("""
SELECT * FROM notices WHERE tenant_id = :tenant AND closed_at IS NULL
ORDER BY opened_at DESC, kind, id LIMIT :limit OFFSET :offset
""")
_CLOSED = text("""
SELECT * FROM notices WHERE tenant_id = :tenant AND closed_at IS NOT NULL
ORDER BY closed_at DESC, id DESC LIMIT :limit OFFSET :offset
""")
_WAITING = text("""
SELECT count(*) FROM notices WHERE tenant_id = :tenant AND closed_at IS NULL AND seen_at IS NULL
""")
_SEEN = text("""
UPDATE notices SET seen_at = coalesce(seen_at, now()), seen_by = coalesce(seen_by, :who)
WHERE tenant_id = :tenant AND (id = :id OR CAST(:id AS text) IS NULL AND closed_at IS NULL)
""")


class PgNotices:
    """``NoticeStore`` over PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, tenants: Sequence[TenantId]) -> Looked:
        """See ``NoticeStore.look``."""
        async with self._database.across_tenants() as connection:
            if not (await connection.execute(_ALONE, {"key": LOOK_LOCK})).scalar_one():
                return Looked()
            row = (await connection.execute(LOOK, {"tenants": list(tenants)})).one()
        return Looked(opened=row.opened, closed=row.closed)

    async def gather(
        self, tenant_id: TenantId, channel: Channel, kinds: Sequence[NoticeKind], pause: timedelta
    ) -> str | None:
        """See ``NoticeStore.gather``."""
        values = {
            "tenant": tenant_id,
            "channel": channel.value,
            "kinds": [kind.value for kind in kinds],
            "urgent": [kind.value for kind in URGENT],
            "pause": pause,
            "fresh": FRESH,
            "limit": MOST_AT_ONCE,
            "id": new_id(),
        }
        async with self._database.tenant(tenant_id) as connection:
            made = (await connection.execute(_GATHER[channel], values)).scalar_one_or_none()
        return None if made is None else str(made)

    async def claim(self, ids: Sequence[str] | None, limit: int) -> tuple[ClaimedMessage, ...]:
        """See ``NoticeStore.claim``."""
        if ids is not None and not ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": MESSAGE_LEASE}
        statement = _CLAIM_ANY
        if ids is not None:
            statement, values["ids"] = _CLAIM_NAMED, list(ids)
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(statement, values)).all()
            return tuple([await _claimed(connection, row) for row in rows])

    async def end(self, claimed: ClaimedMessage, state: str, error: str | None = None) -> bool:
        """See ``NoticeStore.end``."""
        key = {"tenant": claimed.tenant_id, "id": claimed.id}
        said = None if error is None else clean(error)[:MAX_ERROR]
        values = {**key, "token": claimed.token, "state": state, "error": said}
        async with self._database.tenant(claimed.tenant_id) as connection:
            if (await connection.execute(_END, values)).rowcount != 1:
                return False
            if state == "told":
                await connection.execute(_TOLD[claimed.channel], key)
            return True

    async def postpone(self, claimed: ClaimedMessage, again_in: timedelta, error: str) -> None:
        """See ``NoticeStore.postpone``. Changes nothing when another worker took over."""
        values = {
            "tenant": claimed.tenant_id,
            "id": claimed.id,
            "token": claimed.token,
            "again": again_in,
            "error": clean(error)[:MAX_ERROR],
        }
        async with self._database.tenant(claimed.tenant_id) as connection:
            await connection.execute(_POSTPONE, values)

    async def last(self, tenant_id: TenantId) -> tuple[LastMessage, ...]:
        """See ``NoticeStore.last``."""
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(_LAST, {"tenant": tenant_id})).all()
        return tuple(
            LastMessage(
                channel=Channel(row.channel),
                state=row.state,
                created_at=row.created_at,
                ended_at=row.ended_at,
                error=row.error,
            )
            for row in rows
        )

    async def listed(
        self, tenant_id: TenantId, *, open: bool, limit: int, offset: int = 0
    ) -> tuple[Notice, ...]:
        """See ``NoticeStore.listed``."""
        values = {"tenant": tenant_id, "limit": limit, "offset": offset}
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(_OPEN if open else _CLOSED, values)).all()
        return tuple(map(_notice, rows))

    async def waiting(self, tenant_id: TenantId) -> int:
        """See ``NoticeStore.waiting``."""
        async with self._database.tenant(tenant_id) as connection:
            counted = await connection.execute(_WAITING, {"tenant": tenant_id})
            return int(counted.scalar_one())

    async def seen(self, tenant_id: TenantId, notice_id: str | None, who: str) -> None:
        """See ``NoticeStore.seen``."""
        wanted = None if notice_id is None else clean(notice_id)
        values = {"tenant": tenant_id, "id": wanted, "who": clean(who)}
        async with self._database.tenant(tenant_id) as connection:
            found = (await connection.execute(_SEEN, values)).rowcount
        if notice_id is not None and not found:
            raise NotFound("there is no such notice")


_OF_MESSAGE = {
    channel: text(
        f"SELECT * FROM notices WHERE tenant_id = :tenant AND {channel.value}_id = :id"  # noqa: S608
        f" AND {_STILL} ORDER BY opened_at, id"
    )
    for channel in Channel
}


async def _claimed(connection: AsyncConnection, row: Any) -> ClaimedMessage:
    channel = Channel(row.channel)
    key = {"tenant": row.tenant_id, "id": row.id}
    found = (await connection.execute(_OF_MESSAGE[channel], key)).all()
    return ClaimedMessage(
        tenant_id=TenantId(row.tenant_id),
        id=row.id,
        channel=channel,
        token=row.token,
        attempt=row.attempt,
        lost=row.lost,
        created_at=row.created_at,
        age=row.age,
        notices=tuple(map(_notice, found)),
    )


def _notice(row: Any) -> Notice:
    told = ((Channel.MAIL, row.mail_told_at), (Channel.SLACK, row.slack_told_at))
    return Notice(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        kind=NoticeKind(row.kind),
        subject=row.subject,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        seen_at=row.seen_at,
        seen_by=row.seen_by,
        told=tuple((channel, at) for channel, at in told if at is not None),
    )
