"""Step 4: earlier conversations with this person and their company."""

from __future__ import annotations

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.conversation import ThreadsFound
from salesagent_core.domain.mail_host import registrable_domain
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.use_cases.facts import Facts

MAX_THREADS = 10


class SearchThreads:
    """Required: a second opening mail to somebody we already talk to is worse than none."""

    def __init__(self, mailbox: MailReader) -> None:
        self._mailbox = mailbox

    async def __call__(self, facts: Facts) -> ThreadsFound:
        """Threads with the person first, then with their company's domain."""
        email = facts.valid.email
        private = judge_address(email).free
        return await self._mailbox.search_threads(
            facts.tenant.id,
            facts.tenant.mailbox,
            email=email,
            company_domain=None if private else registrable_domain(email.rpartition("@")[2]),
            limit=MAX_THREADS,
        )
