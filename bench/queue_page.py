"""The queue with ten thousand drafts in it: server time and size of the first pages.

Drafts of ordinary size lie in a real PostgreSQL; the application answers without a socket, so the
time is the server's. Prints medians and the worst of the rounds; exits 1 where the first page of
the queue takes longer than 300 ms at the median, or the first screen is larger than 150 KB.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import httpx

from rig import machine
from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres import embedded, migrate
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.draft import Author, Draft, DraftStatus, Revision, content_hash
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.planning import Ask, NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT, DraftId, RunId, SubmissionId
from salesagent_core.ports.api_keys import Scope

AIM_MS = 300.0
AIM_KB = 150.0
ROUNDS = 15
BATCH = 500
TIERS = tuple(Tier)
BODY = "Hello,\n\n" + "thanks for asking about routing for your trucks. " * 30
TEXT = "We run trucks and look for routing that knows about ranges. " * 40


def draft(number: int, now: datetime) -> Draft:
    """A draft as large as an ordinary one."""
    email = f"p{number}@firm{number % 997}.example"
    then = now - timedelta(minutes=number)
    revision = Revision(
        number=1,
        subject=f"Routing for {number} trucks",
        body=BODY,
        content_hash=content_hash(email, f"Routing for {number} trucks", BODY),
        author=Author.WRITER,
        author_id="writer",
        created_at=then,
    )
    return Draft(
        id=DraftId(new_id()),
        tenant_id=DEFAULT_TENANT,
        run_id=RunId(new_id()),
        submission_id=SubmissionId(new_id()),
        status=DraftStatus.PENDING_APPROVAL,
        lead=Lead(
            person=Person(email=email, first_name=f"Person{number}", last_name="Example"),
            company=Company(name=f"Firm {number % 997}"),
        ),
        mailbox="sales@example.org",
        fit=Fit(score=(number % 100) / 100, coverage=0.8, tier=TIERS[number % len(TIERS)]),
        priority=Priority(
            revenue=(number % 89) / 89, urgency=0.9, strategic=(number % 7) / 7, effort=0.2
        ),
        plan=NextStep(ask=Ask.OFFER_MEETING, intent="demo", language="en", reason="they asked"),
        revision=revision,
        submitted_at=then,
        created_at=then,
        updated_at=then,
        sources=tuple(
            Source(id=f"s{n}", kind=SourceKind.FORM, label="message", text=TEXT) for n in range(3)
        ),
    )


@attrs.frozen
class Visited:
    """A page: its times in milliseconds, the processor time of one answer, its size in bytes."""

    path: str
    times: list[float]
    cpu: float
    size: int


async def fill(container: Container, drafts: int) -> list[Draft]:
    """Put the drafts into the database; the middle one has a run, so that it can be opened."""
    now, made = datetime.now(UTC), []
    form = Submission(
        id=SubmissionId(new_id()),
        tenant_id=DEFAULT_TENANT,
        source=SubmissionSource.FORM,
        received_at=now,
        fields=(FormField(name="email", value="p@firm.example"),),
        conversion_id=new_id(),
    )
    receipt = await container.providers.receive_submission()(form, b"{}")
    work = container.providers.unit_of_work()
    for start in range(0, drafts, BATCH):
        async with work.begin(DEFAULT_TENANT) as tx:
            for number in range(start, min(drafts, start + BATCH)):
                one = draft(number, now)
                if number == drafts // 2:
                    one = attrs.evolve(one, run_id=receipt.run_id)
                made.append(one)
                await tx.drafts.add(made[-1])
    return made


async def visit(client: httpx.AsyncClient, path: str, rounds: int) -> Visited:
    """Ask for a page again and again."""
    times, size = [], 0
    busy = time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        answer = await client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        size = len(answer.content)
    return Visited(path, times, (time.process_time() - busy) * 1000 / rounds, size)


async def measure(url: str, drafts: int, rounds: int) -> bool:
    """Print the table; whether the aims are met."""
    vault = Vault([new_key()])
    container = build_container(
        settings=read_settings(public_url="http://queue.example"),
        database_url=url,
        vault=vault,
        broker=make_broker(None),
        world=World(SystemClock()),
        tenant=Tenant(id=DEFAULT_TENANT, name="Ours", mailbox="m@example.org", sender_name="Max"),
        webhook_secrets=(secrets.token_hex(),),
    )
    made = await fill(container, drafts)
    key = await create_key(
        container.api_keys,
        container.clock,
        name="Bench",
        scopes=(Scope.OPERATOR,),
        lifetime=None,
        tenant=DEFAULT_TENANT,
    )
    transport = httpx.ASGITransport(app=container.http_app())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://queue.example", timeout=60
    ) as client:
        await client.post("/login", data={"key": key.secret})
        middle = made[drafts // 2].id
        pages = [
            await visit(client, path, rounds)
            for path in (
                "/queue",
                f"/queue?from={drafts // 2}",
                "/queue?q=firm+42",
                "/queue?tier=hot&age=24",
                f"/drafts/{middle}",
                "/",
            )
        ]
        queue = await client.get("/queue")
        assets = [part.split('"')[0] for part in queue.text.split('"/static/')[1:]]
        static = 0
        for asset in assets:
            static += len((await client.get(f"/static/{asset}")).content)
    await container.close()
    print(f"{drafts} open drafts, {rounds} rounds, {machine.describe()}")
    for page in pages:
        shown = page.path.replace(middle, "{id}")
        median, worst = statistics.median(page.times), max(page.times)
        print(
            f"{shown:32} median {median:7.1f} ms  worst {worst:7.1f} ms  "
            f"of it ours {page.cpu:6.1f} ms  {page.size / 1e3:6.1f} KB"
        )
    screen = (pages[0].size + static) / 1e3
    print(f"first screen with style sheet and scripts: {screen:.1f} KB")
    return statistics.median(pages[0].times) <= AIM_MS and screen <= AIM_KB


def main() -> int:
    """Set up a database, measure, tear it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sa-q-") as folder:
        data = Path(folder) / "data"
        url = embedded.start(data)
        try:
            migrate.upgrade(url)
            met = asyncio.run(measure(url, asked.drafts, asked.rounds))
        finally:
            embedded.stop(data)
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
