"""Which vendor serves which port: the real one where its keys are set, else its memory stand-in.

The other half of the composition root, kept apart from it because every choice here follows from
the settings alone. Every port of a real vendor stands behind a guard, and each method's rule says
whether it may be asked again: a read may, whatever could do something twice may not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import attrs

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient, Limits
from salesagent_adapters.hubspot.conversions import HubSpotConversions
from salesagent_adapters.hubspot.crm import HubSpotCrm
from salesagent_adapters.hubspot.deals import HubSpotDeals
from salesagent_adapters.hubspot.forms import HubSpotForms
from salesagent_adapters.hubspot.probe import HubSpotProbe
from salesagent_adapters.hubspot.updates import HubSpotUpdates
from salesagent_adapters.memory.assets import MemoryAssets
from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.calendar_events import MemoryCalendarEvents
from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.crm_more import MemoryCrmMore
from salesagent_adapters.memory.embedder import MemoryEmbedder
from salesagent_adapters.memory.interpreter import MemoryInterpreter
from salesagent_adapters.memory.mail_arrivals import MemoryMailArrivals
from salesagent_adapters.memory.mail_history import MemoryMailHistory
from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.memory.sent_mail import MemorySentMail
from salesagent_adapters.memory.tone_judge import MemoryToneJudge
from salesagent_adapters.memory.transcriber import MemoryTranscriber
from salesagent_adapters.memory.world import World
from salesagent_adapters.memory.writer import MemoryWriter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.long_memory import PgLongMemory
from salesagent_adapters.postgres.model_budget import PgModelBudget
from salesagent_adapters.postgres.rate_budget import PgRateBudget
from salesagent_adapters.resilience.guard import Guard, Rule
from salesagent_adapters.resilience.guarded import guarded
from salesagent_app.settings import Settings
from salesagent_core.domain.context import Brief
from salesagent_core.domain.spending import Budget, ModelPrices
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId
from salesagent_core.ports.assets import AssetStore
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.calendar_events import CalendarEvents
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.crm import Crm
from salesagent_core.ports.crm_conversions import CrmConversions
from salesagent_core.ports.crm_deals import CrmDeals
from salesagent_core.ports.crm_forms import CrmForms
from salesagent_core.ports.crm_updates import CrmUpdates
from salesagent_core.ports.embedder import Embedder
from salesagent_core.ports.interpreter import Interpreter
from salesagent_core.ports.mail_arrivals import MailArrivals
from salesagent_core.ports.mail_history import MailHistory
from salesagent_core.ports.mail_sender import MailSender, NotSent
from salesagent_core.ports.mailbox import MailDrafts, MailReader
from salesagent_core.ports.mailbox_watches import Pushes
from salesagent_core.ports.memory import Memory, MemoryKeeper
from salesagent_core.ports.model_budget import ModelBudget
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.tenant_register import TenantRegister
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.tone_judge import ToneJudge
from salesagent_core.ports.transcriber import Transcriber, Transcript
from salesagent_core.ports.vendor_health import Answering, VendorState
from salesagent_core.ports.vendor_probe import MailboxProbe, VendorProbe
from salesagent_core.ports.voices import SentMailReader
from salesagent_core.ports.writer import Writer

if TYPE_CHECKING:
    from salesagent_adapters.google.client import GoogleApi
    from salesagent_adapters.google.push import PushVerifier
    from salesagent_adapters.google.tokens import AccessTokens
    from salesagent_adapters.openai.client import ModelService

READ = Rule(seconds=35.0, tries=3)
WRITE = Rule(seconds=35.0)
SEND = Rule(seconds=None, refusal=NotSent)
"""The adapter's own limit is shorter than a lease, and what an open breaker refuses was certainly
not sent."""
MODEL = Rule(seconds=85.0, tries=2)
"""Asking a model again costs tokens and does nothing twice."""
WRITING = Rule(seconds=85.0)
"""The step itself asks a second time, within its own three minutes."""
WORDS_IN_COMMON = 0.1
"""How alike two mails must be where words are counted and no model finds their meaning."""

MAILBOX_RULES = {
    "search_threads": READ,
    "read_thread": READ,
    "find_drafts": READ,
    "create_draft": WRITE,
    "update_draft": READ,
    "delete_draft": READ,
}
"""To replace or remove a draft twice is the same as once; to create one is not."""
SENDER_RULES = {
    "read_draft": READ,
    "send_draft": SEND,
    "present": READ,
    "sent_since": READ,
    "sent_in_thread": READ,
}
SINGLE_MAIL_RULES = {"arrived": READ, "raw": READ, "sent_texts": READ}
CRM_RULES = {
    "resolve": WRITE,
    "contact": READ,
    "company_notes": READ,
    "ensure_task": WRITE,
}


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


def google_vendor(
    settings: Settings, world: World, tokens: AccessTokens, tenants: TenantDirectory, clock: Clock
) -> GoogleVendor:
    """Google where its client is set, else the memory world."""
    if "Google" in settings.stand_ins:
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
    calendar_rules = {"busy": READ, "meetings": READ}

    async def folders(tenant_id: TenantId) -> Sequence[str]:
        return (await tenants.get(tenant_id)).asset_folders

    return GoogleVendor(
        mailbox=guarded(GmailMailbox(client, clock), mail, MAILBOX_RULES),
        sender=guarded(GmailSender(client, clock), mail, SENDER_RULES),
        calendar=guarded(times, calendar, calendar_rules),
        events=guarded(times, calendar, calendar_rules),
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


def crm_vendor(
    settings: Settings, world: World, database: Database, register: TenantRegister, clock: Clock
) -> CrmVendor:
    """HubSpot where its token is set, else the memory world. Each tenant has its own account."""
    if "HubSpot" in settings.stand_ins or settings.hubspot_api_key is None:
        more = MemoryCrmMore(world)
        return CrmVendor(
            crm=MemoryCrm(world), conversions=more, deals=more, forms=more, updates=more
        )

    async def token_of(tenant_id: TenantId) -> str:
        token = await register.crm_token(tenant_id)
        if token is None:
            raise NeedsReauth("this organisation has no HubSpot token")
        return token

    client = HubSpotClient(
        access_token=token_of,
        budget=PgRateBudget(database),
        clock=clock,
        limits=Limits.of(settings.hubspot_calls_per_10_seconds),
        host=settings.hubspot_api_root,
    )
    account, guard = Account(client), Guard("HubSpot")
    return CrmVendor(
        crm=guarded(HubSpotCrm(client, account), guard, CRM_RULES),
        conversions=guarded(HubSpotConversions(client, account), guard, {"converted_since": READ}),
        deals=guarded(HubSpotDeals(client), guard, {"deals_of": READ}),
        forms=guarded(HubSpotForms(client), guard, {"forms": READ}),
        updates=guarded(HubSpotUpdates(client, account), guard, {"write_judgement": READ}),
        guards=(guard,),
        probe=HubSpotProbe(client),
        close=client.close,
    )


def model_vendor(
    settings: Settings,
    world: World,
    database: Database,
    sealer: Sealer,
    tenants: TenantDirectory,
    clock: Clock,
) -> ModelVendor:
    """The language models where they are set, else the memory twins.

    Without an embedding model of its own, long memory finds past mails by the words they share.
    """
    faults = world.faults
    if "OpenAI" in settings.stand_ins or settings.openai_model is None:
        return ModelVendor(
            writer=MemoryWriter(faults),
            interpreter=MemoryInterpreter(faults),
            transcriber=MemoryTranscriber(faults),
            tone_judge=MemoryToneJudge(faults),
            embedder=MemoryEmbedder(faults),
            memory=LongMemory(world),
        )
    # The SDK takes a second to load: whoever has no key does not wait for it.
    from salesagent_adapters.openai.asking import Asker, Meter
    from salesagent_adapters.openai.client import ModelService
    from salesagent_adapters.openai.interpreter import OpenAIInterpreter
    from salesagent_adapters.openai.probe import OpenAIProbe
    from salesagent_adapters.openai.tone_judge import OpenAIToneJudge
    from salesagent_adapters.openai.writer import OpenAIWriter

    key = settings.openai_api_key
    service = ModelService(
        api_key=key.get_secret_value() if key else "none",
        base_url=settings.openai_base_url,
        clock=clock,
    )
    budget = PgModelBudget(database, _budget_of(tenants))
    prices = ModelPrices(
        per_million_in=settings.openai_price_in, per_million_out=settings.openai_price_out
    )
    asker = Asker(service, Meter(budget=budget, model=settings.openai_model, prices=prices))
    guard = Guard("OpenAI")
    embedder = _embedder(settings, service, budget, guard)
    return ModelVendor(
        writer=guarded(OpenAIWriter(asker), guard, {"write": WRITING}, _tenant_of_brief),
        interpreter=guarded(OpenAIInterpreter(asker), guard, {"interpret": MODEL}),
        transcriber=_transcriber(settings, service, budget, guard),
        tone_judge=guarded(OpenAIToneJudge(asker), guard, {"judge": MODEL}),
        embedder=embedder,
        memory=_long_memory(settings, database, sealer, embedder),
        budget=budget,
        guards=(guard,),
        probe=OpenAIProbe(
            service,
            model=settings.openai_model,
            embedding_model=settings.openai_embedding_model,
            embedding_dimension=settings.openai_embedding_dimension,
            transcription_model=settings.openai_transcription_model,
        ),
        close=service.close,
    )


def allowances(settings: Settings) -> dict[str, tuple[str, timedelta]]:
    """How far the calls of each vendor with a shared allowance may be booked out."""
    if "HubSpot" in settings.stand_ins:
        return {}
    calls = Limits.of(settings.hubspot_calls_per_10_seconds).calls
    return {calls.name: ("HubSpot", calls.tolerance)}


def guard_states(*guards: tuple[Guard, ...]) -> tuple[VendorState, ...]:
    """How the vendors answer, for health pages and metrics."""
    return tuple(
        VendorState(
            vendor=seen.vendor,
            tenant_id=seen.tenant_id,
            state=Answering(seen.state),
            failures=seen.failures,
            calls_now=seen.calls_now,
            until=seen.until,
        )
        for group in guards
        for guard in group
        for seen in guard.states()
    )


def _long_memory(
    settings: Settings, database: Database, sealer: Sealer, embedder: Embedder
) -> PgLongMemory:
    if settings.openai_embedding_model is not None:
        return PgLongMemory(database, sealer, embedder)
    return PgLongMemory(database, sealer, embedder, min_similarity=WORDS_IN_COMMON)


def _embedder(
    settings: Settings, service: ModelService, budget: ModelBudget, guard: Guard
) -> Embedder:
    if settings.openai_embedding_model is None:
        return MemoryEmbedder()
    from salesagent_adapters.openai.asking import Meter
    from salesagent_adapters.openai.embedder import OpenAIEmbedder

    meter = Meter(budget=budget, model=settings.openai_embedding_model)
    made = OpenAIEmbedder(service, meter, dimension=settings.openai_embedding_dimension)
    return guarded(made, guard, {"embed": MODEL})


def _transcriber(
    settings: Settings, service: ModelService, budget: ModelBudget, guard: Guard
) -> Transcriber:
    if settings.openai_transcription_model is None:
        return _NoTranscriber()
    from salesagent_adapters.openai.asking import Meter
    from salesagent_adapters.openai.transcriber import OpenAITranscriber

    meter = Meter(budget=budget, model=settings.openai_transcription_model)
    return guarded(OpenAITranscriber(service, meter), guard, {"transcribe": MODEL})


class _NoTranscriber:
    """Says that speech is not set up; typing works all the same."""

    async def transcribe(
        self,
        tenant_id: TenantId,  # noqa: ARG002
        audio: bytes,  # noqa: ARG002
        *,
        media_type: str,  # noqa: ARG002
        language: str | None = None,  # noqa: ARG002
    ) -> Transcript:
        raise NeedsReauth("no model for speech is set (OPENAI_TRANSCRIPTION_MODEL)")


def _budget_of(tenants: TenantDirectory) -> Callable[[TenantId], Awaitable[Budget]]:
    async def budget_of(tenant_id: TenantId) -> Budget:
        return (await tenants.get(tenant_id)).model_budget

    return budget_of


def _tenant_of_brief(brief: Brief) -> TenantId:
    return brief.tenant_id
