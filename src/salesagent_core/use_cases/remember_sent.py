"""Remember mails that were sent, so that later ones can be like those that worked.

``sent attempts not remembered yet | their text | vector | long memory``. The sweeper calls this:
a mail that could not be remembered now is tried again, and nothing ever waits for it.
"""

from __future__ import annotations

from datetime import timedelta

from salesagent_core.errors import (
    InvalidInput,
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    SalesAgentError,
)
from salesagent_core.ports.memory import (
    ClaimedMemory,
    MemoryKeeper,
    SentMemory,
    UnrememberedSends,
)
from salesagent_core.ports.unit_of_work import UnitOfWork

BATCH = 20
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MAX_REFUSALS = 3
"""A text that the embedding model refuses this often is left alone."""


class RememberSent:
    """Several at once do no harm: each mail is leased to one of them."""

    def __init__(self, sends: UnrememberedSends, work: UnitOfWork, memory: MemoryKeeper) -> None:
        self._sends = sends
        self._work = work
        self._memory = memory

    async def __call__(self, limit: int = BATCH) -> int:
        """One batch; how many were remembered.

        Raises:
            Unavailable: the database cannot be reached.
        """
        remembered = 0
        for claimed in await self._sends.claim(limit):
            try:
                await self._remember(claimed)
            except SalesAgentError as error:
                await self._sends.postpone(claimed, _wait(error, claimed.failures))
                if isinstance(error, NeedsReauth | RateLimited):
                    # It would be the same for each of the others; their leases run out.
                    break
            else:
                remembered += 1
        return remembered

    async def _remember(self, claimed: ClaimedMemory) -> None:
        attempt = claimed.attempt
        async with self._work.begin(attempt.tenant_id) as tx:
            draft = await tx.drafts.get(attempt.draft_id)
            revisions = await tx.drafts.revisions(attempt.draft_id)
        sent = next((one for one in revisions if one.content_hash == attempt.content_hash), None)
        if sent is None:
            raise NotFound("the revision that was sent is gone")
        memory = SentMemory(
            id=attempt.id,
            email=draft.lead.person.email,
            text=sent.body,
            sent_at=attempt.sent.sent_at if attempt.sent else attempt.updated_at,
        )
        await self._memory.remember(attempt.tenant_id, memory)


def _wait(error: SalesAgentError, failures: int) -> timedelta | None:
    """How long until the next try; None gives up."""
    if isinstance(error, InvalidInput | NotFound):
        return None
    if isinstance(error, Rejected) and failures + 1 >= MAX_REFUSALS:
        return None
    return min(FIRST_WAIT * (1 << min(failures, 20)), LONGEST_WAIT)
