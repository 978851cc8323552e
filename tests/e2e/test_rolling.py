"""A release under load: one server of two is told to stop, one worker of two as well, and nothing
is lost and nothing is done twice."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import httpx
import pytest
from tests.e2e.processes import FORMS, Redis, Site, eventually, form, free_port, valkey

PER_SECOND = 20
FORMS_IN_ALL = 100
UNDER_LOAD = 20
SENDERS = 4
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
    client: httpx.Client = attrs.field(factory=lambda: httpx.Client(trust_env=False, timeout=20))

    def watch(self) -> None:
        """What a load balancer's health checks do, often."""
        while not self.ended.wait(0.1):
            for number, site in enumerate(self.sites):
                (self.ready.add if self._ready(site) else self.ready.discard)(number)

    def send(self) -> None:
        """One sender, which keeps a pace."""
        while not self.ended.is_set():
            started = time.monotonic()
            with self.lock:
                number = next(self.numbers)
            if number >= FORMS_IN_ALL:
                return
            self._one(number)
            time.sleep(max(0.0, SENDERS / PER_SECOND - (time.monotonic() - started)))

    def _one(self, number: int) -> None:
        ready = sorted(self.ready) or [0]
        first = ready[number % len(ready)]
        for which in (first, 1 - first):
            site = self.sites[which]
            # A connection of its own: which one a client keeps must not decide who is asked.
            message = site.signed(form(number))
            message["headers"]["Connection"] = "close"
            try:
                answer = self.client.post(site.url + FORMS, **message)
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

    def _ready(self, site: Site) -> bool:
        try:
            answer = self.client.get(f"{site.url}/health/readiness")
        except httpx.TransportError:
            return False
        return answer.status_code == 200


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with valkey(tmp_path) as server:
        yield server


def test_a_release_under_load_loses_nothing_and_doubles_nothing(
    database_url: str, tmp_path: Path, redis: Redis
) -> None:
    one = Site(folder=tmp_path, database_url=database_url, redis_url=redis.url)
    two = attrs.evolve(one, port=free_port())
    two.running = one.running
    try:
        with ThreadPoolExecutor(4) as pool:
            starting = [pool.submit(each.serve, *NOTICE) for each in (one, two)]
            starting += [pool.submit(one.worker) for _ in range(2)]
            server, other_server, worker, other_worker = (each.result() for each in starting)
        balancer = Balancer((one, two), ready={0, 1})
        with balancer.client, ThreadPoolExecutor(SENDERS + 1) as pool:
            try:
                pool.submit(balancer.watch)
                sending = [pool.submit(balancer.send) for _ in range(SENDERS)]
                eventually(lambda: len(balancer.accepted) >= UNDER_LOAD, "the load is on")
                # While half of what comes goes to it.
                for stopped in (server, worker):
                    stopped.process.terminate()
                assert server.ended() == 0, server.tail()
                to_come = FORMS_IN_ALL - len(balancer.accepted)
                assert worker.ended() == 0, worker.tail()
                for each in sending:
                    each.result(60)
            finally:
                balancer.ended.set()
        assert balancer.odd == []
        assert len(balancer.accepted) == FORMS_IN_ALL
        assert to_come > 0, "the server ended before the load did"
        # With one draft each: this counts them. What the worker gave back may wait for a timer.
        one.all_completed_when_leases_end(balancer.accepted)
        for staying in (other_server, other_worker):
            assert staying.process.poll() is None, staying.tail()
    finally:
        one.stop()
