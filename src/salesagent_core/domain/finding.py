"""A finding: one thing about a text that a person should see, with its place."""

from __future__ import annotations

from enum import StrEnum

import attrs

INBOUND_PART = "inbound"
"""The part of a finding about what a stranger wrote, whatever our own text says."""


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
