"""The bell: tells workers that something wants attention. Losing a ring loses no work."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Topic(StrEnum):
    """What wants attention; the ids of a ring are of that kind."""

    RUN = "run"
    CRM_EVENT = "crm_event"
    DRAFT_SYNC = "draft_sync"
    SEND = "send"
    RECONCILE = "reconcile"
    SENT_AUDIT = "sent_audit"
    CONVERSION_POLL = "conversion_poll"
    REMEMBER = "remember"
    MAILBOX = "mailbox"
    FOLLOW_UP = "follow_up"
    WATCH = "watch"
    NOTICE = "notice"


class JobQueue(Protocol):
    """Rings for work that is already committed."""

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        """Tell the workers. Called after commit only.

        Raises:
            Unavailable: the broker is down. The sweeper will find the work; callers log and go on.
        """
        ...
