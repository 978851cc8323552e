"""Whoever writes down what was said."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Transcript:
    """What was heard; empty when nothing was said. It is data, as all that people say is."""

    text: str


class Transcriber(Protocol):
    """Speech to text. The recording is not kept."""

    async def transcribe(
        self, tenant_id: TenantId, audio: bytes, *, media_type: str, language: str | None = None
    ) -> Transcript:
        """The words of a recording; ``language`` (ISO 639-1) is a hint.

        Raises:
            InvalidInput: see ``domain.commands.audio.audio_kind``; nothing was asked of anyone.
            UnusableOutput, Unavailable, RateLimited, NeedsReauth, OverBudget, Rejected
        """
        ...
