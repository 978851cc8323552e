# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Links and addresses in a text: where they stand and where they lead."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import attrs

from salesagent_core.domain.folding import plain

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
            r"(?<![\w@.])(?P<host>[a-z0-9-]{2,63} ?\b(?:dot|punkt|punto)\b ?"
            r"(?:com|net|org|io|co|info|biz|de|fr|es|example|test))\b",
            re.IGNORECASE,
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


def find_addresses(text: str) -> tuple[Address, ...]:
    """Every e-mail address, also ``name (at) host (dot) tld`` and in fullwidth letters."""
    folded = plain(text)
    patterns = _patterns()
    found: list[Address] = []
    links = [match.span() for match in patterns["scheme"].finditer(folded.text)]
    for match in patterns["address"].finditer(folded.text) if _has_at(folded.text) else ():
        host = patterns["undot"].sub(".", match["host"]).lower().rstrip(".-_")
        if not known_tld(host) and not host.rpartition(".")[2].isalpha():
            continue
        if any(first <= match.start() < last for first, last in links):
            continue
        start, end = folded.span(match.start(), match.end())
        found.append(Address(address=f"{match['local'].lower()}@{host}", start=start, end=end))
    for match in patterns["address_words"].finditer(folded.text):
        host = f"{match['host']}.{match['tld']}".lower()
        if known_tld(host):
            start, end = folded.span(match.start(), match.end())
            found.append(Address(address=f"{match['local'].lower()}@{host}", start=start, end=end))
    return tuple(found)


def _has_at(text: str) -> bool:
    lowered = text.lower()
    return (
        "@" in text or "at]" in lowered or "at)" in lowered or "at }" in lowered or "at " in lowered
    )


def find_links(text: str) -> tuple[Link, ...]:
    """Every link in order: with a scheme, ``www.``, bare domains, IP addresses, disguised ones.

    E-mail addresses are not links.
    """
    folded = plain(text)
    patterns = _patterns()
    taken = [
        match.span()
        for match in (patterns["address"].finditer(folded.text) if "@" in folded.text else ())
    ]
    found: list[Link] = []

    def add(start: int, end: int, url: str, host: str, trick: str, bare: bool = False) -> None:
        if any(start < other_end and other < end for other, other_end in taken):
            return
        taken.append((start, end))
        first, last = folded.span(start, end)
        found.append(Link(url=url, host=host, start=first, end=last, deceptive=trick, bare=bare))

    # A link may hold an @; links with a scheme therefore go first and free of the addresses.
    schemed = (
        list(patterns["scheme"].finditer(folded.text))
        if "//" in folded.text or ("\\\\" in folded.text)
        else []
    )
    if schemed:
        spans = [match.span() for match in schemed]
        taken = [span for span in taken if not any(s <= span[0] < e for s, e in spans)]
    for match in schemed:
        rest = trimmed(match["rest"])
        end = match.start("rest") + len(rest)
        host, trick = _authority(rest)
        scheme = match["scheme"].lower()
        if scheme not in ("http", "https"):
            trick = "obfuscated" if scheme.startswith("hxx") else trick or "scheme"
        elif "[:" in match[0] or "\\\\" in match[0][: len(scheme) + 4]:
            trick = "obfuscated"
        add(match.start(), end, folded.text[match.start() : end], host, trick)
    for match in patterns["dangerous"].finditer(folded.text):
        if match["scheme"].lower() in _DANGEROUS_SCHEMES and not (
            match["scheme"].lower() in ("data", "file") and "/" not in match["rest"]
        ):
            add(match.start(), match.end(), match[0], "", "scheme")
    for match in patterns["relative"].finditer(folded.text):
        rest = trimmed(match["rest"])
        host, trick = _authority(rest)
        if known_tld(host):
            add(match.start(), match.start("rest") + len(rest), "//" + rest, host, trick)
    for match in patterns["ip"].finditer(folded.text):
        add(match.start(), match.end(), match[0], match["host"], "ip")
    for match in patterns["bare"].finditer(folded.text):
        written = match["host"]
        host = patterns["undot"].sub(".", written).lower().rstrip(".-_")
        disguised = host != written.lower().rstrip(".-_")
        if not _believable_bare(host, written, disguised or bool(match["tail"])):
            continue
        end = match.start() + len(trimmed(match[0]))
        trick = "obfuscated" if disguised else _host_trick(host)
        add(match.start(), end, folded.text[match.start() : end], host, trick, True)
    for match in patterns["dotword"].finditer(folded.text):
        host = re.sub(r" ?\b(?:dot|punkt|punto)\b ?", ".", match["host"], flags=re.I).lower()
        if known_tld(host):
            add(match.start(), match.end(), match[0], host, "obfuscated", True)
    return tuple(sorted(found, key=lambda link: link.start))


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
    return "." in host and bool(_suffixes().publicsuffix(last))


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
