"""Stored voice profiles."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import TenantId


class Voices(Protocol):
    """How each sender writes."""

    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        """The profile in use for this mailbox; None where none was learned yet.

        Raises:
            Unavailable
        """
        ...
