"""How often one may ask: two servers that count together, with Redis and without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import httpx
import pytest
from tests.e2e.hardened_site import key_of
from tests.e2e.processes import FORMS, Redis, Site, form, free_port, signed, valkey

PER_ADDRESS = 20
PER_KEY = 60


@attrs.frozen(kw_only=True)
class Two:
    """Two servers of one installation behind one proxy, which says who asks."""

    one: Site
    other: Site
    key: str
    redis: Redis
    client: httpx.Client

    def ask(self, site: Site, method: str, path: str, who: str, **more: object) -> httpx.Response:
        headers = {"x-forwarded-for": who, **dict(more.pop("headers", {}))}  # type: ignore[call-overload]
        return self.client.request(method, site.url + path, headers=headers, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def two(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("limits")
    with valkey(folder) as redis:
        one = Site(folder=folder, database_url=module_database, redis_url=redis.url)
        one.settings.update(
            RATE_LIMIT_OPEN_PER_MINUTE=str(PER_ADDRESS),
            RATE_LIMIT_KEY_PER_MINUTE=str(PER_KEY),
            SALESAGENT_TRUSTED_PROXIES="127.0.0.1/32",
        )
        other = attrs.evolve(one, port=free_port(), running=[])
        try:
            key = key_of(one, "operator")
            one.serve()
            other.serve()
            with one.client() as client:
                yield Two(one=one, other=other, key=key, redis=redis, client=client)
        finally:
            one.stop()
            other.stop()


def test_ten_times_too_often_is_refused_by_both_and_hurts_nobody_else(two: Two) -> None:
    statuses = [
        two.ask(site, "GET", "/login", "203.0.113.7").status_code
        for site in (two.one, two.other) * (PER_ADDRESS * 5)
    ]
    # A new minute may begin on the way.
    assert PER_ADDRESS <= statuses.count(200) <= 2 * PER_ADDRESS
    assert set(statuses) == {200, 429}
    refused = two.ask(two.other, "POST", "/u/nothing", "203.0.113.7")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 120
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert two.ask(two.one, "GET", "/login", "203.0.113.8").status_code == 200
    # What somebody writes in front of what the proxy saw is not believed.
    forged = two.ask(two.one, "GET", "/login", "198.51.100.1, 203.0.113.7")
    assert forged.status_code == 429


def test_what_is_proven_is_let_in_whatever_else_its_address_does(two: Two) -> None:
    who = "2001:db8:1:2::1"
    wrong = {"authorization": "Bearer sa_nobody_" + "a" * 40}
    for number in range(PER_ADDRESS * 2):
        neighbour = f"2001:db8:1:2::{number:x}"
        last = two.ask(two.one, "GET", "/api/operator/drafts", neighbour, headers=wrong)
        hook = two.ask(two.other, "POST", FORMS, neighbour, json=form(0))
    assert last.status_code == 429
    assert last.json()["status"] == "limited"
    assert last.json()["request_id"]
    assert hook.status_code == 429
    assert int(hook.headers["retry-after"]) >= 1
    right = {"authorization": f"Bearer {two.key}"}
    assert two.ask(two.one, "GET", "/api/operator/drafts", who, headers=right).status_code == 200
    hooks = [signed(two.one.secret, form(number)) for number in range(PER_ADDRESS * 2)]
    answers = {two.ask(two.one, "POST", FORMS, who, **hook).status_code for hook in hooks}
    assert answers <= {202, 409}
    assert two.ask(two.one, "GET", "/health/liveness", who).status_code == 200


def test_a_key_has_its_own_limit_from_wherever_it_is_used(two: Two) -> None:
    headers = {"authorization": f"Bearer {two.key}"}
    answers = [
        two.ask(site, "GET", "/api/mailboxes", f"192.0.2.{number % 200}", headers=headers)
        for number, site in enumerate((two.one, two.other) * (PER_KEY * 2))
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert PER_KEY <= len(refused) < len(answers)
    assert refused[-1].json()["status"] == "limited"


def test_without_redis_each_counts_alone_and_takes_what_is_signed(two: Two) -> None:
    two.redis.stop()
    try:
        for number in range(5):
            hook = signed(two.one.secret, form(1_000 + number))
            assert two.ask(two.one, "POST", FORMS, "192.0.2.1", **hook).status_code == 202
        statuses = [
            two.ask(two.one, "GET", "/login", "203.0.113.99").status_code
            for _ in range(PER_ADDRESS * 3)
        ]
        assert PER_ADDRESS <= statuses.count(200) < len(statuses)
        assert statuses[-1] == 429
    finally:
        two.redis.start()
    log = Path(two.one.running[0].log).read_text(errors="replace")
    assert log.count("Redis does not count") < 5
