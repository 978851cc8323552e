"""Step 10: how well the lead fits the ideal customer profile, with reasons."""

from __future__ import annotations

from salesagent_core.domain.icp import Fit, IcpProfile
from salesagent_core.domain.icp import score_fit as score
from salesagent_core.use_cases.facts import Facts


def score_fit(facts: Facts) -> Fit:
    """Pure: the lead as the CRM knows it against the tenant's profile."""
    return score(facts.lead, IcpProfile.of(facts.tenant))
