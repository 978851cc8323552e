"""Keeps what was refused at the door: counted, shown to its person and their admins, audited.

Neither the password nor the code is kept, and what is done for an address that nobody has takes as
long as for one that somebody has.
"""

from __future__ import annotations

from collections.abc import Callable

from salesagent_core.domain.log_in_guard import Because
from salesagent_core.ports.people import PeopleDirectory, PeopleWork, User
from salesagent_core.ports.send_switches import EVERY_TENANT
from salesagent_core.use_cases.people_parts import LoginParts

NOBODY = "nobody"
"""Whom the audit trail names: who it was is what they did not prove."""


class RefusedLogIns:
    """Each is a row of the audit trail, but those while tries are used up: only the first is."""

    def __init__(
        self,
        *,
        work: PeopleWork,
        directory: PeopleDirectory,
        parts: LoginParts,
        counted: Callable[[str], None],
    ) -> None:
        """``counted`` is told the reason of each."""
        self._work = work
        self._directory = directory
        self._parts = parts
        self._counted = counted

    def count(self, because: Because) -> None:
        """Count one of which nothing else is kept."""
        self._counted(because.value)

    async def note(self, user: User | None, email: str, because: Because) -> None:
        """One at this person, or at an address that nobody here has."""
        self.count(because)
        now = self._parts.clock.now()
        async with self._work.begin(EVERY_TENANT if user is None else user.tenant_id) as tx:
            if user is None:
                await tx.refused.note_unknown(email, because, now)
                return
            await tx.refused.note(user.id, because, now)
            await self._parts.note(tx, user, NOBODY, "user.log_in_refused", because=because.value)

    async def note_at(self, email: str, because: Because) -> None:
        """The same, where it was not looked who has the address."""
        await self.note(await self._directory.by_email(email), email, because)
