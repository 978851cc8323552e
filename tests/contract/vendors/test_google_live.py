"""Google itself, with your own keys: ``pytest -m live tests/contract/vendors/test_google_live.py``.

Use a sandbox account. ``SALESAGENT_LIVE_GOOGLE_MAILBOX`` is its address and
``SALESAGENT_LIVE_GOOGLE_TOKEN`` an access token of it with the scopes gmail.modify, gmail.compose,
calendar.readonly and drive.readonly; ``SALESAGENT_LIVE_GOOGLE_FOLDER`` may name a Drive folder.
Mail goes from the account to itself. Each test takes away what it made.

What no document states is checked here: whether Gmail keeps our header and our text as they are,
what a draft's change does to its ids, and how far history goes back.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import attrs
import pytest

from salesagent_adapters.google.calendar import GoogleCalendar
from salesagent_adapters.google.client import Account, GoogleApi
from salesagent_adapters.google.drive import GoogleDrive
from salesagent_adapters.google.mail_sender import GmailSender
from salesagent_adapters.google.mailbox import GmailMailbox
from salesagent_adapters.google.quota import QuotaBudget, Units
from salesagent_adapters.system.clock import SystemClock
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ports.mail_sender import HistoryExpired

from .google_parts import TENANT, HandedTokens

pytestmark = pytest.mark.live

TEXT = (
    "Grüße aus dem Test — line one, which is long enough to be wrapped by a mail program.\n\nBest"
)


@attrs.frozen(kw_only=True)
class Live:
    """The account, and adapters over it."""

    mailbox: str
    api: GoogleApi
    clock: SystemClock = attrs.field(factory=SystemClock)

    @property
    def mails(self) -> GmailMailbox:
        return GmailMailbox(self.api, self.clock)

    @property
    def sender(self) -> GmailSender:
        return GmailSender(self.api, self.clock)

    def mail(self, key: str, **changes: object) -> OutgoingMail:
        made = OutgoingMail(
            key=key,
            sender=self.mailbox,
            to=self.mailbox,
            subject=f"salesagent live test {key}",
            text=TEXT,
            opt_out_url="https://app.ours.example/u/token",
            postal_address="Ours Ltd\n1 Road",
        )
        return attrs.evolve(made, **changes)  # type: ignore[arg-type]

    async def trash(self, message_id: str) -> None:
        await self.api.ask(
            Account(tenant_id=TENANT, mailbox=self.mailbox),
            lambda apis: apis.gmail.users().messages().trash(userId="me", id=message_id),
            units=Units.GET_MESSAGE,
            scope="gmail.modify",
        )


@pytest.fixture
def live() -> Iterator[Live]:
    try:
        mailbox = os.environ["SALESAGENT_LIVE_GOOGLE_MAILBOX"].lower()
        token = os.environ["SALESAGENT_LIVE_GOOGLE_TOKEN"]
    except KeyError as missing:
        pytest.fail(f"live tests need {missing.args[0]}", pytrace=False)
    clock = SystemClock()
    tokens = HandedTokens(connected={(TENANT, mailbox): token})
    root = os.environ.get("GOOGLE_API_ROOT")
    api = GoogleApi(tokens, QuotaBudget(clock), clock, api_root=root)
    yield Live(mailbox=mailbox, api=api)
    api.close()


@pytest.fixture
async def draft(live: Live) -> AsyncIterator[tuple[str, MailboxDraft]]:
    key = f"live-{secrets.token_hex(6)}"
    made = await live.mails.create_draft(TENANT, live.mailbox, live.mail(key))
    yield key, made
    await live.mails.delete_draft(TENANT, live.mailbox, made.draft_id)


async def test_a_draft_is_kept_as_it_was_put(live: Live, draft: tuple[str, MailboxDraft]) -> None:
    key, made = draft
    assert await live.mails.find_drafts(TENANT, live.mailbox, key) == (made,)
    held = await live.sender.read_draft(TENANT, live.mailbox, made.draft_id)
    assert (held.key, held.text, held.to) == (key, TEXT, (live.mailbox,))


async def test_a_changed_draft_keeps_its_id_and_its_thread(
    live: Live, draft: tuple[str, MailboxDraft]
) -> None:
    key, made = draft
    changed = await live.mails.update_draft(
        TENANT, live.mailbox, made.draft_id, live.mail(key, text="Other")
    )
    assert (changed.draft_id, changed.thread_id) == (made.draft_id, made.thread_id)
    assert changed.message_id != made.message_id


async def test_a_sent_draft_is_found_by_thread_and_by_history(
    live: Live, draft: tuple[str, MailboxDraft]
) -> None:
    key, made = draft
    point = await live.sender.present(TENANT, live.mailbox)
    sent = await live.sender.send_draft(TENANT, live.mailbox, made.draft_id)
    try:
        assert (sent.key, sent.text, sent.thread_id) == (key, TEXT, made.thread_id)
        assert sent.rfc822_id
        with pytest.raises(NotFound):
            await live.sender.send_draft(TENANT, live.mailbox, made.draft_id)
        in_thread = await live.sender.sent_in_thread(TENANT, live.mailbox, sent.thread_id)
        assert [each.key for each in in_thread] == [key]
        await asyncio.sleep(2)
        since = await live.sender.sent_since(TENANT, live.mailbox, point)
        assert key in [each.key for each in since]
        thread = await live.mails.read_thread(TENANT, live.mailbox, sent.thread_id)
        assert thread.mails[0].text.startswith("Grüße aus dem Test")
    finally:
        await live.trash(sent.message_id)


async def test_what_is_not_there_is_told(live: Live) -> None:
    with pytest.raises(NotFound):
        await live.sender.read_draft(TENANT, live.mailbox, "r0000000000000000000")
    with pytest.raises(NotFound):
        await live.mails.read_thread(TENANT, live.mailbox, "000000000000dead")
    with pytest.raises(HistoryExpired):
        await live.sender.sent_since(TENANT, live.mailbox, "1")
    with pytest.raises(Rejected):
        await live.mails.create_draft(
            TENANT, live.mailbox, live.mail("live-0", thread_id="000000000000dead")
        )


async def test_the_calendar_tells_when_it_is_busy(live: Live) -> None:
    calendar = GoogleCalendar(live.api)
    start = live.clock.now()
    busy = await calendar.busy(TENANT, live.mailbox, start, start + timedelta(days=14))
    assert all(span.start < span.end for span in busy)
    await calendar.meetings(TENANT, live.mailbox, start, start + timedelta(days=14))


async def test_only_the_allowed_folder_is_searched(live: Live) -> None:
    folder = os.environ.get("SALESAGENT_LIVE_GOOGLE_FOLDER", "root-of-nothing")
    drive = GoogleDrive(live.api, live.clock, folders={TENANT: (folder,)})
    found = await drive.find(TENANT, live.mailbox, "price list overview guide", 3)
    assert all(each.url.startswith("https://") for each in found)
