"""A finding: one thing about a text that a person should see, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import attrs

INBOUND_PART = "inbound"
"""The part of a finding about what a stranger wrote, whatever our own text says."""


DISCLOSED = frozenset({"payment_card", "iban", "ssn", "secret"})
"""Codes of what must stand in no mail, whatever holds it."""


class Severity(StrEnum):
    """What a finding means for the mail. ``info`` never stops anything."""

    BLOCK = "block"
    REVIEW = "review"
    INFO = "info"


@attrs.frozen(kw_only=True)
class Finding:
    """``start`` and ``end`` are character offsets into ``part`` (end exclusive).

    ``part`` is ``body``, ``subject`` or ``inbound``.

    A finding about something that is missing has ``start == end == 0``. ``sentence`` says what
    is wrong without repeating the sensitive text itself.
    """

    code: str
    severity: Severity
    sentence: str
    start: int = 0
    end: int = 0
    part: str = "body"


def outside_of(findings: Iterable[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that do not lie wholly inside one of ``others`` whose code is in
    ``DISCLOSED``: the digits of a card number are no facts of their own."""
    whole = [(one.part, one.start, one.end) for one in others if one.code in DISCLOSED]
    return tuple(
        finding
        for finding in findings
        if not any(
            part == finding.part and start <= finding.start < finding.end <= end
            for part, start, end in whole
        )
    )
