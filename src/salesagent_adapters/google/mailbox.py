"""A Gmail mailbox: both mailbox ports in one object."""

from __future__ import annotations

from salesagent_adapters.google.client import GoogleApi
from salesagent_adapters.google.mailbox_drafts import GmailDrafts
from salesagent_adapters.google.mailbox_reader import GmailReader
from salesagent_core.ports.clock import Clock


class GmailMailbox(GmailReader, GmailDrafts):
    """Reads conversations and keeps drafts, through one client."""

    def __init__(self, client: GoogleApi, clock: Clock) -> None:
        GmailReader.__init__(self, client)
        GmailDrafts.__init__(self, client, clock)
