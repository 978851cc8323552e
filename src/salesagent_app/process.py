"""One process of salesagent: what is shared by all its event loops, started and stopped once.

The HTTP server and an in-process worker run in two event loops. Each gets its own container (its
own connections); the settings, the vault, the broker and the memory stand-ins are shared.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from salesagent_adapters.crypto.vault import new_key
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres import embedded
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.migrate import upgrade
from salesagent_adapters.postgres.vital_signs import PgVitalSigns
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.observing.process import Close, Observing, Read
from salesagent_app.settings import Settings
from salesagent_app.vault_opening import open_vault
from salesagent_app.vendors import allowances
from salesagent_app.workers.main import WorkerHandle
from salesagent_core.domain.checking import warm_up
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.domain.spending import Budget
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT

log = logging.getLogger(__name__)

KEY_FILE = "encryption.key"
POSTGRES_FOLDER = "postgres"


class Process:
    """Starts what a process needs; use as a context manager."""

    def __init__(
        self,
        settings: Settings,
        *,
        tenant: Tenant | None = None,
        world: World | None = None,
        webhook_secrets: tuple[str, ...] | None = None,
        send_permission: SendPermission | None = None,
    ) -> None:
        """``tenant``, ``world``, ``webhook_secrets`` and ``send_permission`` stand in for what the
        settings describe, for the demo and for tests."""
        self.settings = settings
        self.tenant = tenant or default_tenant(settings)
        self.world = world or connected_world(self.tenant)
        self.webhook_secrets = _secrets(settings) if webhook_secrets is None else webhook_secrets
        self._send_permission = send_permission
        self.observing = Observing(settings)
        self._embedded: Path | None = None
        self._worker: WorkerHandle | None = None
        self.draining = threading.Event()
        """Set once this process takes leave: it still works, but wants nothing new."""

    def __enter__(self) -> Process:
        settings = self.settings
        keys = encryption_keys(settings)
        if settings.database_url is None:
            self._embedded = settings.data_dir / POSTGRES_FOLDER
            self.database_url = embedded.start(self._embedded)
            # Nobody else administers the embedded server; a given one is migrated on command.
            upgrade(self.database_url)
        else:
            self.database_url = settings.database_url.get_secret_value()
        try:
            self.vault = open_vault(keys, self.database_url)
        except BaseException:
            # What was started must stop: nobody calls the end of a beginning that failed.
            self.__exit__()
            raise
        redis_url = settings.redis_url
        self.broker = make_broker(redis_url.get_secret_value() if redis_url else None)
        for vendor in settings.stand_ins:
            log.warning("%s has no key: a memory stand-in serves it, nothing leaves", vendor)
        self.observing.start(self._vital_signs)
        return self

    def __exit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None
        self.observing.stop()
        if self._embedded is not None:
            embedded.stop(self._embedded)

    def container(self) -> Container:
        """A container for one event loop."""
        made = build_container(
            settings=self.settings,
            database_url=self.database_url,
            vault=self.vault,
            broker=self.broker,
            world=self.world,
            tenant=self.tenant,
            webhook_secrets=self.webhook_secrets,
            send_permission=self._send_permission,
            observing=self.observing,
        )
        made.draining = self.draining
        return made

    def _vital_signs(self) -> tuple[Read, Close]:
        database = Database(self.database_url, pool_size=1, max_overflow=0, system_pool_size=1)
        return PgVitalSigns(database, allowances(self.settings)).read, database.close

    def start_worker(self) -> WorkerHandle:
        """Start the worker of this process; it stops when the process does."""
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        self._worker = WorkerHandle(self.broker, self.container().worker_parts())
        return self._worker


def default_tenant(settings: Settings) -> Tenant:
    """The tenant that the settings describe."""
    return Tenant(
        id=DEFAULT_TENANT,
        name=settings.sender_name,
        mailbox=settings.sender_mailbox,
        sender_name=settings.sender_name,
        portal_id=settings.hubspot_portal_id,
        time_zone=settings.sender_time_zone,
        country=settings.sender_country,
        link_hosts=settings.link_hosts,
        postal_address=settings.postal_address,
        asset_folders=settings.google_drive_folders,
        auto_approve_enabled=settings.auto_approve_enabled
        and not settings.require_operator_approval,
        auto_approve_threshold=settings.auto_approve_threshold,
        model_budget=Budget(
            soft_tokens=settings.openai_soft_tokens_per_month,
            hard_tokens=settings.openai_hard_tokens_per_month,
        ),
    )


def connected_world(tenant: Tenant) -> World:
    """Empty vendors with the tenant's mailbox connected."""
    world = World(SystemClock())
    world.connect_mailbox(tenant.id, tenant.mailbox, time_zone=tenant.time_zone)
    return world


def encryption_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that are set, or this data folder's own key, made on first use.

    Production never comes here without keys: the settings refuse that.
    """
    if settings.encryption_keys:
        return known_keys(settings)
    _make_key_file(settings.data_dir / KEY_FILE)
    return known_keys(settings)


def known_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that are there already, none where none was made yet. Makes nothing."""
    if settings.encryption_keys:
        return tuple(key.get_secret_value() for key in settings.encryption_keys)
    path = settings.data_dir / KEY_FILE
    return (path.read_text().strip(),) if path.exists() else ()


def _make_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: of two processes that start at once, one makes the key and both read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(new_key())


def _secrets(settings: Settings) -> tuple[str, ...]:
    secret = settings.hubspot_webhook_secret
    return (secret.get_secret_value(),) if secret else ()
