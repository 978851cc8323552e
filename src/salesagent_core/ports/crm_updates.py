"""What we know about a contact, written back into the CRM."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class ContactJudgement:
    """What is to be written; None leaves what the CRM holds. ``icp_fit`` is 0..100."""

    contact_crm_id: str
    segment: str | None = None
    icp_fit: float | None = None
    last_outcome: OutcomeType | None = None


@attrs.frozen(kw_only=True)
class MissingProperty:
    """A property that a person has to create there. ``kind`` is ``text`` or ``number``."""

    name: str
    label: str
    kind: str

    @property
    def sentence(self) -> str:
        """What to do about it."""
        return f"Create the contact property {self.name} ({self.label}, {self.kind})."


@attrs.frozen(kw_only=True)
class UpdateReport:
    """Which properties were written, and which could not be because they do not exist."""

    written: tuple[str, ...] = ()
    missing: tuple[MissingProperty, ...] = ()


class CrmUpdates(Protocol):
    """Writes judgements where the CRM has a place for them."""

    async def write_judgement(
        self, tenant_id: TenantId, judgement: ContactJudgement
    ) -> UpdateReport:
        """Write what the CRM has properties for; the rest is named in the report.

        Raises:
            NotFound: no such contact. Rejected, RateLimited, Unavailable, NeedsReauth
        """
        ...
