"""Decisions about drafts: what was decided, by whom, and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.errors import Reason
from salesagent_core.ids import DraftId


class Verdict(StrEnum):
    """Rules never reject; only a person does."""

    AUTO_APPROVED = "auto_approved"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    REJECTED = "rejected"


@attrs.frozen(kw_only=True)
class DecisionInput:
    """One value that a rule looked at, kept so that the decision can be read again later."""

    name: str
    value: str | float | bool | None


@attrs.frozen(kw_only=True)
class Decision:
    """``by`` is an operator's id or ``rule:NAME``/``policy``; bound to one revision's hash."""

    id: str
    draft_id: DraftId
    content_hash: str
    verdict: Verdict
    by: str
    at: datetime
    reasons: tuple[Reason, ...] = ()
    rule: str | None = None
    confidence: float | None = None
    inputs: tuple[DecisionInput, ...] = ()
