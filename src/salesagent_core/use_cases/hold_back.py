"""What becomes of an attempt that may not be sent now."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.sending.attempt import LEVEL_RECHECK, AttemptStatus, SendAttempt
from salesagent_core.errors import LeaseLost, Reason
from salesagent_core.ports.unit_of_work import SendingTransaction
from salesagent_core.use_cases.settler import SYSTEM, Settler


class HoldBack:
    """Lets an attempt wait, or ends it, in the caller's transaction."""

    def __init__(self, settler: Settler) -> None:
        self._settler = settler

    async def current(self, tx: SendingTransaction, claimed: SendAttempt) -> SendAttempt:
        """The attempt's row, locked.

        Raises:
            LeaseLost: another worker holds it by now.
        """
        current = await tx.sends.get(claimed.id, lock=True)
        if current.token != claimed.token or current.status is not claimed.status:
            raise LeaseLost("another worker holds this send now")
        return current

    async def wait(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        until: datetime,
        why: tuple[Reason, ...],
        now: datetime,
    ) -> None:
        """It is looked at again then; ``why`` is what a person reads meanwhile."""
        await tx.sends.save(attrs.evolve(attempt, due_at=until, waiting=why, updated_at=now))
        if [each.code for each in why] != [each.code for each in attempt.waiting]:
            codes = ",".join(each.code for each in why)
            await self._settler.audit(tx, attempt, "send.waiting", now, detail=(("codes", codes),))

    async def cancel(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft | None,
        now: datetime,
        why: str,
        *,
        actor: str = SYSTEM,
    ) -> None:
        """It is over, and the draft is stored as it is given (None: it stays)."""
        if draft is not None:
            await tx.drafts.save(draft)
        await self._settler.move(
            tx,
            attempt,
            None,
            AttemptStatus.CANCELLED,
            now,
            actor=actor,
            detail=(("why", why),),
        )

    async def unless_level(
        self, tx: SendingTransaction, attempt: SendAttempt, draft: Draft, now: datetime
    ) -> bool:
        """Hold it back unless attempt, draft and mailbox mean the same text; True when it was."""
        if not is_for(attempt, draft):
            await self.cancel(tx, attempt, None, now, "the draft moved on")
            return True
        if draft.mailbox_is_behind or not _has_handle(attempt, draft):
            await self._behind(tx, attempt, draft, now)
            return True
        return False

    async def _behind(
        self, tx: SendingTransaction, attempt: SendAttempt, draft: Draft, now: datetime
    ) -> None:
        """Our own text is on its way into the mailbox, perhaps as another draft there."""
        handle = draft.in_mailbox
        if handle is not None:
            attempt = attrs.evolve(
                attempt, mailbox_draft_id=handle.draft_id, thread_id=handle.thread_id
            )
        why = Reason(code="mailbox_behind", sentence="the mailbox holds an older text still")
        await self.wait(tx, attempt, now + LEVEL_RECHECK, (why,), now)


def is_for(attempt: SendAttempt, draft: Draft) -> bool:
    """True when it would send exactly what was approved."""
    return (
        draft.status is DraftStatus.APPROVED and draft.revision.content_hash == attempt.content_hash
    )


def _has_handle(attempt: SendAttempt, draft: Draft) -> bool:
    """True when it would send the draft that the mailbox holds for us."""
    handle = draft.in_mailbox
    return handle is not None and handle.draft_id == attempt.mailbox_draft_id
