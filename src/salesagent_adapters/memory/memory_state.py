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

    def remember(self, memory: StoredMemory) -> None:
        """Keep a message, or what is newly known of it."""
        self.items[memory.message_id] = memory

    def forget(self, email: str) -> int:
        """Drop all that was sent to a person; returns how many messages that were."""
        gone = [key for key, item in self.items.items() if item.email.lower() == email.lower()]
        for key in gone:
            del self.items[key]
        return len(gone)
