"""Step 13: what a checker that is not the writer finds in the text, and in what was read."""

from __future__ import annotations

import attrs

from salesagent_core.domain.checking import check_text
from salesagent_core.domain.context import CheckedDraft
from salesagent_core.domain.draft import content_hash
from salesagent_core.domain.finding import INBOUND_PART
from salesagent_core.domain.safety.injection import inspect_inbound
from salesagent_core.use_cases.facts import Facts


def check_draft(facts: Facts) -> CheckedDraft:
    """Pure. Findings about the draft first, then signals in what strangers wrote."""
    written = facts.written
    subject, body = written.subject, written.body
    inbound = tuple(
        attrs.evolve(finding, part=INBOUND_PART)
        for mail in facts.conversation.mails
        for finding in inspect_inbound(mail.text).findings
    )
    return CheckedDraft(
        subject=subject,
        body=body,
        content_hash=content_hash(facts.lead.person.email, subject, body),
        claims=written.claims,
        findings=check_text(
            subject=subject,
            body=body,
            claims=written.claims,
            sources=written.sources,
            voice=facts.voice,
            tenant=facts.tenant,
            lead=facts.lead,
            language=facts.plan.language,
        )
        + facts.valid.findings
        + inbound,
    )
