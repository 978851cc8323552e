"""What a run knows: its submission, its tenant, and the results of the steps done so far.

A step reads facts and returns one result; the engine adds the result to the facts of the steps
after it. Facts are rebuilt from the journal when another worker takes over, so nothing may be
kept anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from salesagent_core.domain.context import (
    Assets,
    CheckedDraft,
    CompanyNotes,
    Recollections,
    ValidSubmission,
    WrittenDraft,
)
from salesagent_core.domain.conversation import Conversation, ThreadsFound
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.icp import Fit
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.run import Degradation, Run
from salesagent_core.domain.scheduling import SlotOffer
from salesagent_core.domain.submission import Submission
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import HOUSE_VOICE, VoiceProfile

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Facts:
    """``results`` maps step names to what they left; a degraded step has no result there."""

    run: Run
    submission: Submission
    tenant: Tenant
    results: Mapping[str, object] = attrs.field(factory=dict)
    degraded: tuple[Degradation, ...] = ()

    def _required(self, step: str, kind: type[T]) -> T:
        value = self.results.get(step)
        if not isinstance(value, kind):
            raise LookupError(f"step {step} left no {kind.__name__}")
        return value

    def _optional(self, step: str, default: T) -> T:
        value = self.results.get(step)
        return value if isinstance(value, type(default)) else default

    @property
    def valid(self) -> ValidSubmission:
        """Step 1's result."""
        return self._required("validate_submission", ValidSubmission)

    @property
    def lead(self) -> Lead:
        """Step 2's result."""
        return self._required("resolve_contact", Lead)

    @property
    def company_notes(self) -> CompanyNotes:
        """Step 3's result; empty when it was degraded."""
        return self._optional("research_company", CompanyNotes())

    @property
    def threads(self) -> ThreadsFound:
        """Step 4's result."""
        return self._required("search_threads", ThreadsFound)

    @property
    def conversation(self) -> Conversation:
        """Step 5's result: empty where there is no earlier thread with this person."""
        return self._required("read_thread", Conversation)

    @property
    def recollections(self) -> Recollections:
        """Step 6's result; empty when it was degraded."""
        return self._optional("recall_memory", Recollections())

    @property
    def assets(self) -> Assets:
        """Step 7's result; empty when it was degraded."""
        return self._optional("find_assets", Assets())

    @property
    def slots(self) -> SlotOffer | None:
        """Step 8's result; None when the calendar could not be read: then none are offered."""
        value = self.results.get("propose_slots")
        return value if isinstance(value, SlotOffer) and value.slots else None

    @property
    def voice(self) -> VoiceProfile:
        """Step 9's result; the house's voice when it was degraded."""
        return self._optional("load_voice", HOUSE_VOICE)

    @property
    def fit(self) -> Fit:
        """Step 10's result."""
        return self._required("score_fit", Fit)

    @property
    def plan(self) -> NextStep:
        """Step 11's result."""
        return self._required("plan_next_step", NextStep)

    @property
    def written(self) -> WrittenDraft:
        """Step 12's result."""
        return self._required("write_draft", WrittenDraft)

    @property
    def checked(self) -> CheckedDraft:
        """Step 13's result."""
        return self._required("check_draft", CheckedDraft)

    @property
    def mailbox_draft(self) -> MailboxDraft:
        """Step 14's result."""
        return self._required("create_draft", MailboxDraft)
