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
        """Threads with the person first, then with their company's domain. Every thread of the
        mailbox is one with ourselves, so whoever tries a form in our own name has none."""
        email, mailbox = facts.valid.email, facts.tenant.mailbox
        if email.casefold() == mailbox.casefold():
            return ThreadsFound()
        company = None if judge_address(email).free else _domain(email)
        return await self._mailbox.search_threads(
            facts.tenant.id,
            mailbox,
            email=email,
            company_domain=None if company == _domain(mailbox) else company,
            limit=MAX_THREADS,
        )


def _domain(address: str) -> str | None:
    return registrable_domain(address.rpartition("@")[2])
