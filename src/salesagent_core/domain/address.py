"""Judging one e-mail address, and what its host tells about a company.

Nothing here asks the network: an address is judged by what is written. The rules are RFC 5321
(lengths, the shape of a local part), RFC 5890 and UTS 46 (international hosts), RFC 2606 and
RFC 6761 (names that never deliver) and UTS 39 (names that only look like another).

What is refused on purpose although a standard allows it: quoted local parts, comments, address
literals and display names. No business form needs them, and each has carried an injection.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import attrs

from salesagent_core.domain.mail_host import (
    SPACES,
    ascii_host,
    is_disposable,
    is_free_mail,
    mixes_scripts,
    refusal,
    registrable_domain,
)
from salesagent_core.errors import Reason

MAX_LOCAL = 64
"""Octets before the @, RFC 5321 section 4.5.3.1.1."""
MAX_ADDRESS = 254
"""Octets in all: the 256 of an RFC 5321 path without its angle brackets."""

_DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-.\u0080-\U0010ffff]+")


@attrs.frozen(kw_only=True)
class AddressJudgement:
    """What an address is.

    ``normalized`` has a lower-case local part, its ``+tag`` kept, and the host in its ASCII form;
    it is None exactly when the address is not valid, and then ``reason`` says why. ``role``: a
    mailbox of a function, not of a person. ``no_reply``: nobody reads it. ``free``: a provider
    that gives mailboxes to anybody. ``disposable``: one that throws them away; never also free.
    """

    valid: bool
    normalized: str | None = None
    role: bool = False
    free: bool = False
    disposable: bool = False
    no_reply: bool = False
    reason: Reason | None = None


def judge_address(address: str) -> AddressJudgement:
    """Judge exactly one address. Never raises; reads no more than a bounded part of the input."""
    parsed = _parse(address)
    if isinstance(parsed, Reason):
        return AddressJudgement(valid=False, reason=parsed)
    local, host = parsed
    no_reply = _is_no_reply(local)
    disposable = is_disposable(host)
    return AddressJudgement(
        valid=True,
        normalized=f"{local}@{host}",
        role=no_reply or _is_role(local),
        free=not disposable and is_free_mail(host),
        disposable=disposable,
        no_reply=no_reply,
    )


def fold_alias(address: str) -> str:
    """The one mailbox behind an address, for limits and for finding the same person again.

    Drops a ``+tag`` (the part before it must not be empty), and at Gmail the dots and the second
    name of the host. An address that is not valid comes back stripped and in lower case.
    """
    if _plain().fullmatch(address) and address.rpartition("@")[2] not in _DOTS_MEAN_NOTHING:
        # The queue folds thousands at a time, and nearly all of them are folded already.
        return address
    return _folded(address)


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(
        r"[a-z0-9._-]{1,64}@(?!xn--)[a-z0-9-]{1,63}(?:\.(?!xn--)[a-z0-9-]{1,63}){1,8}"
    )


def _folded(address: str) -> str:
    normalized = judge_address(address).normalized
    return address.strip().lower() if normalized is None else fold_normalized(normalized)


def fold_normalized(normalized: str) -> str:
    """As ``fold_alias``, of an address that is in its normal form already."""
    local, _, host = normalized.rpartition("@")
    local = _without_tag(local)
    if host in _DOTS_MEAN_NOTHING:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def domain_verified(email: str, company_domain: str | None) -> bool:
    """Whether the address belongs to the company that owns ``company_domain``.

    True only where both have the same registrable domain and that is no free-mail and no
    throw-away provider: anybody can have a mailbox there.
    """
    judged = judge_address(email)
    if judged.normalized is None or judged.free or judged.disposable or not company_domain:
        return False
    own = registrable_domain(judged.normalized.rpartition("@")[2])
    return own is not None and own == registrable_domain(company_domain)


# ---------------------------------------------------------------------------- parsing


def _parse(address: str) -> tuple[str, str] | Reason:
    """The normalised local part and ASCII host, or why there are none."""
    # Four octets is the longest UTF-8 letter; beyond this no normal form can fit.
    if len(address) > 4 * MAX_ADDRESS:
        return refusal("too_long", f"The address is longer than {MAX_ADDRESS} characters.")
    text = unicodedata.normalize("NFC", address.strip(SPACES))
    problem = _shape_problem(text)
    if problem is not None:
        return problem
    local, _, written_host = text.rpartition("@")
    problem = _local_problem(local)
    if problem is not None:
        return problem
    host = ascii_host(written_host)
    if isinstance(host, Reason):
        return host
    local = unicodedata.normalize("NFC", local.lower())
    if len(local.encode()) > MAX_LOCAL:
        return refusal("local_too_long", f"There are more than {MAX_LOCAL} octets before the @.")
    if len(f"{local}@{host}".encode()) > MAX_ADDRESS:
        return refusal("too_long", f"The address is longer than {MAX_ADDRESS} octets.")
    return local, host


def _shape_problem(text: str) -> Reason | None:
    if not text:
        return refusal("empty", "There is no address.")
    if "\r" in text or "\n" in text or "\u2028" in text or "\u2029" in text or "\x85" in text:
        return refusal("line_break", "The address holds a line break.")
    ordinary = text.isascii() and text.isprintable()
    if not ordinary and any(unicodedata.category(char) in _INVISIBLE for char in text):
        return refusal("control_character", "The address holds an invisible character.")
    if '"' in text:
        return refusal("quoted_local", "A quoted part before the @ is not accepted.")
    if "<" in text or ">" in text:
        return refusal("display_name", "Only the bare address is accepted, without a name.")
    if "," in text or ";" in text or text.count("@") > 1:
        return refusal("several_addresses", "There is more than one address.")
    if "@" not in text:
        return refusal("no_at", "There is no @ in the address.")
    if text.split() != [text]:
        return refusal("space", "The address holds a space.")
    return None


def _local_problem(local: str) -> Reason | None:
    if not local:
        return refusal("no_local", "There is nothing before the @.")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return refusal("dots", "The part before the @ begins or ends with a dot, or doubles one.")
    if not _ATOM.fullmatch(local):
        return refusal("bad_local", "The part before the @ holds a character that is not allowed.")
    # Full-width and other compatibility letters are another spelling of somebody's address.
    if not unicodedata.is_normalized("NFKC", local):
        return refusal("bad_local", "The part before the @ holds a character that is not allowed.")
    if mixes_scripts(local):
        return refusal("mixed_scripts", "The part before the @ mixes look-alike alphabets.")
    return None


# ---------------------------------------------------------------------------- roles


def _without_tag(local: str) -> str:
    head, plus, _ = local.partition("+")
    return head if plus and head else local


_SEPARATORS = re.compile(r"[._\-/&=]+")


def _is_no_reply(local: str) -> bool:
    joined = _SEPARATORS.sub("", _without_tag(local))
    return any(part in joined for part in _words().no_reply) or joined in ("bounce", "bounces")


def _is_role(local: str) -> bool:
    """Whether every word is one of a function; a person's name beside it makes it a person's."""
    words = _words()
    plain = _without_tag(local)
    if _SEPARATORS.sub("", plain).rstrip("0123456789") in words.role:
        return True
    parts = [part.rstrip("0123456789") for part in _SEPARATORS.split(plain)]
    named = [part for part in parts if part]
    return any(part in words.role for part in named) and all(
        part in words.role or part in words.qualifiers for part in named
    )


# ---------------------------------------------------------------------------- data, read once


@attrs.frozen(kw_only=True)
class _Words:
    role: frozenset[str]
    qualifiers: frozenset[str]
    no_reply: frozenset[str]


@cache
def _words() -> _Words:
    from salesagent_core.domain import mail_providers as data

    return _Words(
        role=frozenset(_SEPARATORS.sub("", word) for word in data.ROLE_WORDS.split()),
        qualifiers=frozenset(data.ROLE_QUALIFIERS.split()),
        no_reply=frozenset(_SEPARATORS.sub("", word) for word in data.NO_REPLY_PARTS.split()),
    )
