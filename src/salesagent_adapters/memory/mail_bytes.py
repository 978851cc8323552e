"""What a mailbox and a mail program do to the bytes of a mail that we composed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

# What was folded well once stays as it is.
_AS_IT_IS = SMTP.clone(refold_source="none")


def stamped(raw: bytes, *, message_id: str, date: datetime) -> bytes:
    """The mail under the mailbox's own Message-ID and date."""
    message = _parsed(raw)
    message.replace_header("Message-ID", message_id)
    message.replace_header("Date", format_datetime(date.astimezone(UTC)))
    return message.as_bytes()


def edited(
    raw: bytes, *, letter: str, subject: str | None = None, footer: Sequence[str] = ()
) -> bytes:
    """The mail after a person rewrote it in their mail program; other headers stay."""
    message = _parsed(raw)
    if subject is not None:
        message.replace_header("Subject", subject)
    text = letter + ("\n\n-- \n" + "\n".join(footer) if footer else "") + "\n"
    plain = message.get_body(preferencelist=("plain",))
    html = message.get_body(preferencelist=("html",))
    if plain is not None:
        plain.set_content(text)
    if html is not None:
        html.set_content(f"<div>{escape(text)}</div>", subtype="html")
    return message.as_bytes()


def copied(raw: bytes, *, to: str) -> bytes:
    """The mail after a person put somebody in copy."""
    message = _parsed(raw)
    message["Cc"] = to
    return message.as_bytes()


def attached(raw: bytes, *, name: str, kind: str, content: bytes) -> bytes:
    """The mail after a person attached a file, which claims to be of a kind."""
    message = _parsed(raw)
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=_AS_IT_IS)
