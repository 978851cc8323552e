"""Gmail's parsed messages (``format=full``) as the mails that the domain reads.

Gmail takes the parts apart and undoes their transfer encoding; it leaves attachments out, naming
them only. Charsets, HTML, quotes and the rest are read by the domain.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import getaddresses
from typing import Any, Final

import attrs

from salesagent_core.domain.conversation import Direction, Mail
from salesagent_core.domain.replies.auto_reply import holds_a_quote, is_automatic
from salesagent_core.domain.replies.bounce import read_bounce
from salesagent_core.domain.replies.mime_parts import (
    MAX_DEPTH,
    MAX_HEADER,
    MAX_HEADERS,
    MAX_PARTS,
    MAX_TEXT,
    Headers,
    Part,
    body_text,
)
from salesagent_core.domain.replies.mime_parts import read_mail as read_parts
from salesagent_core.domain.replies.own_text import own_text
from salesagent_core.domain.sending.composing import FOOTER_HEADER, KEY_HEADER, KeptMail, read_mail

MAX_ATTACHMENT_NAMES: Final = 50
MAX_NAME: Final = 200
MAX_RECIPIENTS: Final = 200
_ADDRESSED: Final = frozenset({"from", "to", "cc", "bcc"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT: Final = frozenset(
    name.lower()
    for name in (
        *("From", "To", "Cc", "Bcc", "Subject", "Message-ID", "In-Reply-To", "References"),
        *("List-Unsubscribe", "List-Unsubscribe-Post", KEY_HEADER, FOOTER_HEADER),
    )
)


def labels(message: Mapping[str, Any]) -> frozenset[str]:
    """The message's label ids."""
    listed = message.get("labelIds")
    return frozenset(each for each in _list(listed) if isinstance(each, str))


def is_draft(message: Mapping[str, Any]) -> bool:
    """True while it is unsent."""
    return "DRAFT" in labels(message)


def sent_at(message: Mapping[str, Any]) -> datetime:
    """When Gmail took it in (``internalDate``, milliseconds), aware UTC."""
    try:
        return datetime.fromtimestamp(int(message.get("internalDate", 0)) / 1000, tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return _EPOCH


def headers_of(message: Mapping[str, Any]) -> Headers:
    """The message's headers, decoded; with ``format=metadata`` too."""
    return _root(message.get("payload"), depth=0, left=[1]).headers


def addresses(headers: Headers, *names: str) -> tuple[str, ...]:
    """The addresses in these fields, lower case, each once, in order."""
    values = [value for name in names for value in headers.all(name)]
    found = (address.strip().lower() for _, address in getaddresses(values))
    return tuple(dict.fromkeys(each for each in found if "@" in each))[:MAX_RECIPIENTS]


def read_message(message: Mapping[str, Any], mailbox: str) -> Mail:
    """A message of a thread as the domain knows it: own words, direction, attachment names."""
    root = _root(message.get("payload"), depth=0, left=[MAX_PARTS])
    subject = root.headers.get("subject").strip()
    shown = body_text(root)
    text = own_text(shown)
    sender = next(iter(addresses(root.headers, "from")), "")
    sent = "SENT" in labels(message) or sender == mailbox.lower()
    return Mail(
        id=str(message.get("id", "")),
        message_id=root.headers.get("message-id").strip(),
        sender=sender,
        recipients=addresses(root.headers, "to", "cc", "bcc"),
        sent_at=sent_at(message),
        direction=Direction.OUTBOUND if sent else Direction.INBOUND,
        text=text,
        subject=subject,
        automatic=bool(root.param("report-type"))
        or is_automatic(root.headers, subject, text, quoted=holds_a_quote(shown, text))
        or read_bounce(root, b"", subject, shown) is not None,
        attachments=_attachment_names(message.get("payload")),
    )


def kept_mail(message: Mapping[str, Any]) -> KeptMail:
    """What a stored mail of ours, or of a person, says: letter, footer, key."""
    root = _root(message.get("payload"), depth=0, left=[MAX_PARTS])
    return read_mail(_rebuilt(root))


def raw_mail(message: Mapping[str, Any]) -> bytes:
    """The octets of a message asked for with ``format=raw``."""
    return decoded(message.get("raw"))


def decoded(data: object) -> bytes:
    """Gmail's base64url, whatever its padding; empty for what is none."""
    if not isinstance(data, str):
        return b""
    try:
        return base64.urlsafe_b64decode(data.rstrip("=") + "=" * (-len(data.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return b""


def _root(payload: object, *, depth: int, left: list[int]) -> Part:
    """The part and those below it, to the domain's own limits of depth and number."""
    part = payload if isinstance(payload, dict) else {}
    left[0] -= 1
    known = _with_headers(_list(part.get("headers")))
    kind = str(part.get("mimeType") or known.kind).lower()
    body = part.get("body")
    data = body.get("data") if isinstance(body, dict) else None
    # Four characters hold three octets; the domain reads no more than this of a text.
    octets = decoded(data[: MAX_TEXT * 4 // 3 // 4 * 4]) if isinstance(data, str) else b""
    below: tuple[Part, ...] = ()
    # A mail inside a mail is somebody else's: Gmail opens it, the domain does not.
    if depth < MAX_DEPTH and kind.startswith("multipart/"):
        below = tuple(
            _root(each, depth=depth + 1, left=left)
            for each in _list(part.get("parts"))
            if left[0] > 0
        )
    return attrs.evolve(
        known,
        kind=kind,
        payload=octets,
        encoding="",
        charset=_charset(known.charset, octets),
        attachment=bool(part.get("filename")) or known.attachment,
        parts=below,
    )


def _with_headers(listed: Sequence[object]) -> Part:
    """An empty part with these headers, its media type and parameters read by the domain."""
    lines = []
    for each in listed[:MAX_HEADERS]:
        name, value = (each.get("name"), each.get("value")) if isinstance(each, dict) else ("", "")
        if isinstance(name, str) and name and isinstance(value, str):
            one_line = " ".join(value[:MAX_HEADER].splitlines())
            lines.append(f"{name}: {one_line}".encode("utf-8", "replace"))
    return read_parts(b"\r\n".join(lines) + b"\r\n\r\n")


def _charset(named: str, octets: bytes) -> str:
    """Gmail may have turned a text into UTF-8 and kept the header that names its first charset."""
    if octets.isascii():
        return named
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return named
    return "utf-8"


def _rebuilt(root: Part) -> bytes:
    """A mail with the headers and the plain text of this one, as the domain's reader takes it."""
    texts = (one for one in root.walk() if one.kind == "text/plain" and not one.attachment)
    plain = next(texts, None)
    lines = [
        f"{name}: {_header_value(name, ' '.join(value.split()))}"
        for name, value in root.headers.fields
        if name in _KEPT and value.strip()
    ]
    text = base64.encodebytes((plain.text() if plain else "").encode("utf-8", "replace"))
    lines += [
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
    ]
    return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n\r\n" + text


def _header_value(name: str, value: str) -> str:
    if name in _ADDRESSED:
        return ", ".join(address for _, address in getaddresses([value]) if "@" in address)
    if value.isascii() and "=?" not in value:
        return value
    return Header(value, "utf-8").encode(linesep="\r\n")


def _attachment_names(payload: object) -> tuple[str, ...]:
    found = (name for name in _file_names(payload, [MAX_PARTS]) if name)
    return tuple(name for _, name in zip(range(MAX_ATTACHMENT_NAMES), found, strict=False))


def _file_names(payload: object, left: list[int]) -> Iterator[str]:
    waiting = [payload]
    while waiting and left[0] > 0:
        left[0] -= 1
        part = waiting.pop(0)
        if isinstance(part, dict):
            name = part.get("filename")
            if isinstance(name, str):
                yield " ".join(name.split())[:MAX_NAME]
            waiting[:0] = _list(part.get("parts"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
