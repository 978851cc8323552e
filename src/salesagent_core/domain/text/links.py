# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Links and addresses in a text: where they stand and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from salesagent_core.domain.text.folding import Folded, ascii_bytes, plain, shapes, words_with

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList  # type: ignore[import-untyped,unused-ignore]

MAX_URL = 2_048
_RESERVED_TLDS = frozenset(
    {"example", "test", "invalid", "localhost", "local", "internal", "onion"}
)
# Names of files and of code that end like a top-level domain.
_FILE_LIKE = frozenset({"md", "py", "sh", "rs", "pl", "zip", "mov", "ps", "cab", "java", "app"})
_DANGEROUS_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob"})


@attrs.frozen(kw_only=True)
class Link:
    """``url`` as written (in plain characters), ``host`` lower-case without port or user.

    ``deceptive`` names a trick (``userinfo``, ``obfuscated``, ``ip``, ``unicode_host``,
    ``punycode``, ``scheme``) or is empty.
    """

    url: str
    host: str
    start: int
    end: int
    deceptive: str = ""
    bare: bool = False


@attrs.frozen(kw_only=True)
class Address:
    """An e-mail address, lower-case."""

    address: str
    start: int
    end: int


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    dot = r"(?:\.| ?[\[({] ?(?:\.|dot|punkt|point|punto) ?[\])}] ?)"
    at = r"(?:@| ?[\[({] ?(?:@|at) ?[\])}] ?)"
    label = r"[^\W_](?:[\w-]{0,62})"
    return {
        "scheme": re.compile(
            r"(?<![A-Za-z])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,15})(?:\[?:\]?)(?:/|\\){2}"
            r"(?P<rest>[^\s<>\"'`{}|^]{1,2048})"
        ),
        "dangerous": re.compile(
            r"(?<![A-Za-z])(?P<scheme>javascript|data|vbscript|file|blob):(?=\S)"
            r"(?P<rest>[^\s<>\"]{1,2048})",
            re.IGNORECASE,
        ),
        "relative": re.compile(
            r"(?<![\w:/\\.])//(?P<rest>[^\s<>\"'`{}|^/]{1,253}[^\s<>\"']{0,1024})"
        ),
        "bare": re.compile(
            rf"(?<![\w@/.:\\-])(?P<host>{label}(?:{dot}{label}){{1,8}})"
            r"(?P<tail>(?::\d{1,5})?(?:[/?#][^\s<>\"'`{}|^]{0,2048})?)(?![\w@])",
            re.IGNORECASE,
        ),
        "ip": re.compile(
            r"(?<![\w.@/])(?P<host>\d{1,3}(?:\.\d{1,3}){3})(?P<tail>(?::\d{1,5})?/[^\s<>\"]{0,1024}|:\d{2,5}\b)"
        ),
        "dotword": re.compile(
            r"(?<![\w@.])(?P<host>[a-z0-9-]{2,63} ?\b(?:dot|punkt|punto(?! (?:de|es) [^\W\d_]))\b ?"
            r"(?:com|net|org|io|co|info|biz|de|fr|es|example|test))\b",
            re.IGNORECASE,
        ),
        # The same without its beginning, by which it is found fast in lower case.
        "dotted": re.compile(
            r"(?:dot|punkt|punto)\b ?(?:com|net|org|io|co|info|biz|de|fr|es|example|test)\b"
        ),
        "address": re.compile(
            rf"(?<![\w.!#$%&'*+=?^`|~-])(?P<local>[\w.!#$%&'*+=?^`|~-]{{1,64}}){at}"
            rf"(?P<host>{label}(?:{dot}{label}){{1,8}})",
            re.IGNORECASE,
        ),
        "address_words": re.compile(
            r"(?<![\w.+-])(?P<local>[\w.+-]{1,64}) at (?P<host>[\w-]{2,63}) dot (?P<tld>[a-z]{2,12})\b",
            re.IGNORECASE,
        ),
        # What lets white space into a host or address; nothing else above does.
        "disguise": re.compile(r"[\[({] ?(?:@|at|\.|dot|punkt|point|punto) ?[\])}]", re.IGNORECASE),
        "undot": re.compile(r" ?[\[({] ?(?:\.|dot|punkt|point|punto) ?[\])}] ?", re.IGNORECASE),
    }


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


def registered_host(host: str) -> str:
    """The registrable part (``a.b.co.uk`` -> ``b.co.uk``); the host itself where none is known."""
    return str(_suffixes().privatesuffix(host) or host)


def same_or_below(host: str, allowed: str) -> bool:
    """True when ``host`` is ``allowed`` or one of its subdomains."""
    return host == allowed or host.endswith("." + allowed)


Spans = tuple[tuple[int, int], ...]


def _shape(char: str) -> str:
    if char in ".@:":
        return char
    if char in "/\\":
        return "/"
    return " " if char.isspace() else "a"


# A dot before the next part of a name is then ``.a``.
_SHAPE = shapes(_shape)
_SIGNS = (b".a", b"//", b"@")
# The ends of the dangerous schemes' names: the letters before them may be dotless, or dotted.
_SCHEME_ENDS = (b"pt:", b"data:", b"le:", b"blob:")


def places_in(text: str) -> Spans:
    """The stretches, from white space to white space, that can hold an address or a link.

    The patterns are slow where nothing is found, and most words of a mail can hold nothing.
    """
    if any(map(text.__contains__, "[({")) and _patterns()["disguise"].search(text):
        return ((0, len(text)),)
    data = ascii_bytes(text)
    shape = data.translate(_SHAPE)
    signs = filter(shape.__contains__, _SIGNS)
    places = {place for sign in signs for place in words_with(sign, shape, shape)}
    if b":" in shape:
        lowered = data.lower()
        ends = filter(lowered.__contains__, _SCHEME_ENDS)
        places.update(place for end in ends for place in words_with(end, lowered, shape))
    return tuple(sorted(places))


_NEEDED = {
    "address": "@",
    "scheme": ":",
    "relative": "//",
    "dangerous": ":",
    "ip": ".",
    "bare": ".",
}
"""What a word must hold, where nothing is disguised."""


def _matches(name: str, text: str, places: Spans) -> list[re.Match[str]]:
    pattern = _patterns()[name]
    if len(places) == 1 and places[0] == (0, len(text)):
        return list(pattern.finditer(text))
    needed = _NEEDED[name]
    return [
        match
        for start, end in places
        if text.find(needed, start, end) >= 0
        for match in pattern.finditer(text, start, end)
    ]


def find_addresses(text: str) -> tuple[Address, ...]:
    """Every e-mail address, also ``name (at) host (dot) tld`` and in fullwidth letters."""
    folded = plain(text)
    return addresses_in(folded, places_in(folded.text))


def addresses_in(folded: Folded, places: Spans) -> tuple[Address, ...]:
    """As ``find_addresses``, of a text that is plain already."""
    patterns = _patterns()
    found: list[Address] = []
    links: list[tuple[int, int]] = []
    matches = _matches("address", folded.text, places)
    if matches:
        links = [match.span() for match in _matches("scheme", folded.text, places)]
    for match in matches:
        host = patterns["undot"].sub(".", match["host"]).lower().rstrip(".-_")
        if not known_tld(host) and not host.rpartition(".")[2].isalpha():
            continue
        if any(first <= match.start() < last for first, last in links):
            continue
        start, end = folded.span(match.start(), match.end())
        found.append(Address(address=f"{match['local'].lower()}@{host}", start=start, end=end))
    lowered = ascii_bytes(folded.text).lower()
    spelled = b" dot " in lowered and b" at " in lowered
    for match in patterns["address_words"].finditer(folded.text) if spelled else ():
        host = f"{match['host']}.{match['tld']}".lower()
        if known_tld(host):
            start, end = folded.span(match.start(), match.end())
            found.append(Address(address=f"{match['local'].lower()}@{host}", start=start, end=end))
    return tuple(found)


def find_links(text: str) -> tuple[Link, ...]:
    """Every link in order: with a scheme, ``www.``, bare domains, IP addresses, disguised ones.

    E-mail addresses are not links.
    """
    folded = plain(text)
    return links_in(folded, places_in(folded.text))


def links_in(folded: Folded, places: Spans) -> tuple[Link, ...]:
    """As ``find_links``, of a text that is plain already."""
    lowered = ascii_bytes(folded.text).lower()
    spelled = b"dot" in lowered or b"punkt" in lowered or b"punto" in lowered
    if not places and not spelled:
        return ()
    text = folded.text
    taken = [match.span() for match in (_matches("address", text, places) if "@" in text else ())]
    # A link may hold an @; links with a scheme therefore go first and free of the addresses.
    schemed = _matches("scheme", text, places) if "//" in text or "\\\\" in text else []
    if schemed:
        spans = [match.span() for match in schemed]
        taken = [span for span in taken if not any(s <= span[0] < e for s, e in spans)]
    found: list[Link] = []
    for one in chain(
        _with_scheme(text, schemed),
        _without_scheme(text, places),
        _bare_domains(text, places),
        _spelled_out(text) if spelled and _spells_dot(text) else (),
    ):
        if any(one.start < end and start < one.end for start, end in taken):
            continue
        taken.append((one.start, one.end))
        first, last = folded.span(one.start, one.end)
        found.append(attrs.evolve(one, start=first, end=last))
    return tuple(sorted(found, key=lambda link: link.start))


def _with_scheme(text: str, schemed: Iterable[re.Match[str]]) -> Iterator[Link]:
    for match in schemed:
        rest = trimmed(match["rest"])
        end = match.start("rest") + len(rest)
        host, trick = _authority(rest)
        scheme = match["scheme"].lower()
        if scheme not in ("http", "https"):
            trick = "obfuscated" if scheme.startswith("hxx") else trick or "scheme"
        elif "[:" in match[0] or "\\\\" in match[0][: len(scheme) + 4]:
            trick = "obfuscated"
        url = text[match.start() : end]
        yield Link(url=url, host=host, start=match.start(), end=end, deceptive=trick)


def _without_scheme(text: str, places: Spans) -> Iterator[Link]:
    """What acts instead of showing (``javascript:``), ``//host`` and IP addresses."""
    for match in _matches("dangerous", text, places):
        if match["scheme"].lower() in _DANGEROUS_SCHEMES and not (
            match["scheme"].lower() in ("data", "file") and "/" not in match["rest"]
        ):
            start, end = match.span()
            yield Link(url=match[0], host="", start=start, end=end, deceptive="scheme")
    for match in _matches("relative", text, places):
        rest = trimmed(match["rest"])
        host, trick = _authority(rest)
        if known_tld(host):
            end = match.start("rest") + len(rest)
            yield Link(url="//" + rest, host=host, start=match.start(), end=end, deceptive=trick)
    for match in _matches("ip", text, places):
        start, end = match.span()
        yield Link(url=match[0], host=match["host"], start=start, end=end, deceptive="ip")


def _bare_domains(text: str, places: Spans) -> Iterator[Link]:
    undot = _patterns()["undot"]
    for match in _matches("bare", text, places):
        written = match["host"]
        host = undot.sub(".", written).lower().rstrip(".-_")
        disguised = host != written.lower().rstrip(".-_")
        if not _believable_bare(host, written, disguised or bool(match["tail"])):
            continue
        start, end = match.start(), match.start() + len(trimmed(match[0]))
        trick = "obfuscated" if disguised else _host_trick(host)
        yield Link(url=text[start:end], host=host, start=start, end=end, deceptive=trick, bare=True)


def _spelled_out(text: str) -> Iterator[Link]:
    """Such as "acme dot com"."""
    for match in _patterns()["dotword"].finditer(text):
        host = re.sub(r" ?\b(?:dot|punkt|punto)\b ?", ".", match["host"], flags=re.I).lower()
        if known_tld(host):
            start, end = match.span()
            yield Link(
                url=match[0], host=host, start=start, end=end, deceptive="obfuscated", bare=True
            )


def _spells_dot(text: str) -> bool:
    # Where case is ignored, these two count as an "i", and in lower case they do not.
    turkish = "\u0130" in text or "\u0131" in text
    return turkish or _patterns()["dotted"].search(text.lower()) is not None


def trimmed(url: str) -> str:
    """Without the punctuation that belongs to the sentence around it."""
    url = url.rstrip(".,;:!?*_~…\"'")
    while (
        url and url[-1] in ")]" and url.count(url[-1]) > url.count("(" if url[-1] == ")" else "[")
    ):
        url = url[:-1].rstrip(".,;:!?*_")
    # A Markdown target ends at the first bracket that was not opened in it.
    if ")" in url and "(" not in url:
        url = url.partition(")")[0]
    return url


def known_tld(host: str) -> bool:
    """True when the last label is a real or reserved top-level domain."""
    last = host.rpartition(".")[2]
    if last in _RESERVED_TLDS:
        return "." in host
    return "." in host and _listed(last)


@lru_cache(maxsize=2_048)
def _listed(last: str) -> bool:
    return bool(_suffixes().publicsuffix(last))


def _believable_bare(host: str, written: str, certain: bool) -> bool:
    last = host.rpartition(".")[2]
    if not known_tld(host) or last.isdigit():
        return False
    if certain or host.startswith("www."):
        return True
    # "end.So" is a missing space, "Inc.de" hardly ever written; hosts are typed in one case.
    tail = written.rpartition(".")[2]
    if tail != tail.lower() and written != written.upper():
        return False
    labels = host.split(".")
    return last not in _FILE_LIKE and all(len(label) > 0 for label in labels)


def _authority(rest: str) -> tuple[str, str]:
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    trick = ""
    if "@" in rest.split("?", 1)[0].split("#", 1)[0] and ("@" in authority or "\\" in rest):
        authority = authority.rpartition("@")[2]
        trick = "userinfo"
    if "[." in authority or "(dot" in authority.lower() or "[dot" in authority.lower():
        authority = _patterns()["undot"].sub(".", authority)
        trick = trick or "obfuscated"
    host = authority.partition(":")[0] if not authority.startswith("[") else authority
    host = host.lower().rstrip(".")
    return host, trick or _host_trick(host)


def _host_trick(host: str) -> str:
    if not host.isascii():
        return "unicode_host"
    if "xn--" in host:
        return "punycode"
    if host.startswith("[") or re.fullmatch(r"[\d.]+|0x[0-9a-f]+(?:\.0x[0-9a-f]+)*", host):
        return "ip"
    return "obfuscated" if "%" in host else ""
