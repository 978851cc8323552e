"""HubSpot: contacts, conversions, deals and forms."""

from __future__ import annotations

from datetime import timedelta

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient, Limits
from salesagent_adapters.hubspot.conversions import HubSpotConversions
from salesagent_adapters.hubspot.crm import HubSpotCrm
from salesagent_adapters.hubspot.deals import HubSpotDeals
from salesagent_adapters.hubspot.forms import HubSpotForms
from salesagent_adapters.hubspot.probe import HubSpotProbe
from salesagent_adapters.hubspot.updates import HubSpotUpdates
from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.crm_more import MemoryCrmMore
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rate_budget import PgRateBudget
from salesagent_adapters.resilience.guard import Guard
from salesagent_adapters.resilience.guarded import guarded
from salesagent_app.settings import Settings
from salesagent_app.vendors.kinds import CrmVendor
from salesagent_app.vendors.rules import CRM_RULES, READ
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.tenant_register import TenantRegister


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


def allowances(settings: Settings) -> dict[str, tuple[str, timedelta]]:
    """How far the calls of each vendor with a shared allowance may be booked out."""
    if "HubSpot" in settings.stand_ins:
        return {}
    calls = Limits.of(settings.hubspot_calls_per_10_seconds).calls
    return {calls.name: ("HubSpot", calls.tolerance)}
