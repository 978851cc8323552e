"""Step 9: how the sender writes."""

from __future__ import annotations

from salesagent_core.domain.voice import HOUSE_VOICE, VoiceProfile
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.facts import Facts


class LoadVoice:
    """Optional: the house's voice stands in."""

    def __init__(self, voices: Voices) -> None:
        self._voices = voices

    async def __call__(self, facts: Facts) -> VoiceProfile:
        """The mailbox's profile, or the house default where none was learned."""
        stored = await self._voices.load(facts.tenant.id, facts.tenant.mailbox)
        return stored or HOUSE_VOICE
