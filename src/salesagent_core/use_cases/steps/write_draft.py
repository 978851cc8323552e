"""Step 12: have the mail written, from named sources and nothing else."""

from __future__ import annotations

import attrs

from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.errors import UnusableOutput
from salesagent_core.ports.writer import Writer
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.sources import gather_sources

WRITING_TRIES = 2
"""A refusal or invalid output this many times parks the run for a person."""


class WriteDraft:
    """Required. What the writer may know is in the brief's sources; the next step checks it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def __call__(self, facts: Facts) -> WrittenDraft:
        """Raises: UnusableOutput after the last try."""
        brief = self._brief(facts)
        for _ in range(WRITING_TRIES - 1):
            try:
                return self._signed(await self._writer.write(brief), brief)
            except UnusableOutput:
                continue
        return self._signed(await self._writer.write(brief), brief)

    @staticmethod
    def _signed(written: WrittenDraft, brief: Brief) -> WrittenDraft:
        return attrs.evolve(written, sources=brief.sources)

    @staticmethod
    def _brief(facts: Facts) -> Brief:
        redraft = facts.run.redraft
        return Brief(
            to=facts.lead,
            sender_name=facts.tenant.sender_name,
            plan=facts.plan,
            voice=facts.voice,
            sources=gather_sources(facts),
            slots=facts.slots,
            reply_subject=facts.conversation.subject or None,
            previous_body=redraft.previous_body if redraft else None,
            instruction=redraft.instruction if redraft else None,
        )
