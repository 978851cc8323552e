"""From the 202 to a draft that can be reviewed, beside the ideal: the critical path of the steps.

A real HTTP server, a worker in the same process, embedded PostgreSQL; the vendors are the memory
stand-ins with the time that real ones take. The ideal is computed from what the workflow says
each step needs and from the vendor calls that the run made: no run can be faster. Leads are sent
one at a time, each from somebody who has written before, so that every vendor is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from rig import machine
from rig.forms import PATH, SECRET, form_body, signature
from salesagent_adapters.memory.world import World
from salesagent_app.keys import create_key
from salesagent_app.process import Process, connected_world, default_tenant
from salesagent_app.serving import LocalServer
from salesagent_app.settings import Settings
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.step import Workflow

MOST_TIMES_IDEAL = 1.05
POLL_SECONDS = 0.005
LEAD_SECONDS = 30.0

VENDOR_SECONDS = {
    "crm.resolve": 0.150,
    "crm.company_notes": 0.150,
    "mailbox.search_threads": 0.250,
    "mailbox.read_thread": 0.250,
    "assets.find": 0.300,
    "calendar.busy": 0.200,
    "memory.recall": 0.150,
    "writer.write": 2.500,
    "mailbox.find_drafts": 0.100,
    "mailbox.create_draft": 0.250,
    "crm.ensure_task": 0.200,
}
"""What each call takes; looking for an earlier copy and storing the draft are 350 ms together."""

CALLS = {
    "resolve_contact": ("crm.resolve",),
    "research_company": ("crm.company_notes",),
    "search_threads": ("mailbox.search_threads",),
    "read_thread": ("mailbox.read_thread",),
    "recall_memory": ("memory.recall",),
    "find_assets": ("assets.find",),
    "propose_slots": ("calendar.busy",),
    "write_draft": ("writer.write",),
    "create_draft": ("mailbox.find_drafts", "mailbox.create_draft"),
    "create_crm_task": ("crm.ensure_task",),
}
"""Which step makes which calls, one after the other."""

LAST_STEP = "decide"
"""Its commit publishes the draft."""


def critical_path(workflow: Workflow, made: Mapping[str, int]) -> float:
    """Seconds until ``LAST_STEP`` could end if nothing but the vendors took time.

    ``made`` says how often each call was made; a call that was not made costs nothing.
    """
    ends: dict[str, float] = {}
    for step in workflow.steps:
        own = sum(VENDOR_SECONDS[call] * made[call] for call in CALLS.get(step.name, ()))
        ends[step.name] = own + max((ends[need] for need in step.needs), default=0.0)
    return ends[LAST_STEP]


def slow_world(settings: Settings) -> World:
    """Empty vendors that take their time."""
    world = connected_world(default_tenant(settings))
    for call, seconds in VENDOR_SECONDS.items():
        world.faults.delay(call, seconds)
    return world


class Api:
    """One keep-alive connection to the server."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, body: bytes) -> str:
        """Send a form; returns the task's id."""
        headers = {"X-HubSpot-Signature": signature(body), "Content-Type": "application/json"}
        self._http.request("POST", PATH, body, headers)
        response = self._http.getresponse()
        document = json.loads(response.read())
        if response.status != 202:
            raise SystemExit(f"the form was answered with {response.status}: {document}")
        return str(document["task_id"])

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and document."""
        self._http.request("GET", path, headers=self._headers)
        response = self._http.getresponse()
        return response.status, json.loads(response.read())


def lead(process: Process, api: Api, number: int, quiet: float) -> float:
    """Send one lead; returns the seconds from its 202 to its reviewable draft.

    For ``quiet`` seconds nobody asks, so that the polling does not slow down what it measures.
    """
    email = f"visitor.{number}@customer-{number}.example"
    mailbox = process.world.connected_mailbox(DEFAULT_TENANT, process.tenant.mailbox)
    mailbox.receive(sender=email, subject="Routes", text="Hello, do you plan routes by night too?")
    task = api.post(form_body(f"latency-{number}", number))
    accepted = time.perf_counter()
    time.sleep(quiet)
    while time.perf_counter() - accepted < LEAD_SECONDS:
        status, document = api.get(f"/api/tasks/{task}/status")
        if status == 200 and document.get("draft_id"):
            status, _ = api.get(f"/api/operator/drafts/{document['draft_id']}")
            if status == 200:
                return time.perf_counter() - accepted
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"no draft within {LEAD_SECONDS:.0f} s: {document}")


async def operator_key(process: Process) -> str:
    """A key that may read drafts."""
    container = process.container()
    try:
        made = await create_key(
            container.api_keys,
            container.clock,
            name="bench",
            scopes=[Scope.OPERATOR],
            lifetime=timedelta(hours=1),
            tenant=DEFAULT_TENANT,
        )
    finally:
        await container.close()
    return made.secret


def measure(process: Process, leads: int) -> tuple[list[float], float]:
    """Seconds of each lead, and the ideal; one more lead goes first to warm up."""
    key = asyncio.run(operator_key(process))
    process.start_worker()
    workflow = process.container().providers.workflow()
    faults = process.world.faults
    with LocalServer(process) as server:
        api = Api(server.url, key)
        lead(process, api, 0, 0.0)
        made = {call: faults.calls(call) for call in VENDOR_SECONDS}
        ideal = critical_path(workflow, made)
        print(f"  critical path of the step graph: {ideal * 1000:,.0f} ms", flush=True)
        times = []
        for number in range(1, leads + 1):
            times.append(lead(process, api, number, ideal * 0.9))
            print(f"  lead {number}: {times[-1] * 1000:,.0f} ms", flush=True)
    return times, ideal


def main() -> int:
    """Measure, print, and say by the exit code whether the aim was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="two leads: a look, no proof")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    print(f"latency: {machine.describe()}")
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings.model_construct(data_dir=Path(folder))
        with Process(settings, world=slow_world(settings), webhook_secrets=(SECRET,)) as process:
            times, ideal = measure(process, 2 if asked.quick else max(5, asked.leads))
    ratio = statistics.median(times) / ideal
    met = ratio <= MOST_TIMES_IDEAL
    print(
        f"\n  median {statistics.median(times) * 1000:,.0f} ms, worst {max(times) * 1000:,.0f} ms,"
        f" ideal {ideal * 1000:,.0f} ms"
        f"\n  median / ideal {ratio:.3f}  aim <= {MOST_TIMES_IDEAL:g}: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
