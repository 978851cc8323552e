"""Speech to text. The recording goes out once and is kept nowhere."""

from __future__ import annotations

import re
from typing import Any

from salesagent_adapters.openai.answers import TranscriptionAnswer
from salesagent_adapters.openai.asking import Meter, asked
from salesagent_adapters.openai.client import ModelService
from salesagent_core.domain.commands.audio import audio_kind
from salesagent_core.ids import TenantId
from salesagent_core.ports.transcriber import Transcript

PURPOSE = "transcribe"
MAX_TEXT = 20_000
"""Characters: half an hour of speech has about as many."""
_BYTES_OF_SPEECH_PER_TOKEN = 400
"""A browser's recording has about 4 kB a second, and a second is about ten tokens."""
_TEXT_BYTES_PER_RESERVED_TOKEN = 3
_MEDIA_TYPES = {"mp3": "audio/mpeg"}
_LANGUAGE = re.compile(r"[a-z]{2}")


class OpenAITranscriber:
    """The transcriber port."""

    def __init__(self, service: ModelService, meter: Meter) -> None:
        """``meter.model`` is the transcription model."""
        self._service = service
        self._meter = meter

    async def transcribe(
        self, tenant_id: TenantId, audio: bytes, *, media_type: str, language: str | None = None
    ) -> Transcript:
        """See ``Transcriber.transcribe``."""
        kind = audio_kind(audio, media_type)
        request: dict[str, Any] = {
            "model": self._meter.model,
            "file": (f"recording.{kind}", audio, _MEDIA_TYPES.get(kind, f"audio/{kind}")),
            "response_format": "json",
        }
        if language and _LANGUAGE.fullmatch(language):
            request["language"] = language
        tokens = len(audio) // _BYTES_OF_SPEECH_PER_TOKEN
        held = await self._meter.reserve(tenant_id, tokens * _TEXT_BYTES_PER_RESERVED_TOKEN)
        answer = await asked(
            self._meter, held, lambda: self._service.transcription(request), TranscriptionAnswer
        )
        await self._meter.record(held, PURPOSE, "none", answer.usage)
        return Transcript(text=answer.text[:MAX_TEXT].strip())
