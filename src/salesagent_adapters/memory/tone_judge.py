"""A tone judge by rule: what the voice check finds, as a score and sentences."""

from __future__ import annotations

from salesagent_adapters.memory.faults import Faults
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.voice import VoiceProfile, check_voice
from salesagent_core.ids import TenantId
from salesagent_core.ports.tone_judge import MAX_NOTES, ToneOpinion

_COSTS = {Severity.INFO: 0.05, Severity.REVIEW: 0.15, Severity.BLOCK: 0.3}


class MemoryToneJudge:
    """The tone judge port without a model."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()

    async def judge(
        self,
        tenant_id: TenantId,  # noqa: ARG002 - who pays; nobody does here
        *,
        subject: str,
        body: str,
        voice: VoiceProfile,
    ) -> ToneOpinion:
        """See ``ToneJudge.judge``."""
        async with self._faults.around("tone_judge.judge"):
            findings = check_voice(subject, body, voice)
        score = max(0.0, 1.0 - sum(_COSTS[finding.severity] for finding in findings))
        sentences = tuple(dict.fromkeys(finding.sentence for finding in findings))
        return ToneOpinion(score=round(score, 2), notes=sentences[:MAX_NOTES])
