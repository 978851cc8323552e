"""A web process and a worker, watched from outside: metrics, traces, usage, health."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.databases import plain_url
from tests.e2e.processes import FORMS, eventually, form, signed
from tests.services.hubspot_account import HubSpotAccount
from tests.services.hubspot_standin import hubspot_standin
from tests.services.telemetry_receivers import Receiver, Span, receiver

from salesagent_adapters.postgres import migrate
from salesagent_app.keys import create_key
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import read_settings
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

TOKEN = "pat-planted-crm-token"
PERSON = "planted.person"
ROOT = Path(__file__).parents[2]


@attrs.frozen
class Watched:
    """The service in two processes' worth of parts over one database."""

    web: Process
    worker: Process
    http: httpx.Client
    secret: str
    traces: Receiver
    database_url: str

    def submit(self, number: int) -> str:
        fields = [
            {"name": "email", "value": f"{PERSON}@company-{number}.example"},
            {"name": "firstname", "value": "Plantina"},
            {"name": "message", "value": "Could you show us a demo next week?"},
        ]
        answer = self.http.post(FORMS, **signed(self.secret, form(number, fields=fields)))
        assert answer.status_code == 202, answer.text
        task: str = answer.json()["task_id"]
        return task

    def done(self, task_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            task: dict[str, Any] = self.http.get(f"/api/tasks/{task_id}/status").json()
            return task if task["state"] in ("SUCCESS", "FAILURE") else None

        found = eventually(look, f"{task_id} is worked off")
        assert found is not None
        assert found["state"] == "SUCCESS", found
        return found

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(plain_url(self.database_url), autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def approve_and_send(self, draft_id: str) -> None:
        draft = self.http.get(f"/api/operator/drafts/{draft_id}").json()
        answer = self.http.post(
            f"/api/operator/drafts/{draft_id}/approve",
            json={"content_hash": draft["content_hash"]},
        )
        assert answer.status_code == 200, answer.text
        self.query("UPDATE send_attempts SET due_at = now() WHERE status = 'scheduled'")
        eventually(
            lambda: self.query("SELECT 1 FROM send_attempts WHERE status = 'sent'"), "it is sent"
        )


def scrape(process: Process) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a Prometheus would read of this process."""
    address = process.observing.metrics_address
    assert address is not None
    text = httpx.get("http://{}:{}/metrics".format(*address), trust_env=False).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str
) -> float:
    """The sum over all series of that name with these labels."""
    wanted = set(labels.items())
    return sum(
        number for (each, has), number in samples.items() if each == name and wanted <= set(has)
    )


@pytest.fixture(scope="module")
def _period() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("salesagent_app.workers.sweeper.PERIOD_SECONDS", 0.2)
        patch.setattr("salesagent_app.observing.shared.PERIOD", 0.2)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        yield


@pytest.fixture
def watched(database_url: str, tmp_path: Path, _period: None) -> Iterator[Watched]:
    with ExitStack() as stack:
        traces = stack.enter_context(receiver())
        account = HubSpotAccount(owners={7: "owner@example.com"}, custom={})
        root, _ = stack.enter_context(hubspot_standin({TOKEN: account}))
        secret = secrets.token_urlsafe(24)
        settings = read_settings(
            _env_file=None,
            database_url=database_url,
            redis_url=None,
            data_dir=tmp_path,
            hubspot_portal_id="1",
            hubspot_api_key=TOKEN,
            hubspot_api_root=root,
            metrics_port=0,
            otel_exporter_otlp_endpoint=traces.url,
        )
        tenant = Tenant(
            id=DEFAULT_TENANT,
            name="Ours",
            mailbox="sales@ours.example",
            sender_name="Max Berger",
            portal_id="1",
            postal_address="Ours Ltd, 1 High Street, London",
        )
        permission = SendPermission(allowed=True, recipients=("*",))
        shared: dict[str, Any] = {
            "tenant": tenant,
            "webhook_secrets": (secret,),
            "send_permission": permission,
        }
        web = stack.enter_context(Process(settings, **shared))
        # The mailbox of memory is the one thing that two processes could not share for real.
        worker = stack.enter_context(Process(settings, world=web.world, **shared))
        worker.start_worker()
        server = stack.enter_context(LocalServer(web))
        key = asyncio.run(_key(web))
        http = stack.enter_context(
            httpx.Client(
                base_url=server.url,
                headers={"Authorization": f"Bearer {key}"},
                trust_env=False,
                timeout=20,
            )
        )
        yield Watched(web, worker, http, secret, traces, database_url)


async def _key(process: Process) -> str:
    container = process.container()
    made = await create_key(
        container.api_keys,
        container.clock,
        name="one",
        scopes=[Scope.ADMIN],
        lifetime=None,
        tenant=DEFAULT_TENANT,
    )
    await container.close()
    return made.secret


def test_one_trace_from_the_webhook_to_the_send_and_numbers_that_add_up(watched: Watched) -> None:
    tasks = [watched.submit(number) for number in range(3)]
    repeated = watched.http.post(FORMS, **signed(watched.secret, form(0)))
    assert repeated.status_code == 409
    drafts = [watched.done(task)["draft_id"] for task in tasks]
    watched.approve_and_send(drafts[0])
    watched.http.get(f"/{PERSON}@company-1.example")
    watched.http.get(f"/runs/{tasks[0]}")

    _the_trace(watched, tasks[0])
    _the_numbers(watched)
    _the_budget(watched)


def _the_trace(watched: Watched, run_id: str) -> None:
    def names() -> dict[str, Span] | None:
        mine = [
            s for s in watched.traces.spans() if s.attributes.get("salesagent.run_id") == run_id
        ]
        traces = {span.trace_id for span in mine}
        assert len(traces) <= 1, "one trace for one run"
        found = {span.name: span for span in watched.traces.spans() if span.trace_id in traces}
        return found if {f"POST {FORMS}", "run", "send", "decide"} <= found.keys() else None

    spans = eventually(names, "the trace arrives", seconds=15)
    assert spans is not None
    first = spans[f"POST {FORMS}"]
    assert first.parent_id == ""
    assert spans["run"].parent_id == first.span_id
    assert spans["send"].parent_id == first.span_id
    step = spans["resolve_contact"]
    assert step.parent_id == spans["run"].span_id
    assert spans["HubSpot resolve"].parent_id == step.span_id
    assert step.attributes["salesagent.outcome"] == "done"
    for planted in (PERSON, "Plantina", TOKEN, "company-", "demo next week"):
        assert planted not in watched.traces.text, planted


def _the_numbers(watched: Watched) -> None:
    def read() -> Any:
        samples = scrape(watched.web)
        return samples if value(samples, "salesagent_sends_total") == 1 else None

    web = eventually(read, "the sample is fresh")
    worker = scrape(watched.worker)
    route = {"method": "POST", "route": FORMS}
    assert value(web, "salesagent_http_requests_total", status="202", **route) == 3
    assert value(web, "salesagent_http_requests_total", status="409", **route) == 1
    assert value(web, "salesagent_http_requests_total", route="/runs/{run_id}") == 1
    assert value(web, "salesagent_http_requests_total", route="(unknown)", status="404") == 1
    assert value(web, "salesagent_group_commit_batch_count", line="intake") >= 1
    assert value(web, "salesagent_group_commit_batch_sum", line="intake") == 4
    # What a process did is in that process alone; what the database knows, in both alike.
    assert value(web, "salesagent_step_seconds_count") == 0
    assert value(worker, "salesagent_step_seconds_count", step="decide", outcome="done") == 3
    assert value(worker, "salesagent_vendor_calls_total", vendor="HubSpot", outcome="ok") >= 3
    assert value(worker, "salesagent_sweep_last_success_timestamp_seconds") > time.time() - 30
    for samples in (web, eventually(lambda: _with_sends(watched.worker), "the worker's sample")):
        assert value(samples, "salesagent_database_up") == 1
        assert value(samples, "salesagent_runs_begun_total") == 3
        assert value(samples, "salesagent_drafts_total") == 3
        assert value(samples, "salesagent_runs", status="waiting") == 0
        assert value(samples, "salesagent_decisions_total", verdict="needs_review") == 3
        assert value(samples, "salesagent_decisions_total", verdict="approved") == 1
        assert value(samples, "salesagent_queue_depth", topic="run") == 0
        assert value(samples, "salesagent_database_pool_size") > 0
        assert value(samples, "salesagent_vendor_quota_left_ratio", vendor="HubSpot") <= 1
    for samples in (web, worker):
        for name, labels in samples:
            told = f"{name} {labels}"
            for planted in (PERSON, "company-", "Plantina", TOKEN, "default"):
                assert planted not in told, told
    _the_page_names_them(web, worker)


def _with_sends(process: Process) -> Any:
    samples = scrape(process)
    return samples if value(samples, "salesagent_sends_total") == 1 else None


def _the_page_names_them(*scrapes: dict[Any, float]) -> None:
    """docs/reference/metrics.md, the alerts and the dashboards name what is really there."""
    shown = {
        re.sub(r"_(?:total|bucket|count|sum|created)$", "", name)
        for samples in scrapes
        for name, _ in samples
        if name.startswith("salesagent_")
    }
    page = (ROOT / "docs/reference/metrics.md").read_text()
    documented = set(re.findall(r"^\| `(salesagent_[a-z_]+?)(?:_total)?` \|", page, re.MULTILINE))
    assert shown <= documented, shown - documented


def _the_budget(watched: Watched) -> None:
    seen = watched.http.get("/api/usage").json()
    assert (seen["runs"], seen["drafts"], seen["sends"]) == (3, 3, 1)
    assert seen["budget_from_settings"] is True
    refused = watched.http.put("/api/admin/budgets", json={"soft_runs": 9, "hard_runs": 3})
    assert refused.status_code == 400
    body = {"soft_runs": 2, "hard_runs": 3}
    bounded = watched.http.put("/api/admin/budgets", json=body).json()
    assert [reason["code"] for reason in bounded["reached"]] == ["budget_reached"]
    assert [reason["code"] for reason in bounded["warnings"]] == ["over_soft_run_budget"]
    late = watched.submit(9)
    eventually(lambda: watched.http.get("/api/usage").json()["waiting_runs"] == 1, "it waits")
    task = watched.http.get(f"/api/tasks/{late}/status").json()
    assert "budget of 3 runs is used up" in str(task)
    eventually(
        lambda: value(scrape(watched.web), "salesagent_budgets_passed", level="hard") == 1,
        "the alarm's number turns",
    )
    assert watched.http.put("/api/admin/budgets", json={"hard_runs": 4}).status_code == 200
    watched.done(late)
    assert watched.http.get("/api/usage").json()["runs"] == 4
    assert watched.http.get("/api/usage?month=2020-13").status_code == 400
    assert watched.http.get("/api/usage?month=2020-01").json()["runs"] == 0


def test_health_is_answered_fast_and_from_memory(watched: Watched) -> None:
    paths = ("/health/liveness", "/health/readiness", "/health/dependencies")
    with httpx.Client(base_url=watched.http.base_url, trust_env=False) as anybody:
        for path in paths:
            assert anybody.get(path).status_code == 200
        # With the tables locked, whoever asks the database would wait.
        with psycopg.connect(plain_url(watched.database_url)) as connection:
            connection.execute("LOCK TABLE vendor_states, mailbox_connections, salesagent_schema")
            times = []
            for _ in range(20):
                for path in paths:
                    began = time.perf_counter()
                    assert anybody.get(path).status_code == 200
                    times.append(time.perf_counter() - began)
        times.sort()
        assert times[len(times) // 2] < 0.1
        pool = anybody.get("/health/dependencies").json()["database"]
        assert 0 <= pool["in_use"] <= pool["pool_size"]
        watched.query("UPDATE salesagent_schema SET version_num = '0001'")
        eventually(lambda: anybody.get("/health/readiness").status_code == 503, "it is behind")
        (problem,) = anybody.get("/health/readiness").json()["problems"]
        assert "migrations" in problem
        newest = migrate.newest()
        watched.query(f"UPDATE salesagent_schema SET version_num = '{newest}'")
        eventually(lambda: anybody.get("/health/readiness").status_code == 200, "it is ready")
        watched.web.draining.set()
        assert anybody.get("/health/readiness").status_code == 503
        assert anybody.get("/health/liveness").status_code == 200
