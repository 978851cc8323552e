"""The draft that was shown, the first, the next: which one a command is about."""

from __future__ import annotations

from salesagent_core.domain.draft import DraftStatus
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.use_cases.by_word.parts import Order, Refused
from salesagent_core.use_cases.by_word.pending import Target
from salesagent_core.use_cases.by_word.sentences import STANDS, SpokenDraft, spoken_draft
from salesagent_core.use_cases.queries import DraftView, Queries


class ShownDrafts:
    """Finds drafts for commands; changes none."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    async def waiting(self, tenant_id: TenantId) -> int:
        """How many wait for a person."""
        return (await self._queries.queue(tenant_id, limit=1)).total

    async def shown(self, order: Order, also: tuple[DraftStatus, ...] = ()) -> DraftView:
        """The draft that the command is for, still as it was shown. Raises: Refused."""
        if order.agreed:
            target: Target | None = order.agreed[0]
        elif order.said.draft_id and order.said.content_hash:
            target = Target(draft_id=order.said.draft_id, content_hash=order.said.content_hash)
        else:
            target = None
        if target is None:
            raise Refused(
                "Which draft? I do what you say to the one that was shown: say “current” first."
            )
        view = await self.view(order.tenant_id, target.draft_id)
        draft = view.detail.draft
        if draft.status not in (DraftStatus.PENDING_APPROVAL, *also):
            raise Refused(f"Nothing was done. {STANDS[draft.status]}", view=view, stale=True)
        if draft.revision.content_hash != target.content_hash:
            say = f"It changed since it was shown: this is revision {draft.revision.number} now."
            raise Refused(f"{say} Nothing was done.", view=view, stale=True)
        return view

    async def here(self, order: Order) -> DraftView:
        draft_id = order.said.draft_id
        view = (
            await self.view(order.tenant_id, draft_id)
            if draft_id
            else await self.first(order.tenant_id)
        )
        if view is None:
            raise Refused("Nothing waits for you.")
        return view

    async def view(self, tenant_id: TenantId, draft_id: DraftId) -> DraftView:
        try:
            return await self._queries.draft(tenant_id, draft_id)
        except NotFound:
            raise Refused("There is no such draft any more.") from None

    async def first(self, tenant_id: TenantId) -> DraftView | None:
        page = await self._queries.queue(tenant_id, limit=1)
        return await self.view(tenant_id, page.entries[0].card.id) if page.entries else None

    async def following(self, tenant_id: TenantId, draft_id: DraftId) -> DraftView | None:
        """What is next once this one has left the queue."""
        beside = await self._queries.beside(tenant_id, draft_id)
        place = beside.after or beside.before
        return await self.view(tenant_id, place) if place and place != draft_id else None

    async def still(self, tenant_id: TenantId, draft_id: DraftId | None) -> SpokenDraft | None:
        """That draft as it is now; None where there is none."""
        if draft_id is None:
            return None
        try:
            return spoken_draft(await self._queries.draft(tenant_id, draft_id))
        except NotFound:
            return None
