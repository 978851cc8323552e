"""Google: mailboxes, calendars and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesagent_adapters.memory.assets import MemoryAssets
from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.calendar_events import MemoryCalendarEvents
from salesagent_adapters.memory.mail_arrivals import MemoryMailArrivals
from salesagent_adapters.memory.mail_history import MemoryMailHistory
from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.sent_mail import MemorySentMail
from salesagent_adapters.memory.world import World
from salesagent_adapters.resilience.guard import Guard
from salesagent_adapters.resilience.guarded import guarded
from salesagent_app.settings import Settings
from salesagent_app.vendors.kinds import GoogleVendor
from salesagent_app.vendors.rules import (
    CALENDAR_RULES,
    MAILBOX_RULES,
    READ,
    SENDER_RULES,
    SINGLE_MAIL_RULES,
)
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.mailbox_watches import Pushes
from salesagent_core.ports.tenants import TenantDirectory

if TYPE_CHECKING:
    from salesagent_adapters.google.client import GoogleApi
    from salesagent_adapters.google.push import PushVerifier
    from salesagent_adapters.google.tokens import AccessTokens


def google_vendor(
    settings: Settings, world: World, tokens: AccessTokens, tenants: TenantDirectory, clock: Clock
) -> GoogleVendor:
    """Google where its client is set, else the memory world."""
    if "Google" in settings.stand_ins:
        return _stand_in(world)
    return _google(settings, tokens, tenants, clock)


def _stand_in(world: World) -> GoogleVendor:
    return GoogleVendor(
        mailbox=MemoryMailbox(world),
        sender=MemoryMailSender(world),
        calendar=MemoryCalendar(world),
        events=MemoryCalendarEvents(world),
        arrivals=MemoryMailArrivals(world),
        own_mail=MemorySentMail(world),
        assets=MemoryAssets(world),
        history=MemoryMailHistory(world),
    )


def _google(
    settings: Settings, tokens: AccessTokens, tenants: TenantDirectory, clock: Clock
) -> GoogleVendor:
    # Its client takes long to load: whoever has no key does not wait for it.
    from salesagent_adapters.google.calendar import GoogleCalendar
    from salesagent_adapters.google.client import GoogleApi
    from salesagent_adapters.google.drive import GoogleDrive
    from salesagent_adapters.google.mail_arrivals import GmailArrivals
    from salesagent_adapters.google.mail_history import GmailHistory
    from salesagent_adapters.google.mail_sender import GmailSender
    from salesagent_adapters.google.mailbox import GmailMailbox
    from salesagent_adapters.google.probe import GoogleProbe
    from salesagent_adapters.google.quota import QuotaBudget

    quota = QuotaBudget(clock)
    client = GoogleApi(tokens, quota, clock, api_root=settings.google_api_root)
    mail, calendar, drive = Guard("Gmail"), Guard("Google Calendar"), Guard("Google Drive")
    times, single = GoogleCalendar(client), GmailArrivals(client)

    async def folders(tenant_id: TenantId) -> Sequence[str]:
        return (await tenants.get(tenant_id)).asset_folders

    return GoogleVendor(
        mailbox=guarded(GmailMailbox(client, clock), mail, MAILBOX_RULES),
        sender=guarded(GmailSender(client, clock), mail, SENDER_RULES),
        calendar=guarded(times, calendar, CALENDAR_RULES),
        events=guarded(times, calendar, CALENDAR_RULES),
        arrivals=guarded(single, mail, SINGLE_MAIL_RULES),
        own_mail=guarded(single, mail, SINGLE_MAIL_RULES),
        assets=guarded(GoogleDrive(client, clock, folders=folders), drive, {"find": READ}),
        history=guarded(GmailHistory(client), mail, {"changed_since": READ}),
        pushes=_pushes(settings, client, mail),
        guards=(mail, calendar, drive),
        probe=GoogleProbe(client, tokens, clock, folders=settings.google_drive_folders),
        close=client.close,
        quota_left=quota.least_left,
    )


def _pushes(settings: Settings, client: GoogleApi, guard: Guard) -> Pushes | None:
    if settings.google_pubsub_topic is None:
        return None
    from salesagent_adapters.google.push import GmailWatch

    watch = GmailWatch(client, topic=settings.google_pubsub_topic)
    return guarded(watch, guard, {"renew": READ, "stop": READ})


def push_verifier(settings: Settings) -> PushVerifier | None:
    """What tells a real push of Gmail's from a forged one; None where none are expected."""
    audience, account = settings.google_pubsub_audience, settings.google_pubsub_account
    if audience is None or account is None:
        return None
    from salesagent_adapters.google.push import PushVerifier

    return PushVerifier(audience=audience, service_account=account)
