"""What a password must be, and how many tries there are at one.

Length instead of character classes, and a comparison with what is guessed first: NIST SP 800-63B,
section 3.1.1.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import Problem, RateLimited

MIN_PASSWORD = 12
MAX_PASSWORD = 128
MIN_BESIDE = 8
"""Letters and digits that are left when what everybody knows of its owner is taken out."""
MIN_WORD = 3
PRODUCT = ("salesagent", "sales agent")
_LOOKS_LIKE = str.maketrans("0134578@$!", "oleastbasi")


def normalized(password: str) -> str:
    """The same bytes for the same letters, whichever keyboard typed them (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def length_problem(password: str, where: str = "password") -> Problem | None:
    """What is wrong with its length."""
    if len(password) < MIN_PASSWORD:
        return Problem(where=where, what=f"must have at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        return Problem(where=where, what=f"must have at most {MAX_PASSWORD} characters")
    return None


def known_words(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of these texts, the longest first: of names, addresses, hosts. What stands behind
    the last dot of an address is not one."""
    found: set[str] = set()
    for text in texts:
        local, at, host = text.partition("@")
        found.update((text.casefold(), host.casefold()))
        parts = (local, host.rpartition(".")[0]) if at else (text,)
        for part in parts:
            cleaned = "".join(char if char.isalnum() else " " for char in part.casefold())
            found.update(word for word in cleaned.split() if len(word) >= MIN_WORD)
            found.add(cleaned.replace(" ", ""))
    return tuple(sorted((w for w in found if len(w) >= MIN_WORD), key=lambda w: (-len(w), w)))


def left_beside(password: str, words: Iterable[str]) -> int:
    """Letters and digits of a password beside these words, which count also where digits and
    signs stand for their letters."""
    words, folded = tuple(words), password.casefold()
    left = []
    for shape in (folded, folded.translate(_LOOKS_LIKE)):
        for word in words:
            shape = shape.replace(word, " ")
        left.append(sum(char.isalnum() for char in shape))
    return min(left)


def context_problem(password: str, about: Iterable[str], where: str = "password") -> Problem | None:
    """What is wrong where a password is mostly what everybody knows: ``about`` its owner, the house
    that they work for, and the product."""
    if left_beside(password, known_words((*about, *PRODUCT))) >= MIN_BESIDE:
        return None
    what = "is mostly your name, your address, your company or the name of this product"
    return Problem(where=where, what=f"is not safe: it {what}")


@attrs.frozen(kw_only=True)
class TryRule:
    """``most`` tries in a window that opens with the first of them."""

    most: int
    window: timedelta


ADDRESS_TRIES = TryRule(most=50, window=timedelta(minutes=15))
"""From one network address: an office shares one."""
ACCOUNT_TRIES = TryRule(most=10, window=timedelta(minutes=15))
CODE_TRIES = TryRule(most=6, window=timedelta(minutes=15))
"""Of a million codes, three of which are good at a time."""

RESET_TRIES = TryRule(most=3, window=timedelta(hours=1))
"""Mails with a link to one address."""


@attrs.frozen(kw_only=True)
class Tries:
    """How many there were, this one counted, since the window opened."""

    count: int
    since: datetime


def require_tries_left(rule: TryRule, tries: Tries) -> None:
    """Raises: RateLimited."""
    if tries.count > rule.most:
        raise RateLimited(
            "Too many tries. Wait a while, then try again.", retry_at=tries.since + rule.window
        )
