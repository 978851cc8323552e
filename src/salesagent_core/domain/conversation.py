"""Mail that already passed between us and the lead."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs


class Direction(StrEnum):
    """Seen from us: what the lead wrote is inbound."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@attrs.frozen(kw_only=True)
class Mail:
    """One message of a thread. ``text`` is what its author wrote: quotes and signature removed.

    ``message_id`` is the RFC 5322 Message-ID with its angle brackets; ``automatic`` marks
    bounces, out-of-office notes and list mail, which are never a human's reply. ``intent`` is
    one of the reply intents where it was read, else None.
    """

    id: str
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    sent_at: datetime
    direction: Direction
    text: str
    subject: str = ""
    automatic: bool = False
    intent: str | None = None
    attachments: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ThreadRef:
    """A thread as a search returns it, newest mail first in the search's order."""

    thread_id: str
    subject: str
    last_at: datetime
    with_person: bool


@attrs.frozen(kw_only=True)
class ThreadsFound:
    """Earlier threads with this person, then with their company; newest first in each."""

    threads: tuple[ThreadRef, ...] = ()

    @property
    def newest_with_person(self) -> ThreadRef | None:
        """The thread that a reply belongs into; a colleague's thread is context only."""
        return next((ref for ref in self.threads if ref.with_person), None)


@attrs.frozen(kw_only=True)
class Conversation:
    """A whole thread, oldest mail first. Empty when there is no history."""

    thread_id: str | None = None
    subject: str = ""
    mails: tuple[Mail, ...] = ()

    @property
    def last(self) -> Mail | None:
        """The newest mail of the thread."""
        return self.mails[-1] if self.mails else None

    @property
    def inbound_ids(self) -> tuple[str, ...]:
        """The ids of all that came from their side, automatic mail too, oldest first."""
        return tuple(mail.id for mail in self.mails if mail.direction is Direction.INBOUND)

    @property
    def last_inbound(self) -> Mail | None:
        """The newest mail that a human on their side wrote."""
        return next(
            (
                mail
                for mail in reversed(self.mails)
                if mail.direction is Direction.INBOUND and not mail.automatic
            ),
            None,
        )
