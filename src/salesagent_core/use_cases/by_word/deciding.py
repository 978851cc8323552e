"""What changes drafts: approve, reject, edit, all of them, and taking an approval back."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import attrs

from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.commands.command import (
    MAX_ARGUMENT,
    Command,
    CommandName,
    Interpretation,
    must_be_confirmed,
)
from salesagent_core.domain.commands.spoken_edit import SpokenEdit, replace_words
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.sending.attempt import UNDO
from salesagent_core.errors import Conflict, InvalidInput, NotFound, SalesAgentError
from salesagent_core.ids import DraftId
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.approve_draft import Approved, ApproveDraft
from salesagent_core.use_cases.by_word.parts import (
    Answer,
    Each,
    Order,
    Outcome,
    Refused,
    UndoOffer,
)
from salesagent_core.use_cases.by_word.pending import Pending, PendingCommands, Target
from salesagent_core.use_cases.by_word.sentences import (
    STANDS,
    drafts_said,
    findings_said,
    is_blocked,
    name_of,
    plain,
    spoken_draft,
)
from salesagent_core.use_cases.by_word.shown import ShownDrafts
from salesagent_core.use_cases.queries import DraftView, Queries, QueueEntry
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.schedule_send import ScheduleSend

MAX_AT_ONCE = 100
"""Drafts that one command for all of them touches."""
NAMES_SAID = 3
MAX_QUOTED = 120

Result = TypeVar("Result")


class Deciding:
    """Asks first where it must, then acts on exactly the revisions that were shown or listed."""

    def __init__(
        self,
        *,
        queries: Queries,
        shown: ShownDrafts,
        review: ReviewDraft,
        approve: ApproveDraft,
        schedule: ScheduleSend | None,
        pending: PendingCommands,
        clock: Clock,
    ) -> None:
        self._queries = queries
        self._drafts = shown
        self._review = review
        self._approve = approve
        self._schedule = schedule
        self._pending = pending
        self._clock = clock

    async def approve(self, order: Order) -> Answer:
        view = await self._drafts.shown(order, also=(DraftStatus.SEND_FAILED,))
        draft = view.detail.draft
        blocked = is_blocked(draft.revision.findings)
        if self._must_ask(order) or (blocked and order.agreed is None):
            warned = f" {findings_said(draft)}" if blocked else ""
            return self._ask(order, [draft], f"Approve the mail to {name_of(draft)}?{warned}")
        following = await self._drafts.following(order.tenant_id, draft.id)
        approved = await _acted(
            self._approve(
                order.tenant_id,
                draft.id,
                content_hash=draft.revision.content_hash,
                operator=order.operator,
            ),
        )
        return attrs.evolve(
            await self._done(order, _approval_said(approved), following),
            undo=self._undo_of((draft.id,)),
        )

    async def reject(self, order: Order) -> Answer:
        view = await self._drafts.shown(order)
        draft, reason = view.detail.draft, order.command.reason
        if reason is None:
            say = "Say why: reject, and the reason. Nothing was done."
            raise Refused(say, view=view, prompt="reject, ")
        if self._must_ask(order):
            quoted = plain(reason, MAX_QUOTED)
            say = f"Reject the mail to {name_of(draft)}, because: {quoted}?"
            return self._ask(order, [draft], f"{say} That cannot be taken back.")
        following = await self._drafts.following(order.tenant_id, draft.id)
        await _acted(
            self._review.reject(
                order.tenant_id,
                draft.id,
                content_hash=draft.revision.content_hash,
                operator=order.operator,
                reason=reason,
            ),
        )
        return await self._done(order, "Rejected, with your reason. Nothing was sent.", following)

    async def edit(self, order: Order) -> Answer:
        view = await self._drafts.shown(order)
        command = order.command
        if command.instruction is not None:
            return await self._rewrite(order, view, command.instruction)
        if not command.old or not command.new:
            say = "Say what to change: change one thing to another."
            raise Refused(say, view=view, prompt="change ")
        draft = view.detail.draft
        revision = draft.revision
        edit = replace_words(revision.subject, revision.body, command.old, command.new)
        old, new = plain(command.old, MAX_QUOTED), plain(command.new, MAX_QUOTED)
        if not edit.places:
            instead = Command(
                name=CommandName.EDIT,
                instruction=f"change {command.old} to {command.new}"[:MAX_ARGUMENT],
            )
            say = f"“{old}” does not stand in the draft. Have it written again with “{new}”?"
            return self._ask(attrs.evolve(order, command=instead), [draft], say)
        if (self._must_ask(order) or edit.places > 1) and order.agreed is None:
            where = f" in {edit.places} places" if edit.places > 1 else ""
            return self._ask(order, [draft], f"Change “{old}” to “{new}”{where}?")
        return await self._edited(order, draft, edit, f"Changed “{old}” to “{new}”.")

    async def _edited(self, order: Order, draft: Draft, edit: SpokenEdit, say: str) -> Answer:
        edited = await _acted(
            self._review.edit(
                order.tenant_id,
                draft.id,
                content_hash=draft.revision.content_hash,
                operator=order.operator,
                subject=edit.subject,
                body=edit.body,
            ),
        )
        say = f"{say} It is revision {edited.revision.number} and waits for your approval."
        view = await self._drafts.view(order.tenant_id, draft.id)
        return await self._done(order, f"{say} {findings_said(edited)}", view, tell=False)

    async def _rewrite(self, order: Order, view: DraftView, instruction: str) -> Answer:
        draft = view.detail.draft
        if self._must_ask(order):
            say = f"Have the mail to {name_of(draft)} written again: “{plain(instruction, 120)}”?"
            return self._ask(order, [draft], say)
        following = await self._drafts.following(order.tenant_id, draft.id)
        await _acted(
            self._review.regenerate(
                order.tenant_id,
                draft.id,
                content_hash=draft.revision.content_hash,
                operator=order.operator,
                instruction=instruction,
            ),
        )
        say = "Asked for another version. It comes back to the queue when it is written."
        return await self._done(order, say, following)

    async def all(self, order: Order) -> Answer:
        approving = order.command.name is CommandName.APPROVE_ALL
        if not approving and order.command.reason is None:
            say = "Say why: reject all, and the reason. Nothing was done."
            raise Refused(say, prompt="reject all, ")
        if order.agreed is None:
            return await self._ask_for_all(order, approving=approving)
        results = [await self._one_of_all(order, target) for target in order.agreed]
        done = tuple(each.draft_id for each in results if each.done)
        say = f"{'Approved' if approving else 'Rejected'} {drafts_said(len(done))}."
        if failed := len(results) - len(done):
            say += f" {failed} could not be and {'was' if failed == 1 else 'were'} left alone."
        if held := sum(each.held for each in results):
            say += f" {held} of them will not be sent yet: each one's page says why."
        answer = await self._done(order, say, await self._drafts.first(order.tenant_id))
        return attrs.evolve(
            answer,
            results=tuple(results),
            undo=self._undo_of(done) if approving and done else None,
            outcome=Outcome.DONE if done else Outcome.NOT_DONE,
        )

    async def _ask_for_all(self, order: Order, *, approving: bool) -> Answer:
        page = await self._queries.queue(order.tenant_id, limit=MAX_AT_ONCE)
        blocked = [one for one in page.entries if one.card.severity is Severity.BLOCK]
        entries = [one for one in page.entries if not approving or one not in blocked]
        if not entries:
            raise Refused(_left_out(len(blocked)) if blocked else "Nothing waits for you.")
        verb = "Approve" if approving else "Reject"
        say = f"{verb} {drafts_said(len(entries))}: {_names(entries)}?"
        if approving and blocked:
            say += " " + _left_out(len(blocked))
        if page.total > len(page.entries):
            say += f" They are the first of {page.total}."
        if not approving:
            say += f" Because: {plain(order.command.reason or '', MAX_QUOTED)}."
            say += " That cannot be taken back."
        targets = tuple(
            Target(draft_id=one.card.id, content_hash=one.card.content_hash) for one in entries
        )
        return self._ask_about(order, targets, say)

    async def _one_of_all(self, order: Order, target: Target) -> Each:
        tenant_id, draft_id, digest = order.tenant_id, target.draft_id, target.content_hash
        try:
            if order.command.name is CommandName.APPROVE_ALL:
                approved = await self._approve(
                    tenant_id, draft_id, content_hash=digest, operator=order.operator
                )
                return Each(
                    draft_id=draft_id,
                    done=True,
                    sentence=_approval_said(approved),
                    held=bool(approved.refused),
                )
            await self._review.reject(
                tenant_id,
                draft_id,
                content_hash=digest,
                operator=order.operator,
                reason=order.command.reason or "",
            )
        except SalesAgentError as error:
            return Each(draft_id=draft_id, done=False, sentence=str(error))
        return Each(draft_id=draft_id, done=True, sentence="Rejected.")

    async def undo(self, order: Order) -> Answer:
        said = order.said
        wanted = said.undo or ((said.draft_id,) if said.draft_id else ())
        if not wanted:
            raise Refused("There is no approval to take back.")
        taken, why = [], ""
        for draft_id in wanted[:MAX_AT_ONCE]:
            why = await self._taken_back(order, draft_id)
            if not why:
                taken.append(draft_id)
        if not taken:
            raise Refused(why)
        say = "Taken back. It waits for your approval again; nothing was sent."
        if len(wanted) > 1:
            say = (
                f"Taken back: {drafts_said(len(taken))} of {len(wanted)}. Nothing of them was sent."
            )
        view = await self._drafts.view(order.tenant_id, taken[0])
        return await self._done(order, say, view, tell=False)

    async def _taken_back(self, order: Order, draft_id: DraftId) -> str:
        """Why it could not be; empty where it was."""
        view = await self._drafts.view(order.tenant_id, draft_id)
        draft, decisions = view.detail.draft, view.detail.decisions
        if self._schedule is None or draft.status is not DraftStatus.APPROVED:
            return f"There is no approval to take back. {STANDS[draft.status]}"
        last = decisions[-1] if decisions else None
        if last is None or last.verdict is not Verdict.APPROVED or last.by != order.operator:
            return "That approval is not yours. The draft's own page takes it back."
        if self._clock.now() - last.at > UNDO:
            return "The 30 seconds have passed. The draft's own page may still take it back."
        try:
            await self._schedule.cancel(order.tenant_id, draft_id, operator=order.operator)
        except Conflict:
            return "Too late: the mail is on its way."
        return ""

    def _must_ask(self, order: Order) -> bool:
        if order.agreed is not None:
            return False
        # What was transcribed is a model's reading of a sound, whoever reads the words then.
        reading = Interpretation(command=order.command, confidence=1.0)
        return must_be_confirmed(reading, read_by_model=order.by_model or order.said.spoken)

    def _ask(self, order: Order, drafts: Sequence[Draft], say: str) -> Answer:
        targets = tuple(
            Target(draft_id=one.id, content_hash=one.revision.content_hash) for one in drafts
        )
        return self._ask_about(order, targets, say)

    def _ask_about(self, order: Order, targets: tuple[Target, ...], say: str) -> Answer:
        pending = Pending(command=order.command, targets=targets, by_model=order.by_model)
        return Answer(
            heard=order.said.text,
            outcome=Outcome.CONFIRM,
            say=say,
            confirm=self._pending.ask(order.tenant_id, order.operator, pending),
        )

    async def _done(
        self, order: Order, say: str, view: DraftView | None, *, tell: bool = True
    ) -> Answer:
        draft = spoken_draft(view) if view else None
        if tell:
            say += f" Next: {draft.summary}" if draft else " Nothing else waits for you."
        return Answer(heard=order.said.text, outcome=Outcome.DONE, say=say, draft=draft)

    def _undo_of(self, draft_ids: tuple[DraftId, ...]) -> UndoOffer | None:
        if self._schedule is None:
            return None
        return UndoOffer(draft_ids=draft_ids, until=self._clock.now() + UNDO)


async def _acted(act: Awaitable[Result]) -> Result:
    try:
        return await act
    except InvalidInput as wrong:
        problems = "; ".join(f"{one.where} {one.what}" for one in wrong.problems)
        raise Refused(f"Nothing was done: {problems or wrong}.") from None
    except (Conflict, NotFound) as moved:
        raise Refused(f"Nothing was done: {moved}.", stale=True) from None


def _approval_said(approved: Approved) -> str:
    if approved.refused:
        reasons = "; ".join(reason.sentence.rstrip(".") for reason in approved.refused[:3])
        return f"Approved, and not sent because: {reasons}."
    if approved.send_at is not None:
        return "Approved. It goes out in 30 seconds; say undo to take it back."
    draft = approved.draft
    if draft.in_mailbox is None or draft.mailbox_is_behind:
        return "Approved. Its text is on its way to Gmail's drafts; nothing was sent."
    return "Approved. It is in Gmail's drafts; nothing was sent."


def _names(entries: Sequence[QueueEntry]) -> str:
    names = [plain(one.card.name or one.card.email, 40) for one in entries[:NAMES_SAID]]
    more = len(entries) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _left_out(blocked: int) -> str:
    if blocked == 1:
        return "1 is left out: something stops it."
    return f"{blocked} are left out: something stops them."
