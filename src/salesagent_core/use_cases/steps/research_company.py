"""Step 3: what past notes say about the company and its competitors."""

from __future__ import annotations

from salesagent_core.domain.context import CompanyNotes
from salesagent_core.ports.crm import Crm
from salesagent_core.use_cases.facts import Facts


class ResearchCompany:
    """Optional: without notes the draft knows less, and says no more than it knows."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def __call__(self, facts: Facts) -> CompanyNotes:
        """The notes on the contact and the company, newest first."""
        return await self._crm.company_notes(facts.tenant.id, facts.lead)
