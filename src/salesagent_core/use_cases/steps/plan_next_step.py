"""Step 11: what this mail should ask for."""

from __future__ import annotations

from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.planning import plan_next_step as plan
from salesagent_core.use_cases.facts import Facts


def plan_next_step(facts: Facts) -> NextStep:
    """Pure: from intent, stage and history."""
    return plan(
        message=facts.submission.message,
        conversation=facts.conversation,
        fit=facts.fit,
        is_customer=facts.lead.is_customer,
        has_slots=facts.slots is not None,
        default_language=facts.lead.person.language or facts.tenant.language,
    )
