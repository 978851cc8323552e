"""A person goes through everything, has it erased, and nothing of them is left anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import psycopg
import pytest
import redis
from sqlalchemy import insert, text
from tests.contract.postgres.samples import draft as a_draft
from tests.databases import plain_url
from tests.e2e.autonomy_stage import Stage, deciding_office, served
from tests.e2e.processes import Redis, valkey
from tests.e2e.test_outcomes_flow import Desk
from tests.e2e.test_sending_flow import MAILBOX, Office

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, draft_columns, new_id
from salesagent_adapters.postgres.sealed_columns import SEALED
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.lead import Lead, Person
from salesagent_core.domain.people import Role
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.errors import NotFound, Unavailable
from salesagent_core.ids import DEFAULT_TENANT, RunId, SubmissionId, TenantId
from salesagent_core.ports.crm_events import CrmEvent
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.people_parts import Actor

EMAIL = "Zyx.Quorthex+News@Plonkwerk.example"
PLAIN = "zyx.quorthex@plonkwerk.example"
PHONE = "+49 171 8834 7719"
MARKERS = ("quorthex", "zyxwina", "plonkwerk", "8834 7719", "grumblewort", "flabbergrip")
OTHER = TenantId("other")


def form(email: str = EMAIL, **more: str) -> Submission:
    """What the person filled in."""
    fields = {
        "email": email,
        "firstname": "Zyxwina",
        "lastname": "Quorthex",
        "phone": PHONE,
        "company": "Plonkwerk Grumblewort GmbH",
        "jobtitle": "Head of Operations",
        "message": f"Could you show me your product for grumblewort trucks? {new_id()}",
        **more,
    }
    return Submission(
        id=SubmissionId(new_id()),
        tenant_id=DEFAULT_TENANT,
        source=SubmissionSource.FORM,
        received_at=datetime.now(UTC),
        fields=tuple(FormField(name=name, value=value) for name, value in fields.items()),
        conversion_id=new_id(),
        submitted_at=datetime.now(UTC),
    )


@attrs.frozen
class Town:
    """The office behind a socket, a Redis, and what somebody sees who has the keys to it all."""

    desk: Desk
    stage: Stage
    vault: Vault
    url: str
    redis: Redis

    @property
    def office(self) -> Office:
        return self.desk.office

    async def comes_in(self, submission: Submission, *, rounds: int = 5) -> RunId:
        raw = json.dumps([[f.name, f.value] for f in submission.fields]).encode()
        receipt = await self.office.make.receive_submission()(submission, raw)
        for _ in range(rounds):
            await self.office.handlers[Topic.RUN]([receipt.run_id])
        run_id: RunId = receipt.run_id
        return run_id

    async def draft(self, submission: Submission) -> Draft:
        run_id = await self.comes_in(submission)
        async with self.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            draft: Draft | None = await tx.drafts.by_run(run_id)
        assert draft is not None
        return draft

    def dump(self) -> str:
        """Every value of every table, opened where it is sealed, and all of Redis."""
        found: list[str] = []
        with psycopg.connect(plain_url(self.url)) as connection:
            connection.execute("SELECT set_config('salesagent.tenant', '*', false)")
            connection.execute("SET bytea_output = 'escape'")
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (name,) in names:
                with connection.cursor().copy(f"COPY {name} TO STDOUT".encode()) as copy:
                    found += [f"{name}: {bytes(row).decode('utf-8', 'replace')}" for row in copy]
            for column in SEALED:
                cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
                for row in cursor.execute(f"SELECT * FROM {column.table.name}".encode()):
                    if row[column.column] is not None:
                        plain = self.vault.open(row[column.column], context=column.context(row))
                        found.append(f"{column.name}: {plain.decode('utf-8', 'replace')}")
        client = redis.Redis.from_url(self.redis.url)
        for key in client.scan_iter("*"):
            found.append(f"redis: {key!r} {client.dump(key)!r}")
        client.close()
        return "\n".join(found)

    def traces(self) -> list[str]:
        return [
            line for line in self.dump().lower().splitlines() if any(m in line for m in MARKERS)
        ]

    async def forget(self, email: str = EMAIL, status: int = 200) -> dict[str, Any]:
        answer = await self.stage.admin.delete(f"/api/gdpr/user/{email}")
        assert answer.status_code == status, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def a_minute_later(self) -> None:
        async with self.office.make.database().across_tenants() as connection:
            await connection.execute(text("UPDATE erasures SET due_at = now()"))
        await self.office.make.forget_person().go_on()


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with valkey(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def town(database_url: str, vault: Vault, redis_server: Redis) -> AsyncIterator[Town]:
    office = deciding_office(database_url, vault)
    office.make.broker.override(make_broker(redis_server.url))
    async with served(office) as stage:
        yield Town(Desk(office), stage, vault, database_url, redis_server)


async def lives_through_everything(town: Town) -> None:
    """Two forms in two spellings, an answer, an outcome by hand, a draft that waits, a run."""
    office, desk = town.office, town.desk
    draft = await town.draft(form())
    await town.stage.act(draft, "reject", reason="Zyxwina Quorthex wrote twice, flabbergrip")
    sent = await town.draft(form(email=PLAIN))
    await town.stage.operator.post(
        f"/api/operator/drafts/{sent.id}/edit",
        json={
            "content_hash": sent.revision.content_hash,
            "subject": sent.revision.subject,
            "body": sent.revision.body + "\n\nThis is about flabbergrip.",
        },
    )
    async with office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        sent = await tx.drafts.get(sent.id)
    await office.handlers[Topic.DRAFT_SYNC]([sent.id])
    await office.approve(sent)
    await office.work()
    assert await office.status(sent.id) is DraftStatus.SENT, await town.stage.audited(
        "send.refused"
    )
    await desk.follow()
    mail = next(one for one in office.sent() if one.recipients == (PLAIN,))
    desk.answers(mail, "Yes, flabbergrip, when can we talk? Zyxwina")
    await desk.look()
    await town.draft(form(email="zyx.quorthex+two@plonkwerk.example"))
    await town.comes_in(form(message="nobody worked on grumblewort"), rounds=0)
    event = CrmEvent(
        id=new_id(),
        tenant_id=DEFAULT_TENANT,
        key="contact.propertyChange:77:1",
        kind="contact.propertyChange",
        object_id=sent.lead.person.crm_id or "",
        occurred_at=datetime.now(UTC),
        property_name="email",
        property_value=PLAIN,
    )
    await office.make.crm_events().accept([event], f'[{{"propertyValue": "{PLAIN}"}}]'.encode())
    await office.make.queue().ring(Topic.RUN, [sent.run_id])


async def test_nothing_is_left_of_a_person_who_went_through_everything(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await lives_through_everything(town)
    # A colleague's finished draft and form speak of the person; somebody else has the same name.
    colleague = await town.draft(
        form(
            email="lee@else.example",
            firstname="Lee",
            lastname="Other",
            company="Else",
            phone="",
            message=f"As {PLAIN} told me, zyx.quorthex%40plonkwerk.example",
        )
    )
    await town.stage.act(colleague, "reject", reason="no")
    before = {line.split(":")[0] for line in town.traces()}
    assert {"submissions.sealed", "drafts.sealed", "journal.sealed", "outcomes.sealed"} <= before

    shown = (await town.stage.admin.get(f"/api/gdpr/user/{EMAIL}")).json()
    assert {"submissions", "drafts", "revisions", "decisions", "send_attempts", "outcomes"} <= set(
        shown["stores"]
    )
    assert len(shown["stores"]["submissions"]) == 4
    assert "flabbergrip" in json.dumps(shown["stores"])

    made = await town.forget()
    assert (made["open"], made["left"]) == (False, []), made
    report = {line["store"]: line for line in made["stores"]}
    assert report["submissions"]["erased"] == 4
    assert report["sent mail"]["kept"] == 1
    assert report["drafts in the mailbox"]["erased"] >= 1
    assert report["mentions in submissions"]["erased"] == 1

    assert town.traces() == []
    assert "quorthex" not in caplog.text.lower()
    mailbox = town.desk.mailbox
    assert not any("quorthex" in str(draft) for draft in mailbox.drafts.values())
    # Nobody writes to them again; what is not theirs is still there; the trail is whole.
    assert await town.desk.reasons(PLAIN) == {"erased"}
    async with town.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        assert (await tx.drafts.get(colleague.id)).lead.person.email == "lee@else.example"
    (trail,) = await town.office.make.verify_audit()(DEFAULT_TENANT)
    assert trail.found == ()
    assert trail.erased > 0
    again = await town.forget()
    assert [line["store"] for line in again["stores"] if line["erased"]] == []


async def test_a_run_that_is_erased_under_its_worker_writes_nothing_more(town: Town) -> None:
    writing, go = asyncio.Event(), asyncio.Event()
    writer = town.office.make.writer()
    write = writer.write

    async def slowly(*given: Any, **named: Any) -> Any:
        writing.set()
        await go.wait()
        return await write(*given, **named)

    object.__setattr__(writer, "write", slowly)
    work = asyncio.create_task(town.comes_in(form(), rounds=1))
    await asyncio.wait_for(writing.wait(), 20)
    made = await town.forget(status=202)
    assert made["open"]
    go.set()
    await work
    assert [line for line in town.traces() if not line.startswith("erasures.sealed")] == []
    await town.a_minute_later()
    assert town.traces() == []
    assert town.desk.mailbox.drafts == {}


async def test_a_draft_that_is_committed_while_the_erasure_waits_goes_too(town: Town) -> None:
    run_id = await town.comes_in(form(), rounds=0)
    person = Person(email=PLAIN, first_name="Zyxwina", last_name="Quorthex")
    late = attrs.evolve(a_draft(run_id, held=None), lead=Lead(person=person))
    database = town.office.make.database()
    async with database.tenant(DEFAULT_TENANT) as worker:
        # A worker's last transaction: the draft is written, the run is over, nothing is committed.
        await worker.execute(text("SELECT FROM runs FOR UPDATE"))
        await worker.execute(insert(tables.drafts).values(draft_columns(Chest(town.vault), late)))
        await worker.execute(text("UPDATE runs SET status = 'completed', due_at = NULL"))
        erasing = asyncio.create_task(town.forget())
        while not erasing.done():
            async with database.across_tenants() as other:
                waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if (await other.execute(waits)).scalar_one():
                    break
            await asyncio.sleep(0.05)
    made = await erasing
    assert not made["open"]
    report = {line["store"]: line["erased"] for line in made["stores"]}
    assert report["drafts"] == 1
    assert town.traces() == []


async def test_what_fails_half_way_goes_on_and_says_what_is_left(town: Town) -> None:
    draft = await town.draft(form())
    mailbox = town.office.make.mailbox()
    find = mailbox.find_drafts

    async def broken(*_: Any, **__: Any) -> Any:
        raise Unavailable("the mailbox is away")

    object.__setattr__(mailbox, "find_drafts", broken)
    made = await town.forget(status=202)
    assert "mailbox" in made["left"][0]
    assert draft.in_mailbox is not None
    assert town.desk.mailbox.drafts
    # Asking again is no second erasure.
    assert (await town.forget(status=202))["id"] == made["id"]
    object.__setattr__(mailbox, "find_drafts", find)
    await town.a_minute_later()
    assert town.desk.mailbox.drafts == {}
    assert town.traces() == []
    (listed,) = (await town.stage.admin.get("/api/gdpr/erasures")).json()
    assert (listed["id"], listed["open"]) == (made["id"], False)


async def test_the_crm_asks_for_an_erasure(town: Town) -> None:
    draft = await town.draft(form())
    event = CrmEvent(
        id=new_id(),
        tenant_id=DEFAULT_TENANT,
        key="contact.privacyDeletion:1",
        kind="contact.privacyDeletion",
        object_id=draft.lead.person.crm_id or "",
        occurred_at=datetime.now(UTC),
    )
    await town.office.make.crm_events().accept([event], b"[]")
    await town.office.make.resolve_crm_events()(10)
    assert town.traces() == []
    assert await town.desk.letters() == ()


async def test_only_an_admin_of_the_same_organisation_erases(town: Town) -> None:
    await town.draft(form())
    answer = await town.stage.operator.delete(f"/api/gdpr/user/{EMAIL}")
    assert answer.status_code == 403
    assert (await town.stage.admin.delete("/api/gdpr/user/nobody")).status_code == 400
    assert (await town.stage.admin.delete(f"/api/gdpr/user/{MAILBOX}")).status_code == 409
    theirs = await town.office.make.forget_person().look(OTHER, EMAIL)
    assert theirs.empty
    with pytest.raises(NotFound):
        await town.office.make.forget_person().export(TenantId("misspelled"), EMAIL, by="cli:me")
    assert town.traces()


async def test_an_account_with_the_address_is_kept_and_said(town: Town) -> None:
    await town.draft(form())
    manage, by = town.office.make.manage_people(), Actor(id="cli:test", role=None)
    account = await manage.add(
        DEFAULT_TENANT,
        PLAIN,
        name="Zyxwina Quorthex",
        role=Role.ADMIN,
        password="lamp river orbit mint",
        by=by,
    )
    made = await town.forget()
    report = {line["store"]: line for line in made["stores"]}
    assert (report["users"]["kept"], report["users"]["erased"]) == (1, 0)
    assert "colleague" in report["users"]["why"]
    assert report["submissions"]["erased"] == 1
    (kept,) = (await manage.list(DEFAULT_TENANT)).users
    assert (kept.id, kept.email, kept.name) == (account.id, PLAIN, "Zyxwina Quorthex")
    assert {line.split(":")[0] for line in town.traces()} == {"users.sealed"}
