"""The barrier before the one request: in one transaction, all that may forbid it."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.draft import Draft, overtaken
from salesagent_core.domain.sending.attempt import (
    BEFORE_RESTORE,
    SEND_LEASE,
    STOPPED_RECHECK,
    AttemptStatus,
    SendAttempt,
    after_restore,
    same_text,
    with_files,
)
from salesagent_core.domain.sending.gate import (
    DRAFT_ONLY,
    STOPPED,
    GateVerdict,
    Restored,
    SendPermission,
    SwitchState,
)
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import HOUSE_VOICE, VoiceProfile
from salesagent_core.ports.mail_sender import HeldDraft
from salesagent_core.ports.run_watch import RunWatch
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.adopt_edit import adopt_edit, in_review
from salesagent_core.use_cases.ask_gate import ask_gate, slot_keys
from salesagent_core.use_cases.hold_back import HoldBack
from salesagent_core.use_cases.send_look import Seen
from salesagent_core.use_cases.settler import MAILBOX, SYSTEM, Settler


@attrs.frozen(kw_only=True)
class _Rows:
    """The rows that decide about an attempt, locked in one transaction at ``now``."""

    tx: SendingTransaction
    switches: SwitchState
    draft: Draft
    attempt: SendAttempt
    now: datetime


@attrs.frozen(kw_only=True)
class _CalledOff:
    """An attempt called off: what its draft becomes, why, and who caused it."""

    draft: Draft
    why: str
    actor: str = SYSTEM


class SendBarrier:
    """Nothing is sent that did not pass it, and nobody passes it twice with one attempt."""

    def __init__(
        self,
        *,
        work: SendingWork,
        tenants: TenantDirectory,
        voices: Voices,
        permission: SendPermission,
        watch: RunWatch,
        settler: Settler,
        hold: HoldBack,
    ) -> None:
        self._work = work
        self._tenants = tenants
        self._voices = voices
        self._permission = permission
        self._watch = watch
        self._settler = settler
        self._hold = hold

    async def __call__(
        self, attempt: SendAttempt, held: HeldDraft, seen: Seen
    ) -> SendAttempt | None:
        """The attempt under its fencing token when it may be sent now, by us; else None."""
        tenant = await self._tenants.get(attempt.tenant_id)
        voice = await self._voices.load(tenant.id, attempt.mailbox) or HOUSE_VOICE
        async with self._work.begin(attempt.tenant_id) as tx:
            rows = await self._lock(tx, attempt)
            if await self._hold.unless_level(tx, rows.attempt, rows.draft, rows.now):
                return None
            called = _called_off(rows, held, seen, tenant=tenant, voice=voice)
            if called is not None:
                await self._hold.cancel(
                    tx, rows.attempt, called.draft, rows.now, called.why, actor=called.actor
                )
                return None
            verdict = await ask_gate(
                tx,
                rows.draft,
                tenant=tenant,
                permission=self._permission,
                switches=rows.switches,
                automatic=rows.attempt.automatic,
                besides=rows.attempt.id,
            )
            if not verdict.allowed:
                await self._refused(tx, rows.attempt, rows.draft, verdict, rows.now)
                return None
            return await self._start(rows, held, seen)

    async def _lock(self, tx: SendingTransaction, attempt: SendAttempt) -> _Rows:
        switches = await tx.switches.state(hold=True)
        draft = await tx.drafts.get(attempt.draft_id, lock=True)
        current = await self._hold.current(tx, attempt)
        return _Rows(
            tx=tx, switches=switches, draft=draft, attempt=current, now=await tx.sends.now()
        )

    async def _start(self, rows: _Rows, held: HeldDraft, seen: Seen) -> SendAttempt:
        await rows.tx.sends.take(rows.attempt.id, slot_keys(rows.draft))
        ready = attrs.evolve(
            rows.attempt,
            thread_id=held.thread_id,
            history_point=seen.point,
            started_at=rows.now,
            present_at=None,
            missing_at=None,
        )
        return await self._settler.move(
            rows.tx,
            ready,
            rows.draft,
            AttemptStatus.SENDING,
            rows.now,
            due_at=rows.now + SEND_LEASE,
        )

    async def _refused(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft,
        verdict: GateVerdict,
        now: datetime,
    ) -> None:
        self._watch.refused([reason.code for reason in verdict.reasons])
        if verdict.has(STOPPED):
            stopped = [reason for reason in verdict.reasons if reason.code == STOPPED]
            others = [reason for reason in verdict.reasons if reason.code != STOPPED]
            await self._hold.wait(tx, attempt, now + STOPPED_RECHECK, (*stopped, *others), now)
        elif verdict.may_go_at is not None:
            await self._hold.wait(tx, attempt, verdict.may_go_at, verdict.reasons, now)
        else:
            # In DRAFT_ONLY an approved draft stays approved; anything else is for a person.
            only_mode = {reason.code for reason in verdict.reasons} == {DRAFT_ONLY}
            back = None if only_mode else in_review(draft, now)
            codes = ",".join(reason.code for reason in verdict.reasons)
            await self._hold.cancel(tx, attempt, back, now, codes)


def _called_off(
    rows: _Rows, held: HeldDraft, seen: Seen, *, tenant: Tenant, voice: VoiceProfile
) -> _CalledOff | None:
    """What a person or a customer did since the approval that it does not cover."""
    draft, now = rows.draft, rows.now
    if not same_text(draft, held.to, held.subject, held.text):
        edited = adopt_edit(draft, held, tenant=tenant, voice=voice, now=now)
        return _CalledOff(draft=edited, why="edited_in_mailbox", actor=MAILBOX)
    if held.attachments:
        return _CalledOff(draft=with_files(draft, now), why="files_attached")
    stale = overtaken(draft, seen.written, now)
    if stale is not draft:
        return _CalledOff(draft=stale, why="new_mail_in_thread")
    unsure = _unsure(draft, rows.attempt, rows.switches.restored, seen.answered, now)
    if unsure is not draft:
        return _CalledOff(draft=unsure, why="before_restore")
    return None


def _unsure(
    draft: Draft,
    attempt: SendAttempt,
    restored: Restored | None,
    answered: tuple[str, ...],
    now: datetime,
) -> Draft:
    """The draft, in review where its form may have been answered before a restore and nobody has
    seen the mark yet: no rule decides about such a one, nor does an approval in haste."""
    if restored is None or not restored.may_have_answered(draft.submitted_at):
        return draft
    unseen = bool(answered) and BEFORE_RESTORE not in draft.degraded
    return after_restore(draft, now) if attempt.automatic or unseen else draft
