"""The stages of the memory adapters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import attrs

from salesagent_adapters.memory.assets import MemoryAssets
from salesagent_adapters.memory.assets_state import StoredFile
from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.crm_state import StoredCompany, StoredContact
from salesagent_adapters.memory.faults import Faults, When
from salesagent_adapters.memory.mail_history import MemoryMailHistory
from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.memory.memory_state import StoredMemory
from salesagent_adapters.memory.world import World
from salesagent_adapters.memory.writer import MemoryWriter
from salesagent_adapters.system.clock import FixedClock
from salesagent_contracts.stages import MAILBOX, NOW, TENANT, ZONE, Mailbox
from salesagent_core.ports.assets import AssetStore
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.crm import Crm
from salesagent_core.ports.mail_history import MailHistory
from salesagent_core.ports.mail_sender import MailSender
from salesagent_core.ports.memory import Memory
from salesagent_core.ports.writer import Writer


@attrs.frozen(kw_only=True)
class MemoryStage:
    """Everything in memory; ``restart`` gives new adapters over the same vendors."""

    world: World
    clock: FixedClock

    @staticmethod
    def build() -> MemoryStage:
        clock = FixedClock(NOW)
        world = World(clock, seed=7)
        world.connect_mailbox(TENANT, MAILBOX, time_zone=ZONE)
        return MemoryStage(world=world, clock=clock)

    # The ports

    @property
    def mailbox(self) -> Mailbox:
        return MemoryMailbox(self.world)

    @property
    def sender(self) -> MailSender:
        return MemoryMailSender(self.world)

    @property
    def calendar(self) -> Calendar:
        return MemoryCalendar(self.world)

    @property
    def assets(self) -> AssetStore:
        return MemoryAssets(self.world)

    @property
    def history(self) -> MailHistory:
        return MemoryMailHistory(self.world)

    @property
    def crm(self) -> Crm:
        return MemoryCrm(self.world)

    @property
    def memory(self) -> Memory:
        return LongMemory(self.world)

    # What goes wrong

    def fails(self, method: str, error: Callable[[], Exception], *, after: bool = False) -> None:
        self.world.faults.fail(method, error, when=When.AFTER if after else When.BEFORE)

    def revoke(self) -> None:
        self.world.connected_mailbox(TENANT, MAILBOX).revoke()

    def reconnect(self) -> None:
        self.world.connect_mailbox(TENANT, MAILBOX)

    def use_up_quota(self) -> None:
        state = self.world.connected_mailbox(TENANT, MAILBOX)
        state.spend(state.quota_per_minute or 0)

    def use_up_quota_but(self, left: int) -> None:
        state = self.world.connected_mailbox(TENANT, MAILBOX)
        state.spend((state.quota_per_minute or 0) - left - state.spent())

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)

    def lag(self, by: timedelta) -> None:
        self.world.connected_mailbox(TENANT, MAILBOX).search_lag = by

    # What the vendors hold

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
    ) -> tuple[str, str]:
        """Mail comes in; returns its thread id and its Message-ID."""
        mail = self.world.connected_mailbox(TENANT, MAILBOX).receive(
            sender=sender,
            subject=subject,
            text=text,
            at=NOW - timedelta(days=days_ago),
            in_reply_to=in_reply_to,
            headers=headers,
            attachments=attachments,
        )
        return mail.thread_id, mail.message_id

    def answers(self, to: str, subject: str, text: str, in_reply_to: str) -> str:
        """The owner answers by hand; returns the thread id."""
        return (
            self.world.connected_mailbox(TENANT, MAILBOX)
            .human_writes(to=to, subject=subject, text=text, in_reply_to=in_reply_to)
            .thread_id
        )

    def human_edits_draft(
        self, draft_id: str, text: str, *, subject: str | None = None, keeps_footer: bool = True
    ) -> None:
        self.world.connected_mailbox(TENANT, MAILBOX).human_edits(
            draft_id, text=text, subject=subject, keeps_footer=keeps_footer
        )

    def raw_sent(self, message_id: str) -> bytes:
        """The bytes of a mail that was sent, as the recipient's server gets them."""
        return self.world.connected_mailbox(TENANT, MAILBOX).mails[message_id].raw

    def use_up_the_day(self) -> None:
        """The person has sent as many mails by hand as a day has."""
        state = self.world.connected_mailbox(TENANT, MAILBOX)
        state.sends_per_day = 3
        for number in range(3):
            state.human_writes(to="a@b.example", subject=f"By hand {number}", text="Hello")

    def human_sends_draft(self, draft_id: str) -> None:
        self.world.connected_mailbox(TENANT, MAILBOX).human_sends(draft_id)

    def human_deletes_draft(self, draft_id: str) -> None:
        self.world.connected_mailbox(TENANT, MAILBOX).human_deletes(draft_id)

    def event(self, start: datetime | date, end: datetime | date, *, busy: bool = True) -> None:
        self.world.calendar(TENANT, MAILBOX).add("Secret title", start, end, busy=busy)

    def file(self, name: str, summary: str = "", *, allowed: bool = True) -> str:
        """A file in an allowed folder, or in another one; returns its url."""
        state = self.world.tenant(TENANT).assets
        state.allowed_folders.add("open")
        url = f"https://files.ours.example/{len(state.files)}"
        state.add(
            StoredFile(
                id=f"f{len(state.files)}",
                name=name,
                folder_id="open" if allowed else "closed",
                url=url,
                summary=summary,
            )
        )
        return url

    @property
    def names_conversions(self) -> bool:
        """The memory CRM tells a conversion's own id."""
        return True

    def crm_company(self, **properties: str) -> str:
        crm = self.world.tenant(TENANT).crm
        return crm.save_company(StoredCompany(id=crm.new_id(), properties=properties)).id

    def crm_contact(self, company_id: str | None = None, **properties: str) -> str:
        crm = self.world.tenant(TENANT).crm
        contact = StoredContact(
            id=crm.new_id(),
            properties=properties,
            company_id=company_id,
            converted_at=NOW,
            conversion_id="conversion-1",
            form_id="form-1",
        )
        return crm.save_contact(contact).id

    def crm_note(self, about_id: str, text: str, days_ago: int) -> None:
        self.world.tenant(TENANT).crm.add_note(about_id, text, NOW - timedelta(days=days_ago))

    def crm_size(self) -> tuple[int, int, int, int]:
        """How many contacts, companies, notes and tasks there are."""
        crm = self.world.tenant(TENANT).crm
        return len(crm.contacts), len(crm.companies), len(crm.notes), len(crm.tasks)

    def remembers(self, message_id: str, text: str, email: str = "a@b.example") -> None:
        self.world.tenant(TENANT).memory.remember(
            StoredMemory(message_id=message_id, text=text, email=email, outcome="replied")
        )


@attrs.frozen(kw_only=True)
class MemoryWriterStage:
    """The template writer and its faults."""

    writer: Writer
    faults: Faults

    @staticmethod
    def build() -> MemoryWriterStage:
        faults = Faults()
        return MemoryWriterStage(writer=MemoryWriter(faults), faults=faults)

    def fails(self, error: Callable[[], Exception]) -> None:
        self.faults.fail("writer.write", error)
