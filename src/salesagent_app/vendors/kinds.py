"""What each vendor serves: all its ports, and what stands around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs

from salesagent_adapters.resilience.guard import Guard
from salesagent_core.ports.assets import AssetStore
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.calendar_events import CalendarEvents
from salesagent_core.ports.crm import Crm
from salesagent_core.ports.crm_conversions import CrmConversions
from salesagent_core.ports.crm_deals import CrmDeals
from salesagent_core.ports.crm_forms import CrmForms
from salesagent_core.ports.crm_updates import CrmUpdates
from salesagent_core.ports.embedder import Embedder
from salesagent_core.ports.interpreter import Interpreter
from salesagent_core.ports.mail_arrivals import MailArrivals
from salesagent_core.ports.mail_history import MailHistory
from salesagent_core.ports.mail_sender import MailSender
from salesagent_core.ports.mailbox import MailDrafts, MailReader
from salesagent_core.ports.mailbox_watches import Pushes
from salesagent_core.ports.memory import Memory, MemoryKeeper
from salesagent_core.ports.model_budget import ModelBudget
from salesagent_core.ports.tone_judge import ToneJudge
from salesagent_core.ports.transcriber import Transcriber
from salesagent_core.ports.vendor_probe import MailboxProbe, VendorProbe
from salesagent_core.ports.voices import SentMailReader
from salesagent_core.ports.writer import Writer


class Mailbox(MailReader, MailDrafts, Protocol):
    """Both mailbox ports in one."""


class Remembering(Memory, MemoryKeeper, Protocol):
    """Both sides of long memory."""


class CrmMore(CrmConversions, CrmDeals, CrmForms, CrmUpdates, Protocol):
    """What a CRM can do besides."""


@attrs.frozen(kw_only=True)
class GoogleVendor:
    """Everything that a Google account serves."""

    mailbox: Mailbox
    sender: MailSender
    calendar: Calendar
    events: CalendarEvents
    arrivals: MailArrivals
    own_mail: SentMailReader
    assets: AssetStore
    history: MailHistory
    pushes: Pushes | None = None
    guards: tuple[Guard, ...] = ()
    probe: MailboxProbe | None = None
    close: Callable[[], None] = lambda: None
    quota_left: Callable[[], float] | None = None


@attrs.frozen(kw_only=True)
class CrmVendor:
    """Everything that a HubSpot account serves."""

    crm: Crm
    conversions: CrmConversions
    deals: CrmDeals
    forms: CrmForms
    updates: CrmUpdates
    guards: tuple[Guard, ...] = ()
    probe: VendorProbe | None = None
    close: Callable[[], None] = lambda: None


async def _nothing() -> None:
    return None


@attrs.frozen(kw_only=True)
class ModelVendor:
    """Everything that language models serve, and the memory that rests on one of them."""

    writer: Writer
    interpreter: Interpreter
    transcriber: Transcriber
    tone_judge: ToneJudge
    embedder: Embedder
    memory: Remembering
    budget: ModelBudget | None = None
    guards: tuple[Guard, ...] = ()
    probe: VendorProbe | None = None
    close: Callable[[], Awaitable[None]] = _nothing
