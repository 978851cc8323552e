"""Everything that is checked about a text before a person or a rule decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salesagent_core.domain.evidence import Claim, Source, SourceKind
from salesagent_core.domain.finding import Finding, outside_of
from salesagent_core.domain.grounding.check import check_grounding
from salesagent_core.domain.grounding.held_phrases import without_held_phrases
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.safety.injection import inspect_inbound
from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.titles.title import read_title
from salesagent_core.domain.voice import VoiceProfile, check_voice

WARM_LANGUAGES = ("en", "de", "fr", "es")


def check_text(
    *,
    subject: str,
    body: str,
    claims: Sequence[Claim],
    sources: Sequence[Source],
    voice: VoiceProfile,
    tenant: Tenant,
    lead: Lead,
    language: str,
) -> tuple[Finding, ...]:
    """Safety, grounding and voice findings of one text, in that order; offsets into ``body``.

    The same for the writer's text and for an operator's edit, so that neither can say what the
    other may not.
    """
    own = {tenant.mailbox, lead.person.email}
    names = [
        name
        for name in (
            lead.person.first_name,
            lead.person.last_name,
            lead.company.name,
            tenant.sender_name,
            tenant.name,
        )
        if name
    ]
    policy = SafetyPolicy(
        allowed_addresses=frozenset(address.lower() for address in own),
        link_hosts=frozenset(tenant.link_hosts),
    )
    safety = tuple(_but_offered_files(inspect_text(subject, body, policy), body, sources))
    ungrounded = check_grounding(
        body, sources, claims, subject=subject, allowed_names=names, language=language
    )
    texts = {"subject": subject, "body": body}
    safety = tuple(without_held_phrases(safety, texts, sources, ungrounded))
    return (*safety, *outside_of(ungrounded, safety), *check_voice(subject, body, voice))


def _but_offered_files(
    findings: Sequence[Finding], body: str, sources: Sequence[Source]
) -> Iterator[Finding]:
    """A file of an allowed folder may be linked by its own address, and that address alone: its
    host holds everybody's files."""
    offered = {each.url for each in sources if each.kind is SourceKind.ASSET and each.citable}
    for finding in findings:
        written = body[finding.start : finding.end] if finding.part == "body" else None
        if finding.code != "link_not_allowed" or written not in offered:
            yield finding


def warm_up() -> None:
    """Load the word lists and compile the patterns of every language now, about two seconds of
    work, so that the first draft of a process does not wait for them."""
    for language in WARM_LANGUAGES:
        inspect_inbound("Hello")
        inspect_text("", "Hello", SafetyPolicy())
        check_grounding("we have 3 vans.\n\nthey run.", (), language=language)
    read_title("Head of Sales")


def moved_claims(claims: Sequence[Claim], body: str) -> tuple[Claim, ...]:
    """The claims that still stand word for word in an edited body, at their new places."""
    kept = []
    for claim in claims:
        start = body.find(claim.text)
        if start >= 0:
            kept.append(
                Claim(
                    text=claim.text,
                    start=start,
                    end=start + len(claim.text),
                    source_ids=claim.source_ids,
                )
            )
    return tuple(kept)
