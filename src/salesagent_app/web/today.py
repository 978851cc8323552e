"""Today: what waits, what went out and came back, what is stuck or held back, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from litestar import get

from salesagent_app.http.auth import Visit
from salesagent_app.http.services import HttpServices, VendorState
from salesagent_app.web import outcome_words
from salesagent_app.web.chosen.setup import set_up
from salesagent_app.web.filters import TROUBLE
from salesagent_app.web.inputs import Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.returns import what_came_back
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.draft_card import DraftCard
from salesagent_core.domain.run import DeadLetter
from salesagent_core.domain.sending.gate import DRAFT_ONLY
from salesagent_core.domain.time_zones import zone_info
from salesagent_core.errors import Reason
from salesagent_core.ports.read_model import QueueFilter, RunSummary
from salesagent_core.use_cases.queries import QueuePage

SHOWN = 5


@attrs.frozen(kw_only=True)
class Held:
    """An approved draft that the gate holds back; ``may_go_at`` is None where a person must act
    first."""

    card: DraftCard
    reasons: tuple[Reason, ...]
    may_go_at: datetime | None


@attrs.frozen(kw_only=True)
class Approved:
    """Approved drafts that are not sent: ``held`` are the first of them that may not go now,
    ``drafts_only``: people send them from Gmail."""

    total: int
    held: tuple[Held, ...]
    drafts_only: bool


@attrs.frozen(kw_only=True)
class Stuck:
    """All that waits for a person apart from drafts to decide about."""

    drafts: QueuePage
    letters: tuple[DeadLetter, ...]
    runs: tuple[RunSummary, ...]
    vendors: tuple[VendorState, ...]
    mailboxes: int

    @property
    def anything(self) -> bool:
        """Whether there is something to do here."""
        found = (self.drafts.total, self.letters, self.runs, self.vendors, self.mailboxes)
        return any(found)


class TodayPages:
    """The first page of the morning."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/", name="today")
        async def today(visit: Visiting) -> Page:
            return await self._today(visit)

        return [today]

    async def _today(self, visit: Visit) -> Page:
        tenant_id, queries = visit.caller.tenant_id, self._services.queries
        midnight = await self._midnight(visit)
        sent = await queries.changed(tenant_id, (DraftStatus.SENT,), since=midnight, limit=SHOWN)
        before = midnight - timedelta(days=1)
        both = await queries.changed(tenant_id, (DraftStatus.SENT,), since=before, limit=1)
        return self._renderer.page(
            "today.html",
            visit=visit,
            waiting=await queries.queue(tenant_id, limit=SHOWN),
            snoozed=await queries.queue(tenant_id, QueueFilter(snoozed=True), limit=1),
            sent=sent,
            say=outcome_words,
            back=await what_came_back(self._services, tenant_id, midnight),
            sent_yesterday=both.total - sent.total,
            stuck=await self._stuck(visit),
            approved=await self._approved(visit),
            setup=await set_up(self._services, tenant_id),
        )

    async def _midnight(self, visit: Visit) -> datetime:
        """When today began, on the sender's clock."""
        tenant = await self._services.tenants.get(visit.caller.tenant_id)
        here = self._services.clock.now().astimezone(zone_info(tenant.time_zone))
        return here.replace(hour=0, minute=0, second=0, microsecond=0)

    async def _stuck(self, visit: Visit) -> Stuck:
        tenant_id, queries = visit.caller.tenant_id, self._services.queries
        return Stuck(
            drafts=await queries.changed(tenant_id, TROUBLE, limit=SHOWN),
            letters=await queries.dead_letters(tenant_id, limit=SHOWN),
            runs=await queries.runs(tenant_id, parked=True, limit=SHOWN),
            vendors=tuple(
                one
                for one in self._vendor_states()
                if one.tenant_id == tenant_id and one.state != "closed"
            ),
            mailboxes=len(visit.stuck),
        )

    def _vendor_states(self) -> Sequence[VendorState]:
        states = self._services.vendor_states
        return states() if states is not None else ()

    async def _approved(self, visit: Visit) -> Approved:
        tenant_id = visit.caller.tenant_id
        page = await self._services.queries.changed(tenant_id, (DraftStatus.APPROVED,), limit=SHOWN)
        held, drafts_only = [], self._services.sending is None
        if self._services.sending is not None:
            for entry in page.entries:
                view = await self._services.sending.schedule.preview(tenant_id, entry.card.id)
                if view.verdict.has(DRAFT_ONLY):
                    drafts_only = True
                elif not view.verdict.allowed:
                    held.append(
                        Held(
                            card=entry.card,
                            reasons=view.verdict.reasons,
                            may_go_at=view.verdict.may_go_at,
                        )
                    )
        return Approved(total=page.total, held=tuple(held), drafts_only=drafts_only)
