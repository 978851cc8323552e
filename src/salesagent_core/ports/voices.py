"""Stored voice profiles."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import TenantId
from salesagent_core.ports.unit_of_work import Transaction


class Voices(Protocol):
    """How each sender writes."""

    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        """The profile in use for this mailbox; None where none was learned yet.

        Raises:
            Unavailable
        """
        ...


@attrs.frozen(kw_only=True)
class StoredVoice:
    """A profile of one mailbox; of several, one at most is ``active``. ``edits`` counts the
    operators' edits that it learned from."""

    id: str
    mailbox: str
    profile: VoiceProfile
    active: bool
    edits: int = 0
    changed_at: datetime
    changed_by: str


class VoiceShelf(Protocol):
    """The profiles of one tenant, inside one transaction."""

    async def all(self, mailbox: str | None = None) -> tuple[StoredVoice, ...]:
        """By mailbox and name; of one mailbox where one is named."""
        ...

    async def get(self, voice_id: str, *, lock: bool = False) -> StoredVoice:
        """Raises: NotFound."""
        ...

    async def active(self, mailbox: str, *, lock: bool = False) -> StoredVoice | None:
        """The one in use."""
        ...

    async def put(self, voice: StoredVoice) -> None:
        """Store it, new or changed; an active one takes the place of the mailbox's active one.

        Raises:
            Conflict: another profile of the mailbox has its name.
        """
        ...

    async def delete(self, voice_id: str) -> None:
        """Gone; nothing happens when it was."""
        ...


class VoiceTransaction(Transaction, Protocol):
    """A transaction in which voices are managed."""

    @property
    def voices(self) -> VoiceShelf: ...


class VoiceWork(Protocol):
    """Begins transactions of one tenant in which voices are managed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[VoiceTransaction]:
        """As ``UnitOfWork.begin``."""
        ...


class SentMailReader(Protocol):
    """Reads what the owner of a mailbox wrote, to learn from."""

    async def sent_texts(self, tenant_id: TenantId, mailbox: str, *, limit: int) -> tuple[str, ...]:
        """What a person wrote and sent from this mailbox, newest first: the texts alone, without
        quotes. Mail that we wrote is left out: a voice must not learn from itself.

        Raises:
            Unavailable, NeedsReauth
        """
        ...
