"""What is found in a text that a person put in the place of a draft's."""

from __future__ import annotations

from salesagent_core.domain.checking import check_text, moved_claims
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.evidence import Claim
from salesagent_core.domain.finding import INBOUND_PART, Finding
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import VoiceProfile


def check_edit(
    draft: Draft, subject: str, body: str, *, voice: VoiceProfile, tenant: Tenant
) -> tuple[tuple[Claim, ...], tuple[Finding, ...]]:
    """A person's text for ``draft``: the claims that still stand in it, and all that is found in
    it; what was found in the inbound form stays found."""
    claims = moved_claims(draft.revision.claims, body)
    found = check_text(
        subject=subject,
        body=body,
        claims=claims,
        sources=draft.sources,
        voice=voice,
        tenant=tenant,
        lead=draft.lead,
        language=draft.plan.language,
    )
    inbound = tuple(each for each in draft.revision.findings if each.part == INBOUND_PART)
    return claims, found + inbound
