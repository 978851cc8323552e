"""What pages say after a decision, and the bar that takes an approval back."""

from __future__ import annotations

from uuid import UUID

import attrs

from salesagent_app.http.auth import Visit
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.sending.attempt import UNDO
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId

DONE = {
    "approved": "Approved. It is in Gmail's drafts; nothing was sent.",
    "stopped": "All sending is stopped. Nothing new starts until somebody presses “Send again”.",
    "resumed": "Sending goes on.",
    "sending": "On its way. It cannot be taken back any more.",
    "undone": "Taken back. It waits for your approval again; nothing was sent.",
    "settled": "Noted, with your name. Nothing was sent by this.",
    "held": "Approved, and not sent: the draft says why, and when it may go.",
    "approving": "Approved. Its text is on its way to Gmail's drafts; nothing was sent.",
    "rejected": "Rejected, with your reason. Nothing was sent.",
    "edited": "Saved as a new revision and checked again. It waits for your approval.",
    "again": "Asked for another version. It comes back to the queue when it is written.",
    "snoozed": "Put aside. It comes back to the queue by itself.",
    "woken": "Back in the queue.",
    "view-saved": "Saved. You find it above the queue.",
    "view-removed": "The saved view is removed. The drafts in it are as they were.",
}
"""What the page says after a decision; the address carries the key, never the sentence."""


@attrs.frozen(kw_only=True)
class UndoBar:
    """An approval that can still be taken back, for so many seconds."""

    id: str
    name: str
    seconds: int


class UndoBars:
    """Makes the bar where there is something to take back."""

    def __init__(self, services: HttpServices) -> None:
        self._services = services

    async def bar(self, visit: Visit, draft_id: UUID | None, until: int) -> UndoBar | None:
        """The bar for this approval, which is sent at ``until`` (seconds since 1970)."""
        left = until - int(self._services.clock.now().timestamp())
        if draft_id is None or self._services.sending is None or left <= 0:
            return None
        try:
            reading = await self._services.queries.draft(
                visit.caller.tenant_id, DraftId(str(draft_id))
            )
        except NotFound:
            return None
        draft = reading.detail.draft
        if draft.status is not DraftStatus.APPROVED:
            return None
        seconds = min(left, int(UNDO.total_seconds()))
        return UndoBar(id=draft.id, name=draft.lead.person.full_name, seconds=seconds)
