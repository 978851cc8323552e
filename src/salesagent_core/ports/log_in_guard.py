"""Refused log-ins and the rules of log-ins, inside one organisation's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from salesagent_core.domain.log_in_guard import Because, LogInRules, RefusedLogIn


class RefusedLogInStore(Protocol):
    """One row for each person, whatever somebody tries."""

    async def note(self, user_id: str, because: Because, at: datetime) -> None:
        """One more refused try at this person, and at the organisation."""
        ...

    async def note_unknown(self, address: str, because: Because, at: datetime) -> None:
        """The same for an address that nobody here has. Takes as long as ``note`` and a row of the
        audit trail; kept for a day, and the address as a keyed digest only."""
        ...

    async def of_people(self) -> Mapping[str, RefusedLogIn]:
        """The last one of each person who has any, by their id."""
        ...


class LogInRuleStore(Protocol):
    """What the organisation asks of log-ins."""

    async def get(self) -> LogInRules:
        """The defaults, where nobody has changed them yet."""
        ...

    async def put(self, rules: LogInRules) -> None: ...
