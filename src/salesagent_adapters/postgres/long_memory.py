"""Long memory on pgvector: mails we sent, found by meaning, with what came of them.

Bodies are sealed; vectors cannot be, or nothing could be compared: they go with the person's
other data when it is erased. A search looks at every vector of the tenant's and the model's, which
is exact, and quick for as many mails as people send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables, vectors
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_adapters.postgres.send_ledger import read_attempt
from salesagent_core.domain.context import Recollection
from salesagent_core.errors import Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.embedder import Embedder, Vector
from salesagent_core.ports.memory import ClaimedMemory, SentMemory
from salesagent_core.ports.secrets_vault import Sealer

MIN_SIMILARITY = 0.2
"""Cosine below which two mails have nothing to do with each other; it differs between models."""
SAME_PERSON_BONUS = 0.2
MAX_RECALLED = 20
LEASE = timedelta(minutes=2)
SEARCHED_BACK = timedelta(days=30)
"""How far back mails are looked for that were sent and are not remembered."""

_ERASED = ""

# OFFSET 0 keeps the planner from computing each distance once for every use of it.
_RECALL = text("""
SELECT id, outcome, sealed, similarity, bonus FROM (
  SELECT m.id, m.outcome, m.sealed,
    1 - (v.embedding <=> CAST(:vector AS vector)) AS similarity,
    CASE WHEN m.contact_index = :contact THEN :bonus ELSE 0 END AS bonus
  FROM memory_vectors v JOIN memories m ON m.tenant_id = v.tenant_id AND m.id = v.memory_id
  WHERE v.tenant_id = :tenant AND v.model = :model AND m.contact_index <> ''
    AND m.sealed IS NOT NULL
  OFFSET 0
) found
ORDER BY similarity >= :least DESC, similarity + bonus DESC, id
LIMIT :limit
""")

_REMEMBER = text("""
INSERT INTO memories AS m (tenant_id, id, contact_index, outcome, sent_at, sealed)
VALUES (:tenant, :id, :contact, :outcome, :sent_at, :sealed)
ON CONFLICT (id, tenant_id) DO UPDATE SET contact_index = excluded.contact_index,
  outcome = coalesce(excluded.outcome, m.outcome), sent_at = excluded.sent_at,
  sealed = excluded.sealed, due_at = NULL
WHERE m.contact_index <> ''
RETURNING m.id
""")

_KEEP_VECTOR = text("""
INSERT INTO memory_vectors (tenant_id, memory_id, model, embedding)
VALUES (:tenant, :id, :model, CAST(:vector AS vector))
ON CONFLICT (tenant_id, model, memory_id) DO UPDATE SET embedding = excluded.embedding
""")

_DROP_VECTORS = text("""
DELETE FROM memory_vectors v USING memories m
WHERE v.tenant_id = :tenant AND m.tenant_id = v.tenant_id AND m.id = v.memory_id
  AND m.contact_index = :contact
""")

_FIND = text("""
INSERT INTO memories (tenant_id, id, contact_index, sent_at, due_at)
SELECT a.tenant_id, a.id, d.contact_index, a.updated_at, now()
FROM send_attempts a
JOIN drafts d ON d.id = a.draft_id AND d.tenant_id = a.tenant_id
WHERE a.status = 'sent' AND a.updated_at > now() - :back
  AND NOT EXISTS (SELECT FROM memories m WHERE m.id = a.id AND m.tenant_id = a.tenant_id)
ORDER BY a.updated_at
LIMIT :limit
ON CONFLICT DO NOTHING
""")

_CLAIM = text("""
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM memories WHERE due_at <= now()
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
), leased AS (
  UPDATE memories m SET token = m.token + 1, due_at = now() + :lease
  FROM due WHERE m.tenant_id = due.tenant_id AND m.id = due.id
  RETURNING m.tenant_id, m.id, m.token AS lease_token, m.failures
)
SELECT a.*, leased.lease_token, leased.failures
FROM leased JOIN send_attempts a ON a.id = leased.id AND a.tenant_id = leased.tenant_id
ORDER BY a.updated_at, a.id
""")

_POSTPONE = text("""
UPDATE memories SET failures = failures + 1, due_at = now() + CAST(:again AS interval)
WHERE tenant_id = :tenant AND id = :id AND token = :token AND due_at IS NOT NULL
""")


@attrs.frozen(kw_only=True)
class _Body:
    """What of a memory is sealed."""

    text: str


class PgLongMemory:
    """``Memory`` and ``MemoryKeeper`` over PostgreSQL with pgvector."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        embedder: Embedder,
        *,
        min_similarity: float = MIN_SIMILARITY,
    ) -> None:
        self._database = database
        self._chest = Chest(sealer)
        self._embedder = embedder
        self._min_similarity = min_similarity

    async def missing(self) -> str | None:
        """Why there is no long memory here, in a sentence for people; None when there is."""
        async with self._database.across_tenants() as connection:
            return await vectors.missing(connection)

    async def recall(
        self, tenant_id: TenantId, *, text: str, email: str, limit: int
    ) -> tuple[Recollection, ...]:
        """See ``Memory.recall``."""
        if limit <= 0:
            return ()
        await self._require_vectors()
        vector = (await self._embedder.embed(tenant_id, [text]))[0]
        if not any(vector):
            return ()
        values = {
            "tenant": tenant_id,
            "model": self._model(),
            "vector": _literal(vector),
            "contact": self._chest.contact_index(email),
            "bonus": SAME_PERSON_BONUS,
            "least": self._min_similarity,
            "limit": min(limit, MAX_RECALLED),
        }
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(_RECALL, values)).all()
        return tuple(
            Recollection(
                message_id=row.id,
                text=self._chest.take(row.sealed, _Body, _place(tenant_id, row.id)).text,
                outcome=row.outcome,
                similarity=min(1.0, float(row.similarity) + float(row.bonus)),
            )
            for row in rows
            if row.similarity >= self._min_similarity
        )

    async def remember(self, tenant_id: TenantId, memory: SentMemory) -> None:
        """See ``MemoryKeeper.remember``. The vector is made outside of any transaction."""
        await self._require_vectors()
        vector = (await self._embedder.embed(tenant_id, [memory.text]))[0]
        sealed = self._chest.shut(_Body(text=memory.text), _place(tenant_id, memory.id))
        row = {
            "tenant": tenant_id,
            "id": clean(memory.id),
            "contact": self._chest.contact_index(memory.email),
            "outcome": memory.outcome,
            "sent_at": memory.sent_at,
            "sealed": sealed,
        }
        async with self._database.tenant(tenant_id) as connection:
            kept = (await connection.execute(_REMEMBER, row)).one_or_none()
            if kept is not None and any(vector):
                values = {"model": self._model(), "vector": _literal(vector)}
                await connection.execute(
                    _KEEP_VECTOR, {"tenant": tenant_id, "id": kept.id, **values}
                )

    async def note_outcome(self, tenant_id: TenantId, memory_id: str, outcome: str) -> bool:
        """See ``MemoryKeeper.note_outcome``."""
        table = tables.memories
        statement = (
            update(table)
            .where(
                table.c.tenant_id == tenant_id,
                table.c.id == clean(memory_id),
                table.c.contact_index != _ERASED,
            )
            .values(outcome=clean(outcome))
        )
        async with self._database.tenant(tenant_id) as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def forget(self, tenant_id: TenantId, email: str) -> int:
        """See ``MemoryKeeper.forget``. Works without pgvector, too."""
        contact = self._chest.contact_index(email)
        async with self._database.tenant(tenant_id) as connection:
            return await forget_contact(connection, tenant_id, contact)

    async def _require_vectors(self) -> None:
        why = await self.missing()
        if why is not None:
            raise Unavailable(why)

    def _model(self) -> str:
        # Two dimensions of one model are two models: their vectors cannot be compared either.
        return f"{self._embedder.model}/{self._embedder.dimension}"


async def forget_contact(connection: AsyncConnection, tenant_id: TenantId, contact: str) -> int:
    """Erase a person's memories inside a transaction; how many there were. Rows stay, without
    anything of the person, so that the sweeper does not find the mails again."""
    if await vectors.missing(connection) is None:
        await connection.execute(_DROP_VECTORS, {"tenant": tenant_id, "contact": contact})
    table = tables.memories
    statement = (
        update(table)
        .where(table.c.tenant_id == tenant_id, table.c.contact_index == contact)
        .values(contact_index=_ERASED, sealed=None, outcome=None, due_at=None)
    )
    return (await connection.execute(statement)).rowcount


class PgUnrememberedSends:
    """``UnrememberedSends`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def claim(self, limit: int) -> Sequence[ClaimedMemory]:
        """See ``UnrememberedSends.claim``."""
        async with self._database.across_tenants() as connection:
            await connection.execute(_FIND, {"back": SEARCHED_BACK, "limit": limit})
            rows = (await connection.execute(_CLAIM, {"lease": LEASE, "limit": limit})).all()
        return tuple(self._claimed(row) for row in rows)

    async def postpone(self, claimed: ClaimedMemory, again_in: timedelta | None) -> None:
        """See ``UnrememberedSends.postpone``."""
        values = {
            "tenant": claimed.attempt.tenant_id,
            "id": claimed.attempt.id,
            "token": claimed.token,
            "again": again_in,
        }
        async with self._database.across_tenants() as connection:
            await connection.execute(_POSTPONE, values)

    def _claimed(self, row: Any) -> ClaimedMemory:
        return ClaimedMemory(
            attempt=read_attempt(self._chest, row), token=row.lease_token, failures=row.failures
        )


def _place(tenant_id: str, memory_id: str) -> bytes:
    return place("memory", tenant_id, clean(memory_id))


def _literal(vector: Vector) -> str:
    return "[" + ",".join(f"{number:.7g}" for number in vector) + "]"
