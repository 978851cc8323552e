"""Step 6: the most similar mails we sent before, and what came of them."""

from __future__ import annotations

from salesagent_core.domain.context import Recollections
from salesagent_core.ports.memory import Memory
from salesagent_core.use_cases.facts import Facts

MAX_RECOLLECTIONS = 3


class RecallMemory:
    """Optional: they shape the tone; facts in them belong to other people."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def __call__(self, facts: Facts) -> Recollections:
        """Best first; none when the form says nothing."""
        text = facts.submission.message
        if not text:
            return Recollections()
        items = await self._memory.recall(
            facts.tenant.id, text=text, email=facts.valid.email, limit=MAX_RECOLLECTIONS
        )
        return Recollections(items=items)
