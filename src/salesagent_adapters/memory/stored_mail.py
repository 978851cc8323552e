"""A mail as a mailbox of the memory world holds it, and what its history says of it."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.draft import content_hash


@attrs.frozen(kw_only=True)
class StoredMail:
    """A message as the mailbox keeps it; ``text`` whole, with quotes and signature. ``raw`` are
    the bytes (RFC 5322) of a mail of ours, or of one that came with bytes of its own."""

    id: str
    thread_id: str
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    labels: frozenset[str] = frozenset()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    key: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    raw: bytes = b""

    @property
    def is_draft(self) -> bool:
        """True while it is unsent."""
        return "DRAFT" in self.labels


@attrs.frozen(kw_only=True)
class HistoryEntry:
    """One change, numbered in order."""

    id: int
    at: datetime
    change: str
    mail_id: str
    thread_id: str


def held_hash(mail: StoredMail) -> str:
    """The hash of what the mailbox holds, to be compared with what we once put there."""
    return content_hash(mail.recipients[0], mail.subject, mail.text)
