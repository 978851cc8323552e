"""What the owner of a mailbox in memory wrote and sent."""

from __future__ import annotations

from salesagent_adapters.memory.reply_text import own_text
from salesagent_adapters.memory.world import World
from salesagent_core.ids import TenantId

READ_UNITS = 10


class MemorySentMail:
    """``SentMailReader`` over the world's mailboxes."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def sent_texts(self, tenant_id: TenantId, mailbox: str, *, limit: int) -> tuple[str, ...]:
        """See ``SentMailReader.sent_texts``. A mail with our key is ours."""
        async with self._world.faults.around("mailbox.sent_texts"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                state.spend(READ_UNITS)
                sent = [
                    mail
                    for mail in state.mails.values()
                    if "SENT" in mail.labels and not mail.is_draft and mail.key is None
                ]
        sent.sort(key=lambda mail: (mail.at, mail.id), reverse=True)
        texts = (own_text(mail.text) for mail in sent)
        return tuple(text for text in texts if text)[: max(0, limit)]
