"""What long memory holds: mails we sent, and what came of them."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class StoredMemory:
    """A sent mail of ours. ``outcome`` is an outcome's name on the wire, where one is known."""

    message_id: str
    text: str
    email: str
    outcome: str | None = None


@attrs.define(kw_only=True)
class MemoryState:
    """One tenant's memories, one for each message."""

    items: dict[str, StoredMemory] = attrs.field(factory=dict)
    erased: set[str] = attrs.field(factory=set)

    def remember(self, memory: StoredMemory) -> None:
        """Keep a message, or what is newly known of it; what was erased stays erased."""
        if memory.message_id not in self.erased:
            self.items[memory.message_id] = memory

    def note_outcome(self, message_id: str, outcome: str) -> bool:
        """Keep what came of it; False when it is not remembered."""
        if message_id not in self.items:
            return False
        self.items[message_id] = attrs.evolve(self.items[message_id], outcome=outcome)
        return True

    def forget(self, email: str) -> int:
        """Drop all that was sent to a person; returns how many messages that were."""
        gone = [key for key, item in self.items.items() if item.email.lower() == email.lower()]
        for key in gone:
            del self.items[key]
        self.erased.update(gone)
        return len(gone)
