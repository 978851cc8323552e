"""What may be approved alone: a tenant's rules, thresholds, earned trust, approved recipients.

Each store is one tenant's, inside one transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.approval_rules import Rule
from salesagent_core.domain.autonomy import Segment, SegmentState, Stage
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import Answer
from salesagent_core.ids import DraftId


@attrs.frozen(kw_only=True)
class StoredRule:
    """A rule as it is kept. ``built_in`` rules are switched and moved, never rewritten."""

    id: str
    rule: Rule
    built_in: bool
    changed_at: datetime
    changed_by: str


class RuleBook(Protocol):
    """All rules of the tenant; the built-in ones are there from the first look."""

    async def all(self, *, lock: bool = False) -> tuple[StoredRule, ...]:
        """In the order in which they are tried. With ``lock`` nobody else changes any of them
        until this transaction ends."""
        ...

    async def add(self, rule: StoredRule) -> None:
        """Raises: Conflict when there is a rule of that name."""
        ...

    async def save(self, rule: StoredRule) -> None:
        """Raises: NotFound."""
        ...

    async def remove(self, rule_id: str) -> None:
        """Raises: NotFound."""
        ...


@attrs.frozen(kw_only=True)
class StoredThreshold:
    """``scope`` is ``TENANT_SCOPE``, or ``operator:ID`` for one operator's stricter wish."""

    scope: str
    value: float
    changed_at: datetime
    changed_by: str


TENANT_SCOPE = "tenant"
OPERATOR_SCOPE = "operator:"


class Thresholds(Protocol):
    """The confidence that is needed, as set by people; nothing means the setting's default."""

    async def all(self, *, lock: bool = False) -> tuple[StoredThreshold, ...]:
        """By scope. With ``lock`` nobody else sets one until this transaction ends."""
        ...

    async def put(self, threshold: StoredThreshold) -> None: ...

    async def remove(self, scope: str) -> None:
        """Forget it; nothing happens where none is set."""
        ...


@attrs.frozen(kw_only=True)
class ShadowVerdict:
    """What a rule in shadow would have decided, and, once there is one, the operator's answer.

    Only a verdict that would have approved counts as evidence. ``era`` is its segment's when it
    was given: an older one is history.
    """

    decision_id: str
    draft_id: DraftId
    segment: Segment
    era: int
    verdict: Verdict
    content_hash: str
    at: datetime
    answer: Answer | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


class TrustLedger(Protocol):
    """Where each segment stands, and the verdicts that it stands on."""

    async def get(self, segment: Segment, *, lock: bool = False) -> SegmentState:
        """The state with its counts; a segment nobody spoke of is manual. With ``lock`` nobody
        else moves it, and no approval relies on it, until this transaction ends."""
        ...

    async def hold(self, segment: Segment) -> Stage:
        """The stage as committed now; nobody moves it until this transaction ends."""
        ...

    async def of_tier(self, tier: Tier) -> tuple[tuple[str, Stage], ...]:
        """Each rule's stage in this tier, manual ones left out."""
        ...

    async def all(self) -> tuple[SegmentState, ...]:
        """Every segment that was ever moved, by name."""
        ...

    async def save(self, state: SegmentState) -> None:
        """Store stage, era and last change; counts follow from the verdicts."""
        ...

    async def note(self, verdict: ShadowVerdict) -> None:
        """Store it, as it stands in the decision log already."""
        ...

    async def verdicts(self, draft_id: DraftId) -> tuple[ShadowVerdict, ...]:
        """Those about one draft, oldest first."""
        ...

    async def disagreements(self, *, limit: int) -> tuple[ShadowVerdict, ...]:
        """Those that would have approved where an operator did something else, newest answer
        first; those of the present evidence only."""
        ...

    async def answer(self, decision_id: str, answer: Answer, by: str, at: datetime) -> None:
        """The operator's latest answer to a verdict. Raises: NotFound."""
        ...

    async def last_mail_to(self, email: str) -> DraftId | None:
        """The draft that was last sent to this person, if any was; it may be gone since."""
        ...

    async def went_alone(self, draft_id: DraftId) -> Segment | None:
        """The segment whose trust sent this draft's mail without a person; None where a person
        did, or no mail is known."""
        ...


class ApprovedRecipients(Protocol):
    """People whom a manual approval reached with a positive outcome. Found by keyed digest."""

    async def holds(self, email: str) -> bool:
        """Whether the person is on the list, whatever the alias."""
        ...

    async def add(self, email: str, draft_id: DraftId, cause: str, at: datetime) -> bool:
        """Put the person there; False when they are there already. ``cause`` is an outcome."""
        ...

    async def remove(self, email: str) -> bool:
        """Take the person off; False when they were not there."""
        ...
