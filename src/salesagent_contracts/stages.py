"""What a suite needs beside the port: a way to set the other side up, and to break it.

A stage is written once for each adapter. The suites speak to the port and to the stage only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId
from salesagent_core.ports.assets import AssetStore
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.crm import Crm
from salesagent_core.ports.embedder import Embedder
from salesagent_core.ports.interpreter import Interpreter
from salesagent_core.ports.mail_history import MailHistory
from salesagent_core.ports.mail_sender import MailSender
from salesagent_core.ports.mailbox import MailDrafts, MailReader
from salesagent_core.ports.memory import Memory, MemoryKeeper, SentMemory
from salesagent_core.ports.tone_judge import ToneJudge
from salesagent_core.ports.transcriber import Transcriber
from salesagent_core.ports.writer import Writer

TENANT = TenantId("tenant-a")
"""Whose account the stage is."""
STRANGER = TenantId("tenant-b")
"""Another organisation, which has connected nothing of ``TENANT``'s."""
MAILBOX = "seller@ours.example"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
"""Where the mailbox's owner is."""


class Mailbox(MailReader, MailDrafts, Protocol):
    """Both mailbox ports at once, as the adapters have them."""


class MailStage(Protocol):
    """A connected account of a vendor, as the suites of mailbox, calendar and files want it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def mailbox(self) -> Mailbox: ...
    @property
    def sender(self) -> MailSender: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def assets(self) -> AssetStore: ...
    @property
    def history(self) -> MailHistory: ...

    def fails(self, method: str, error: Callable[[], Exception], *, after: bool = False) -> None:
        """The next call of it ends like this; with ``after`` it has its effect first."""
        ...

    def revoke(self) -> None: ...
    def reconnect(self) -> None: ...
    def use_up_quota(self) -> None: ...
    def use_up_quota_but(self, left: int) -> None: ...
    def use_up_the_day(self) -> None: ...
    def pass_time(self, by: timedelta) -> None: ...
    def lag(self, by: timedelta) -> None: ...
    def receives(
        self,
        sender: str,
        subject: str,
        text: str = "Hello",
        *,
        days_ago: float = 1,
        in_reply_to: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        attachments: tuple[str, ...] = (),
    ) -> tuple[str, str]: ...
    def answers(self, to: str, subject: str, text: str, in_reply_to: str) -> str: ...
    def human_edits_draft(
        self, draft_id: str, text: str, *, subject: str | None = None, keeps_footer: bool = True
    ) -> None: ...
    def human_sends_draft(self, draft_id: str) -> None: ...
    def human_deletes_draft(self, draft_id: str) -> None: ...
    def raw_sent(self, message_id: str) -> bytes: ...
    def event(self, start: datetime | date, end: datetime | date, *, busy: bool = True) -> None: ...
    def file(self, name: str, summary: str = "", *, allowed: bool = True) -> str: ...


class CrmStage(Protocol):
    """What the suite needs beside the port."""

    @property
    def crm(self) -> Crm: ...

    @property
    def names_conversions(self) -> bool:
        """Whether the CRM tells a conversion's own id."""
        ...

    def crm_company(self, **properties: str) -> str: ...

    def crm_contact(self, company_id: str | None = None, **properties: str) -> str: ...

    def crm_note(self, about_id: str, text: str, days_ago: int) -> None: ...

    def crm_size(self) -> tuple[int, int, int, int]: ...

    def fails(self, method: str, error: Callable[[], Exception], *, after: bool = False) -> None:
        """The next call fails; ``after`` means that it had its effect."""
        ...


class Models(Protocol):
    """Every port that a language model serves, and ways to set it up and to break it."""

    @property
    def writer(self) -> Writer: ...
    @property
    def interpreter(self) -> Interpreter: ...
    @property
    def transcriber(self) -> Transcriber: ...
    @property
    def embedder(self) -> Embedder: ...
    @property
    def tone_judge(self) -> ToneJudge: ...

    def hears(self, audio: bytes, text: str) -> None:
        """The recording says that."""
        ...

    def fails(self, error: Callable[[], Exception]) -> None:
        """The next call, whichever it is, fails so."""
        ...


class WriterStage(Protocol):
    """A writer, and a way to break its next call."""

    @property
    def writer(self) -> Writer: ...

    def fails(self, error: Callable[[], Exception]) -> None: ...


class WholeMemory(Memory, MemoryKeeper, Protocol):
    """Both ports at once, as the adapters have them."""


@attrs.frozen(kw_only=True)
class Remembering:
    """A long memory with nothing in it; ``fails`` makes the next call of it end like that."""

    memory: WholeMemory
    fails: Callable[[Callable[[], Exception]], None]

    async def remembers(
        self, id_: str, text: str, email: str = "a@b.example", tenant: TenantId = TENANT
    ) -> None:
        memory = SentMemory(id=id_, email=email, text=text, sent_at=NOW, outcome="replied")
        await self.memory.remember(tenant, memory)
