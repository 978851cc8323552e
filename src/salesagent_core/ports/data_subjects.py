"""Everything that is kept about one person, found, handed over and erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import attrs

from salesagent_core.ids import RunId, TenantId


@attrs.frozen(kw_only=True)
class StoreLine:
    """What one store holds of a person, or what an erasure did there. ``erased`` rows are gone or
    hold nothing of the person any more; ``kept`` are there still, for the reason in ``why``."""

    store: str
    erased: int = 0
    kept: int = 0
    why: str = ""


@attrs.frozen(kw_only=True)
class Holdings:
    """What is kept. ``drafts_of`` are the runs whose drafts lie in the mailbox; ``sent`` mails
    went out, and the mail provider holds them."""

    address: str
    stores: tuple[StoreLine, ...]
    drafts_of: tuple[RunId, ...] = ()
    sent: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing of the person is kept."""
        return not any(line.kept for line in self.stores)


@attrs.frozen(kw_only=True)
class ErasedRows:
    """What one look erased. ``busy`` says in sentences why something has to wait; ``in_flight``:
    a worker was at it, and may be about to write."""

    lines: tuple[StoreLine, ...]
    drafts_of: tuple[RunId, ...]
    names: tuple[str, ...]
    phones: tuple[str, ...]
    busy: tuple[str, ...] = ()
    in_flight: bool = False


@attrs.frozen(kw_only=True)
class Erasure:
    """A person's erasure. While it is open ``address`` and ``drafts_of`` say whom and what it is
    about; afterwards they are empty. ``left`` says in sentences what it could not do yet."""

    id: str
    tenant_id: TenantId
    requested_at: datetime
    requested_by: str
    open: bool
    lines: tuple[StoreLine, ...] = ()
    left: tuple[str, ...] = ()
    address: str = ""
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    drafts_of: tuple[RunId, ...] = ()
    looks: int = 0
    token: int = 0
    due_at: datetime | None = None
    finished_at: datetime | None = None

    def noted(self, rows: ErasedRows) -> Erasure:
        """With what one look erased, and whom it found; nothing is left to be said yet."""
        return attrs.evolve(
            self,
            lines=added(self.lines, rows.lines),
            drafts_of=tuple(dict.fromkeys((*self.drafts_of, *rows.drafts_of))),
            names=tuple(dict.fromkeys((*self.names, *rows.names))),
            phones=tuple(dict.fromkeys((*self.phones, *rows.phones))),
            left=(),
        )


def added(lines: Sequence[StoreLine], more: Sequence[StoreLine]) -> tuple[StoreLine, ...]:
    """One line a store: what was erased adds up, what is kept is as it was seen last."""
    found = {line.store: line for line in lines}
    for line in more:
        before = found.get(line.store, StoreLine(store=line.store))
        if line.erased or line.kept or before.erased or before.kept:
            found[line.store] = StoreLine(
                store=line.store,
                erased=before.erased + line.erased,
                kept=line.kept,
                why=line.why or before.why,
            )
    return tuple(found.values())


class DataSubjects(Protocol):
    """All stores of one tenant. Every method: Raises: Unavailable."""

    async def holdings(self, tenant_id: TenantId, address: str) -> Holdings:
        """What is kept about whoever any spelling of the address belongs to."""
        ...

    async def export(
        self, tenant_id: TenantId, address: str
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """All of it, by store, as plain JSON data."""
        ...

    async def open_erasure(self, erasure: Erasure) -> Erasure:
        """Store a new erasure; the one that is open for this person already is returned instead.

        In the same transaction the person comes onto the do-not-contact list, as a keyed hash.

        Raises: Conflict when the address is a mailbox of the tenant's own.
        """
        ...

    async def erase_rows(self, erasure: Erasure) -> ErasedRows:
        """Erase what is the person's own, in one transaction: runs first, so that whoever works
        on one writes nothing more. Doing it again erases what came since, except forms that were
        filled in after the erasure was asked for."""
        ...

    async def redact(self, erasure: Erasure) -> tuple[tuple[StoreLine, ...], tuple[str, ...]]:
        """Take the person out of what is kept about others, and say what has to wait."""
        ...

    async def save(self, erasure: Erasure, again_in: timedelta | None) -> Erasure:
        """Store how far it came; None: it is over. Raises: LeaseLost under a stale token."""
        ...

    async def claim(self, limit: int) -> Sequence[Erasure]:
        """Open erasures that are due, across tenants, leased to this caller."""
        ...

    async def recent(self, tenant_id: TenantId, limit: int) -> Sequence[Erasure]:
        """The tenant's erasures, newest first."""
        ...

    async def of_crm_contact(self, tenant_id: TenantId, crm_id: str) -> Sequence[str]:
        """The addresses that are known of a contact of the CRM's."""
        ...
