"""Long memory without embeddings: likeness is counted in shared words."""

from __future__ import annotations

from salesagent_adapters.memory.memory_state import StoredMemory
from salesagent_adapters.memory.words import likeness
from salesagent_adapters.memory.world import World
from salesagent_core.domain.context import Recollection
from salesagent_core.ids import TenantId
from salesagent_core.ports.memory import SentMemory

MIN_SIMILARITY = 0.1
SAME_PERSON_BONUS = 0.2


class LongMemory:
    """Both memory ports over the world's memories; a tenant recalls its own and no other's."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def recall(
        self, tenant_id: TenantId, *, text: str, email: str, limit: int
    ) -> tuple[Recollection, ...]:
        """Messages at least ``MIN_SIMILARITY`` alike; those to the same person count for more."""
        async with self._world.faults.around("memory.recall"):
            with self._world.lock:
                items = tuple(self._world.tenant(tenant_id).memory.items.values())
        found = []
        for item in items:
            similarity = likeness(text, item.text)
            if similarity >= MIN_SIMILARITY:
                bonus = SAME_PERSON_BONUS if item.email.lower() == email.lower() else 0.0
                recollection = Recollection(
                    message_id=item.message_id,
                    text=item.text,
                    outcome=item.outcome,
                    similarity=min(1.0, similarity + bonus),
                )
                found.append(recollection)
        found.sort(key=lambda each: (-each.similarity, each.message_id))
        return tuple(found[: max(0, limit)])

    async def remember(self, tenant_id: TenantId, memory: SentMemory) -> None:
        """See ``MemoryKeeper.remember``."""
        stored = StoredMemory(
            message_id=memory.id, text=memory.text, email=memory.email, outcome=memory.outcome
        )
        async with self._world.faults.around("memory.remember"):
            with self._world.lock:
                self._world.tenant(tenant_id).memory.remember(stored)

    async def note_outcome(self, tenant_id: TenantId, memory_id: str, outcome: str) -> bool:
        """See ``MemoryKeeper.note_outcome``."""
        with self._world.lock:
            return self._world.tenant(tenant_id).memory.note_outcome(memory_id, outcome)

    async def forget(self, tenant_id: TenantId, email: str) -> int:
        """See ``MemoryKeeper.forget``."""
        async with self._world.faults.around("memory.forget"):
            with self._world.lock:
                return self._world.tenant(tenant_id).memory.forget(email)
