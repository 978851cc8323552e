"""Step 2: find or create the contact and the company in the CRM."""

from __future__ import annotations

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.mail_host import registrable_domain
from salesagent_core.ports.crm import ContactHint, Crm
from salesagent_core.use_cases.facts import Facts


class ResolveContact:
    """Required: without a lead there is nobody to write to."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def __call__(self, facts: Facts) -> Lead:
        """The CRM's view of the lead, completed by what the form told."""
        form = facts.submission
        email = facts.valid.email
        private = judge_address(email).free
        hint = ContactHint(
            email=email,
            first_name=form.first_name,
            last_name=form.last_name,
            title=form.title,
            company_name=form.company_name,
            company_domain=None if private else registrable_domain(email.rpartition("@")[2]),
            phone=form.value("phone", "mobilephone", "phone_number"),
            country=form.value("country", "country_code", "hs_country"),
        )
        lead = await self._crm.resolve(form.tenant_id, hint)
        wanted = lead.company.domain in facts.tenant.target_accounts
        return attrs.evolve(lead, is_target_account=lead.is_target_account or wanted)
