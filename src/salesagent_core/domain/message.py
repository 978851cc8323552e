"""Mail on its way out, as the mailbox port takes it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class OutgoingMail:
    """``key`` is our own mark (header ``X-SalesAgent-Key``) by which a draft of ours is found
    again when the answer to its creation was lost. ``references`` are Message-IDs, oldest first.
    """

    key: str
    sender: str
    to: str
    subject: str
    text: str
    thread_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def draft_key(run_id: str) -> str:
    """The one builder of draft keys: one run has one draft in the mailbox, whatever its pass."""
    return f"run-{run_id}"
