"""What a password must be, and how many tries there are at one.

Length instead of character classes, and a comparison with what is guessed first: NIST SP 800-63B,
section 3.1.1.2.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import Problem, RateLimited

MIN_PASSWORD = 12
MAX_PASSWORD = 128


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
