"""Approving by hand and putting the mail on its way: what every door to an approval shares."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.draft import Draft
from salesagent_core.domain.sending.attempt import UNDO
from salesagent_core.domain.sending.gate import SendMode, SendRefused
from salesagent_core.errors import Conflict, Reason
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.schedule_send import ScheduleSend


@attrs.frozen(kw_only=True)
class Approved:
    """An approved draft. ``send_at`` is when it goes, ``refused`` why it does not; ``may_go_at``
    when those reasons are gone (None: a person must act). All empty where approving is all."""

    draft: Draft
    send_at: datetime | None = None
    refused: tuple[Reason, ...] = ()
    may_go_at: datetime | None = None


class ApproveDraft:
    """Approve the revision that was read; in SEND mode it is on its way after the undo."""

    def __init__(
        self,
        *,
        review: ReviewDraft,
        schedule: ScheduleSend | None = None,
        control: ControlSending | None = None,
    ) -> None:
        self._review = review
        self._schedule = schedule
        self._control = control

    async def __call__(
        self, tenant_id: TenantId, draft_id: DraftId, *, content_hash: str, operator: str
    ) -> Approved:
        """Raises: NotFound, Conflict, as ``ReviewDraft.approve``. What the gate refuses is in the
        answer: the draft is approved all the same."""
        draft = await self._review.approve(
            tenant_id, draft_id, content_hash=content_hash, operator=operator
        )
        if self._schedule is None or self._control is None:
            return Approved(draft=draft)
        if (await self._control.mode(tenant_id)).mode is SendMode.DRAFT_ONLY:
            return Approved(draft=draft)
        try:
            attempt = await self._schedule(
                tenant_id, draft.id, content_hash=content_hash, operator=operator, delay=UNDO
            )
        except SendRefused as refused:
            return Approved(draft=draft, refused=refused.reasons, may_go_at=refused.may_go_at)
        except Conflict as not_now:
            # The mailbox does not hold the draft yet, say.
            why = Reason(code="not_schedulable", sentence=str(not_now))
            return Approved(draft=draft, refused=(why,))
        return Approved(draft=draft, send_at=attempt.due_at)
