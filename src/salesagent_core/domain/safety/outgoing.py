# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What makes a mail unsafe to send: every finding at once, with its place.

Flow: ``subject, body | disclosures | links and addresses | wording | markup and hidden text``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache

import attrs

from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.safety.credentials import NAME_SIGNS, SHORTEST_SECRET
from salesagent_core.domain.safety.disclosures import FEWEST_DIGITS, find_disclosures
from salesagent_core.domain.safety.wording import prohibited, spam_style
from salesagent_core.domain.text.folding import Folded, plain, unusual
from salesagent_core.domain.text.links import (
    Link,
    Spans,
    addresses_in,
    find_links,
    known_tld,
    links_in,
    places_in,
    registered_host,
    same_or_below,
)

MAX_SCANNED = 50_000

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")
_HIDDEN = frozenset(
    "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u115f\u1160\u3164\uffa0\u034f"
)
_LINE_ENDS = frozenset("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_OPT_OUT = (
    r"unsubscrib\w*|opt[- ]?out|no longer (?:wish|want)|stop receiving|abmeld\w*|abbestell\w*|keine weiteren (?:mails|e-mails)|"
    r"d[ée]sinscri\w*|d[ée]sabonn\w*|ne plus recevoir|darse? de baja|date de baja|cancelar (?:la|su) suscripci[oó]n|no recibir m[aá]s"
)


@attrs.frozen(kw_only=True)
class SafetyPolicy:
    """What one tenant allows in a mail.

    ``allowed_addresses`` are the addresses that may stand in the text (sender, recipient; an entry
    such as ``@house.example`` allows the whole host). ``link_hosts`` are hosts that may be linked,
    with their subdomains. ``require_opt_out`` asks for a way to opt out in the body itself.
    """

    allowed_addresses: frozenset[str] = frozenset()
    link_hosts: frozenset[str] = frozenset()
    prohibited_words: tuple[str, ...] = ()
    require_opt_out: bool = False

    def allows_address(self, address: str) -> bool:
        """Exact, or by its host where the policy names ``@host``."""
        allowed = self._addresses
        return address in allowed or "@" + address.rpartition("@")[2] in allowed

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset(entry.strip().lower() for entry in self.allowed_addresses)

    @cached_property
    def _hosts(self) -> tuple[str, ...]:
        entries = (each for each in self.link_hosts if each.strip(" .*"))
        return tuple(each.strip().lower().removeprefix("*.").strip(".") for each in entries)

    def allows_host(self, host: str) -> bool:
        """Exact host or a subdomain of it."""
        return any(same_or_below(host, entry) for entry in self._hosts)


def inspect_text(subject: str, body: str, policy: SafetyPolicy) -> tuple[Finding, ...]:
    """Every safety finding of a mail, subject first, in the order of the text.

    Text beyond ``MAX_SCANNED`` characters is not read; a ``too_long`` finding says so.
    """
    findings = [*_header_injection(subject)]
    for part, text in (("subject", subject), ("body", body)):
        if len(text) > MAX_SCANNED:
            findings.append(
                _found(
                    "too_long",
                    Severity.BLOCK,
                    part,
                    MAX_SCANNED,
                    len(text),
                    "The text is too long to be checked to its end.",
                )
            )
            text = text[:MAX_SCANNED]
        findings.extend(_in_part(part, text, policy))
    if policy.require_opt_out and not re.search(_OPT_OUT, body[:MAX_SCANNED], re.IGNORECASE):
        findings.append(
            _found(
                "missing_opt_out",
                Severity.REVIEW,
                "body",
                0,
                0,
                "The mail does not say how to opt out.",
            )
        )
    order = {"subject": 0, "body": 1}
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda one: (order.get(one.part, 2), one.start, one.end)))


def _found(
    code: str, severity: Severity, part: str, start: int, end: int, sentence: str
) -> Finding:
    return Finding(code=code, severity=severity, sentence=sentence, start=start, end=end, part=part)


# Words, small numbers and ordinary punctuation, none of it within a word.
_CALM = re.compile(r"(?:[A-Za-zÀ-ÿ0-9 ,;'\n-]|[.:?](?=[ \n]|\Z)){0,200}")
_TELLING = ("dot", "punkt", "punto", "authorization", *NAME_SIGNS)


def _is_calm(text: str) -> bool:
    """Whether a short text can hold no number, address, link, secret or hidden character."""
    return (
        _CALM.fullmatch(text) is not None
        and sum(map(str.isdigit, text)) < FEWEST_DIGITS
        and not any(map(text.lower().__contains__, _TELLING))
        and max(map(len, text.split()), default=0) < SHORTEST_SECRET
    )


def _in_part(part: str, text: str, policy: SafetyPolicy) -> Iterator[Finding]:
    if not _is_calm(text):
        yield from _held(part, text, policy)
    for wording in (
        *prohibited(text, policy.prohibited_words),
        *spam_style(text, subject=part == "subject"),
    ):
        yield _found(wording.code, Severity.REVIEW, part, wording.start, wording.end, wording.what)


def _held(part: str, text: str, policy: SafetyPolicy) -> Iterator[Finding]:
    folded = plain(text)
    places = places_in(folded.text)
    disclosed = list(_disclosed(part, folded))
    yield from disclosed
    yield from _foreign_addresses(part, folded, places, policy)
    inside = [(one.start, one.end) for one in disclosed]
    for finding in _links(part, folded, places, policy):
        if not any(start <= finding.start and finding.end <= end for start, end in inside):
            yield finding
    yield from _mismatched_texts(part, text)
    yield from _markup(part, text)
    yield from _hidden(part, text)


def _disclosed(part: str, folded: Folded) -> Iterator[Finding]:
    for one in find_disclosures(folded.text):
        start, end = folded.span(one.start, one.end)
        yield _found(one.kind, Severity.BLOCK, part, start, end, f"The text holds {one.what}.")


def _foreign_addresses(
    part: str, folded: Folded, places: Spans, policy: SafetyPolicy
) -> Iterator[Finding]:
    for one in addresses_in(folded, places):
        if not policy.allows_address(one.address):
            yield _found(
                "foreign_address",
                Severity.BLOCK,
                part,
                one.start,
                one.end,
                "The text holds an e-mail address that is neither yours nor theirs.",
            )


_TRICKS = {
    "userinfo": "The link shows one host and leads to another (user@host).",
    "obfuscated": "The link is written in a disguised way.",
    "ip": "The link leads to a bare IP address.",
    "unicode_host": "The link's host uses letters that look like others.",
    "punycode": "The link's host is an encoded international name.",
    "scheme": "The link uses a scheme that does not belong in a mail.",
}


def _links(part: str, folded: Folded, places: Spans, policy: SafetyPolicy) -> Iterator[Finding]:
    for link in links_in(folded, places):
        allowed = policy.allows_host(link.host)
        if link.deceptive and not (
            allowed and link.deceptive in ("unicode_host", "punycode", "ip")
        ):
            yield _found(
                "deceptive_link",
                Severity.BLOCK,
                part,
                link.start,
                link.end,
                _TRICKS[link.deceptive],
            )
        if not allowed:
            yield _found(
                "link_not_allowed",
                Severity.BLOCK,
                part,
                link.start,
                link.end,
                "The link's host is not on the list of allowed hosts.",
            )


_MARKDOWN = re.compile(r"\[(?P<text>[^\[\]\n]{1,300})\]\(\s{0,3}<?(?P<url>[^\s()<>]{1,2048})")
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,500}?href\s{0,3}=\s{0,3}[\"']?(?P<url>[^\s\"'<>]{1,2048})[^<>]{0,500}>(?P<text>[^<]{1,300})",
    re.IGNORECASE,
)


def _mismatched_texts(part: str, text: str) -> Iterator[Finding]:
    for sign, pattern in (("](", _MARKDOWN), ("<", _ANCHOR)):
        for match in pattern.finditer(text) if sign in text else ():
            target = _host_of(match["url"])
            shown = [link.host for link in find_links(match["text"])]
            if shown and any(not _same_site(host, target) for host in shown):
                yield _found(
                    "link_text_mismatch",
                    Severity.BLOCK,
                    part,
                    match.start(),
                    match.end(),
                    "The link's text names another host than the one it leads to.",
                )


def _host_of(url: str) -> str:
    links: tuple[Link, ...] = find_links(url)
    return links[0].host if links else ""


def _same_site(one: str, other: str) -> bool:
    if not known_tld(one) or not known_tld(other):
        return one == other
    return registered_host(one) == registered_host(other)


_TAG = re.compile(
    r"<(?:/?[A-Za-z][A-Za-z0-9]{0,15}(?=[\s/>])[^<>@]{0,2000}/?>|!--|!DOCTYPE|\?xml|!\[CDATA\[)"
    r"|&#x?[0-9A-Fa-f]{2,7};",
    re.IGNORECASE,
)


def _markup(part: str, text: str) -> Iterator[Finding]:
    for match in _TAG.finditer(text) if "<" in text or "&#" in text else ():
        yield _found(
            "raw_html",
            Severity.BLOCK,
            part,
            match.start(),
            match.end(),
            "The text holds HTML; mails are written as plain text.",
        )


def _hidden(part: str, text: str) -> Iterator[Finding]:
    if not any(map(_may_hide, unusual(text))) and _ordinary_controls(text):
        return
    right_to_left = any(unicodedata.bidirectional(char) in ("R", "AL") for char in set(text))
    start = -1
    for index, char in enumerate(text + " "):
        hidden = index < len(text) and _is_hidden(text, index, char, right_to_left)
        if hidden and start < 0:
            start = index
        elif not hidden and start >= 0:
            yield _found(
                "hidden_characters",
                Severity.BLOCK,
                part,
                start,
                index,
                "The text holds invisible or direction-changing characters.",
            )
            start = -1


_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\n\t\r"))
_NO_CONTROLS = bytes(set(range(0x100)) - set(_CONTROLS))


def _ordinary_controls(text: str) -> bool:
    return not text.encode("ascii", "replace").translate(None, _NO_CONTROLS)


@lru_cache(maxsize=1_024)
def _may_hide(char: str) -> bool:
    """Whether a character that is not ASCII can be hidden, by what is around it."""
    code = ord(char)
    return (
        code < 0xA0
        or code == 0xAD
        or 0xE0000 <= code <= 0xE0FFF
        or char in _HIDDEN
        or char in _BIDI_CONTROLS
        or char in _DIRECTION_MARKS
        or char in _JOINERS
    )


def _is_hidden(text: str, index: int, char: str, right_to_left: bool) -> bool:
    code = ord(char)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return char not in "\n\t\r"
    if code < 0xAD:
        return False
    if char in _HIDDEN or char in _BIDI_CONTROLS or 0xE0000 <= code <= 0xE0FFF or code == 0xAD:
        return True
    if char in _DIRECTION_MARKS:
        return not right_to_left
    if char in _JOINERS:
        # Joiners belong between emoji and inside Persian or Indic words, not in Latin ones.
        around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
        return not around or any(ord(near) < 0x300 or near in _JOINERS for near in around)
    return False


def _header_injection(subject: str) -> Iterator[Finding]:
    for index, char in enumerate(() if subject.isprintable() else subject[:MAX_SCANNED]):
        if char in _LINE_ENDS or ord(char) < 0x20 or ord(char) == 0x7F:
            yield _found(
                "header_injection",
                Severity.BLOCK,
                "subject",
                index,
                index + 1,
                "The subject holds a line break or control character.",
            )
            return
    if not any(map(subject.__contains__, ("=?", "%0", "\\"))):
        return
    match = re.search(
        r"=\?[\w-]{2,40}\?[bq]\?|(?:%0[ad]|\\[rn])+ {0,3}[a-z-]{2,30}:", subject[:MAX_SCANNED], re.I
    )
    if match:
        yield _found(
            "header_injection",
            Severity.BLOCK,
            "subject",
            match.start(),
            match.end(),
            "The subject holds an encoded header or line break.",
        )
