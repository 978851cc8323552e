"""One request or job is one transaction: begun here, committed once, at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from salesagent_core.domain.approval import Decision
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Draft, Revision
from salesagent_core.domain.run import DeadLetter, JournalEntry, Lease, Redraft, Run
from salesagent_core.domain.sending.suppression import Suppression
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.approvals import (
    ApprovedRecipients,
    RuleBook,
    Thresholds,
    TrustLedger,
)
from salesagent_core.ports.outcome_watches import WatchList
from salesagent_core.ports.outcomes import LearningLedger, OutcomeStore
from salesagent_core.ports.send_ledger import SendLedger
from salesagent_core.ports.send_switches import SendSwitches
from salesagent_core.ports.suppressions import RecipientRules, Suppressions


class DraftStore(Protocol):
    """Drafts of one tenant. ``lock=True`` holds the row until the transaction ends."""

    async def get(self, draft_id: DraftId, *, lock: bool = False) -> Draft:
        """Raises: NotFound."""
        ...

    async def by_run(self, run_id: RunId, *, lock: bool = False) -> Draft | None:
        """The draft that a run made, if it made one yet."""
        ...

    async def add(self, draft: Draft) -> None:
        """Store a new draft with its first revision. Raises: Conflict when the run has one."""
        ...

    async def save(self, draft: Draft) -> None:
        """Store the changed draft; a revision number not stored yet becomes a new revision."""
        ...

    async def revisions(self, draft_id: DraftId) -> tuple[Revision, ...]:
        """All revisions, oldest first."""
        ...


class DecisionLog(Protocol):
    """Append-only."""

    async def add(self, decision: Decision) -> None: ...

    async def of_draft(self, draft_id: DraftId) -> tuple[Decision, ...]:
        """Oldest first."""
        ...


class RunStore(Protocol):
    """Runs of one tenant, outside of a worker's lease."""

    async def get(self, run_id: RunId, *, lock: bool = False) -> Run:
        """Raises: NotFound."""
        ...

    async def begin_pass(self, run_id: RunId, redraft: Redraft) -> Run:
        """Trigger the run again: the next pass number, the journal carried over except
        ``REWRITTEN_STEPS``, the lease of whoever works on it revoked. Raises: NotFound."""
        ...

    async def resume(self, run_id: RunId) -> Run:
        """Make a waiting or failed run due now, with its attempts counted from 0 again.

        Raises: NotFound; Conflict when it is completed."""
        ...


class AuditTrail(Protocol):
    """Append-only."""

    async def add(self, event: AuditEvent) -> None: ...


class DeadLetters(Protocol):
    """Work that gave up, until a person settles it."""

    async def get(self, letter_id: str, *, lock: bool = False) -> DeadLetter:
        """Raises: NotFound."""
        ...

    async def save(self, letter: DeadLetter) -> None:
        """Store its new state."""
        ...

    async def requeue(self, letter: DeadLetter) -> None:
        """Make the given-up CRM event, draft or send (``subject_kind`` ``crm_event``, ``draft`` or
        ``send``) due again, with its attempts counted from 0. Raises: NotFound."""
        ...


class Transaction(Protocol):
    """What may be done together. Nothing inside commits midway."""

    @property
    def drafts(self) -> DraftStore: ...
    @property
    def decisions(self) -> DecisionLog: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def dead_letters(self) -> DeadLetters: ...

    async def record(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        """Journal step results in this same transaction. Raises: LeaseLost."""
        ...


class ApprovalHook(Protocol):
    """What else happens in the transaction that approves a draft: its send may be scheduled."""

    async def __call__(
        self, tx: Transaction, draft: Draft, *, by: str, automatic: bool
    ) -> None: ...


class ReviewHook(Protocol):
    """What else happens in the transaction in which a person decides about a draft."""

    async def __call__(self, tx: Transaction, draft: Draft, decision: Decision) -> None: ...


class UnitOfWork(Protocol):
    """Begins transactions that see one tenant's rows only."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Transaction]:
        """Commits when the block ends well, rolls back when it raises.

        Raises: Unavailable when the database cannot be reached or the commit's fate is unknown.
        """
        ...


class SendingTransaction(Transaction, Protocol):
    """A transaction that may also do what sending needs."""

    @property
    def sends(self) -> SendLedger: ...
    @property
    def switches(self) -> SendSwitches: ...
    @property
    def suppressions(self) -> Suppressions: ...
    @property
    def recipients(self) -> RecipientRules: ...
    @property
    def trust(self) -> TrustLedger: ...


class SuppressionHook(Protocol):
    """What else happens in the transaction that puts somebody on the do-not-contact list."""

    async def __call__(
        self, tx: SendingTransaction, tenant_id: TenantId, entry: Suppression
    ) -> None: ...


class SettingHook(Protocol):
    """What else happens in the transaction that changes a setting: its history is kept."""

    async def __call__(
        self,
        tx: SendingTransaction,
        name: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        *,
        who: str,
        why: str,
        now: datetime,
    ) -> None: ...


class SendingWork(Protocol):
    """Begins transactions of one tenant in which sends are prepared, started and settled."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[SendingTransaction]:
        """As ``UnitOfWork.begin``; ``EVERY_TENANT`` sees only what is set for all tenants."""
        ...


class DecidingTransaction(SendingTransaction, Protocol):
    """A transaction that may also decide what goes alone."""

    @property
    def rules(self) -> RuleBook: ...
    @property
    def thresholds(self) -> Thresholds: ...
    @property
    def approved_recipients(self) -> ApprovedRecipients: ...
    @property
    def learning(self) -> LearningLedger: ...


class DecidingWork(Protocol):
    """Begins transactions of one tenant in which trust is given, used and taken away."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[DecidingTransaction]:
        """As ``UnitOfWork.begin``."""
        ...


class OutcomeTransaction(DecidingTransaction, Protocol):
    """A transaction that may also record what became of mail, with all that follows from it."""

    @property
    def outcomes(self) -> OutcomeStore: ...
    @property
    def watches(self) -> WatchList: ...


class OutcomeWork(Protocol):
    """Begins transactions of one tenant in which outcomes are recorded."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[OutcomeTransaction]:
        """As ``UnitOfWork.begin``."""
        ...
