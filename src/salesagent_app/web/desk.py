"""The page of one draft, and the page that says that it changed meanwhile."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import attrs

from salesagent_app.http.auth import Visit
from salesagent_app.http.services import HttpServices
from salesagent_app.web.changes import RevisionChange, revision_change
from salesagent_app.web.inputs import Page
from salesagent_app.web.names import name_of
from salesagent_app.web.render import Renderer
from salesagent_app.web.undo import DONE, UndoBar
from salesagent_app.web.views import review_view
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.sending.attempt import AttemptStatus, SentRecord
from salesagent_core.domain.sending.gate import DRAFT_ONLY, GateVerdict
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.read_model import DraftDetail

SIDE_LIST = 30
TYPED = ("subject", "body", "reason", "instruction")
"""The fields of the forms of a draft that hold what a person wrote."""


@attrs.frozen(kw_only=True)
class SendState:
    """``refused`` is the gate's no, ``goes_at`` when a worker takes it up (None: nobody will),
    ``sent`` the mail where it went out."""

    refused: GateVerdict | None = None
    goes_at: datetime | None = None
    drafts_only: bool = False
    sent: SentRecord | None = None


@attrs.frozen(kw_only=True)
class Shown:
    """What the page shows besides the draft: ``form`` is the one that is open, with what was
    ``typed`` into it, what is ``wrong`` with that, or what was ``found`` in it. ``kept``: the
    text was saved from a session that ended."""

    done: str | None = None
    undo: UndoBar | None = None
    form: str | None = None
    typed: dict[str, str] = attrs.field(factory=dict)
    wrong: InvalidInput | None = None
    found: tuple[Finding, ...] | None = None
    kept: bool = False
    status: int = 200


class Desk:
    """Builds both pages."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    async def page(self, visit: Visit, draft_id: DraftId, shown: Shown = Shown()) -> Page:
        """The draft beside its sources, and the queue beside it. Raises: NotFound."""
        tenant_id, queries = visit.caller.tenant_id, self._services.queries
        reading = await queries.draft(tenant_id, draft_id)
        side = await queries.queue(tenant_id, limit=SIDE_LIST)
        beside = await queries.beside(tenant_id, draft_id)
        now = self._services.clock.now()
        view = review_view(reading, now)
        view = attrs.evolve(view, is_open=view.is_open and visit.may_decide)
        snoozed = view.draft.snoozed_until
        return self._renderer.page(
            "review.html",
            send=await self._send_state(visit, view.draft),
            visit=visit,
            status=shown.status,
            shown=shown,
            view=view,
            change=_last_change(reading.detail),
            snoozed=snoozed if snoozed is not None and snoozed > now else None,
            queue=side.entries,
            total=beside.total,
            before=beside.before,
            after=beside.after,
            banner=DONE.get(shown.done or ""),
            wrong=shown.wrong,
            typed=shown.typed,
            form=shown.form,
            undo=shown.undo,
            by=await self._name(tenant_id, view.latest),
        )

    async def changed(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> Page:
        """Somebody else was first: who, when, and what is different now. Raises: NotFound."""
        reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        detail = reading.detail
        latest = detail.decisions[-1] if detail.decisions else None
        current = detail.draft.revision
        editor = await name_of(self._services, visit.caller.tenant_id, current.author_id)
        shown_hash = fields.get("content_hash", "")
        return self._renderer.page(
            "changed.html",
            visit=visit,
            status=409,
            draft=detail.draft,
            latest=latest,
            by=await self._name(visit.caller.tenant_id, latest),
            editor=editor,
            change=_change_since(detail, shown_hash),
            kept={name: fields[name] for name in TYPED if fields.get(name)},
        )

    async def changes(self, visit: Visit, draft_id: DraftId) -> Page:
        """Every revision beside the one before it. Raises: NotFound."""
        reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        revisions = reading.detail.revisions
        return self._renderer.page(
            "changes.html",
            visit=visit,
            draft=reading.detail.draft,
            first=revisions[0],
            changes=[revision_change(before, after) for before, after in pairwise(revisions)][::-1],
        )

    async def _send_state(self, visit: Visit, draft: Draft) -> SendState | None:
        """How an approved draft stands with its send, where there is sending at all."""
        sending = self._services.sending
        if sending is None:
            return None
        if draft.status is DraftStatus.SENT:
            return SendState(sent=await sending.schedule.sent(visit.caller.tenant_id, draft.id))
        if draft.status is not DraftStatus.APPROVED:
            return None
        view = await sending.schedule.preview(visit.caller.tenant_id, draft.id)
        attempt = view.attempt
        scheduled = attempt is not None and attempt.status is AttemptStatus.SCHEDULED
        drafts_only = view.verdict.has(DRAFT_ONLY)
        return SendState(
            refused=None if view.verdict.allowed or drafts_only else view.verdict,
            goes_at=attempt.due_at if attempt is not None and scheduled else None,
            drafts_only=drafts_only,
        )

    async def _name(self, tenant_id: TenantId, decision: Decision | None) -> str | None:
        """Who decided, as they or their key are called; None where it was no person."""
        if decision is None:
            return None
        return await name_of(self._services, tenant_id, decision.by)


def _last_change(detail: DraftDetail) -> RevisionChange | None:
    if len(detail.revisions) < 2:
        return None
    return revision_change(detail.revisions[-2], detail.revisions[-1])


def _change_since(detail: DraftDetail, shown_hash: str) -> RevisionChange | None:
    """From the revision that was shown to the present one."""
    seen = next((one for one in detail.revisions if one.content_hash == shown_hash), None)
    if seen is None or seen.content_hash == detail.draft.revision.content_hash:
        return None
    return revision_change(seen, detail.draft.revision)
