"""A raw mail (RFC 5322, MIME) taken apart, whatever state it is in.

The standard library's parser recurses once for each nesting and reads a line once for each open
boundary; a hostile mail makes that expensive. Here the parts are cut by searching for boundaries,
to a fixed depth and number. Parameters and encoded words are still read by ``email``.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

import attrs

from salesagent_core.domain.text.html_text import html_to_text

MAX_DEPTH = 12
MAX_PARTS = 200
MAX_HEADERS = 400
MAX_HEADER = 4_000
MAX_HEADER_BLOCK = 200_000
MAX_TEXT = 500_000
"""Octets of one part that are decoded; what stands behind them is not read."""
_MAX_SEARCHES = 20_000

# Decoders that are slow, or that are no mail charset at all.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})


@attrs.frozen(kw_only=True)
class Headers:
    """Header fields by lower-case name, unfolded and decoded, in the order of the mail."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The first field of that name, or an empty text."""
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name."""
        return tuple(value for field, value in self.fields if field == name)

    def __contains__(self, name: object) -> bool:
        return any(field == name for field, _ in self.fields)


@attrs.frozen(kw_only=True)
class Part:
    """One MIME part. ``kind`` is its lower-case media type; ``payload`` its octets, not decoded.

    ``parts`` are the parts of a multipart. A part of ``message/rfc822`` is not opened.
    """

    kind: str
    headers: Headers
    payload: bytes
    encoding: str
    charset: str
    attachment: bool
    params: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()

    def param(self, name: str) -> str:
        """A parameter of the media type, lower case."""
        return next((value.lower() for key, value in self.params if key == name), "")

    def text(self) -> str:
        """The payload as text; what cannot be decoded becomes replacement characters."""
        return decode_text(_decoded(self.payload[: MAX_TEXT * 2], self.encoding), self.charset)

    def walk(self) -> Iterator[Part]:
        """This part and every part below it, in the order of the mail."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_mail(raw: bytes) -> Part:
    """The root part of a mail. Never raises, whatever the octets are."""
    left = [MAX_PARTS]
    return _part(raw.lstrip(b"\r\n\xef\xbb\xbf"), 0, left, "text/plain")


def body_text(root: Part) -> str:
    """What the author's mail program would show: plain text where there is some, else HTML."""
    return "\n".join(_shown(root)).strip()


def _shown(part: Part) -> Iterator[str]:
    if part.kind == "multipart/alternative":
        texts = [(each.kind, "\n".join(_shown(each)).strip()) for each in part.parts]
        plain = next((text for kind, text in texts if kind == "text/plain" and text), "")
        yield plain or next((text for _, text in texts if text), "")
    elif part.kind == "multipart/related":
        yield from (text for each in part.parts[:1] for text in _shown(each))
    elif part.kind == "multipart/report":
        # The words for people come first; what follows is for programs.
        yield from (text for each in part.parts[:1] for text in _shown(each))
    elif part.parts:
        for each in part.parts:
            yield from _shown(each)
    elif part.attachment or part.kind.startswith("multipart/"):
        return
    elif part.kind == "text/html":
        yield html_to_text(part.text())
    elif part.kind in ("text/plain", "text/enriched", "text/markdown", "text"):
        yield part.text()


# ---------------------------------------------------------------------------- cutting


def _part(raw: bytes, depth: int, left: list[int], default: str) -> Part:
    left[0] -= 1
    block, payload = _split_headers(raw)
    headers = Headers(fields=tuple(_fields(block)))
    params = _params(headers.get("content-type"))
    kind = (params[0][0] if params else "").strip().lower()
    if "/" not in kind:
        kind = kind if kind == "text" else default
    disposition = headers.get("content-disposition").strip().lower()
    named = dict(params[1:])
    parts: tuple[Part, ...] = ()
    if kind.startswith("multipart/") and depth < MAX_DEPTH and named.get("boundary"):
        inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        parts = tuple(
            _part(piece, depth + 1, left, inner)
            for piece in _pieces(payload, named["boundary"])
            if left[0] > 0
        )
    if kind.startswith("multipart/") and not parts and depth == 0:
        # A multipart whose boundary is missing: read as what it then is, text.
        kind = "text/plain"
    return Part(
        kind=kind,
        headers=headers,
        payload=payload,
        encoding=headers.get("content-transfer-encoding").strip().lower(),
        charset=named.get("charset", ""),
        attachment=disposition.startswith("attachment"),
        params=tuple(params[1:]),
        parts=parts,
    )


_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]{0,10}:")


def _split_headers(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith(b"From ") and b"\n" in raw[:1000]:
        # The first line of an mbox file.
        raw = raw[raw.index(b"\n") + 1 :]
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw.lstrip(b"\r\n")
    if not _FIELD.match(raw):
        return b"", raw
    ends = [
        (at, len(mark))
        for mark in (b"\n\n", b"\r\n\r\n", b"\n\r\n", b"\r\r")
        if (at := raw.find(mark, 0, MAX_HEADER_BLOCK)) >= 0
    ]
    if not ends:
        return raw[:MAX_HEADER_BLOCK], b""
    at, length = min(ends)
    return raw[:at], raw[at + length :]


def _fields(block: bytes) -> Iterator[tuple[str, str]]:
    name, value, count = b"", b"", 0
    for line in [*re.split(rb"\r\n|\n|\r", block), b""]:
        if line[:1] in (b" ", b"\t") and name:
            if len(value) < MAX_HEADER:
                value += b" " + line.strip()
            continue
        if name:
            yield name.decode("ascii", "replace").lower(), _header_text(value[:MAX_HEADER])
            count += 1
        name = b""
        if count >= MAX_HEADERS:
            return
        match = _FIELD.match(line)
        if match:
            name, value = match[0][:-1].strip(), line[match.end() :].strip()


def _header_text(value: bytes) -> str:
    text = decode_text(value, "utf-8")
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(
        piece if isinstance(piece, str) else decode_text(piece, charset or "ascii")
        for piece, charset in pieces
    )


def _params(content_type: str) -> list[tuple[str, str]]:
    message = Message()
    message["Content-Type"] = content_type
    try:
        found = message.get_params([], unquote=True)
        return [(key.lower(), _plain_value(value)) for key, value in found]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []


def _plain_value(value: str | tuple[str | None, str | None, str]) -> str:
    return value[2] if isinstance(value, tuple) else value


def _pieces(payload: bytes, boundary: str) -> Iterator[bytes]:
    mark = b"--" + boundary.encode("utf-8", "replace")
    start, place = -1, 0
    for _ in range(_MAX_SEARCHES):
        at = payload.find(mark, place)
        if at < 0:
            break
        place = at + len(mark)
        end = payload.find(b"\n", place, place + 200)
        end = end if end >= 0 else min(len(payload), place + 200)
        rest = payload[place:end].strip()
        if (at and payload[at - 1 : at] not in (b"\n", b"\r")) or rest not in (b"", b"--"):
            continue
        if start >= 0:
            yield payload[start:at].removesuffix(b"\n").removesuffix(b"\r")
        start = end + 1
        if rest == b"--":
            return
    if start >= 0:
        yield payload[start:]


# ---------------------------------------------------------------------------- decoding


def _decoded(payload: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        compact = re.sub(rb"[^A-Za-z0-9+/]", b"", payload)
        try:
            return binascii.a2b_base64(compact[: len(compact) // 4 * 4] + _tail(compact))
        except (binascii.Error, ValueError):
            return payload
    if encoding == "quoted-printable":
        return binascii.a2b_qp(payload)
    return payload


def _tail(compact: bytes) -> bytes:
    rest = compact[len(compact) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def decode_text(octets: bytes, charset: str) -> str:
    """Text of octets in a charset that may be missing, unknown or wrong."""
    octets = octets[:MAX_TEXT]
    name = charset.strip().strip("\"'").lower().replace("_", "-")
    if name.replace("-", "_") in _NO_CHARSETS or name in _NO_CHARSETS:
        name = ""
    if name in ("iso-8859-1", "latin-1", "latin1"):
        # Mail programs say Latin-1 and write Windows-1252; the printable rest is the same.
        name = "cp1252"
    for tried in dict.fromkeys((name if name not in ("ascii", "us-ascii") else "", "utf-8")):
        if not tried:
            continue
        try:
            return octets.decode(tried).lstrip("\ufeff").replace("\0", "\ufffd")
        except (UnicodeError, LookupError, ValueError):
            continue
    fallback = "utf-8" if name.startswith("utf") or _mostly_utf8(octets) else "cp1252"
    return octets.decode(fallback, "replace").replace("\0", "\ufffd")


def _mostly_utf8(octets: bytes) -> bool:
    """Whether only a few octets keep the text from being UTF-8 (a cut character, a stray one)."""
    wrong = octets.decode("utf-8", "replace").count("\ufffd")
    high = sum(octets.count(byte) for byte in (0xC2, 0xC3, 0xE2))
    return wrong * 4 < high
