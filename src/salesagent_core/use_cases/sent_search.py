"""Finding a draft among the mails that a mailbox shows as sent."""

from __future__ import annotations

from collections.abc import Iterable

from salesagent_core.domain.draft import Draft
from salesagent_core.domain.sending.attempt import same_text
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.ports.mail_sender import HistoryExpired, MailSender, SentMail


async def find_sent(
    sender: MailSender,
    draft: Draft,
    *,
    thread_id: str,
    point: str | None,
) -> SentMail | None:
    """The draft as a SENT mail: in its thread, else in what happened since ``point``.

    Our key in it is proof; so is the exact text to exactly this recipient, where the key was
    lost. An expired history proves nothing.

    Raises:
        Unavailable, RateLimited, NeedsReauth: nobody could look.
    """
    in_thread = await sender.sent_in_thread(draft.tenant_id, draft.mailbox, thread_id)
    return ours_among(draft, in_thread) or await find_since(sender, draft, point)


async def find_since(sender: MailSender, draft: Draft, point: str | None) -> SentMail | None:
    """As ``find_sent``, in what happened since ``point`` only (None: nowhere)."""
    if point is None:
        return None
    try:
        since = await sender.sent_since(draft.tenant_id, draft.mailbox, point)
    except HistoryExpired:
        return None
    return ours_among(draft, since)


def ours_among(draft: Draft, mails: Iterable[SentMail]) -> SentMail | None:
    """The draft among sent mails."""
    key = draft_key(draft.run_id)
    for mail in mails:
        if mail.key == key:
            return mail
        if mail.key is None and same_text(draft, mail.to, mail.subject, mail.text):
            return mail
    return None


def by_hand(mails: Iterable[SentMail]) -> tuple[str, ...]:
    """The ids of those that nobody but a person can have written."""
    return tuple(mail.message_id for mail in mails if mail.key is None)


def answered_meanwhile(draft: Draft, mails: Iterable[SentMail]) -> tuple[str, ...]:
    """The ids of mails that another run of ours sent after this draft's form came in."""
    own = draft_key(draft.run_id)
    found = {
        mail.message_id: None
        for mail in mails
        if mail.key not in (None, own) and mail.sent_at >= draft.submitted_at
    }
    return tuple(found)
