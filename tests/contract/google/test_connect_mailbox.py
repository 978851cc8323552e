"""Connecting a mailbox: who may come back from the consent page, and what goes on afterwards."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from sqlalchemy import select, text
from tests.contract.google.parts import (
    ACCESS,
    CLIENT_ID,
    MAILBOX,
    REFRESH,
    TENANT,
    connect,
    every_scope,
    google,
    stored,
)
from tests.contract.postgres.samples import RESULT_TYPES, arrival, draft
from tests.services.google_tokens import TokenServer, granted, id_token, token_server

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.google.oauth import FEATURES
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.connections import PgConsentFlows
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.run import RETRIES_AFTER_FIRST, Lease, RunStatus
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict, InvalidInput, NotFound, PolicyRefused, Reason
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.connections import ConnectionState, Lost
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.connect_mailbox import Connected, ConnectMailbox
from salesagent_core.use_cases.consents import Started

pytestmark = pytest.mark.database

SECOND = "second@example.com"
BY = "key:admin"


class OneTenant:
    """Every tenant has the same default mailbox."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        return Tenant(id=tenant_id, name="Ours", mailbox=MAILBOX, sender_name="Max")


class Bells:
    """What was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[Topic, tuple[str, ...]]] = []

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        self.rung.append((topic, tuple(ids)))


async def allowed(_tenant: TenantId, _who: str) -> bool:
    return True


class Desk:
    """An admin at a browser, with a provider behind it that grants what it is told to."""

    def __init__(self, database: Database, vault: Vault, server: TokenServer) -> None:
        self.database, self.vault, self.server = database, vault, server
        self.work = PgUnitOfWork(database, vault, RESULT_TYPES)
        self.bells = Bells()
        numbers = itertools.count()
        self.secrets: Callable[[], str] = lambda: f"secret-{next(numbers)}-{new_id()}"
        self.use = ConnectMailbox(
            work=self.work,
            flows=PgConsentFlows(database, vault),
            provider=google(server.url),
            tenants=OneTenant(),  # type: ignore[arg-type]
            queue=self.bells,
            ids=RandomIds(SystemClock()),
            secret=self.secrets,
        )

    async def start(self, **more: Any) -> Started:
        return await self.use.start(TENANT, by=BY, **more)

    def will_grant(
        self, started: Started, *, mailbox: str = MAILBOX, without: Sequence[str] = ()
    ) -> None:
        nonce = query_of(started)["nonce"]
        claims = {
            "iss": self.server.url,
            "aud": CLIENT_ID,
            "sub": "1",
            "email": mailbox,
            "email_verified": True,
            "exp": (datetime.now(UTC) + timedelta(hours=1)).timestamp(),
            "nonce": nonce,
        }
        refused = {feature.scopes[0] for feature in FEATURES if feature.code in without}
        scopes = sorted(every_scope() - refused)
        self.server.behave = granted(
            refresh_token="r-2", id_token=id_token(claims), scope=" ".join(scopes)
        )

    async def finish(self, started: Started, **more: Any) -> Connected:
        values: dict[str, Any] = {
            "state": query_of(started)["state"],
            "browser": started.browser,
            "code": "code-1",
            "error": None,
            "still_allowed": allowed,
        }
        return await self.use.finish(**(values | more))

    async def connect(self, **more: Any) -> Connected:
        started = await self.start()
        self.will_grant(started, **more)
        return await self.finish(started)

    async def audit(self) -> list[str]:
        async with self.database.tenant(TENANT) as connection:
            rows = (
                await connection.execute(select(tables.audit).order_by(tables.audit.c.seq))
            ).all()
        assert MAILBOX not in str(rows)
        return [row.action for row in rows]


def query_of(started: Started) -> dict[str, str]:
    return {name: each[0] for name, each in parse_qs(urlsplit(started.url).query).items()}


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


@pytest.fixture
def desk(database: Database, vault: Vault, server: TokenServer) -> Desk:
    return Desk(database, vault, server)


async def test_a_mailbox_is_connected_and_shown_with_what_it_may(desk: Desk) -> None:
    (before,) = await desk.use.list(TENANT)
    assert (before.mailbox, before.default, before.connected) == (MAILBOX, True, False)
    connected = await desk.connect()
    assert connected.view.connected
    assert connected.view.missing == ()
    assert [feature.code for feature in connected.view.granted] == [
        "mail_read",
        "mail_write",
        "calendar",
        "files",
    ]
    kept = await stored(desk.work)
    assert kept.tokens is not None
    assert kept.tokens.refresh == "r-2"
    assert kept.connection.by == BY
    assert await desk.audit() == ["mailbox.connected"]
    assert await desk.use.list(TENANT) == (connected.view,)
    assert await desk.use.stuck(TENANT) == ()


async def test_several_mailboxes_of_a_tenant_and_none_of_anothers(desk: Desk) -> None:
    await desk.connect(mailbox=SECOND)
    await desk.connect()
    assert [(view.mailbox, view.default) for view in await desk.use.list(TENANT)] == [
        (MAILBOX, True),
        (SECOND, False),
    ]
    (other,) = await desk.use.list(TenantId("other"))
    assert other.connection is None


async def test_the_way_back_works_once(desk: Desk) -> None:
    started = await desk.start()
    desk.will_grant(started)
    results = await asyncio.gather(
        *(desk.finish(started) for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == [
        "Connected",
        *["InvalidInput"] * 4,
    ]
    assert len(desk.server.asked) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "made-up"},
        {"state": ""},
        {"state": "x" * 100_000},
        {"state": "\ud800"},
        {"browser": "somebody else's"},
        {"browser": ""},
    ],
    ids=["made up", "empty", "huge", "surrogate", "other browser", "no cookie"],
)
async def test_a_way_back_that_was_not_begun_here_is_refused_before_google_is_asked(
    desk: Desk, forged: dict[str, str]
) -> None:
    started = await desk.start()
    desk.will_grant(started)
    with pytest.raises(InvalidInput, match="once more"):
        await desk.finish(started, **forged)
    assert desk.server.asked == []
    assert (await desk.use.list(TENANT))[0].connection is None


async def test_the_way_back_ends_after_ten_minutes(desk: Desk) -> None:
    started = await desk.start()
    desk.will_grant(started)
    lasts = started.expires_at - datetime.now(UTC)
    assert timedelta(minutes=9) < lasts <= timedelta(minutes=10, seconds=5)
    async with desk.database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE consent_flows SET expires_at = now() - interval '1 second'")
        )
    with pytest.raises(InvalidInput, match="took too long"):
        await desk.finish(started)
    assert desk.server.asked == []


async def test_who_lost_the_right_meanwhile_connects_nothing(desk: Desk) -> None:
    started = await desk.start()
    desk.will_grant(started)

    async def not_any_more(tenant: TenantId, who: str) -> bool:
        assert (tenant, who) == (TENANT, BY)
        return False

    with pytest.raises(Conflict, match="any more"):
        await desk.finish(started, still_allowed=not_any_more)
    assert desk.server.asked == []


@pytest.mark.parametrize(
    ("error", "said"),
    [("access_denied", "declined"), ("admin_policy_enforced", "administrator"), ("x", "refused")],
)
async def test_a_declined_consent_says_so(desk: Desk, error: str, said: str) -> None:
    started = await desk.start()
    with pytest.raises(Conflict, match=said):
        await desk.finish(started, code=None, error=error)
    assert desk.server.asked == []


@pytest.mark.parametrize("unticked", [("mail_write",), ("mail_read", "mail_write")])
async def test_without_what_it_needs_nothing_is_connected_and_each_permission_is_named(
    desk: Desk, unticked: Sequence[str]
) -> None:
    started = await desk.start()
    desk.will_grant(started, without=unticked)
    with pytest.raises(PolicyRefused) as refusal:
        await desk.finish(started)
    assert [reason.code for reason in refusal.value.reasons] == [
        f"not_granted_{code}" for code in unticked
    ]
    assert all(
        "https://www.googleapis.com/auth/gmail" in each.sentence for each in refusal.value.reasons
    )
    assert (await desk.use.list(TENANT))[0].connection is None


async def test_an_unticked_calendar_is_shown_as_missing_and_can_be_granted_later(
    desk: Desk,
) -> None:
    connected = await desk.connect(without=("calendar", "files"))
    assert connected.view.connected
    assert [feature.code for feature in connected.view.missing] == ["calendar", "files"]
    started = await desk.start(features=["calendar"], mailbox=MAILBOX)
    asked = query_of(started)
    assert "calendar.readonly" in asked["scope"]
    assert "drive" not in asked["scope"]
    assert asked["include_granted_scopes"] == "true"
    desk.will_grant(started, without=("files",))
    view = (await desk.finish(started)).view
    assert [feature.code for feature in view.missing] == ["files"]


async def test_a_feature_that_does_not_exist_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="calendar, files, mail_read, mail_write"):
        await desk.start(features=["contacts"])


async def test_a_consent_for_another_mailbox_than_the_one_meant_connects_neither(
    desk: Desk,
) -> None:
    started = await desk.start(mailbox=MAILBOX)
    desk.will_grant(started, mailbox=SECOND)
    with pytest.raises(Conflict, match="another mailbox"):
        await desk.finish(started)
    assert len(await desk.use.list(TENANT)) == 1


async def test_a_mailbox_is_disconnected_here_and_at_google(desk: Desk) -> None:
    await desk.connect()
    ended = await desk.use.disconnect(TENANT, MAILBOX, by=BY)
    assert ended.withdrawn
    assert desk.server.revoked == ["r-2"]
    assert not ended.view.connected
    kept = await stored(desk.work)
    assert (kept.tokens, kept.connection.why) == (None, Lost.BY_OPERATOR)
    assert await desk.audit() == ["mailbox.connected", "mailbox.disconnected"]
    with pytest.raises(Conflict):
        await desk.use.disconnect(TENANT, MAILBOX, by=BY)
    with pytest.raises(NotFound):
        await desk.use.disconnect(TenantId("other"), MAILBOX, by=BY)


# --- what waited -------------------------------------------------------------------------------


async def parked_run(
    desk: Desk, *, mailbox: str = MAILBOX, attempt: int = 1, connected_first: bool = False
) -> tuple[RunId, Lease]:
    """A run that was parked until that mailbox is connected."""
    intake = PgIntake(desk.database, desk.vault)
    await intake.accept(arrival(email=f"{new_id()}@example.com"))
    await intake.close()
    journal = PgJournal(desk.database, desk.vault, RESULT_TYPES)
    (claimed,) = await journal.claim(None, 1)
    if connected_first:
        await connect(desk.work)
    await journal.wait(
        claimed.lease,
        until=None,
        why="the mailbox must be connected again",
        step="search_threads",
        attempt=attempt,
        mailbox=mailbox,
    )
    await journal.close()
    return claimed.run.id, claimed.lease


async def run_of(desk: Desk, run_id: RunId) -> Any:
    async with desk.database.tenant(TENANT) as connection:
        return (
            await connection.execute(select(tables.runs).where(tables.runs.c.id == run_id))
        ).one()


async def test_runs_that_were_parked_for_a_mailbox_go_on_when_it_is_connected(
    desk: Desk,
) -> None:
    ours = [(await parked_run(desk))[0] for _ in range(2)]
    others, _ = await parked_run(desk, mailbox=SECOND)
    (stuck,) = await desk.use.stuck(TENANT)
    assert (stuck.mailbox, stuck.waiting_runs) == (MAILBOX, 2)
    async with desk.database.tenant(TENANT) as connection:
        assert (await connection.execute(select(tables.dead_letters))).all() == []
    connected = await desk.connect()
    assert sorted(connected.resumed.runs) == sorted(ours)
    assert (Topic.RUN, connected.resumed.runs) in desk.bells.rung
    for run_id in ours:
        row = await run_of(desk, run_id)
        assert row.status == RunStatus.TRIGGERED.value
        assert (row.attempt, row.waiting_for, row.waiting_mailbox) == (0, None, None)
        assert row.due_at is not None
    still = await run_of(desk, others)
    assert (still.status, still.due_at) == (RunStatus.WAITING.value, None)
    assert await desk.use.stuck(TENANT) == ()


async def test_a_run_that_parks_just_after_the_mailbox_was_connected_is_not_forgotten(
    desk: Desk,
) -> None:
    run_id, _ = await parked_run(desk, connected_first=True)
    row = await run_of(desk, run_id)
    assert row.status == RunStatus.WAITING.value
    wait = row.due_at - datetime.now(UTC)
    assert timedelta(seconds=30) < wait <= timedelta(minutes=1, seconds=5)
    # It is tried a few times, not for ever: a mailbox may be connected and refuse all the same.
    tired, _ = await parked_run(desk, attempt=RETRIES_AFTER_FIRST + 1, connected_first=True)
    assert (await run_of(desk, tired)).due_at is None


async def test_connecting_while_runs_park_leaves_none_behind(desk: Desk) -> None:
    """The two meet at the same row, in whichever order: none stays parked without a time."""
    for _ in range(5):
        parking = [asyncio.create_task(parked_run(desk)) for _ in range(3)]
        await asyncio.gather(desk.connect(), *parking)
        for run_id, _ in [each.result() for each in parking]:
            assert (await run_of(desk, run_id)).due_at is not None


async def test_sends_and_copies_of_drafts_go_on_too_and_what_waits_for_else_does_not(
    desk: Desk,
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    def attempt(status: AttemptStatus, code: str | None) -> SendAttempt:
        return SendAttempt(
            id=new_id(),
            tenant_id=TENANT,
            draft_id=DraftId(new_id()),
            content_hash="h",
            mailbox=MAILBOX,
            mailbox_draft_id="m",
            thread_id="t",
            key="k",
            status=status,
            asked_by="o",
            created_at=later,
            updated_at=later,
            due_at=later,
            waiting=(Reason(code=code, sentence="x"),) if code else (),
        )

    waiting = attempt(AttemptStatus.SCHEDULED, "mailbox_disconnected")
    window = attempt(AttemptStatus.SCHEDULED, "outside_window")
    unknown = attempt(AttemptStatus.UNKNOWN, None)
    behind, level = draft(new_id()), draft(new_id())
    async with desk.work.begin(TENANT) as tx:
        for each in (waiting, window, unknown):
            await tx.sends.add(each)
        for made in (behind, level):
            await tx.drafts.add(made)
    async with desk.database.tenant(TENANT) as connection:
        await connection.execute(
            text(
                "UPDATE drafts SET mailbox_hash = 'older', sync_attempt = 1,"
                " sync_due_at = now() + interval '1 hour' WHERE id = :id"
            ),
            {"id": behind.id},
        )
    resumed = (await desk.connect()).resumed
    assert resumed.sends == (waiting.id,)
    assert resumed.unknown_sends == (unknown.id,)
    assert resumed.drafts == (behind.id,)
    rung = dict(desk.bells.rung)
    assert rung[Topic.SEND] == (waiting.id,)
    assert rung[Topic.RECONCILE] == (unknown.id,)
    assert rung[Topic.DRAFT_SYNC] == (behind.id,)


async def test_a_lost_mailbox_is_told_of_until_it_is_connected_again(desk: Desk) -> None:
    await connect(desk.work, lost=Lost.REVOKED)
    (stuck,) = await desk.use.stuck(TENANT)
    assert stuck.connection is not None
    assert stuck.connection.why is Lost.REVOKED
    await desk.connect()
    assert await desk.use.stuck(TENANT) == ()
    kept = await stored(desk.work)
    assert kept.connection.state is ConnectionState.CONNECTED
    assert kept.generation == 2


async def test_without_a_provider_the_list_is_there_and_the_settings_are_named(
    desk: Desk,
) -> None:
    bare = ConnectMailbox(
        work=desk.work,
        flows=PgConsentFlows(desk.database, desk.vault),
        provider=None,
        tenants=OneTenant(),  # type: ignore[arg-type]
        queue=desk.bells,
        ids=RandomIds(SystemClock()),
        secret=desk.secrets,
    )
    assert not bare.available
    assert [view.mailbox for view in await bare.list(TENANT)] == [MAILBOX]
    with pytest.raises(Conflict, match="GOOGLE_CLIENT_ID"):
        await bare.start(TENANT, by=BY)


async def test_nothing_of_a_flow_is_readable_in_the_database(desk: Desk) -> None:
    started = await desk.start(mailbox=SECOND)
    async with desk.database.across_tenants() as connection:
        (row,) = (await connection.execute(select(tables.consent_flows))).all()
    stored_bytes = row.sealed + row.digest
    asked = query_of(started)
    for planted in (asked["state"], asked["nonce"], started.browser, SECOND, ACCESS, REFRESH):
        assert planted.encode() not in stored_bytes
    assert asked["state"] not in repr(started)
    assert attrs.asdict(started)["browser"]
