"""What the rest of the application takes from composition."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any

import dramatiq
from dependency_injector import providers

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import answers
from salesagent_adapters.memory.world import World as VendorWorld
from salesagent_adapters.postgres.schema_state import SchemaState
from salesagent_adapters.postgres.vectors import missing
from salesagent_app.container.http_parts import ProcessParts, http_services
from salesagent_app.container.providers import Providers
from salesagent_app.container.work_parts import worker_parts
from salesagent_app.dependency_watch import DependencyWatch, Pool, Probes
from salesagent_app.observing.process import Observing
from salesagent_app.observing.watch import Watch
from salesagent_app.settings import ApiEnv, Settings
from salesagent_app.vendors import guard_states
from salesagent_app.workers.main import WorkerParts
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.api_keys import ApiKeys
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.vendor_health import VendorState
from salesagent_core.ports.vendor_probe import Trial
from salesagent_core.use_cases.connect_mailbox import MailboxView

WebApp = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application, whichever framework made it."""


class Container:
    """What the rest of the application may take: the HTTP app, the worker's parts, key storage."""

    def __init__(self, providers_: Providers, observing: Observing | None = None) -> None:
        self.providers = providers_
        self.draining = threading.Event()
        if observing is not None:
            self._show(observing)

    def _show(self, observing: Observing) -> None:
        """Let the process look at what this container holds in memory."""
        make = self.providers
        for guard in (*make.google().guards, *make.hubspot().guards, *make.models().guards):
            guard.around = observing.watch.around_calls
        if observing.parts is not None:
            observing.parts.pools.append(make.database().pool_use)
            observing.parts.vendors.append(self.vendor_states)
            quota_left = make.google().quota_left
            if quota_left is not None:
                observing.parts.quotas.append(("Gmail", quota_left))

    def http_app(self) -> WebApp:
        """The web application over this container's use cases."""
        # A worker needs none of it.
        from salesagent_app.http.app import create_app

        process = ProcessParts(
            dependencies=self.dependencies,
            vendor_states=self.vendor_states,
            trials=self.trials_of,
            close=self.close,
        )
        return create_app(http_services(self.providers, process))

    def worker_parts(self) -> WorkerParts:
        """What a worker runs."""
        return worker_parts(self.providers, vendor_states=self.vendor_states, close=self.close)

    @property
    def api_keys(self) -> ApiKeys:
        """Key storage, for the command line."""
        keys: ApiKeys = self.providers.api_keys()
        return keys

    @property
    def clock(self) -> Clock:
        """The clock that everything here reads."""
        clock: Clock = self.providers.clock()
        return clock

    async def close(self) -> None:
        """Give every connection back. Call it in the loop that used them."""
        make = self.providers
        make.google().close()
        make.hubspot().close()
        await make.models().close()
        await make.intake().close()
        await make.crm_events().close()
        await make.journal().close()
        await make.windows().close()
        await make.database().close()

    def vendor_states(self) -> tuple[VendorState, ...]:
        """How each vendor answers each tenant, as this event loop's calls saw it."""
        make = self.providers
        return guard_states(make.google().guards, make.hubspot().guards, make.models().guards)

    async def vendor_trials(self) -> tuple[Trial, ...]:
        """What can be tried of the real vendors, for the default tenant. Changes nothing."""
        return await self.trials_of(self.providers.default_tenant().id)

    async def trials_of(self, tenant_id: TenantId) -> tuple[Trial, ...]:
        """What can be tried of the real vendors for this tenant. Changes nothing."""
        make = self.providers
        google, probes = make.google().probe, (make.hubspot().probe, make.models().probe)
        trials = [trial for probe in probes if probe for trial in probe.trials(tenant_id)]
        if google is not None:
            for view in await make.connect_mailbox().list(tenant_id):
                trials += google.trials(tenant_id, view.mailbox)
        return tuple(trials)

    async def mailboxes(self) -> tuple[MailboxView, ...]:
        """The default tenant's mailboxes."""
        make = self.providers
        views: tuple[MailboxView, ...] = await make.connect_mailbox().list(make.default_tenant().id)
        return views

    async def remove_drafts(self, run_id: RunId) -> int:
        """Delete what a run of the default tenant drafted in its mailbox; how many there were.

        Raises:
            NeedsReauth, Unavailable, Rejected
        """
        tenant, mailbox = self.providers.default_tenant(), self.providers.mailbox()
        found = await mailbox.find_drafts(tenant.id, tenant.mailbox, draft_key(run_id))
        for each in found:
            await mailbox.delete_draft(tenant.id, tenant.mailbox, each.draft_id)
        return len(found)

    async def without_long_memory(self) -> str | None:
        """Why the database cannot hold long memory, in a sentence; None where it can."""
        async with self.providers.database().across_tenants() as connection:
            return await missing(connection)

    @cached_property
    def dependencies(self) -> DependencyWatch:
        """Looks at what this installation rests on; the HTTP app starts it."""
        make = self.providers
        guards = (*make.google().guards, *make.hubspot().guards, *make.models().guards)

        def pool() -> Pool:
            size, in_use = make.database().pool_use()
            return Pool(size=size, in_use=in_use)

        return DependencyWatch(
            Probes(
                health=make.vendor_health(),
                own=self.vendor_states,
                pool=pool,
                redis=lambda: answers(make.broker()),
                schema=SchemaState(make.database()).problem,
            ),
            make.clock(),
            vendors=[guard.vendor for guard in guards],
            stand_ins=make.settings().stand_ins,
            draining=lambda: self.draining.is_set(),
        )


def build_container(
    *,
    settings: Settings,
    database_url: str,
    vault: Vault,
    broker: dramatiq.Broker,
    world: VendorWorld,
    tenant: Tenant,
    webhook_secrets: tuple[str, ...],
    send_permission: SendPermission | None = None,
    observing: Observing | None = None,
) -> Container:
    """A container for one event loop over what the process shares.

    ``send_permission`` is what the settings say, where it is not given.
    """
    return Container(
        Providers(
            settings=settings,
            database_url=database_url,
            vault=vault,
            broker=broker,
            vendor_world=providers.Object(world),
            default_tenant=tenant,
            webhook_secrets=webhook_secrets,
            send_permission=send_permission or permission_of(settings),
            watch=observing.watch if observing is not None else Watch(),
        ),
        observing,
    )


def permission_of(settings: Settings) -> SendPermission:
    """What these settings allow. Asking for SEND outside of production never gets this far."""
    production = settings.api_env is ApiEnv.PRODUCTION
    return SendPermission(
        allowed=production and settings.wants_send and settings.allow_real_sends,
        recipients=settings.send_email_allowlist,
    )
