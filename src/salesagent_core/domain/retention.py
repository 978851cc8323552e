"""For how long what is kept: one number of days for each store."""

from __future__ import annotations

from datetime import timedelta

import attrs


@attrs.frozen(kw_only=True)
class Periods:
    """Days. Forms, raw deliveries and journals count from the end of their run, or from when they
    came in; a session from its end; a dead letter from when a person settled it."""

    submissions: int = 90
    journals: int = 90
    sessions: int = 1
    memories: int = 365
    outcomes: int = 730
    dead_letters: int = 180

    def of(self, store: str) -> timedelta:
        """The period of one store."""
        return timedelta(days=getattr(self, store))


STORES: tuple[str, ...] = tuple(field.name for field in attrs.fields(Periods))
