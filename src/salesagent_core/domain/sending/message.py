"""Mail on its way out, as the mailbox port takes it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class OutgoingMail:
    """``key`` is our own mark (header ``X-SalesAgent-Key``) by which a draft of ours is found
    again when the answer to its creation was lost. ``references`` are Message-IDs, oldest first.

    ``text`` is the letter alone. ``postal_address`` and the ``opt_out_url`` are set below it when
    the mail is composed, in ``language`` (a tag such as ``de``). Only links to ``link_hosts`` (and
    hosts under them) become links in the HTML part. ``pixel_url`` is None unless the tenant asked
    to be told when a mail is opened.
    """

    key: str
    sender: str
    to: str
    subject: str
    text: str
    thread_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    sender_name: str = ""
    opt_out_url: str | None = None
    postal_address: str | None = None
    language: str = "en"
    link_hosts: tuple[str, ...] = ()
    pixel_url: str | None = None


def draft_key(run_id: str) -> str:
    """The one builder of draft keys: one run has one draft in the mailbox, whatever its pass."""
    return f"run-{run_id}"
