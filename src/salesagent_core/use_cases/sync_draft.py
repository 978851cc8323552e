"""Bring the copy in the mailbox level with the draft's current revision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import attrs

from salesagent_core.domain.draft import Draft, MailboxDraft
from salesagent_core.domain.run import retry_at
from salesagent_core.domain.sending.message import OutgoingMail, draft_key
from salesagent_core.errors import (
    LeaseLost,
    NeedsReauth,
    NotFound,
    RateLimited,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ids import DraftId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.draft_sync import ClaimedSync, DraftSyncs
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.mailbox import MailDrafts, MailReader
from salesagent_core.ports.opt_out_links import OptOutLinks
from salesagent_core.ports.tenants import TenantDirectory

log = logging.getLogger(__name__)

REAUTH_RECHECK = timedelta(hours=1)
"""How long a draft waits for its mailbox to be connected again before it looks once more."""


class SyncDrafts:
    """Level-triggered: compares what is with what should be, so a lost bell only delays it."""

    def __init__(
        self,
        *,
        syncs: DraftSyncs,
        reader: MailReader,
        drafts: MailDrafts,
        clock: Clock,
        ids: IdSource,
        tenants: TenantDirectory | None = None,
        opt_outs: OptOutLinks | None = None,
    ) -> None:
        self._syncs = syncs
        self._reader = reader
        self._drafts = drafts
        self._clock = clock
        self._ids = ids
        self._tenants = tenants
        self._opt_outs = opt_outs

    async def __call__(self, draft_ids: Sequence[DraftId] | None = None, limit: int = 50) -> int:
        """Level the drafts that are behind (those named, or any); returns how many were claimed.

        Raises:
            Unavailable: they could not be claimed.
        """
        claimed = await self._syncs.claim(draft_ids, limit)
        if claimed:
            await asyncio.gather(*(self._sync(item) for item in claimed))
        return len(claimed)

    async def _sync(self, claimed: ClaimedSync) -> None:
        try:
            await self._syncs.record(claimed, await self._level(claimed.draft))
        except LeaseLost:
            log.info("draft %s is levelled elsewhere", claimed.draft.id)
        except NeedsReauth as error:
            await self._syncs.postpone(claimed, REAUTH_RECHECK, str(error))
        except (RateLimited, Unavailable) as error:
            now = self._clock.now()
            at = retry_at(now, claimed.attempt + 1, self._ids.fraction(), error.retry_at)
            await self._syncs.postpone(claimed, at - now if at else None, str(error))
        except SalesAgentError as error:
            await self._syncs.postpone(claimed, None, str(error))

    async def _level(self, draft: Draft) -> MailboxDraft:
        assert draft.in_mailbox is not None, "only drafts that are in the mailbox can be behind"
        handle = draft.in_mailbox
        mail = await self._mail(draft, handle)
        try:
            made = await self._drafts.update_draft(
                draft.tenant_id, draft.mailbox, handle.draft_id, mail
            )
        except NotFound:
            # A person deleted it in the mailbox; the draft here is still open, so make it anew.
            made = await self._drafts.create_draft(draft.tenant_id, draft.mailbox, mail)
        return attrs.evolve(made, content_hash=draft.revision.content_hash)

    async def _mail(self, draft: Draft, handle: MailboxDraft) -> OutgoingMail:
        try:
            thread = await self._reader.read_thread(
                draft.tenant_id, draft.mailbox, handle.thread_id
            )
            mails = thread.mails
        except NotFound:
            mails = ()
        tenant = await self._tenants.get(draft.tenant_id) if self._tenants else None
        to = draft.lead.person.email
        url = (
            self._opt_outs.url(draft.tenant_id, to, DraftId(draft.run_id))
            if self._opt_outs
            else None
        )
        return OutgoingMail(
            key=draft_key(draft.run_id),
            sender=draft.mailbox,
            to=to,
            subject=draft.revision.subject,
            text=draft.revision.body,
            thread_id=handle.thread_id if mails else None,
            in_reply_to=mails[-1].message_id if mails else None,
            references=tuple(mail.message_id for mail in mails),
            sender_name=tenant.sender_name if tenant else "",
            opt_out_url=url,
            postal_address=tenant.postal_address if tenant else None,
            language=draft.plan.language,
            link_hosts=tenant.link_hosts if tenant else (),
        )
