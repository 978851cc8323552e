"""Step 15: a task for the owner and a note with the preview. Never holds the draft up."""

from __future__ import annotations

from salesagent_core.domain.context import CrmTaskRef
from salesagent_core.domain.message import draft_key
from salesagent_core.domain.scheduling import add_business_days
from salesagent_core.ports.crm import Crm, CrmTask
from salesagent_core.use_cases.facts import Facts

DUE_IN_BUSINESS_DAYS = 2
PREVIEW_CHARACTERS = 600


class CreateCrmTask:
    """Optional, and tried again later on its own; the key makes asking twice harmless."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def __call__(self, facts: Facts) -> CrmTaskRef:
        """The ids of the task and the note."""
        due = add_business_days(
            facts.valid.began_at.date(), DUE_IN_BUSINESS_DAYS, facts.tenant.country
        )
        preview = facts.checked.body[:PREVIEW_CHARACTERS]
        return await self._crm.ensure_task(
            facts.tenant.id,
            CrmTask(
                key=draft_key(facts.run.id),
                contact_crm_id=facts.lead.person.crm_id or "",
                title=f"Review the draft: {facts.checked.subject}",
                note=f"{facts.checked.subject}\n\n{preview}",
                due=due,
            ),
        )
