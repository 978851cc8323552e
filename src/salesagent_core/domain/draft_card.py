"""What a list shows of a draft, so that a list of thousands never opens the drafts themselves."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.priority import Priority
from salesagent_core.ids import DraftId

MAX_TEXT = 200
"""Characters of each text on a card; a name of 200 KB is no use in a list."""
MAX_ADDRESS = 320
"""No valid address is longer, so that a person is found again by the one on the card."""
MAX_GAPS = 8
_WEIGHT = {Severity.INFO: 0, Severity.REVIEW: 1, Severity.BLOCK: 2}


@attrs.frozen(kw_only=True)
class DraftCard:
    """``fit`` is 0..1; ``gaps`` say what is missing; ``severity`` is the worst finding's."""

    id: DraftId
    status: DraftStatus
    name: str
    company: str
    email: str
    subject: str
    tier: Tier
    fit: float
    priority: Priority
    content_hash: str
    revision_number: int
    submitted_at: datetime
    created_at: datetime
    updated_at: datetime
    gaps: tuple[str, ...] = ()
    severity: Severity | None = None
    snoozed_until: datetime | None = None


def card_of(draft: Draft) -> DraftCard:
    """The draft's card."""
    severities = [finding.severity for finding in draft.revision.findings]
    return DraftCard(
        id=draft.id,
        status=draft.status,
        name=_short(draft.lead.person.full_name),
        company=_short(draft.lead.company.name or ""),
        email=draft.lead.person.email[:MAX_ADDRESS],
        subject=_short(draft.revision.subject),
        tier=draft.fit.tier,
        fit=draft.fit.score,
        priority=draft.priority,
        content_hash=draft.revision.content_hash,
        revision_number=draft.revision.number,
        submitted_at=draft.submitted_at,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        gaps=tuple(_short(gap.gap) for gap in draft.degraded[:MAX_GAPS]),
        severity=max(severities, key=_WEIGHT.__getitem__, default=None),
        snoozed_until=draft.snoozed_until,
    )


def holds(card: DraftCard, words: tuple[str, ...]) -> bool:
    """Whether every word (case-folded) stands somewhere in name, company, address or subject."""
    text = f"{card.name}\n{card.company}\n{card.email}\n{card.subject}".casefold()
    return all(word in text for word in words)


def search_words(text: str) -> tuple[str, ...]:
    """The words of a search as ``holds`` takes them."""
    return tuple(text.casefold().split())


def _short(text: str) -> str:
    return text[:MAX_TEXT]
