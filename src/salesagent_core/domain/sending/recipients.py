"""Who may be written to by name: one address, or a host with everything under it.

A pattern has one canonical form, and an address has a short list of the canonical forms that
would cover it. Comparing those (or keyed digests of them) is all that matching takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import attrs

from salesagent_core.domain.address import fold_alias, fold_normalized, judge_address
from salesagent_core.domain.mail_host import ascii_host, is_disposable, is_free_mail
from salesagent_core.domain.mail_host import registrable_domain as _registrable
from salesagent_core.errors import InvalidInput, Problem, Reason

EVERYONE = "*"
"""Allows every recipient; it must be written out, and denies nobody."""
KEPT_PATTERNS = 1_024
"""Written patterns of which the canonical form is kept; the settings hold a few."""
_PERSON = "person:"
_HOST = "host:"


class RuleKind(StrEnum):
    """A recipient that is denied is denied, whatever allows it."""

    ALLOW = "allow"
    DENY = "deny"


@attrs.frozen(kw_only=True)
class RecipientRule:
    """One line of a tenant's list. ``pattern`` is canonical, see ``canonical_pattern``."""

    id: str
    kind: RuleKind
    pattern: str
    created_at: datetime
    created_by: str


def canonical_pattern(text: str) -> str:
    """``ada+x@example.com`` as ``person:ada@example.com``; ``@example.com``, ``*.example.com`` and
    ``example.com`` as ``host:example.com``; ``*`` as itself.

    Raises:
        InvalidInput: it is neither an address nor a host.
    """
    text = text.strip()
    if text == EVERYONE:
        return EVERYONE
    if "@" in text[1:]:
        judged = judge_address(text)
        if judged.normalized is None:
            why = judged.reason.sentence if judged.reason else "is not an address"
            raise InvalidInput(
                "this recipient cannot be used", [Problem(where="pattern", what=why)]
            )
        return _PERSON + fold_alias(text)
    host = ascii_host(text.removeprefix("@").removeprefix("*.").strip("."))
    if isinstance(host, Reason):
        problem = Problem(where="pattern", what=host.sentence)
        raise InvalidInput("this recipient cannot be used", [problem])
    return _HOST + host


def covering_patterns(address: str) -> tuple[str, ...]:
    """Every canonical pattern that covers the address, but for ``*``: the person, the host, and
    each host above it that has a dot. Both the written and the folded host count."""
    normalized = judge_address(address).normalized
    return _covering(address.strip().lower() if normalized is None else normalized)


def _covering(written: str) -> tuple[str, ...]:
    folded = fold_normalized(written)
    patterns = [_PERSON + folded]
    for spelling in dict.fromkeys((written, folded)):
        labels = spelling.rpartition("@")[2].split(".")
        patterns += [_HOST + ".".join(labels[start:]) for start in range(len(labels) - 1)]
    return tuple(dict.fromkeys(patterns))


def covers_any(patterns: Iterable[str], address: str) -> bool:
    """Whether one of these written patterns covers the address; unreadable ones cover nobody."""
    return _any_of(patterns, covering_patterns(address))


def covers_normalized(patterns: Iterable[str], normalized: str) -> bool:
    """As ``covers_any``, of a valid address in its normal form."""
    return _any_of(patterns, _covering(normalized))


def _any_of(patterns: Iterable[str], covering: tuple[str, ...]) -> bool:
    canonical = map(_canonical_or_none, patterns)
    return any(each == EVERYONE or each in covering for each in canonical)


def company_key(email: str, company_domain: str | None) -> str | None:
    """By which people of one company are counted: the registrable domain of the address, or at a
    free provider that of the company; None when there is neither."""
    host = (judge_address(email).normalized or "").rpartition("@")[2]
    if host and not is_free_mail(host) and not is_disposable(host):
        return _registrable(host) or host
    return _registrable(company_domain) if company_domain else None


@lru_cache(maxsize=KEPT_PATTERNS)
def _canonical_or_none(pattern: str) -> str | None:
    try:
        return canonical_pattern(pattern)
    except InvalidInput:
        return None
