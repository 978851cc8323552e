"""A release under load: one server after another is told to stop, workers too, and nothing is
lost and nothing is done twice."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import httpx
import pytest
from tests.e2e.processes import FORMS, Redis, Site, eventually, form, free_port, valkey

PER_SECOND = 50
SECONDS = 5.0
SENDERS = 12
NOTICE = ("--no-worker", "--notice", "1")


@attrs.define
class Balancer:
    """Sends each form to a server that is ready, and to the other where one refuses."""

    sites: tuple[Site, ...]
    accepted: list[str] = attrs.field(factory=list)
    odd: list[str] = attrs.field(factory=list)
    ready: set[int] = attrs.field(factory=set)
    numbers: Iterator[int] = attrs.field(factory=itertools.count)
    ended: threading.Event = attrs.field(factory=threading.Event)
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    def watch(self) -> None:
        """What a load balancer's health checks do, often."""
        while not self.ended.wait(0.1):
            for number, site in enumerate(self.sites):
                (self.ready.add if _ready(site) else self.ready.discard)(number)

    def send(self) -> None:
        """One sender, with a connection of its own for each form."""
        while not self.ended.is_set():
            started = time.monotonic()
            with self.lock:
                number = next(self.numbers)
            self._one(number)
            time.sleep(max(0.0, SENDERS / PER_SECOND - (time.monotonic() - started)))

    def _one(self, number: int) -> None:
        ready = sorted(self.ready) or [0]
        first = ready[number % len(ready)]
        for which in (first, 1 - first):
            site = self.sites[which]
            try:
                answer = httpx.post(
                    site.url + FORMS, **site.signed(form(number)), trust_env=False, timeout=20
                )
            except httpx.ConnectError:
                continue
            except httpx.TransportError as error:
                self.odd.append(repr(error))
                return
            with self.lock:
                if answer.status_code == 202:
                    self.accepted.append(answer.json()["task_id"])
                else:
                    self.odd.append(answer.text)
            return
        self.odd.append("no server took it")


def _ready(site: Site) -> bool:
    try:
        answer = httpx.get(f"{site.url}/health/readiness", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with valkey(tmp_path) as server:
        yield server


def test_a_rolling_restart_under_load_loses_nothing_and_doubles_nothing(
    database_url: str, tmp_path: Path, redis: Redis
) -> None:
    one = Site(folder=tmp_path, database_url=database_url, redis_url=redis.url)
    two = attrs.evolve(one, port=free_port())
    two.running = one.running
    try:
        servers = [one.serve(*NOTICE), two.serve(*NOTICE)]
        workers = [one.worker(), one.worker()]
        balancer = Balancer((one, two), ready={0, 1})
        with ThreadPoolExecutor(SENDERS + 1) as pool:
            begun = time.monotonic()
            pool.submit(balancer.watch)
            sending = [pool.submit(balancer.send) for _ in range(SENDERS)]
            eventually(lambda: len(balancer.accepted) > PER_SECOND, "the load is on", log=one.logs)
            # While half of what comes goes to it.
            assert servers[0].terminate() == 0, servers[0].tail()
            assert workers[0].terminate() == 0, workers[0].tail()
            one.worker()
            servers.append(one.serve(*NOTICE))
            workers[1].kill()
            one.worker()
            time.sleep(max(0.0, SECONDS - (time.monotonic() - begun)))
            balancer.ended.set()
            for each in sending:
                each.result(30)
        assert balancer.odd == []
        rate = len(balancer.accepted) / (time.monotonic() - begun)
        assert rate > PER_SECOND / 3, f"{rate:.0f} forms a second are no load"
        one.let_timers_come_due()
        one.all_completed(balancer.accepted, seconds=60)
        twice = Counter(one.query("SELECT submission_id FROM drafts")).most_common(1)
        assert twice[0][1] == 1
    finally:
        one.stop()
