"""The CRM suites' stages: the memory adapter, and HubSpot's over our stand-in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import attrs
from tests.services.hubspot_account import COMPANIES, CONTACTS, DEALS, NOTES, TASKS, HubSpotAccount
from tests.services.hubspot_standin import Fault, HubSpotStandIn, hubspot_standin

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient, Limits, Timeouts
from salesagent_adapters.hubspot.crm import HubSpotCrm
from salesagent_adapters.memory.rate_budget import MemoryRateBudget
from salesagent_contracts.stages import NOW, STRANGER, TENANT
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId

TOKENS = {TENANT: "token-a", STRANGER: "token-b"}


class RunningClock:
    """Begins at ``NOW`` and runs as fast as real time."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - self._began)


async def access_token(tenant_id: TenantId) -> str:
    """Both tenants are connected, each to its own account; nobody else is."""
    if tenant_id not in TOKENS:
        raise NeedsReauth("connect HubSpot first")
    return TOKENS[tenant_id]


@attrs.frozen(kw_only=True)
class HubSpotStage:
    """HubSpot's adapters over the stand-in. ``account`` is that of ``TENANT``."""

    account: HubSpotAccount
    stand_in: HubSpotStandIn
    client: HubSpotClient
    crm: HubSpotCrm
    set_up: Account
    names_conversions: bool = False

    def crm_company(self, **properties: str) -> str:
        return self.account.add(COMPANIES, properties)

    def crm_contact(self, company_id: str | None = None, **properties: str) -> str:
        millis = int(NOW.timestamp() * 1000)
        conversion = {
            "recent_conversion_date": NOW.isoformat(),
            "hs_calculated_form_submissions": f"form-0::{millis - 1};form-1::{millis}",
        }
        links = {COMPANIES: company_id} if company_id else {}
        return self.account.add(CONTACTS, {**conversion, **properties}, **links)

    def crm_note(self, about_id: str, text: str, days_ago: int) -> None:
        kind = CONTACTS if about_id in self.account.records[CONTACTS] else COMPANIES
        at = (NOW - timedelta(days=days_ago)).astimezone(UTC).isoformat()
        properties = {"hs_timestamp": at, "hs_note_body": f"<div><p>{text}</p></div>"}
        self.account.add(NOTES, properties, **{kind: about_id})

    def crm_deal(self, contact_id: str, **properties: str) -> str:
        return self.account.add(DEALS, properties, **{CONTACTS: contact_id})

    def crm_size(self) -> tuple[int, int, int, int]:
        records = self.account.records
        return (
            len(records[CONTACTS]),
            len(records[COMPANIES]),
            len(records[NOTES]),
            len(records[TASKS]),
        )

    def fails(self, method: str, error: Callable[[], Exception], *, after: bool = False) -> None:
        """The connection is reset in the call that has the effect."""
        paths = {"crm.ensure_task": "/crm/v3/objects/tasks"}
        self.stand_in.faults.append(Fault(method="POST", path=paths[method], after=after))

    @staticmethod
    @contextmanager
    def running(
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        behind: Callable[[str], AbstractContextManager[str]] | None = None,
    ) -> Iterator[HubSpotStage]:
        """A stage over a stand-in of its own; ``behind`` puts something in front of it."""
        clock = RunningClock()
        accounts = {token: HubSpotAccount(clock=clock.now) for token in TOKENS.values()}
        with ExitStack() as stack:
            url, stand_in = stack.enter_context(hubspot_standin(accounts))
            host = stack.enter_context(behind(url)) if behind is not None else url
            client = HubSpotClient(
                access_token=access_token,
                budget=MemoryRateBudget(clock),
                clock=clock,
                limits=limits,
                timeouts=timeouts,
                host=host,
            )
            set_up = Account(client)
            try:
                yield HubSpotStage(
                    account=accounts[TOKENS[TENANT]],
                    stand_in=stand_in,
                    client=client,
                    crm=HubSpotCrm(client, set_up),
                    set_up=set_up,
                )
            finally:
                client.close()
