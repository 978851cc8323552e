"""Every few minutes: take in the forms whose webhooks never came.

::

    cursor - overlap | converted_since | receive (deduplicates) | advance

A repeat visitor makes no new contact, and a webhook can be lost; the contact's latest conversion
is there all the same. Most of what a poll finds came in by another door and is a duplicate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from salesagent_core.domain.run import retry_at
from salesagent_core.domain.submission import Submission, SubmissionSource
from salesagent_core.errors import RateLimited, SalesAgentError, Unavailable
from salesagent_core.ids import SubmissionId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.conversion_polls import ClaimedPoll, ConversionPolls
from salesagent_core.ports.crm import ContactRecord
from salesagent_core.ports.crm_conversions import CrmConversions
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.intake import Receipt

Receive = Callable[[Submission, bytes], Awaitable[Receipt]]

POLL_EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
"""Read again each time: the CRM's search shows a change some seconds late, at times minutes."""
MAX_PAGES = 50
"""Pages of one poll; after a long outage the next one goes on at once."""
RECHECK = timedelta(hours=1)
"""When only a person can help, such as by connecting the account again."""


class PollConversions:
    """Worked by whichever worker hears the bell; each tenant's poll is leased to one at a time."""

    def __init__(
        self,
        polls: ConversionPolls,
        conversions: CrmConversions,
        receive: Receive,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._polls = polls
        self._conversions = conversions
        self._receive = receive
        self._clock = clock
        self._ids = ids

    async def __call__(self, limit: int) -> int:
        """Do up to ``limit`` due polls; returns how many submissions were new.

        Raises:
            Unavailable: the database cannot be reached.
        """
        new = 0
        for claimed in await self._polls.claim(limit):
            new += await self._poll(claimed)
        return new

    async def _poll(self, claimed: ClaimedPoll) -> int:
        taken: set[str] = set()
        try:
            complete = await self._read(claimed, taken)
        except (RateLimited, Unavailable) as error:
            until = retry_at(
                self._clock.now(), claimed.attempt + 1, self._ids.fraction(), error.retry_at
            )
            # It never gives up: what was missed meanwhile is still there.
            await self._polls.postpone(claimed, until or self._later(), str(error))
        except SalesAgentError as error:
            await self._polls.postpone(claimed, self._later(), str(error))
        else:
            await self._polls.finish(claimed, POLL_EVERY if complete else timedelta())
        return len(taken)

    async def _read(self, claimed: ClaimedPoll, taken: set[str]) -> bool:
        """Page by page, each kept before the next; False when there is more than one poll reads."""
        cursor, since, after = claimed.cursor, claimed.cursor - OVERLAP, None
        for _ in range(MAX_PAGES):
            page = await self._conversions.converted_since(claimed.tenant_id, since, after)
            for record in page.records:
                receipt = await self._take(claimed.tenant_id, record)
                if receipt is not None and receipt.accepted:
                    taken.add(receipt.submission_id)
            reached = _last(page.records)
            # A time ahead of our clock must not hide what comes before it.
            kept = min(reached, self._clock.now()) if reached is not None else cursor
            if kept > cursor:
                cursor = kept
                if not await self._polls.advance(claimed, cursor):
                    return True
            if page.after is None:
                return True
            # Only inside one moment is the page's own mark used: see ``converted_since``.
            moved_on = reached is not None and reached > since
            since, after = (reached or since, None) if moved_on else (since, page.after)
        return False

    async def _take(self, tenant_id: TenantId, record: ContactRecord) -> Receipt | None:
        if record.converted_at is None:
            return None
        submission = Submission(
            id=SubmissionId(self._ids.new()),
            tenant_id=tenant_id,
            source=SubmissionSource.POLL,
            received_at=self._clock.now(),
            fields=record.fields,
            form_id=record.form_id,
            conversion_id=record.conversion_id,
            contact_crm_id=record.crm_id,
            submitted_at=record.converted_at,
        )
        return await self._receive(submission, b"")

    def _later(self) -> datetime:
        return self._clock.now() + RECHECK


def _last(records: tuple[ContactRecord, ...]) -> datetime | None:
    return max((one.converted_at for one in records if one.converted_at is not None), default=None)
