"""A worker that dies by SIGKILL at places drawn from a seed, and leaves a line saying where."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from dependency_injector import providers

from rig.crash_sabotage import Sabotage, sabotaged
from rig.mailbox_client import TIMEOUT_SECONDS, HttpMailbox
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container
from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.errors import PortError, RateLimited, Unavailable

PATIENT_SECONDS = 30.0
"""How long a process that is not to die waits for the mailbox."""
CLOCKS_OFF = (0.0, 0.0, 0.0, 0.0, 1.0, -1.0)
"""Hours by which a worker's clock is off: one in six is fast, one slow."""
RARE = {"claim_unsettled": 6.0, "ReconcileSends": 4.0, "sent_since": 20.0, "DraftSync": 4.0}
"""Places that few mails come to are deadlier, so that each is hit often."""
LOST_COMMITS = 0.5
"""Connections lost at a commit, per death there."""
_TOLD = "salesagent_app.process"
"""It says at each start that vendors are stand-ins; here they are meant to be."""
_USE_CASES = "salesagent_core.use_cases."


@attrs.frozen(kw_only=True)
class Plan:
    """Where everything is; ``chance`` of death at each place, 0 for a process that lives."""

    database_url: str
    redis_url: str
    folder: str
    mailbox_port: int
    deaths: str
    role: str = "worker"
    seed: str = ""
    chance: float = 0.0
    hours_off: float = 0.0
    sabotage: Sabotage = Sabotage.NONE


class Deaths:
    """Dies, perhaps, wherever ``at`` is called. ``hands``: drafts that are worked on right now,
    each with the time since when."""

    def __init__(self, plan: Plan) -> None:
        self._dice = random.Random(plan.seed)
        self._chance = plan.chance
        self._role = plan.role
        self._file = Path(plan.deaths)
        self.hands: dict[str, float] = {}

    def at(self, place: str, also: Iterable[str] = ()) -> None:
        """One place where a process can die."""
        if self._drawn(place):
            self.die(place, also)

    def die(self, place: str, also: Iterable[str] = ()) -> None:
        """Leave a line and go, without any clean-up."""
        now = time.time()
        self.note("death", place, {**dict.fromkeys(also, now), **self.hands})
        os.kill(os.getpid(), signal.SIGKILL)

    def loses_commit(self, place: str) -> bool:
        """Whether the connection is lost at this commit."""
        return self._drawn(place, LOST_COMMITS / 2)

    def note(self, what: str, place: str, drafts: dict[str, float]) -> None:
        """One line about what was done to whom."""
        line = {"at": time.time(), "what": what, "place": place, "touching": drafts}
        with self._file.open("a") as file:
            file.write(json.dumps({**line, "role": self._role, "pid": os.getpid()}) + "\n")

    def fault(self, place: str) -> None:
        """Something failed for the mail in hand, and whoever works on it goes on living."""
        draft = _in_hand.get()
        if draft:
            self.note("fault", place, {draft: time.time()})

    def _drawn(self, place: str, share: float = 1.0) -> bool:
        if not self._chance:
            return False
        weight = next((times for name, times in RARE.items() if name in place), 1.0)
        return self._dice.random() < self._chance * weight * share


_in_hand: ContextVar[str] = ContextVar("_in_hand", default="")


class _DeadlyMailbox:
    """The mailbox, with death before and after each request."""

    def __init__(self, mailbox: Any, deaths: Deaths) -> None:
        self._mailbox, self._deaths = mailbox, deaths

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._mailbox, name)

        async def call(*args: Any, **options: Any) -> Any:
            self._deaths.at(f"{name}: before the request")
            try:
                result = await method(*args, **options)
            except (PortError, RateLimited):
                self._deaths.fault(name)
                raise
            self._deaths.at(f"{name}: after the answer")
            return result

        return call


class _DeadlyWork:
    """The unit of work, with death before and after each commit, and connections that are lost
    there: the caller sees the same, whether it was committed or not."""

    def __init__(self, work: Any, deaths: Deaths) -> None:
        self._work, self._deaths = work, deaths

    @asynccontextmanager
    async def begin(self, tenant_id: Any) -> AsyncIterator[Any]:
        place = _use_case()
        try:
            async with self._work.begin(tenant_id) as tx:
                yield tx
                self._deaths.at(f"{place}: before the commit")
                if self._deaths.loses_commit(place):
                    self._lose(f"{place}: connection lost, not committed")
        except Unavailable:
            self._deaths.fault(place)
            raise
        if self._deaths.loses_commit(place):
            self._lose(f"{place}: connection lost, committed")
        self._deaths.at(f"{place}: after the commit")

    def _lose(self, place: str) -> None:
        draft = _in_hand.get()
        self._deaths.note("lost commit", place, {draft: time.time()} if draft else {})
        raise Unavailable("the connection to the database was lost at the commit")


def _use_case() -> str:
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        if str(frame.f_globals.get("__name__", "")).startswith(_USE_CASES):
            return frame.f_code.co_qualname
    return "transaction"


class _DeadlyQueue:
    """The send queue, with death after work was claimed."""

    def __init__(self, queue: Any, deaths: Deaths) -> None:
        self._queue, self._deaths = queue, deaths

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._queue, name)

        async def call(*args: Any, **options: Any) -> Any:
            result = await method(*args, **options)
            if isinstance(result, Sequence) and result:
                drafts = [each.draft_id for each in result if hasattr(each, "draft_id")]
                self._deaths.at(f"{name}: after the commit", drafts)
            return result

        return call


def _watched(use_case: Any, deaths: Deaths) -> None:
    """Note which drafts this use case has in its hands."""
    guarded = use_case._guarded

    async def watched(attempt: Any) -> None:
        _in_hand.set(attempt.draft_id)
        deaths.hands[attempt.draft_id] = time.time()
        try:
            await guarded(attempt)
        finally:
            deaths.hands.pop(attempt.draft_id, None)

    use_case._guarded = watched


class _ClockOff(SystemClock):
    """A machine whose clock is wrong."""

    def __init__(self, hours: float) -> None:
        self._off = timedelta(hours=hours)

    def now(self) -> datetime:
        """The wrong time."""
        return super().now() + self._off


class CrashProcess(Process):
    """A process of salesagent over the mailbox server, allowed to send to everybody."""

    def __init__(self, plan: Plan, *, calm: bool = False) -> None:
        settings = read_settings(
            _env_file=None,
            database_url=plan.database_url,
            redis_url=plan.redis_url,
            data_dir=Path(plan.folder),
        )
        logging.getLogger(_TOLD).setLevel(logging.ERROR)
        everybody = SendPermission(allowed=True, recipients=("*",))
        super().__init__(settings, send_permission=everybody)
        self.plan = plan
        self.calm = calm
        self.deaths = Deaths(plan)

    def __enter__(self) -> CrashProcess:
        super().__enter__()
        return self

    def container(self) -> Container:
        """A container whose mailbox is the server, and whose parts are deadly."""
        container = super().container()
        make, deaths, plan = container.providers, self.deaths, self.plan
        patience = TIMEOUT_SECONDS if plan.chance else PATIENT_SECONDS
        mailbox = sabotaged(HttpMailbox(plan.mailbox_port, patience, calm=self.calm), plan.sabotage)
        deadly = providers.Object(_DeadlyMailbox(mailbox, deaths))
        if plan.hours_off:
            make.clock.override(providers.Object(_ClockOff(plan.hours_off)))
        make.mailbox.override(deadly)
        make.mail_sender.override(deadly)
        work = sabotaged(make.unit_of_work(), plan.sabotage)
        make.unit_of_work.override(providers.Object(_DeadlyWork(work, deaths)))
        make.send_queue.override(providers.Object(_DeadlyQueue(make.send_queue(), deaths)))
        _watched(make.send_drafts(), deaths)
        _watched(make.reconcile_sends(), deaths)
        if plan.sabotage is Sabotage.BLIND:
            make.reconcile_sends.override(providers.Object(_nobody_looks))
        return container


async def _nobody_looks(*_: object, **__: object) -> int:
    return 0


def join(plan: Plan) -> None:
    """Write where all workers write, and die when the driver says so."""
    log = Path(plan.deaths).with_name("workers.log").open("a", buffering=1)
    os.dup2(log.fileno(), sys.stdout.fileno())
    os.dup2(log.fileno(), sys.stderr.fileno())


def work(plan: Plan) -> None:
    """Be a worker until killed."""
    join(plan)
    with CrashProcess(plan) as process:
        signal.signal(signal.SIGUSR1, lambda *_: process.deaths.die("any moment"))
        process.start_worker()
        while True:
            time.sleep(60)
