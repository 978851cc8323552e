"""What a mailbox accepts as a mail, and when two subjects are one conversation."""

from __future__ import annotations

from email.utils import parseaddr

from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import Rejected

MAX_MAIL_BYTES = 25 * 1024 * 1024
MAX_ADDRESS = 254
MAX_SUBJECT = 998  # RFC 5322, 2.1.1: the longest line there may be.

_REPLY_MARKS = ("re:", "aw:", "fwd:", "fw:", "wg:", "sv:", "tr:", "rv:")


def bare_subject(subject: str) -> str:
    """The subject without reply and forward marks, single-spaced."""
    bare = " ".join(subject.split())
    while True:
        mark = next((m for m in _REPLY_MARKS if bare[: len(m)].lower() == m), None)
        if mark is None:
            return bare
        bare = bare[len(mark) :].lstrip()


def same_subject(one: str, other: str) -> bool:
    """True when only marks such as ``Re:``, case and spaces differ."""
    return bare_subject(one).casefold() == bare_subject(other).casefold()


def require_acceptable(mail: OutgoingMail, mailbox: str) -> None:
    """Raises: Rejected when a mailbox would refuse to store or to send it."""
    if mail.sender.lower() != mailbox:
        raise Rejected("the sender is not this mailbox")
    if not _is_one_address(mail.to):
        raise Rejected("the recipient is not one valid address")
    headers = (mail.subject, mail.key, mail.in_reply_to or "", *mail.references)
    if any(char in header for header in headers for char in "\r\n\0"):
        raise Rejected("a header holds a line break")
    if len(mail.subject) > MAX_SUBJECT:
        raise Rejected("the subject is too long")
    if len(mail.text.encode("utf-8", "replace")) > MAX_MAIL_BYTES:
        raise Rejected("the mail is larger than the mailbox takes")


def _is_one_address(address: str) -> bool:
    if len(address) > MAX_ADDRESS or any(char.isspace() or char in ",;<>\0" for char in address):
        return False
    local, at, host = address.rpartition("@")
    plain = parseaddr(address)[1] == address
    return bool(plain and local and at and "." in host and "@" not in local)
