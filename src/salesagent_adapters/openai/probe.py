"""What a model service does with the key and the models that are set: one small call of each."""

from __future__ import annotations

import io
import wave
from typing import Any

from salesagent_adapters.openai.answers import (
    ChatAnswer,
    Contract,
    EmbeddingAnswer,
    TranscriptionAnswer,
    content_of,
    read_contract,
    read_envelope,
)
from salesagent_adapters.openai.client import ModelService
from salesagent_adapters.openai.schemas import Schema, response_format
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.vendor_probe import Trial

MAX_TOKENS = 2_000
"""Room for models that think before they answer."""
WAV_RATE = 16_000

_READY: Schema = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}


class _Ready(Contract):
    ready: bool


class OpenAIProbe:
    """``VendorProbe`` for a model service. Outside of any budget: it is a person who asks."""

    def __init__(
        self,
        service: ModelService,
        *,
        model: str,
        embedding_model: str | None,
        embedding_dimension: int,
        transcription_model: str | None,
    ) -> None:
        self._service = service
        self._model = model
        self._embedding_model = embedding_model
        self._dimension = embedding_dimension
        self._transcription_model = transcription_model

    def trials(self, tenant_id: TenantId) -> tuple[Trial, ...]:  # noqa: ARG002
        """See ``VendorProbe.trials``. A model that is not set is not asked."""
        writing = Trial(
            name="OpenAI: model",
            ask=self._write,
            needs="OPENAI_MODEL",
            advice="check OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL; the model must support "
            "structured output (a strict JSON schema)",
        )
        embedding = Trial(
            name="OpenAI: embedding model",
            ask=self._embed,
            needs="OPENAI_EMBEDDING_MODEL",
            advice="check OPENAI_EMBEDDING_MODEL, and set OPENAI_EMBEDDING_DIMENSION to what "
            "the model has",
        )
        hearing = Trial(
            name="OpenAI: transcription model",
            ask=self._hear,
            needs="OPENAI_TRANSCRIPTION_MODEL",
            advice="check OPENAI_TRANSCRIPTION_MODEL",
        )
        return (
            writing,
            *((embedding,) if self._embedding_model else ()),
            *((hearing,) if self._transcription_model else ()),
        )

    async def _write(self) -> str:
        content = await self._service.chat(
            {
                "model": self._model,
                "messages": [{"role": "user", "content": 'Answer {"ready": true} and no more.'}],
                "response_format": response_format("ready", _READY),
                "max_completion_tokens": MAX_TOKENS,
            }
        )
        read_contract(content_of(read_envelope(content, ChatAnswer)), _Ready)
        return f"{self._model} answers by a strict schema"

    async def _embed(self) -> str:
        request: dict[str, Any] = {
            "model": self._embedding_model,
            "input": ["ready"],
            "encoding_format": "float",
            "dimensions": self._dimension,
        }
        found = read_envelope(await self._service.embeddings(request), EmbeddingAnswer).data
        size = len(found[0].embedding) if found else 0
        if size != self._dimension:
            raise Rejected(f"it answers with {size} numbers, not with {self._dimension}")
        return f"{self._embedding_model} answers with {size} numbers"

    async def _hear(self) -> str:
        content = await self._service.transcription(
            {
                "model": self._transcription_model,
                "file": ("recording.wav", _silence(), "audio/wav"),
                "response_format": "json",
            }
        )
        read_envelope(content, TranscriptionAnswer)
        return f"{self._transcription_model} takes a recording"


def _silence() -> bytes:
    """One second of it."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(WAV_RATE)
        sound.writeframes(bytes(2 * WAV_RATE))
    return kept.getvalue()
