"""A worker that dies by SIGKILL at places drawn from a seed, and leaves a line saying where."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
from dependency_injector import providers

from rig.mailbox_client import TIMEOUT_SECONDS, HttpMailbox
from salesagent_app.container import Container
from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_core.domain.send_gate import SendPermission

PATIENT_SECONDS = 30.0
"""How long a process that is not to die waits for the mailbox."""


@attrs.frozen(kw_only=True)
class Plan:
    """Where everything is; ``chance`` of death at each place, 0 for a worker that lives."""

    database_url: str
    redis_url: str
    folder: str
    mailbox_port: int
    mailbox: str
    deaths: str
    seed: str = ""
    chance: float = 0.0


class Deaths:
    """Dies, perhaps, wherever ``at`` is called."""

    def __init__(self, plan: Plan) -> None:
        self._dice = random.Random(plan.seed)
        self._chance = plan.chance
        self._file = Path(plan.deaths)
        self.touching: set[str] = set()

    def at(self, place: str) -> None:
        """One place where a process can die."""
        if self._chance and self._dice.random() < self._chance:
            touching = sorted(self.touching)
            line = {"at": time.time(), "place": place, "touching": touching, "pid": os.getpid()}
            with self._file.open("a") as file:
                file.write(json.dumps(line) + "\n")
            os.kill(os.getpid(), signal.SIGKILL)


class _DeadlyMailbox:
    """The mailbox, with death before and after each request."""

    def __init__(self, mailbox: HttpMailbox, deaths: Deaths) -> None:
        self._mailbox, self._deaths = mailbox, deaths

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._mailbox, name)

        async def call(*args: Any, **options: Any) -> Any:
            if name == "read_draft":
                self._deaths.touching.add(args[2])
            self._deaths.at(f"{name}: before the request")
            result = await method(*args, **options)
            self._deaths.at(f"{name}: after the answer")
            return result

        return call


class _DeadlyWork:
    """The unit of work, with death before and after each commit."""

    def __init__(self, work: Any, deaths: Deaths) -> None:
        self._work, self._deaths = work, deaths

    @asynccontextmanager
    async def begin(self, tenant_id: Any) -> AsyncIterator[Any]:
        async with self._work.begin(tenant_id) as tx:
            yield tx
            self._deaths.at("transaction: before the commit")
        self._deaths.at("transaction: after the commit")


class _DeadlyQueue:
    """The send queue, with death after work was claimed."""

    def __init__(self, queue: Any, deaths: Deaths) -> None:
        self._queue, self._deaths = queue, deaths

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._queue, name)

        async def call(*args: Any, **options: Any) -> Any:
            result = await method(*args, **options)
            if isinstance(result, Sequence) and result:
                self._deaths.at(f"{name}: after the commit")
            return result

        return call


class CrashProcess(Process):
    """A process of salesagent over the mailbox server, allowed to send to everybody."""

    def __init__(self, plan: Plan) -> None:
        settings = read_settings(
            _env_file=None,
            database_url=plan.database_url,
            redis_url=plan.redis_url,
            data_dir=Path(plan.folder),
            sender_mailbox=plan.mailbox,
        )
        super().__init__(settings)
        self.plan = plan
        self.deaths = Deaths(plan)
        # What is measured is sending; the CRM's own rate would only hold the set-up back.
        self.world.tenant(self.tenant.id).crm.requests_per_window = None

    def container(self) -> Container:
        """A container whose mailbox is the server, and whose parts are deadly."""
        container = super().container()
        make = container.providers
        patience = TIMEOUT_SECONDS if self.plan.chance else PATIENT_SECONDS
        mailbox = _DeadlyMailbox(HttpMailbox(self.plan.mailbox_port, patience), self.deaths)
        everybody = SendPermission(allowed=True, recipients=("*",))
        make.send_permission.override(providers.Object(everybody))
        make.mailbox.override(providers.Object(mailbox))
        make.mail_sender.override(providers.Object(mailbox))
        make.unit_of_work.override(providers.Object(_DeadlyWork(make.unit_of_work(), self.deaths)))
        make.send_queue.override(providers.Object(_DeadlyQueue(make.send_queue(), self.deaths)))
        return container


def work(plan: Plan) -> None:
    """Be a worker until killed."""
    log = Path(plan.deaths).with_name("workers.log").open("a", buffering=1)
    os.dup2(log.fileno(), sys.stdout.fileno())
    os.dup2(log.fileno(), sys.stderr.fileno())
    with CrashProcess(plan) as process:
        process.start_worker()
        while True:
            time.sleep(60)
