"""A mail as it goes over the wire (RFC 5322, MIME), and what one that was kept says.

::

    OutgoingMail -> compose_mail -> bytes -> (people may edit it) -> read_mail -> KeptMail

What an approval is bound to is ``content_hash(recipient, subject, letter)``. The letter is the
text part without the footer, line ends as ``\\n``, without white space at its end. The footer is
what stands below the last line ``-- `` when its digest is the one in ``X-SalesAgent-Footer``: it
is ours, generated anew each time, and no part of the hash. When the header is there and the footer
is not as we wrote it, a person took the opt-out or the address out of the mail: then the letter
ends in ``FOOTER_GONE``, so that it is no longer what was approved.

Attachments are not offered: there is no type that could lie.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.sending.letter_html import letter_html
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart
    from email.policy import EmailPolicy

KEY_HEADER = "X-SalesAgent-Key"
FOOTER_HEADER = "X-SalesAgent-Footer"
FOOTER_GONE = "\n\n[The opt-out line and the postal address were removed in the mailbox.]"

MAX_SUBJECT = 255
MAX_TEXT = 100_000
"""Characters of a letter; no draft comes near."""
MAX_URL = 1_000
MAX_NAME = 100
MAX_REFERENCES = 20
"""Message-IDs that are named: the first one and the latest, as RFC 5537, 3.4.4 shortens them."""
MAX_MESSAGE_ID = 250
LINE = 76
"""Where header lines are folded; RFC 5322 allows 998 and wishes for 78."""

_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{MAX_MESSAGE_ID - 2}}}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_KEY = re.compile(r"[!-~]{1,200}")
_DASHES = re.compile(r"^-- ?$", re.MULTILINE)
_TOKENS = frozenset({"references", "in-reply-to", "message-id", "list-unsubscribe"})

_OPT_OUT_WORDS = {
    "en": "If you would rather not hear from us again, unsubscribe here:",
    "de": "Wenn Sie keine Nachrichten mehr von uns erhalten m\u00f6chten, melden Sie sich hier ab:",
    "fr": "Si vous ne souhaitez plus recevoir nos messages, d\u00e9sinscrivez-vous ici\u00a0:",
    "es": "Si no desea recibir m\u00e1s mensajes nuestros, puede darse de baja aqu\u00ed:",
}


@attrs.frozen(kw_only=True)
class KeptMail:
    """What a stored mail says. ``letter`` is its text without our footer; ``footer`` the lines of
    it, empty when there is none (any more). ``attachments`` are the names of files in it, or their
    kinds where they have none; we never put any there."""

    sender: str
    to: tuple[str, ...]
    subject: str
    letter: str
    footer: tuple[str, ...] = ()
    key: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    opt_out_url: str | None = None
    one_click: bool = False
    attachments: tuple[str, ...] = ()


def compose_mail(mail: OutgoingMail, *, now: datetime) -> bytes:
    """The whole mail with CRLF line ends: text and HTML of the same words, in any language.

    The same mail at the same moment gives the same bytes.

    Raises:
        InvalidInput: naming each field that could change what the mail is or who gets it: line
            breaks and control characters, several recipients, look-alike hosts, odd links.
    """
    problems = list(_problems(mail))
    if problems:
        raise InvalidInput("this mail cannot be composed", problems)
    from email.message import EmailMessage

    footer = footer_lines(mail)
    letter = _letter(mail.text)
    message = EmailMessage(policy=_policy())
    _set_headers(message, mail, footer, now)
    message.set_content(_with_footer(letter, footer), charset="utf-8")
    html = letter_html(
        letter,
        footer,
        link_hosts=mail.link_hosts,
        opt_out_url=mail.opt_out_url,
        language=mail.language,
        pixel_url=mail.pixel_url,
    )
    message.add_alternative(html, subtype="html", charset="utf-8")
    # A digest of the parts: they cannot hold it, and composing needs no randomness.
    message.set_boundary("=_" + hashlib.sha256(f"{letter}\0{html}".encode()).hexdigest()[:40])
    return message.as_bytes()


def footer_lines(mail: OutgoingMail) -> tuple[str, ...]:
    """What stands below the letter: who writes from where, and how to be left alone."""
    address = mail.postal_address or ""
    lines = [line.strip() for line in address.replace("\r\n", "\n").split("\n") if line.strip()]
    if mail.opt_out_url:
        words = _OPT_OUT_WORDS.get(mail.language[:2].lower(), _OPT_OUT_WORDS["en"])
        lines.append(f"{words} {mail.opt_out_url}")
    return tuple(lines)


def read_mail(raw: bytes) -> KeptMail:
    """What a mail in the mailbox says now, whoever edited it last. Never raises on bad mail."""
    from email import message_from_bytes
    from email.policy import default

    message = message_from_bytes(raw, policy=default)
    part = message.get_body(preferencelist=("plain",))
    text = _letter(_content(part)) if part is not None else ""
    letter, footer = _split(text, _header(message, FOOTER_HEADER))
    unsubscribe = _header(message, "List-Unsubscribe") or ""
    return KeptMail(
        sender=next(iter(_addresses(message, "From")), ""),
        to=tuple(address for name in ("To", "Cc", "Bcc") for address in _addresses(message, name)),
        subject=_header(message, "Subject") or "",
        letter=letter,
        footer=footer,
        key=_header(message, KEY_HEADER),
        message_id=_header(message, "Message-ID"),
        in_reply_to=_header(message, "In-Reply-To"),
        references=tuple((_header(message, "References") or "").split()),
        opt_out_url=unsubscribe.strip("<>") or None,
        one_click=(_header(message, "List-Unsubscribe-Post") or "") == "List-Unsubscribe=One-Click",
        attachments=tuple(_attachments(message)),
    )


def _attachments(message: EmailMessage) -> Iterator[str]:
    """All leaves but the letter itself, whatever kind they claim to be."""
    bodies = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    for part in message.walk():
        if not part.is_multipart() and not any(part is body for body in bodies):
            yield part.get_filename() or part.get_content_type()


# ------------------------------------------------------------------------------- judging


def _problems(mail: OutgoingMail) -> Iterator[Problem]:
    for where, address in (("to", mail.to), ("sender", mail.sender)):
        judged = judge_address(address)
        if judged.reason is not None:
            yield Problem(where=where, what=f"{judged.reason.code}: {judged.reason.sentence}")
        elif not (judged.normalized or "").isascii():
            yield Problem(where=where, what="has letters before the @ that not every server takes")
    for where, line, limit in (
        ("subject", mail.subject, MAX_SUBJECT),
        ("sender_name", mail.sender_name, MAX_NAME),
    ):
        if _has_control(line, allowed=""):
            yield Problem(where=where, what="holds a line break or control character")
        if len(line) > limit:
            yield Problem(where=where, what=f"is longer than {limit} characters")
    if not mail.subject.strip():
        yield Problem(where="subject", what="must not be empty")
    if not mail.text.strip():
        yield Problem(where="text", what="must not be empty")
    if len(mail.text) > MAX_TEXT:
        yield Problem(where="text", what=f"is longer than {MAX_TEXT} characters")
    for where, text in (("text", mail.text), ("postal_address", mail.postal_address or "")):
        if _has_control(text.replace("\r\n", "\n"), allowed="\n\t"):
            yield Problem(where=where, what="holds a bare CR or a control character")
    if not _KEY.fullmatch(mail.key):
        yield Problem(where="key", what="must be 1 to 200 visible ASCII characters")
    if not _LANGUAGE.fullmatch(mail.language):
        yield Problem(where="language", what="must be a language tag such as de or pt-BR")
    named = (mail.in_reply_to or "", *mail.references)
    if any(_has_control(each, allowed="") for each in named):
        yield Problem(where="references", what="hold a line break or control character")
    # Without https it is no one-click opt-out, see below; production has no such address.
    if mail.opt_out_url is not None and not _is_web_address(mail.opt_out_url, "https", "http"):
        yield Problem(where="opt_out_url", what="must be a web address")
    if mail.pixel_url is not None and not _is_web_address(mail.pixel_url, "https"):
        yield Problem(where="pixel_url", what="must be an https address")


def _has_control(text: str, *, allowed: str) -> bool:
    return any(
        (ord(char) < 0x20 and char not in allowed)
        or 0x7F <= ord(char) < 0xA0
        or char in "\u2028\u2029"
        or 0xD800 <= ord(char) < 0xE000
        for char in text
    )


def _is_web_address(url: str, *schemes: str) -> bool:
    if len(url) > MAX_URL or not re.fullmatch(r"[!-~]+", url) or any(c in url for c in '<>"\\'):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and parts.scheme in schemes


# ------------------------------------------------------------------------------- writing


def _set_headers(
    message: EmailMessage, mail: OutgoingMail, footer: Sequence[str], now: datetime
) -> None:
    from email.headerregistry import Address
    from email.utils import format_datetime

    to, sender = judge_address(mail.to).normalized, judge_address(mail.sender).normalized
    assert to is not None
    assert sender is not None
    message["From"] = Address(mail.sender_name.strip(), addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = mail.subject.strip()
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = _message_id(mail, sender)
    answered = _known_ids([mail.in_reply_to or ""])
    references = _known_ids([*mail.references, *answered])
    if answered:
        message["In-Reply-To"] = answered[0]
    if references:
        message["References"] = " ".join(_bounded(references))
    if mail.opt_out_url:
        message["List-Unsubscribe"] = f"<{mail.opt_out_url}>"
        # RFC 8058: one click needs https.
        if mail.opt_out_url.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message[KEY_HEADER] = mail.key
    if footer:
        message[FOOTER_HEADER] = _digest("\n".join(footer))


def _message_id(mail: OutgoingMail, sender: str) -> str:
    digest = hashlib.sha256("\0".join((mail.key, mail.to, mail.subject, mail.text)).encode())
    return f"<{digest.hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def _known_ids(written: Sequence[str]) -> list[str]:
    """The readable ones, each once: strangers' programs write odd things there."""
    ids = (each.strip() for each in written)
    return list(dict.fromkeys(each for each in ids if _MESSAGE_ID.fullmatch(each)))


def _bounded(references: list[str]) -> list[str]:
    if len(references) <= MAX_REFERENCES:
        return references
    return [references[0], *references[1 - MAX_REFERENCES :]]


@cache
def _policy() -> EmailPolicy:
    """The standard library's SMTP policy, with three headers folded between their words only: it
    would otherwise turn a long Message-ID or link into an encoded word that nobody reads."""
    from email.header import Header
    from email.policy import EmailPolicy

    class Outgoing(EmailPolicy):
        def fold(self, name: str, value: str) -> str:
            low, text = name.lower(), str(value)
            if low in _TOKENS or low.startswith("x-salesagent-"):
                return f"{name}: " + "\r\n ".join(text.split()) + "\r\n"
            if low == "subject":
                # "=?" in plain letters would be read as an encoded word.
                charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
                header = Header(text, charset, maxlinelen=LINE, header_name=name)
                return f"{name}: {header.encode(linesep=self.linesep)}\r\n"
            if low == "from":
                return f"{name}: {_mailbox(value)}\r\n"
            return str(super().fold(name, value))

        def fold_binary(self, name: str, value: str) -> bytes:
            return self.fold(name, value).encode("ascii")

    return Outgoing(linesep="\r\n", max_line_length=LINE)


def _mailbox(value: object) -> str:
    """Name and address, each on a line of its own where the name is long."""
    from email.header import Header
    from email.headerregistry import AddressHeader

    assert isinstance(value, AddressHeader)
    sender = value.addresses[0]
    name = sender.display_name
    if not name:
        return sender.addr_spec
    if name.isascii():
        phrase = '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
    else:
        phrase = Header(name, "utf-8", maxlinelen=LINE, header_name="From").encode(linesep="\r\n")
    return f"{phrase}\r\n <{sender.addr_spec}>"


def _letter(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()


def _with_footer(letter: str, footer: Sequence[str]) -> str:
    return letter + "\n" if not footer else f"{letter}\n\n-- \n" + "\n".join(footer) + "\n"


def _digest(footer: str) -> str:
    # Words only: mail programs wrap lines.
    return hashlib.sha256(" ".join(footer.split()).encode()).hexdigest()[:32]


# ------------------------------------------------------------------------------- reading


def _split(text: str, digest: str | None) -> tuple[str, tuple[str, ...]]:
    if digest is None:
        return text, ()
    marks = list(_DASHES.finditer(text))
    if marks:
        footer = text[marks[-1].end() :]
        if _digest(footer) == digest:
            return text[: marks[-1].start()].rstrip(), tuple(footer.strip().split("\n"))
    return text + FOOTER_GONE, ()


def _content(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message[name]
    except (ValueError, IndexError, AttributeError, TypeError):
        # The standard library's parser gives up on some broken headers.
        return None
    return None if value is None else str(value).strip()


def _addresses(message: EmailMessage, name: str) -> tuple[str, ...]:
    from email.utils import getaddresses

    written = _header(message, name)
    return tuple(address for _, address in getaddresses([written or ""]) if address)
