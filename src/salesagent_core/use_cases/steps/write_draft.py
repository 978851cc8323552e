"""Step 12: have the mail written, from named sources and nothing else."""

from __future__ import annotations

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.checking import moved_claims
from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.draft import checked_text
from salesagent_core.domain.experiment import Occasion, treat
from salesagent_core.domain.mail_template import MailTemplate
from salesagent_core.domain.treatment import NO_TREATMENT, Treatment
from salesagent_core.errors import InvalidInput, UnusableOutput
from salesagent_core.ports.experiments import ActiveExperiments
from salesagent_core.ports.templates import Templates
from salesagent_core.ports.writer import Writer
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.sources import gather_sources

WRITING_TRIES = 2
"""A refusal or invalid output this many times parks the run for a person."""


class WriteDraft:
    """Required. What the writer may know is in the brief's sources; the next step checks it."""

    def __init__(
        self,
        writer: Writer,
        experiments: ActiveExperiments | None = None,
        templates: Templates | None = None,
    ) -> None:
        self._writer = writer
        self._experiments = experiments
        self._templates = templates

    async def __call__(self, facts: Facts) -> WrittenDraft:
        """Raises: UnusableOutput after the last try."""
        brief = self._brief(facts, await self._treatment(facts), await self._template(facts))
        for _ in range(WRITING_TRIES - 1):
            try:
                return await self._written(brief)
            except UnusableOutput:
                continue
        return await self._written(brief)

    async def _written(self, brief: Brief) -> WrittenDraft:
        written = await self._writer.write(brief)
        try:
            subject, body = checked_text(written.subject, written.body)
        except InvalidInput as error:
            raise UnusableOutput(f"the writer's text cannot be used: {error}") from error
        if body != written.body:
            # Line ends were made ours, which moves what comes after them.
            written = attrs.evolve(written, claims=moved_claims(written.claims, body))
        return attrs.evolve(
            written,
            subject=subject,
            body=body,
            sources=brief.sources,
            treatment=brief.treatment,
        )

    async def _treatment(self, facts: Facts) -> Treatment:
        """What our tests ask of this mail; the same for a person each time."""
        if self._experiments is None:
            return NO_TREATMENT
        tests = await self._experiments.active(facts.tenant.id)
        occasion = Occasion(
            tier=facts.fit.tier,
            language=facts.plan.language,
            intent=facts.plan.intent,
            ask=facts.plan.ask,
            replying=bool(facts.conversation.mails),
        )
        return treat(tests, fold_alias(facts.lead.person.email), occasion)

    async def _template(self, facts: Facts) -> MailTemplate | None:
        if self._templates is None:
            return None
        return await self._templates.for_lead(facts.tenant.id, facts.fit.tier)

    @staticmethod
    def _brief(facts: Facts, treatment: Treatment, template: MailTemplate | None) -> Brief:
        redraft = facts.run.redraft
        return Brief(
            to=facts.lead,
            sender_name=facts.tenant.sender_name,
            plan=facts.plan,
            voice=facts.voice,
            sources=gather_sources(facts, treatment, template),
            slots=facts.slots,
            reply_subject=facts.conversation.subject or None,
            previous_body=redraft.previous_body if redraft else None,
            instruction=redraft.instruction if redraft else None,
            tenant_id=facts.tenant.id,
            treatment=treatment,
        )
