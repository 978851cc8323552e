"""Step 5: the whole of the newest thread with this person."""

from __future__ import annotations

from salesagent_core.domain.conversation import Conversation
from salesagent_core.errors import NotFound
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.use_cases.facts import Facts


class ReadThread:
    """Required where a thread was found; a colleague's thread is never read for this lead."""

    def __init__(self, mailbox: MailReader) -> None:
        self._mailbox = mailbox

    async def __call__(self, facts: Facts) -> Conversation:
        """The conversation, or an empty one for somebody new."""
        newest = facts.threads.newest_with_person
        if newest is None:
            return Conversation()
        try:
            return await self._mailbox.read_thread(
                facts.tenant.id, facts.tenant.mailbox, newest.thread_id
            )
        except NotFound:
            # Deleted between the search and now: the same as if it had never been found.
            return Conversation()
