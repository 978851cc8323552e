"""Look up the contact behind a CRM event, and turn it into a submission where it is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from salesagent_core.domain.run import retry_at
from salesagent_core.domain.submission import Submission, SubmissionSource
from salesagent_core.errors import (
    Conflict,
    NeedsReauth,
    NotFound,
    RateLimited,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ids import SubmissionId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.crm import ContactRecord, Crm
from salesagent_core.ports.crm_events import ClaimedEvent, CrmEventInbox
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.intake import Receipt

Receive = Callable[[Submission, bytes], Awaitable[Receipt]]


class Forget(Protocol):
    """Erases all that is kept about a contact; how many addresses were known of it."""

    async def __call__(self, tenant_id: TenantId, crm_id: str, /, *, by: str) -> int: ...


PRIVACY_DELETION = "contact.privacyDeletion"
BY_CRM = "crm"
REAUTH_RECHECK = timedelta(hours=1)
"""How long an event waits for the CRM to be connected again before it looks once more."""


class ResolveCrmEvents:
    """Worked by whichever worker hears the bell; each event is leased to one at a time."""

    def __init__(
        self,
        inbox: CrmEventInbox,
        crm: Crm,
        receive: Receive,
        clock: Clock,
        ids: IdSource,
        *,
        forget: Forget | None = None,
    ) -> None:
        """``forget`` erases whom a contact of the CRM's is; without it a person has to."""
        self._forget = forget
        self._inbox = inbox
        self._crm = crm
        self._receive = receive
        self._clock = clock
        self._ids = ids

    async def __call__(self, limit: int) -> int:
        """Work off up to ``limit`` due events; returns how many were claimed."""
        claimed = await self._inbox.claim(limit)
        for event in claimed:
            await self._resolve(event)
        return len(claimed)

    async def _resolve(self, claimed: ClaimedEvent) -> None:
        event = claimed.event
        if event.kind == PRIVACY_DELETION:
            await self._erase(claimed)
            return
        try:
            record = await self._crm.contact(event.tenant_id, event.object_id)
            if record.converted_at is None:
                # Made by hand or imported: nobody filled in a form, so nobody waits for a mail.
                await self._inbox.resolve(claimed, None)
                return
            receipt = await self._receive(self._submission(claimed, record), b"")
        except NotFound:
            # The contact was deleted or merged since: there is nobody to answer.
            await self._inbox.resolve(claimed, None)
        except NeedsReauth as error:
            await self._inbox.postpone(claimed, self._clock.now() + REAUTH_RECHECK, str(error))
        except (RateLimited, Unavailable) as error:
            await self._postpone(claimed, error)
        except SalesAgentError as error:
            await self._inbox.postpone(claimed, None, str(error))
        else:
            await self._inbox.resolve(claimed, receipt.submission_id)

    async def _erase(self, claimed: ClaimedEvent) -> None:
        """Never a run. What cannot be erased stays in sight until a person has done it."""
        event = claimed.event
        try:
            if self._forget is None:
                raise Conflict("the contact asked to be erased")
            await self._forget(event.tenant_id, event.object_id, by=BY_CRM)
        except (RateLimited, Unavailable) as error:
            await self._postpone(claimed, error)
        except SalesAgentError as error:
            await self._inbox.postpone(claimed, None, str(error))
        else:
            await self._inbox.resolve(claimed, None)

    async def _postpone(self, claimed: ClaimedEvent, error: RateLimited | Unavailable) -> None:
        until = retry_at(
            self._clock.now(), claimed.attempt + 1, self._ids.fraction(), error.retry_at
        )
        await self._inbox.postpone(claimed, until, str(error))

    def _submission(self, claimed: ClaimedEvent, record: ContactRecord) -> Submission:
        return Submission(
            id=SubmissionId(self._ids.new()),
            tenant_id=claimed.event.tenant_id,
            source=SubmissionSource.EVENT,
            received_at=self._clock.now(),
            fields=record.fields,
            form_id=record.form_id,
            conversion_id=record.conversion_id,
            contact_crm_id=record.crm_id,
            submitted_at=record.converted_at,
        )
