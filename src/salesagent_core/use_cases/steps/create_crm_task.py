"""Step 15: a task for the owner, a note with the preview, and what we think of the lead.

Never holds the draft up.
"""

from __future__ import annotations

import attrs

from salesagent_core.domain.context import CrmTaskRef
from salesagent_core.domain.scheduling import add_business_days
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ports.crm import Crm, CrmTask
from salesagent_core.ports.crm_updates import ContactJudgement, CrmUpdates
from salesagent_core.use_cases.facts import Facts

DUE_IN_BUSINESS_DAYS = 2
PREVIEW_CHARACTERS = 600


class CreateCrmTask:
    """Optional, and tried again later on its own; the key makes asking twice harmless."""

    def __init__(self, crm: Crm, updates: CrmUpdates | None = None) -> None:
        self._crm = crm
        self._updates = updates

    async def __call__(self, facts: Facts) -> CrmTaskRef:
        """The ids of the task and the note. The lead's tier and fit are written where the CRM has
        properties for them."""
        due = add_business_days(
            facts.valid.began_at.date(), DUE_IN_BUSINESS_DAYS, facts.tenant.country
        )
        preview = facts.checked.body[:PREVIEW_CHARACTERS]
        made = await self._crm.ensure_task(
            facts.tenant.id,
            CrmTask(
                key=draft_key(facts.run.id),
                contact_crm_id=facts.lead.person.crm_id or "",
                title=f"Review the draft: {facts.checked.subject}",
                note=f"{facts.checked.subject}\n\n{preview}",
                due=due,
            ),
        )
        return attrs.evolve(made, not_written=await self._write_back(facts))

    async def _write_back(self, facts: Facts) -> tuple[str, ...]:
        """Sentences about what could not be written; the task stands in any case."""
        if self._updates is None:
            return ()
        judgement = ContactJudgement(
            contact_crm_id=facts.lead.person.crm_id or "",
            segment=facts.fit.tier.value,
            icp_fit=facts.fit.score * 100,
        )
        try:
            report = await self._updates.write_judgement(facts.tenant.id, judgement)
        except (NotFound, Rejected) as error:
            return (str(error),)
        return tuple(one.sentence for one in report.missing)
