"""A transcriber that hears what a test or demo said it would."""

from __future__ import annotations

import hashlib
from collections import deque

from salesagent_adapters.memory.faults import Faults
from salesagent_core.domain.commands.audio import audio_kind
from salesagent_core.ids import TenantId
from salesagent_core.ports.transcriber import Transcript


class MemoryTranscriber:
    """The transcriber port. A recording that nobody announced holds the words that
    come next, or none."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()
        self._heard: dict[bytes, str] = {}
        self._next: deque[str] = deque()

    def hears(self, audio: bytes, text: str) -> None:
        """From now on this recording says that."""
        self._heard[hashlib.sha256(audio).digest()] = text

    def hears_next(self, text: str) -> None:
        """The next recording that nobody announced says that; several come one after the other."""
        self._next.append(text)

    async def transcribe(
        self,
        tenant_id: TenantId,  # noqa: ARG002 - who pays; nobody does here
        audio: bytes,
        *,
        media_type: str,
        language: str | None = None,  # noqa: ARG002 - a hint
    ) -> Transcript:
        """See ``Transcriber.transcribe``."""
        audio_kind(audio, media_type)
        async with self._faults.around("transcriber.transcribe"):
            text = self._heard.get(hashlib.sha256(audio).digest())
            if text is None:
                text = self._next.popleft() if self._next else ""
            return Transcript(text=text.strip())
