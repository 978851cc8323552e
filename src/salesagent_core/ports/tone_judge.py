"""A second opinion on whether a text sounds like its sender."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import TenantId

MAX_NOTES = 5


@attrs.frozen(kw_only=True)
class ToneOpinion:
    """Advice for a person; no rule decides by it. ``score`` is 0 (another person) to 1."""

    score: float = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(1)])
    notes: tuple[str, ...] = ()


class ToneJudge(Protocol):
    """Beside the voice check, which counts; this one listens."""

    async def judge(
        self, tenant_id: TenantId, *, subject: str, body: str, voice: VoiceProfile
    ) -> ToneOpinion:
        """At most ``MAX_NOTES`` notes, each a sentence.

        Raises:
            UnusableOutput, Unavailable, RateLimited, NeedsReauth, OverBudget
        """
        ...
