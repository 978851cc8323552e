"""What happened in a mailbox in memory."""

from __future__ import annotations

from salesagent_adapters.memory.world import World
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_history import Changes
from salesagent_core.ports.mail_sender import HistoryExpired

HISTORY_UNITS = 2


class MemoryMailHistory:
    """The history port over the world's mailboxes."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def changed_since(self, tenant_id: TenantId, mailbox: str, point: str) -> Changes:
        """Threads with mail that came or went after that change."""
        async with self._world.faults.around("mailbox.changed_since"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                state.spend(HISTORY_UNITS)
                try:
                    changes = state.changes_since(int(point))
                except (NotFound, ValueError) as error:
                    raise HistoryExpired(
                        "the mailbox's history does not reach back so far"
                    ) from error
                added = [each for each in changes if each.change == "messageAdded"]
                mails = [state.mails.get(each.mail_id) for each in added]
                threads = [mail.thread_id for mail in mails if mail and not mail.is_draft]
                return Changes(
                    thread_ids=tuple(dict.fromkeys(threads)), point=str(state.history_id)
                )
