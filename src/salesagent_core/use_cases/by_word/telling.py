"""What changes nothing: next, current, read, why, how many."""

from __future__ import annotations

import attrs

from salesagent_core.domain.draft import DraftStatus
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.by_word.parts import Answer, Order, Outcome, plainly
from salesagent_core.use_cases.by_word.sentences import (
    STANDS,
    drafts_said,
    read_out,
    span_said,
    spoken_draft,
    why_said,
)
from salesagent_core.use_cases.by_word.shown import ShownDrafts
from salesagent_core.use_cases.queries import DraftView, Queries


class Telling:
    """Answers about drafts."""

    def __init__(self, *, queries: Queries, shown: ShownDrafts, clock: Clock) -> None:
        self._queries = queries
        self._drafts = shown
        self._clock = clock

    async def skip(self, order: Order) -> Answer:
        said = order.said
        if said.draft_id is None:
            view = await self._drafts.first(order.tenant_id)
        else:
            beside = await self._queries.beside(order.tenant_id, said.draft_id)
            view = await self._drafts.view(order.tenant_id, beside.after) if beside.after else None
            if view is None:
                first = await self._drafts.first(order.tenant_id)
                if first and first.detail.draft.id != said.draft_id:
                    return _told(order, first, "That was the last one. From the start. ")
                if first:
                    return _told(order, first, "There is no other one. ")
        if view is None:
            return plainly(said, Outcome.ANSWERED, "Nothing waits for you.")
        return _told(order, view)

    async def current(self, order: Order) -> Answer:
        view = await self._drafts.here(order)
        stands = view.detail.draft.status
        before = "" if stands is DraftStatus.PENDING_APPROVAL else f"{STANDS[stands]} "
        return _told(order, view, before)

    async def read(self, order: Order) -> Answer:
        view = await self._drafts.here(order)
        changed = ""
        if order.said.content_hash not in (None, view.detail.draft.revision.content_hash):
            changed = "It changed since it was shown. "
        return attrs.evolve(_told(order, view), say=changed + read_out(view.detail.draft))

    async def why(self, order: Order) -> Answer:
        view = await self._drafts.here(order)
        return attrs.evolve(_told(order, view), say=why_said(view))

    async def count(self, order: Order) -> Answer:
        page = await self._queries.queue(order.tenant_id, limit=1)
        say = "Nothing waits for you."
        if page.total and page.oldest:
            waits = "waits" if page.total == 1 else "wait"
            oldest = span_said(page.oldest, self._clock.now())
            say = f"{drafts_said(page.total)} {waits}, the oldest for {oldest}."
        return plainly(order.said, Outcome.ANSWERED, say)


def _told(order: Order, view: DraftView, before: str = "") -> Answer:
    draft = spoken_draft(view)
    return Answer(
        heard=order.said.text,
        outcome=Outcome.ANSWERED,
        say=before + draft.summary,
        draft=draft,
    )
