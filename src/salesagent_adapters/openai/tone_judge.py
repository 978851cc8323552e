"""Listens to whether a text sounds like its sender: advice for a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from salesagent_adapters.openai.answers import Contract
from salesagent_adapters.openai.asking import Asker, Question
from salesagent_adapters.openai.fence import Fence
from salesagent_adapters.openai.material import voice_of
from salesagent_adapters.openai.prompts import JUDGE_TONE, load
from salesagent_adapters.openai.schemas import TONE
from salesagent_core.domain.draft import MAX_BODY, MAX_SUBJECT
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import TenantId
from salesagent_core.ports.tone_judge import MAX_NOTES, ToneOpinion

PURPOSE = "judge_tone"
MAX_ANSWER_TOKENS = 2_500
MAX_NOTE = 300


class _Opinion(Contract):
    score: float = Field(ge=0, le=1)
    notes: list[Annotated[str, Field(max_length=2_000)]] = Field(max_length=20)


class OpenAIToneJudge:
    """The tone judge port."""

    def __init__(self, asker: Asker, *, prompt_version: str = JUDGE_TONE) -> None:
        self._asker = asker
        self._prompt = load(prompt_version)

    async def judge(
        self, tenant_id: TenantId, *, subject: str, body: str, voice: VoiceProfile
    ) -> ToneOpinion:
        """See ``ToneJudge.judge``."""
        parts = {
            "voice": voice_of(voice),
            "subject": subject[:MAX_SUBJECT],
            "body": body[:MAX_BODY],
        }
        fence = Fence(parts.values())
        question = Question(
            purpose=PURPOSE,
            prompt_version=self._prompt.version,
            system=self._prompt.filled(token=fence.token),
            user="\n\n".join(fence.around(name, text) for name, text in parts.items()),
            schema=TONE,
            max_tokens=MAX_ANSWER_TOKENS,
        )
        opinion, _ = await self._asker.ask(tenant_id, question, _Opinion)
        notes = (" ".join(note.split())[:MAX_NOTE] for note in opinion.notes)
        return ToneOpinion(
            score=opinion.score, notes=tuple(note for note in notes if note)[:MAX_NOTES]
        )
