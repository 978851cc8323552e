"""What a process shares comes in here from outside; what everything stands on is made of it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence

import dramatiq
from dependency_injector import containers, providers

from salesagent_adapters.crypto.opt_out import OptOutLinkMaker, SealedOptOutTokens
from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.job_queue import DramatiqJobQueue
from salesagent_adapters.memory.world import World as VendorWorld
from salesagent_adapters.postgres.api_keys import PgApiKeys
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.directory import PgTenantDirectory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.vendor_health import PgVendorHealth
from salesagent_adapters.postgres.voices import PgVoices
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_adapters.throttle.shared import SharedWindows
from salesagent_app.observing.watch import Watch
from salesagent_app.settings import Settings
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ports.job_queue import JobQueue, Topic


def _redis_url(settings: Settings) -> str | None:
    return settings.redis_url.get_secret_value() if settings.redis_url else None


def _crm_token(settings: Settings) -> str | None:
    key = settings.hubspot_api_key
    return key.get_secret_value() if key is not None else None


Bell = Callable[[Sequence[str]], Awaitable[None]]
"""Rings for the work that has these ids."""


def bell(queue: JobQueue, topic: Topic) -> Bell:
    """The bell for one topic of the queue."""

    async def ring(ids: Sequence[str]) -> None:
        await queue.ring(topic, ids)

    return ring


def batch_sizes(watch: Watch, line: str) -> Callable[[float], None] | None:
    """Where this line of writes tells how many it wrote at once, if anyone looks."""
    return watch.batch_sizes(line)


def new_secret() -> str:
    """384 random bits in 64 characters: a state, a nonce or a verifier of PKCE."""
    return secrets.token_urlsafe(48)


class Ground(containers.DeclarativeContainer):
    """What everything else stands on: the database, the clock, ids, the queue."""

    settings = providers.Dependency(instance_of=Settings)
    database_url = providers.Dependency(instance_of=str)
    vault = providers.Dependency(instance_of=Vault)
    broker = providers.Dependency(instance_of=dramatiq.Broker)
    vendor_world = providers.Dependency(instance_of=VendorWorld)
    default_tenant = providers.Dependency(instance_of=Tenant)
    webhook_secrets = providers.Dependency(instance_of=tuple)
    send_permission = providers.Dependency(instance_of=SendPermission)
    watch = providers.Dependency(instance_of=Watch)

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(RandomIds, clock)
    queue = providers.Singleton(DramatiqJobQueue, broker)
    database = providers.Singleton(Database, database_url)

    tenants = providers.Singleton(
        PgTenantDirectory,
        database,
        vault,
        default_tenant,
        webhook_secrets,
        providers.Callable(_crm_token, settings),
    )

    voices = providers.Singleton(PgVoices, database, vault)
    windows = providers.Singleton(SharedWindows, providers.Callable(_redis_url, settings))
    backlog = providers.Singleton(PgBacklog, database)
    vendor_health = providers.Singleton(PgVendorHealth, database)
    api_keys = providers.Singleton(PgApiKeys, database)
    opt_out_tokens = providers.Singleton(SealedOptOutTokens, vault)

    opt_out_links = providers.Singleton(
        OptOutLinkMaker, opt_out_tokens, settings.provided.public_url
    )
