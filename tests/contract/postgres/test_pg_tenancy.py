"""The database's own wall between tenants, on every table there is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import Table, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ProgrammingError
from tests.contract.postgres.samples import (
    EMAIL,
    OTHER,
    RESULT_TYPES,
    SENT_AT,
    TENANT,
    arrival,
    draft,
    valid,
)
from tests.contract.postgres.test_pg_usage import bound

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres import vectors
from salesagent_adapters.postgres.api_keys import PgApiKeys
from salesagent_adapters.postgres.connections import PgConsentFlows
from salesagent_adapters.postgres.conversion_polls import PgConversionPolls
from salesagent_adapters.postgres.crm_events import PgCrmEventInbox
from salesagent_adapters.postgres.directory import PgTenantDirectory
from salesagent_adapters.postgres.engine import SET_TENANT, Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.logins import PgLoginTries
from salesagent_adapters.postgres.mailbox_watches import PgMailboxWatches
from salesagent_adapters.postgres.model_budget import PgModelBudget
from salesagent_adapters.postgres.notice_settings import PgNoticeBook
from salesagent_adapters.postgres.rate_budget import PgRateBudget
from salesagent_adapters.postgres.rows import Chest, new_id, place
from salesagent_adapters.postgres.saved_views import PgSavedViews
from salesagent_adapters.postgres.tables import metadata
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.postgres.usage import PgUsage
from salesagent_adapters.postgres.vendor_health import PgVendorHealth
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.approval_rules import Condition, Operator, Rule
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.autonomy import Segment, grant
from salesagent_core.domain.experiment import Experiment, Variant
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.log_in_guard import Because, LogInRules
from salesagent_core.domain.mail_template import MailTemplate, Use
from salesagent_core.domain.notice import NoticeChoices
from salesagent_core.domain.outcomes.learning import LearnedChange
from salesagent_core.domain.outcomes.moves import DealPlace, MeetingPlace
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeSource, OutcomeType
from salesagent_core.domain.passwords import ACCOUNT_TRIES
from salesagent_core.domain.people import Role
from salesagent_core.domain.run import DeadLetterState
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.sending.gate import Stop
from salesagent_core.domain.sending.recipients import RecipientRule, RuleKind
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.domain.spending import Budget, ModelUse
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.treatment import Assigned, ExperimentKind
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import InvalidInput, NotFound, Reason
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.api_keys import ApiKey, PageSession, Scope
from salesagent_core.ports.approvals import ShadowVerdict, StoredRule, StoredThreshold
from salesagent_core.ports.connections import (
    ConnectionState,
    ConsentFlow,
    KeptConnection,
    MailboxConnection,
    Tokens,
)
from salesagent_core.ports.crm_events import CrmEvent
from salesagent_core.ports.data_subjects import Erasure
from salesagent_core.ports.outcome_watches import WatchKind, WatchState
from salesagent_core.ports.outcomes import MeetingSeen, SentFacts
from salesagent_core.ports.people import Invitation, TwoFactor, User, UserSession
from salesagent_core.ports.rate_budget import Allowance
from salesagent_core.ports.saved_views import SavedView
from salesagent_core.ports.send_ledger import SlotKeys
from salesagent_core.ports.send_switches import EVERY_TENANT
from salesagent_core.ports.settings_book import SettingVersion
from salesagent_core.ports.vendor_health import Answering, VendorState
from salesagent_core.ports.voices import StoredVoice

TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
PLANTED = "planted-needle"
NEEDLE = f"{PLANTED}@example.com"


async def fill(database: Database, vault: Vault, tenant: TenantId) -> None:
    """One row at least in every table, each with planted words where a person's text goes."""
    intake = PgIntake(database, vault)
    await intake.accept(arrival(tenant=tenant, email=NEEDLE, message=PLANTED, raw=NEEDLE.encode()))
    await intake.close()
    journal = PgJournal(database, vault, RESULT_TYPES)
    (claimed,) = await journal.claim(None, 1)
    await journal.append(claimed.lease, [valid(NEEDLE)])
    await journal.bury(
        claimed.lease, step="decide", code="x", error="broken", attempts=4, parked=False
    )
    await journal.close()
    await fill_review(database, vault, tenant, claimed.run.id)
    await fill_settings(database, vault, tenant)
    await fill_sending(database, vault, tenant)
    await fill_connections(database, vault, tenant)
    await fill_models(database, vault, tenant)
    await PgConversionPolls(database).watch(tenant)
    allowance = Allowance(name="vendor", burst=1, step=timedelta(seconds=1))
    await PgRateBudget(database).reserve(tenant, allowance, timedelta(minutes=1))
    await fill_approvals(database, vault, tenant)
    await fill_outcomes(database, vault, tenant)
    await fill_trials(database, vault, tenant)
    await fill_people(database, vault, tenant)
    await bound(PgUsage(database, vault), tenant, hard_runs=5)
    await fill_privacy(database, vault, tenant)
    seen = VendorState(vendor="Gmail", tenant_id=tenant, state=Answering.OPEN)
    await PgVendorHealth(database).report(new_id(), [seen])


async def fill_privacy(database: Database, vault: Vault, tenant: TenantId) -> None:
    erasure = Erasure(
        id=new_id(),
        tenant_id=tenant,
        requested_at=SENT_AT,
        requested_by="a",
        open=True,
        address=NEEDLE,
        names=(PLANTED,),
    )
    begun: dict[str, object] = {
        "id": erasure.id,
        "person_index": vault.blind_index(NEEDLE),
        "state": "open",
        "requested_by": "a",
        "sealed": Chest(vault).shut(erasure, place("erasure", tenant, erasure.id)),
    }
    made: dict[str, dict[str, object]] = {
        "keyring": {"name": "n", "sealed": vault.seal(NEEDLE.encode())},
        "erasures": begun,
        "audit_heads": {"position": 1, "hash": b"h", "mac": b"m"},
        "audit_cuts": {
            "number": 1,
            "position": 1,
            "hash": b"h",
            "rows": 1,
            "at": SENT_AT,
            "why": "w",
            "mac": b"m",
        },
        "notices": {"id": new_id(), "kind": "queue_old", "subject": "queue"},
        "notice_messages": {"id": new_id(), "channel": "mail"},
    }
    told = AuditEvent(
        id=new_id(),
        tenant_id=tenant,
        at=SENT_AT,
        actor="a",
        action="notices.chosen",
        subject_kind="tenant",
        subject_id=tenant,
    )
    secret = f"https://example.com/{PLANTED}"
    choices = NoticeChoices(
        mail_to=(NEEDLE,), slack_url=secret, version=1, changed_at=SENT_AT, changed_by="a"
    )
    await PgNoticeBook(database, vault).put(tenant, choices, told)
    async with database.tenant(tenant) as connection:
        for name, row in made.items():
            values = {"tenant_id": tenant, **row}
            await connection.execute(insert(metadata.tables[name]).values(values))


async def fill_review(database: Database, vault: Vault, tenant: TenantId, run_id: str) -> None:
    got = Assigned(experiment_id="e", experiment=PLANTED, kind=ExperimentKind.BODY, variant=PLANTED)
    made = attrs.evolve(draft(run_id, tenant=tenant), assigned=(got,), voice=PLANTED)
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.drafts.add(made)
        await tx.decisions.add(
            Decision(
                id=new_id(),
                draft_id=made.id,
                content_hash=made.revision.content_hash,
                verdict=Verdict.NEEDS_REVIEW,
                by="policy",
                at=SENT_AT,
                reasons=(Reason(code="x", sentence=f"because of {PLANTED}"),),
            )
        )
        await tx.audit.add(
            AuditEvent(
                id=new_id(),
                tenant_id=tenant,
                at=SENT_AT,
                actor="system",
                action="draft.made",
                subject_kind="draft",
                subject_id=made.id,
            )
        )


async def fill_settings(database: Database, vault: Vault, tenant: TenantId) -> None:
    keys = PgApiKeys(database)
    key = ApiKey(
        id=new_id(),
        tenant_id=tenant,
        name="ci",
        digest=b"d",
        scopes=frozenset({Scope.ADMIN}),
        created_at=SENT_AT,
    )
    await keys.add(key)
    await keys.add_session(
        PageSession(
            digest=new_id().encode(),
            key_id=key.id,
            tenant_id=tenant,
            csrf="c",
            created_at=SENT_AT,
            expires_at=SENT_AT,
        )
    )
    default = Tenant(id=TenantId("main"), name="Main", mailbox="m@example.org", sender_name="M")
    directory = PgTenantDirectory(database, vault, default)
    await directory.save(
        Tenant(id=tenant, name=PLANTED, mailbox=NEEDLE, sender_name=PLANTED), [PLANTED]
    )
    event = CrmEvent(
        id=new_id(),
        tenant_id=tenant,
        key="k",
        kind="contact.creation",
        object_id="1",
        occurred_at=SENT_AT,
        property_value=NEEDLE,
    )
    await PgCrmEventInbox(database, vault).accept([event], NEEDLE.encode())


async def fill_sending(database: Database, vault: Vault, tenant: TenantId) -> None:
    keys = SlotKeys(contact=NEEDLE, mailbox=NEEDLE, company=f"{PLANTED}.example.com")
    attempt = SendAttempt(
        id=new_id(),
        tenant_id=tenant,
        draft_id=DraftId("d-1"),
        content_hash="h",
        mailbox=NEEDLE,
        mailbox_draft_id="m",
        thread_id="t",
        key="k",
        status=AttemptStatus.SCHEDULED,
        asked_by="o-1",
        created_at=SENT_AT,
        updated_at=SENT_AT,
        waiting=(Reason(code="x", sentence=f"because of {PLANTED}"),),
    )
    entry = Suppression(
        id=new_id(), reason=SuppressionReason.BOUNCED, created_at=SENT_AT, address=NEEDLE
    )
    rule = RecipientRule(
        id=new_id(),
        kind=RuleKind.DENY,
        pattern=f"person:{NEEDLE}",
        created_at=SENT_AT,
        created_by="a",
    )
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.sends.add(attempt)
        await tx.sends.take(attempt.id, keys)
        await tx.suppressions.add(entry, "a")
        await tx.recipients.add(rule)
        await tx.switches.stop(Stop(by="a", why=PLANTED, at=SENT_AT))


async def fill_models(database: Database, vault: Vault, tenant: TenantId) -> None:
    chest, id_ = Chest(vault), new_id()
    row = {
        "tenant_id": tenant,
        "id": id_,
        "contact_index": chest.contact_index(NEEDLE),
        "sent_at": SENT_AT,
        "sealed": chest.shut(PLANTED, id_.encode()),
    }
    async with database.tenant(tenant) as connection:
        await connection.execute(insert(metadata.tables["memories"]).values(row))

    async def no_bounds(_: TenantId) -> Budget:
        return Budget()

    budget = PgModelBudget(database, no_bounds)
    held = await budget.reserve(tenant, tokens=1)
    await budget.reserve(tenant, tokens=1)
    use = ModelUse(model="gpt-test", prompt_version="v1", prompt_tokens=1)
    await budget.record(held, "write_draft", use)


async def fill_connections(database: Database, vault: Vault, tenant: TenantId) -> None:
    connection = MailboxConnection(
        tenant_id=tenant,
        mailbox=NEEDLE,
        provider="google",
        account=PLANTED,
        scopes=frozenset({PLANTED}),
        state=ConnectionState.CONNECTED,
        since=SENT_AT,
        by="a",
    )
    tokens = Tokens(access=PLANTED, refresh=PLANTED, expires_at=SENT_AT)
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.connections.save(
            KeptConnection(connection=connection, tokens=tokens, generation=1)
        )
    await PgMailboxWatches(database, vault).claim(None, 10)
    flow = ConsentFlow(
        tenant_id=tenant,
        digest=new_id().encode(),
        browser=PLANTED.encode(),
        verifier=PLANTED,
        nonce=PLANTED,
        by="a",
        scopes=(PLANTED,),
        expires_at=datetime.now(UTC) + timedelta(minutes=10),
        mailbox=NEEDLE,
    )
    await PgConsentFlows(database, vault).add(flow)


async def fill_approvals(database: Database, vault: Vault, tenant: TenantId) -> None:
    segment = Segment(tier=Tier.HOT, rule="mine")
    condition = Condition(field="title", operator=Operator.EQ, value=PLANTED)
    rule = Rule(name="mine", priority=9, confidence=0.9, conditions=(condition,))
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.rules.all()
        await tx.rules.add(
            StoredRule(id=new_id(), rule=rule, built_in=False, changed_at=SENT_AT, changed_by="a")
        )
        await tx.thresholds.put(
            StoredThreshold(scope="tenant", value=0.9, changed_at=SENT_AT, changed_by="a")
        )
        state = await tx.trust.get(segment, lock=True)
        await tx.trust.save(grant(state, "a", SENT_AT, PLANTED))
        await tx.trust.note(
            ShadowVerdict(
                decision_id=new_id(),
                draft_id=DraftId("d-1"),
                segment=segment,
                era=0,
                verdict=Verdict.AUTO_APPROVED,
                content_hash="h",
                at=SENT_AT,
            )
        )
        await tx.approved_recipients.add(NEEDLE, DraftId("d-1"), "deal_won", SENT_AT)


async def fill_outcomes(database: Database, vault: Vault, tenant: TenantId) -> None:
    outcome = Outcome(
        id=new_id(),
        key="k",
        type=OutcomeType.EMAIL_REPLIED,
        email=NEEDLE,
        occurred_at=SENT_AT,
        recorded_at=SENT_AT,
        source=OutcomeSource.OPERATOR,
        note=PLANTED,
    )
    mail = SentFacts(
        draft_id=DraftId("d-1"),
        email=NEEDLE,
        mailbox=NEEDLE,
        thread_id=PLANTED,
        tier=Tier.HOT,
        rule="mine",
        automatic=False,
        language="en",
        local_hour=9,
        sent_at=SENT_AT,
    )
    change = LearnedChange(
        id=new_id(),
        segment=Segment(tier=Tier.HOT, rule="mine"),
        period="2026-03",
        before=0.9,
        after=0.92,
        sent=40,
        replied=0,
        counted_until=SENT_AT,
        made_at=SENT_AT,
        made_by="a",
    )
    held = MeetingPlace(start=SENT_AT, end=SENT_AT)
    meeting = MeetingSeen(meeting_id="m", email=NEEDLE, draft_id=None, place=held)
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.outcomes.add(outcome)
        await tx.outcomes.note_sent(mail)
        await tx.outcomes.put_deal("d", DealPlace(pipeline_id="p", stage_id="s", position=1))
        await tx.outcomes.put_meeting(NEEDLE, meeting)
        await tx.watches.ensure(WatchKind.MAIL, WatchState(mailbox=NEEDLE, since=SENT_AT))
        await tx.learning.add(change)


async def fill_trials(database: Database, vault: Vault, tenant: TenantId) -> None:
    test = Experiment(
        id=new_id(),
        name=PLANTED,
        kind=ExperimentKind.BODY,
        variants=(Variant(name=PLANTED), Variant(name="other", text=PLANTED)),
        created_at=SENT_AT,
        created_by="a",
    )
    voice = StoredVoice(
        id=new_id(),
        mailbox=NEEDLE,
        profile=VoiceProfile(name=PLANTED, greeting=PLANTED),
        active=True,
        changed_at=SENT_AT,
        changed_by="a",
    )
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.experiments.put(test)
        await tx.voices.put(voice)
        await tx.settings.add(
            SettingVersion(
                name="sender",
                version=1,
                value={"sender_name": PLANTED, "postal_address": NEEDLE},
                changed_at=SENT_AT,
                changed_by="a",
                why=PLANTED,
            )
        )
        await tx.templates.put(
            MailTemplate(
                id=new_id(),
                name=PLANTED,
                body=NEEDLE,
                use=Use.EVERYBODY,
                version=1,
                changed_at=SENT_AT,
                changed_by="a",
            )
        )
    view = SavedView(id=new_id(), name=PLANTED, query=f"q={PLANTED}")
    await PgSavedViews(database, vault).save(tenant, "k-1", view)
    # As a version before there were several profiles wrote it.
    chest = Chest(vault)
    index = chest.contact_index(NEEDLE)
    older = {
        "tenant_id": tenant,
        "mailbox_index": index,
        "sealed": chest.shut(voice.profile, place("voice", tenant, index)),
    }
    async with database.tenant(tenant) as connection:
        await connection.execute(metadata.tables["voices"].insert().values(older))


async def fill_people(database: Database, vault: Vault, tenant: TenantId) -> None:
    user = User(
        id=new_id(),
        tenant_id=tenant,
        email=NEEDLE,
        name=PLANTED,
        role=Role.OWNER,
        created_at=SENT_AT,
        password_hash=PLANTED,
        two_factor=TwoFactor(secret=PLANTED, recovery=(PLANTED,)),
    )
    session = UserSession(
        id=new_id(),
        digest=new_id().encode(),
        user_id=user.id,
        tenant_id=tenant,
        csrf="c",
        created_at=SENT_AT,
        seen_at=SENT_AT,
        browser=PLANTED,
    )
    invitation = Invitation(
        id=new_id(),
        tenant_id=tenant,
        digest=new_id().encode(),
        email=NEEDLE,
        role=Role.VIEWER,
        created_at=SENT_AT,
        created_by="a",
        expires_at=SENT_AT,
    )
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(tenant) as tx:
        await tx.users.add(user)
        await tx.user_sessions.add(session)
        await tx.invitations.put(invitation)
        await tx.resets.ask(user.id, new_id(), SENT_AT, "a")
        await tx.refused.note(user.id, Because.WRONG_PASSWORD, SENT_AT)
        await tx.log_in_rules.put(LogInRules(changed_at=SENT_AT, changed_by="a"))
    await PgLoginTries(database, vault, tenant).count(NEEDLE, ACCOUNT_TRIES, datetime.now(UTC))


async def rows_in(connection: Any, table: Table) -> int:
    return len((await connection.execute(select(table))).all())


async def test_each_tenant_sees_its_own_rows_only_and_a_forgetful_connection_none(
    database: Database, vault: Vault
) -> None:
    for tenant in (TENANT, OTHER):
        await fill(database, vault, tenant)
    for table in TABLES:
        async with database.across_tenants() as connection:
            total = await rows_in(connection, table)
        seen = []
        for tenant in (TENANT, OTHER):
            async with database.tenant(tenant) as connection:
                rows = (await connection.execute(select(table.c.tenant_id))).scalars().all()
                assert set(rows) == {tenant}, table.name
                seen.append(len(rows))
        assert sum(seen) == total >= 2, table.name
        async with database.tenants.begin() as connection:
            assert await rows_in(connection, table) == 0, table.name


async def test_no_tenant_can_change_delete_or_take_over_anothers_rows(
    database: Database, vault: Vault
) -> None:
    await fill(database, vault, TENANT)
    for table in TABLES:
        async with database.tenant(OTHER) as connection:
            changed = await connection.execute(table.update().values(tenant_id=OTHER))
            assert changed.rowcount == 0, table.name
            assert (await connection.execute(table.delete())).rowcount == 0, table.name
        # A row of one's own cannot be given away either, nor one be made for another.
        with pytest.raises(ProgrammingError, match="row-level security"):
            await give_away(database, table)


async def give_away(database: Database, table: Table) -> None:
    async with database.tenants.begin() as connection:
        await connection.execute(SET_TENANT, {"tenant": TENANT})
        await connection.execute(table.update().values(tenant_id=OTHER))


async def test_what_is_set_for_all_is_read_by_each_and_moved_by_none(
    database: Database, vault: Vault
) -> None:
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    async with work.begin(EVERY_TENANT) as tx:
        await tx.switches.stop(Stop(by="boss", why="incident", at=SENT_AT))
    async with work.begin(TENANT) as tx:
        stop = (await tx.switches.state(hold=True)).stop
        assert stop is not None
        assert stop.everywhere
        assert not await tx.switches.resume()
    async with database.tenant(TENANT) as connection:
        table = metadata.tables["send_switches"]
        assert (await connection.execute(table.delete())).rowcount == 0
    async with database.tenants.begin() as connection:
        assert await rows_in(connection, metadata.tables["send_switches"]) == 0
    async with work.begin(EVERY_TENANT) as tx:
        assert await tx.switches.resume()


async def test_the_setting_ends_with_its_transaction(database: Database, vault: Vault) -> None:
    await fill(database, vault, TENANT)
    for _ in range(30):
        async with database.tenant(TENANT) as connection:
            assert await rows_in(connection, metadata.tables["runs"]) == 1
        async with database.tenants.begin() as connection:
            assert await rows_in(connection, metadata.tables["runs"]) == 0


async def test_every_table_is_behind_its_policy(database: Database) -> None:
    statement = text(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
    )
    async with database.across_tenants() as connection:
        guarded = set((await connection.execute(statement)).scalars())
    # The table of vectors is there where pgvector is; its policy is tested with long memory.
    assert guarded - {vectors.TABLE} == set(metadata.tables)


def test_every_key_and_index_holds_the_tenant() -> None:
    for table in TABLES:
        assert "tenant_id" in table.primary_key.columns, table.name
        for index in table.indexes:
            assert "tenant_id" in index.columns, index.name
        for constraint in table.constraints:
            columns = getattr(constraint, "columns", None)
            if columns:
                assert "tenant_id" in columns, constraint.name


@pytest.mark.parametrize("tenant", ["", "*", "a\0b"])
async def test_nobody_asks_for_all_tenants_by_name(
    database: Database, vault: Vault, tenant: str
) -> None:
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    with pytest.raises(InvalidInput):
        async with work.begin(TenantId(tenant)):
            pass


async def test_anothers_things_look_as_if_they_were_not_there(
    database: Database, vault: Vault
) -> None:
    await fill(database, vault, TENANT)
    async with database.tenant(TENANT) as connection:
        run_id = (await connection.execute(text("SELECT id FROM runs"))).scalar_one()
        draft_id = (await connection.execute(text("SELECT id FROM drafts"))).scalar_one()
        letter_id = (await connection.execute(text("SELECT id FROM dead_letters"))).scalar_one()
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    async with work.begin(TENANT) as tx:
        mine = await tx.drafts.get(draft_id)
        assert (await tx.dead_letters.get(letter_id)).state is DeadLetterState.OPEN
    async with work.begin(OTHER) as tx:
        for lookup in (
            tx.runs.get(run_id),
            tx.runs.resume(run_id),
            tx.drafts.get(draft_id),
            tx.drafts.save(mine),
            tx.dead_letters.get(letter_id),
        ):
            with pytest.raises(NotFound):
                await lookup
        assert await tx.drafts.by_run(run_id) is None
        assert await tx.drafts.revisions(draft_id) == ()


async def test_no_stored_byte_shows_what_a_person_wrote(database: Database, vault: Vault) -> None:
    await fill(database, vault, TENANT)
    needles = (PLANTED.encode(), EMAIL.encode(), b"how about Tuesday", b"Please call me")
    async with database.across_tenants() as connection:
        for table in TABLES:
            rows = (await connection.execute(text(f"SELECT t::text FROM {table.name} t"))).scalars()
            dump = "\n".join(rows)
            for needle in needles:
                assert needle.decode() not in dump, table.name
                assert needle.hex() not in dump, table.name


async def test_parallel_transactions_keep_their_own_tenant(
    database: Database, vault: Vault
) -> None:
    await fill(database, vault, TENANT)
    await fill(database, vault, OTHER)

    async def look(tenant: TenantId) -> set[str]:
        async with database.tenant(tenant) as connection:
            await asyncio.sleep(0)
            return set((await connection.execute(text("SELECT tenant_id FROM runs"))).scalars())

    tenants = [TENANT, OTHER] * 20
    assert await asyncio.gather(*map(look, tenants)) == [{tenant} for tenant in tenants]


async def test_whatever_table_there_is_a_connection_that_forgets_its_filter_does_nothing(
    database: Database, vault: Vault
) -> None:
    """Asked of the catalog, not of our own list, with statements that name no tenant at all."""
    await fill(database, vault, TENANT)
    tables = text(
        "SELECT c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
        " AND a.attname = 'tenant_id') FROM pg_class c"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'm')"
    )
    async with database.across_tenants() as connection:
        found = {str(name): bool(held) for name, held in await connection.execute(tables)}
    assert [name for name, held in found.items() if not held] == ["salesagent_schema"]
    assert set(metadata.tables) <= set(found)
    for name in sorted(set(found) - {"salesagent_schema"}):
        for tenant in (None, OTHER):
            await forgets(database, name, tenant)


async def forgets(database: Database, name: str, tenant: TenantId | None) -> None:
    async with database.across_tenants() as connection:
        copy = f"SELECT to_jsonb(t) FROM {name} t WHERE tenant_id = :tenant LIMIT 1"
        row = (await connection.execute(text(copy), {"tenant": TENANT})).scalar()
    async with database.tenants.begin() as connection:
        if tenant is not None:
            await connection.execute(SET_TENANT, {"tenant": tenant})
        for statement in (
            f"SELECT * FROM {name}",
            f"UPDATE {name} SET tenant_id = tenant_id",
            f"DELETE FROM {name}",
        ):
            assert (await connection.execute(text(statement))).rowcount == 0, statement
        if row is None:
            return
        insert_copy = text(
            f"INSERT INTO {name} OVERRIDING SYSTEM VALUE"
            f" SELECT * FROM jsonb_populate_record(null::{name}, :row)"
        ).bindparams(bindparam("row", type_=JSONB))
        with pytest.raises(ProgrammingError, match="row-level security"):
            await connection.execute(insert_copy, {"row": row})
