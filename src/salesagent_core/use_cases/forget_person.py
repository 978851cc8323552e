"""Everything about one person: looked up, handed over, erased.

``open, suppress | erase rows, runs first | drafts in the mailbox | mentions elsewhere | report``

Each part may be done again, and what fails half-way goes on by itself; the report says what is
left.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    LeaseLost,
    NeedsReauth,
    PortError,
    Problem,
    RateLimited,
    SalesAgentError,
)
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.data_subjects import DataSubjects, Erasure, Holdings, StoreLine, added
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.mailbox import MailDrafts
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

SECOND_LOOK = timedelta(minutes=6)
"""Longer than any lease: what a worker began before the erasure is over by then."""
RETRY = timedelta(minutes=1)
WAIT_FOR_OTHERS = timedelta(days=1)
"""How often it is looked whether a draft to somebody else, that names the person, is decided."""
MAILBOX = "drafts in the mailbox"
CRM = "CRM"


@attrs.frozen(kw_only=True)
class Export:
    """A person's data by store, as plain JSON data; ``elsewhere`` is not ours to export."""

    address: str
    stores: Mapping[str, Sequence[Mapping[str, Any]]]
    elsewhere: tuple[str, ...]


ELSEWHERE = (
    "Mail that was sent or received is held by the mail provider: look and delete there.",
    "The contact, its notes and tasks are held by the CRM: look and delete there.",
)


class ForgetPerson:
    """Looking and exporting change nothing but the audit trail."""

    def __init__(
        self,
        *,
        people: DataSubjects,
        work: UnitOfWork,
        drafts: MailDrafts,
        tenants: TenantDirectory,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._people = people
        self._work = work
        self._drafts = drafts
        self._tenants = tenants
        self._clock = clock
        self._ids = ids

    async def look(self, tenant_id: TenantId, address: str) -> Holdings:
        """What is kept, store by store. Raises: InvalidInput, Unavailable."""
        return await self._people.holdings(tenant_id, _checked(address))

    async def export(self, tenant_id: TenantId, address: str, *, by: str) -> Export:
        """All that is kept.

        Raises:
            InvalidInput, Unavailable. NotFound: no such tenant; "nothing is kept" would be wrong.
        """
        person = _checked(address)
        await self._tenants.get(tenant_id)
        stores = await self._people.export(tenant_id, person)
        await self._note(tenant_id, "person.exported", self._ids.new(), by)
        return Export(address=person, stores=stores, elsewhere=ELSEWHERE)

    async def erase(self, tenant_id: TenantId, address: str, *, by: str) -> Erasure:
        """Erase all that is kept, and report. What has to wait goes on by itself.

        Raises:
            InvalidInput: not an address. Unavailable: nothing was begun.
            Conflict: the address is a mailbox of this organisation's own.
        """
        person, tenant = _checked(address), await self._tenants.get(tenant_id)
        if fold_alias(tenant.mailbox) == person:
            raise Conflict("this is a mailbox of this organisation's own; nobody is erased")
        opened = await self._people.open_erasure(
            Erasure(
                id=self._ids.new(),
                tenant_id=tenant_id,
                requested_at=self._clock.now(),
                requested_by=by,
                open=True,
                address=person,
            )
        )
        if opened.looks == 0:
            await self._note(tenant_id, "person.erasure_asked", opened.id, by)
        return await self._go_on(opened)

    async def erase_contact(self, tenant_id: TenantId, crm_id: str, *, by: str) -> int:
        """Erase whoever a contact of the CRM's is; how many addresses were known of it."""
        known = await self._people.of_crm_contact(tenant_id, crm_id)
        for address in known:
            await self.erase(tenant_id, address, by=by)
        return len(known)

    async def go_on(self, limit: int = 10) -> int:
        """Work on erasures that are due; how many there were."""
        claimed = await self._people.claim(limit)
        for erasure in claimed:
            try:
                await self._go_on(erasure)
            except LeaseLost:
                continue
        return len(claimed)

    async def recent(self, tenant_id: TenantId, limit: int = 20) -> Sequence[Erasure]:
        """The tenant's erasures, newest first; those that are over name nobody."""
        return await self._people.recent(tenant_id, limit)

    async def _go_on(self, erasure: Erasure) -> Erasure:
        try:
            return await self._look_once(erasure)
        except LeaseLost:
            raise
        except (PortError, RateLimited, Conflict) as error:
            log.warning("erasure %s goes on in a minute: %s", erasure.id, type(error).__name__)
            why = "it was interrupted, and goes on by itself within a minute"
            stopped = attrs.evolve(erasure, left=(*erasure.left, why))
            try:
                return await self._people.save(stopped, RETRY)
            except SalesAgentError:
                # It is due as it was: whoever looks next goes on.
                return stopped

    async def _look_once(self, erasure: Erasure) -> Erasure:
        first = erasure.looks == 0
        rows = await self._people.erase_rows(erasure)
        erasure = erasure.noted(rows)
        removed, unreachable = await self._remove_drafts(erasure)
        lines, waiting = await self._people.redact(erasure)
        again = (rows.in_flight and first) or bool(rows.busy or unreachable)
        left = (*rows.busy, *unreachable, *waiting)
        if rows.in_flight and first:
            left += ("a worker was at it: it is looked at once more in six minutes",)
        erasure = attrs.evolve(
            erasure,
            lines=added(erasure.lines, (*removed, *lines)),
            left=left,
            looks=erasure.looks + 1,
        )
        if again:
            return await self._people.save(erasure, SECOND_LOOK if first else RETRY)
        if waiting:
            return await self._people.save(erasure, WAIT_FOR_OTHERS)
        return await self._finish(erasure)

    async def _finish(self, erasure: Erasure) -> Erasure:
        done = attrs.evolve(
            erasure,
            open=False,
            address="",
            names=(),
            phones=(),
            drafts_of=(),
            lines=added(
                erasure.lines,
                (StoreLine(store=CRM, kept=1, why="the CRM is not ours to erase: delete there"),),
            ),
        )
        saved = await self._people.save(done, None)
        await self._note(saved.tenant_id, "person.erased", saved.id, saved.requested_by)
        return saved

    async def _remove_drafts(
        self, erasure: Erasure
    ) -> tuple[tuple[StoreLine, ...], tuple[str, ...]]:
        tenant, removed = await self._tenants.get(erasure.tenant_id), 0
        for run_id in erasure.drafts_of:
            try:
                removed += await self._remove_draft(tenant.id, tenant.mailbox, run_id)
            except (PortError, RateLimited) as error:
                again = "connect it again" if isinstance(error, NeedsReauth) else "tried again"
                return (), (f"the mailbox does not answer, and may hold drafts ({again})",)
        return (StoreLine(store=MAILBOX, erased=removed),), ()

    async def _remove_draft(self, tenant_id: TenantId, mailbox: str, run_id: RunId) -> int:
        found = await self._drafts.find_drafts(tenant_id, mailbox, draft_key(run_id))
        for each in found:
            await self._drafts.delete_draft(tenant_id, mailbox, each.draft_id)
        return len(found)

    async def _note(self, tenant_id: TenantId, action: str, subject: str, by: str) -> None:
        event = AuditEvent(
            id=self._ids.new(),
            tenant_id=tenant_id,
            at=self._clock.now(),
            actor=by,
            action=action,
            subject_kind="person",
            subject_id=subject,
        )
        async with self._work.begin(tenant_id) as tx:
            await tx.audit.add(event)


def _checked(address: str) -> str:
    if not judge_address(address).valid:
        problem = Problem(where="email", what="must be one e-mail address")
        raise InvalidInput("this is not an e-mail address", [problem])
    return fold_alias(address)
