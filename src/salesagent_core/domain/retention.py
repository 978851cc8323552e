"""For how long what is kept: one number of days for each store."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs


@attrs.frozen(kw_only=True)
class Periods:
    """Days. Forms, raw deliveries and journals count from the end of their run, or from when they
    came in; a draft, with its decisions and its sends, from its last change; a run from its end; a
    row of the audit trail from when it was written; a session from its end; a dead letter from
    when a person settled it."""

    submissions: int = 90
    journals: int = 90
    drafts: int = 90
    runs: int = 365
    sessions: int = 1
    memories: int = 365
    outcomes: int = 730
    dead_letters: int = 180
    audit: int = 365

    def of(self, store: str) -> timedelta:
        """The period of one store."""
        return timedelta(days=getattr(self, store))


STORES: tuple[str, ...] = tuple(field.name for field in attrs.fields(Periods))

MOST_DAYS: Final = 3650
LEAST_DAYS: Final = {"drafts": 30, "runs": 30, "audit": 90}
"""The shortest periods that make sense, 1 elsewhere. A draft is compared with the mailbox for 30
days (``sending.attempt.AUDIT_FOR``), a delivery of a form is recognised for as long as its run is
known, and a trail that is shorter than a quarter proves little."""
