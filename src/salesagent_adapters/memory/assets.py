"""Files in memory, found by the words they share with a question."""

from __future__ import annotations

from collections.abc import Iterable

from salesagent_adapters.memory.assets_state import StoredFile
from salesagent_adapters.memory.words import stems
from salesagent_adapters.memory.world import World
from salesagent_core.domain.context import Asset
from salesagent_core.ids import TenantId

MIN_SHARED_WORDS = 2
"""Fewer words in common than this is chance."""


class MemoryAssets:
    """The asset port over the world's files; what is outside the allowed folders stays there."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def find(
        self, tenant_id: TenantId, mailbox: str, query: str, limit: int
    ) -> tuple[Asset, ...]:
        """Files whose name or summary shares at least ``MIN_SHARED_WORDS`` words with the query."""
        async with self._world.faults.around("assets.find"):
            with self._world.lock:
                self._world.connected_mailbox(tenant_id, mailbox)
                files = self._world.tenant(tenant_id).assets.allowed()
        asked = stems(query)
        scored = [(_shared(asked, file), file) for file in files]
        good = [pair for pair in scored if pair[0] >= min(MIN_SHARED_WORDS, max(1, len(asked)))]
        good.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].id))
        return tuple(_asset(file) for _, file in good[: max(0, limit)])


def _shared(asked: Iterable[str], file: StoredFile) -> int:
    return len(set(asked) & stems(f"{file.name} {file.summary}").keys())


def _asset(file: StoredFile) -> Asset:
    return Asset(id=file.id, name=file.name, url=file.url, summary=file.summary)
