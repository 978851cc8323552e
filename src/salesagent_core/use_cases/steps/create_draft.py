"""Step 14: put the draft into the mailbox, inside the thread that was found."""

from __future__ import annotations

import attrs

from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.sending.message import OutgoingMail, draft_key
from salesagent_core.ids import DraftId
from salesagent_core.ports.mailbox import MailDrafts
from salesagent_core.ports.opt_out_links import OptOutLinks
from salesagent_core.use_cases.facts import Facts


class CreateDraft:
    """Required. Asking twice makes one draft: ours is found again by its key."""

    def __init__(self, drafts: MailDrafts, opt_outs: OptOutLinks | None = None) -> None:
        self._drafts = drafts
        self._opt_outs = opt_outs

    async def __call__(self, facts: Facts) -> MailboxDraft:
        """Our handle on the one draft of this run in the mailbox."""
        tenant = facts.tenant
        mail = compose(facts)
        if self._opt_outs is not None:
            url = self._opt_outs.url(tenant.id, mail.to, DraftId(facts.run.id))
            mail = attrs.evolve(mail, opt_out_url=url)
        earlier = await self._drafts.find_drafts(tenant.id, tenant.mailbox, mail.key)
        for spare in earlier[1:]:
            await self._drafts.delete_draft(tenant.id, tenant.mailbox, spare.draft_id)
        if earlier:
            made = await self._drafts.update_draft(
                tenant.id, tenant.mailbox, earlier[0].draft_id, mail
            )
        else:
            made = await self._drafts.create_draft(tenant.id, tenant.mailbox, mail)
        return attrs.evolve(made, content_hash=facts.checked.content_hash)


def compose(facts: Facts) -> OutgoingMail:
    """The mail as the mailbox takes it; a reply names the whole thread (RFC 5322, 3.6.4)."""
    conversation = facts.conversation
    last = conversation.last
    return OutgoingMail(
        key=draft_key(facts.run.id),
        sender=facts.tenant.mailbox,
        to=facts.lead.person.email,
        subject=facts.checked.subject,
        text=facts.checked.body,
        thread_id=conversation.thread_id,
        in_reply_to=last.message_id if last else None,
        references=tuple(mail.message_id for mail in conversation.mails),
        sender_name=facts.tenant.sender_name,
        postal_address=facts.tenant.postal_address,
        language=facts.plan.language,
        link_hosts=facts.tenant.link_hosts,
    )
