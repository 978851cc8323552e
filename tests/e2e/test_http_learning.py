"""Over HTTP: what is tried on whom, what it proves, how senders write, how mail does."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import draft as a_draft
from tests.e2e.autonomy_stage import Stage, deciding_office, served
from tests.e2e.test_sending_flow import MAILBOX

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.rows import new_id
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.experiment import assign
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeSource, OutcomeType
from salesagent_core.domain.scheduling import next_sending_time
from salesagent_core.domain.treatment import Assigned
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.outcomes import SentFacts

ASK = "Shall I send you a proposal?"
CALL: dict[str, Any] = {
    "name": "Closing question",
    "kind": "call_to_action",
    "audience": {"languages": ["en"]},
    "variants": [{"name": "as it is"}, {"name": "proposal", "text": ASK}],
}


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(deciding_office(database_url, vault)) as made:
        yield made


async def started(stage: Stage, **changes: Any) -> str:
    made = await stage.admin.post("/api/experiments", json=CALL | changes)
    assert made.status_code == 201, made.text
    test_id: str = made.json()["id"]
    answer = await stage.admin.post(f"/api/experiments/{test_id}/start")
    assert (answer.status_code, answer.json()["state"]) == (200, "running")
    return test_id


async def simulate(
    stage: Stage, test_id: str, rates: tuple[float, float], people: int, seed: int
) -> None:
    """Mail of the test that went out three weeks ago, and people who answer at these rates."""
    make = stage.office.make
    chance, sent_at = random.Random(seed), datetime.now(UTC) - timedelta(days=21)
    test = await make.manage_experiments().get(DEFAULT_TENANT, test_id)
    names = [each.name for each in test.variants]
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        for number in range(people):
            email = f"person{number}@firm{number}.example"
            variant = assign(test, email).name
            one = attrs.evolve(
                a_draft(new_id()),
                assigned=(
                    Assigned(
                        experiment_id=test.id,
                        experiment=test.name,
                        kind=test.kind,
                        variant=variant,
                    ),
                ),
            )
            await tx.drafts.add(one)
            await tx.outcomes.note_sent(
                SentFacts(
                    draft_id=one.id,
                    email=email,
                    mailbox=MAILBOX,
                    thread_id=new_id(),
                    tier=Tier.WARM,
                    rule=None,
                    automatic=False,
                    language="en",
                    local_hour=10,
                    sent_at=sent_at,
                )
            )
            if chance.random() < rates[names.index(variant)]:
                await tx.outcomes.add(
                    Outcome(
                        id=new_id(),
                        key=new_id(),
                        type=OutcomeType.EMAIL_REPLIED,
                        email=email,
                        occurred_at=sent_at + timedelta(days=1),
                        recorded_at=sent_at + timedelta(days=1),
                        source=OutcomeSource.MAILBOX,
                        draft_id=one.id,
                    )
                )


async def report(stage: Stage, test_id: str) -> dict[str, Any]:
    answer = await stage.operator.get(f"/api/experiments/{test_id}/report")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sources(draft: Draft) -> dict[str, str]:
    return {each.id: each.text for each in draft.sources}


# --- A/B tests --------------------------------------------------------------------------------


async def test_leads_get_their_variant_in_the_mail_itself(stage: Stage) -> None:
    test_id = await started(stage)
    drafts = await stage.leads(range(1, 9))
    seen = {draft.assigned[0].variant for draft in drafts}
    assert seen == {"as it is", "proposal"}
    test = await stage.office.make.manage_experiments().get(DEFAULT_TENANT, test_id)
    for draft in drafts:
        variant = draft.assigned[0].variant
        assert variant == assign(test, draft.lead.person.email).name
        assert (ASK in draft.revision.body) == (variant == "proposal")
        assert ("experiment.call_to_action" in sources(draft)) == (variant == "proposal")
        blocking = [each.code for each in draft.revision.findings if each.severity != "info"]
        assert not [code for code in blocking if code.startswith("ungrounded")], blocking
    found = await report(stage, test_id)
    assert sum(each["drafted"] for each in found["variants"]) == 8
    assert found["verdict"] == "too_few"
    assert "30 are needed" in found["decision"]


async def test_a_subject_is_tried_and_a_name_is_filled_in(stage: Stage) -> None:
    await started(
        stage,
        kind="subject",
        variants=[
            {"name": "plain", "text": "About your question"},
            {"name": "open", "text": "Shall we talk?", "weight": 3},
        ],
    )
    drafts = await stage.leads(range(1, 5))
    texts = {"plain": "About your question", "open": "Shall we talk?"}
    for draft in drafts:
        assert draft.revision.subject == texts[draft.assigned[0].variant]


async def test_an_instruction_is_followed_and_a_wish_goes_with_it(stage: Stage) -> None:
    await started(
        stage,
        kind="body",
        audience={},
        variants=[
            {"name": "polite", "text": "Write more formally, please"},
            {"name": "bare", "text": "Without times, formal"},
        ],
    )
    for draft in await stage.leads(range(1, 5)):
        assert draft.revision.body.startswith("Dear"), draft.revision.body


async def test_the_hours_of_a_test_shift_mail_that_goes_alone(stage: Stage) -> None:
    now = datetime.now(UTC)
    # Two variants that are both closed now: whoever gets which, the mail has to wait for it.
    hours = [(8, 9), (16, 17)] if 9 <= now.hour < 16 else [(11, 12), (13, 14)]
    await started(
        stage,
        kind="send_time",
        audience={},
        variants=[
            {"name": str(start), "hours": {"start": start, "end": end}} for start, end in hours
        ],
    )
    await stage.rule()
    await stage.stage("cold:english_leads", "auto")
    draft = await stage.lead(1)
    assert draft.status is DraftStatus.APPROVED
    assert draft.hours is not None
    (attempt,) = await stage.office.attempts(draft.id)
    assert attempt.due_at is not None
    assert attempt.due_at.hour == draft.hours.start
    assert attempt.due_at > next_sending_time(now, "UTC")


async def test_a_true_difference_is_found_and_used_from_then_on(stage: Stage) -> None:
    test_id = await started(stage)
    await simulate(stage, test_id, (0.10, 0.35), people=260, seed=3)
    found = await report(stage, test_id)
    assert (found["verdict"], found["winner"]) == ("winner", "proposal")
    assert "is better than" in found["decision"]
    best = next(each for each in found["variants"] if each["name"] == "proposal")
    assert best["low"] <= best["rate"] <= best["high"]
    stopped = (await stage.admin.post(f"/api/experiments/{test_id}/stop")).json()
    assert (stopped["experiment"]["state"], stopped["experiment"]["winner"]) == (
        "decided",
        "proposal",
    )
    for draft in await stage.leads(range(1, 4)):
        assert ASK in draft.revision.body
        assert draft.assigned == ()
    again = await stage.admin.post(f"/api/experiments/{test_id}/stop")
    assert again.json()["experiment"]["state"] == "stopped"
    assert ASK not in (await stage.lead(9)).revision.body
    actions = [action for action, _, _ in await stage.audited("experiment.%")]
    assert actions == [
        "experiment.created",
        "experiment.started",
        "experiment.decided",
        "experiment.stopped",
    ]


async def test_where_there_is_no_difference_none_is_found(stage: Stage) -> None:
    test_id = await started(stage)
    await simulate(stage, test_id, (0.2, 0.2), people=260, seed=4)
    found = await report(stage, test_id)
    assert (found["verdict"], found["winner"]) == ("undecided", None)
    stopped = (await stage.admin.post(f"/api/experiments/{test_id}/stop")).json()
    assert stopped["experiment"]["state"] == "stopped"
    assert (await stage.lead(1)).assigned == ()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"audience": {}}, "audience.languages"),
        ({"variants": CALL["variants"][:1]}, "variants"),
        (
            {"variants": [{"name": "A"}, {"name": "B", "text": "Pay 4111 1111 1111 1111"}]},
            "variants[1].text",
        ),
        (
            {"variants": [{"name": "A"}, {"name": "B", "text": "x\r\nBcc: all@x.example"}]},
            "variants[1].text",
        ),
    ],
)
async def test_what_cannot_be_run_is_refused(
    stage: Stage, changes: dict[str, Any], where: str
) -> None:
    answer = await stage.admin.post("/api/experiments", json=CALL | changes)
    assert answer.status_code == 400, answer.text
    assert where in [each["where"] for each in answer.json()["problems"]]


async def test_tests_are_changed_by_admins_and_one_of_a_kind_runs(stage: Stage) -> None:
    assert (await stage.operator.post("/api/experiments", json=CALL)).status_code == 403
    test_id = await started(stage)
    assert (await stage.admin.post("/api/experiments", json=CALL)).status_code == 409
    second = await stage.admin.post("/api/experiments", json=CALL | {"name": "Another"})
    other = second.json()["id"]
    assert (await stage.admin.post(f"/api/experiments/{other}/start")).status_code == 409
    assert (await stage.operator.post(f"/api/experiments/{test_id}/stop")).status_code == 403
    assert (await stage.operator.get(f"/api/experiments/{new_id()}")).status_code == 404
    rows = (await stage.operator.get("/api/experiments")).json()
    assert {row["id"]: row["state"] for row in rows} == {test_id: "running", other: "draft"}
    assert (await stage.ingest.get("/api/experiments")).status_code == 403


# --- voices -----------------------------------------------------------------------------------


def writes(stage: Stage, count: int = 6) -> None:
    """The owner of the mailbox wrote these by hand."""
    mailbox = stage.office.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)
    for number in range(count):
        mailbox.human_writes(
            to=f"someone{number}@else.example",
            subject=f"Order {number}",
            text=f"Hi Kim,\n\nThanks for your note. We'll look into order {number} today, promise."
            f"\n\nCheers,\nMax\n\nOn Monday, Kim wrote:\n> Dear Sir or Madam",
        )


async def learned(stage: Stage, name: str = "max") -> dict[str, Any]:
    answer = await stage.admin.post("/api/voices/learn", json={"name": name})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_voice_is_learned_from_sent_mail_and_used(stage: Stage) -> None:
    writes(stage)
    made = await learned(stage)
    assert made["voice"]["samples"] == 6
    assert made["profile"]["greetings"]["en"] == "Hi"
    assert made["profile"]["sign_offs"]["en"] == "Cheers"
    before = await stage.lead(1)
    assert before.voice == "house"
    voice_id = made["voice"]["id"]
    active = await stage.admin.post(f"/api/voices/{voice_id}/activate")
    assert active.json()["active"] is True
    draft = await stage.lead(2)
    assert draft.voice == "max"
    assert draft.revision.body.startswith("Hi")
    assert "Cheers,\nMax Berger" in draft.revision.body


async def test_too_little_sent_mail_is_refused_and_ours_is_not_learned_from(stage: Stage) -> None:
    writes(stage, 3)
    draft = await stage.lead(1)
    await stage.act(draft, "approve")
    await stage.send(draft)
    answer = await stage.admin.post("/api/voices/learn", json={"name": "max"})
    assert answer.status_code == 400
    assert "holds 3 mails" in answer.text
    elsewhere = {"name": "max", "mailbox": "nobody@else.example"}
    assert (await stage.admin.post("/api/voices/learn", json=elsewhere)).status_code >= 409


async def test_an_edit_is_measured_and_moves_the_voice_once(stage: Stage) -> None:
    writes(stage)
    made = await learned(stage)
    voice_id = made["voice"]["id"]
    await stage.admin.post(f"/api/voices/{voice_id}/activate")
    draft = await stage.lead(1)
    body = draft.revision.body.replace("Cheers,", "All the best,")
    edited = await stage.act(draft, "edit", subject=draft.revision.subject, body=body)
    assert edited.status_code == 200, edited.text
    async with stage.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        now: Draft = await tx.drafts.get(draft.id)
    assert (await stage.act(now, "approve")).status_code == 200
    after = (await stage.operator.get(f"/api/voices/{voice_id}")).json()
    assert after["voice"]["edits"] == 1
    assert after["profile"]["sign_offs"]["en"] == "All the best"
    async with stage.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        kept: Draft = await tx.drafts.get(draft.id)
    assert kept.edit_similarity is not None
    assert 0.8 < kept.edit_similarity < 1.0
    # Taken back and given again, the same edit teaches nothing new.
    assert (await stage.act(now, "cancel")).status_code == 200
    assert (await stage.act(now, "approve")).status_code == 200
    again = (await stage.operator.get(f"/api/voices/{voice_id}")).json()
    assert again["voice"]["edits"] == 1
    assert [action for action, _, _ in await stage.audited("voice.refined")] == ["voice.refined"]


async def test_an_approval_without_a_change_is_all_alike(stage: Stage) -> None:
    draft = await stage.lead(1)
    await stage.act(draft, "approve")
    async with stage.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        assert (await tx.drafts.get(draft.id)).edit_similarity == 1.0


async def test_a_voice_is_exported_imported_changed_and_deleted(stage: Stage) -> None:
    writes(stage)
    made = await learned(stage)
    document = (await stage.operator.get(f"/api/voices/{made['voice']['id']}/export")).json()
    clash = await stage.admin.post("/api/voices/import", json=document)
    assert clash.status_code == 409
    copied = await stage.admin.post("/api/voices/import", json=document | {"name": "copy"})
    assert copied.status_code == 201, copied.text
    assert copied.json()["profile"] == document | {"name": "copy"}
    copy_id = copied.json()["voice"]["id"]
    changed = await stage.admin.put(f"/api/voices/{copy_id}", json=document | {"name": "dry"})
    assert changed.json()["voice"]["name"] == "dry"
    bad = await stage.admin.put(f"/api/voices/{copy_id}", json={"formality": 7, "nme": "x"})
    assert {each["where"] for each in bad.json()["problems"]} == {"formality", "nme"}
    given = {"profile": {"name": "brief", "max_words": 60}, "mailbox": "other@ours.example"}
    assert (await stage.admin.post("/api/voices", json=given)).status_code == 201
    rows = (await stage.operator.get("/api/voices")).json()
    assert [(row["mailbox"], row["name"]) for row in rows] == [
        ("other@ours.example", "brief"),
        (MAILBOX, "dry"),
        (MAILBOX, "max"),
    ]
    assert (await stage.admin.delete(f"/api/voices/{copy_id}")).status_code == 204
    assert (await stage.operator.get(f"/api/voices/{copy_id}")).status_code == 404
    assert (await stage.operator.post("/api/voices/import", json=document)).status_code == 403


async def test_a_text_is_held_beside_a_voice(stage: Stage) -> None:
    writes(stage)
    voice_id = (await learned(stage))["voice"]["id"]
    answer = await stage.operator.post(
        f"/api/voices/{voice_id}/check",
        json={"subject": "Synergy", "body": "Dear Sir,\n\nLet us leverage this.\n\nRegards"},
    )
    assert answer.status_code == 200, answer.text
    codes = [each["code"] for each in answer.json()["findings"]]
    assert codes.count("voice_prohibited_word") == 2
    assert {each["name"] for each in answer.json()["measures"]} >= {"formality", "typical_words"}


# --- analytics --------------------------------------------------------------------------------


async def performance(stage: Stage, by: str) -> httpx.Response:
    since = (datetime.now(UTC) - timedelta(days=60)).date().isoformat()
    return await stage.operator.get("/api/analytics/performance", params={"from": since, "by": by})


async def test_performance_says_what_to_make_of_it(stage: Stage) -> None:
    test_id = await started(stage)
    await simulate(stage, test_id, (0.05, 0.4), people=200, seed=5)
    by_variant = (await performance(stage, "variant")).json()
    rows = {row["key"]: row for row in by_variant["groups"]}
    assert set(rows) == {"Closing question / as it is", "Closing question / proposal"}
    low = rows["Closing question / as it is"]
    assert "lower than elsewhere for certain" in low["recommendation"]
    assert low["reply_rate"]["low"] <= low["replies"] / low["sent"] <= low["reply_rate"]["high"]
    by_segment = (await performance(stage, "segment")).json()
    assert [row["key"] for row in by_segment["groups"]] == ["warm"]
    assert by_segment["threshold"] == 0.9
    assert by_segment["approved_recipients"] == 0
    for by in ("voice", "hour", "rule"):
        assert (await performance(stage, by)).status_code == 200
    assert (await performance(stage, "moon")).status_code == 400
    backwards = await stage.operator.get(
        "/api/analytics/performance", params={"from": "2030-01-01", "to": "2029-01-01"}
    )
    assert backwards.status_code == 400


async def test_no_lead_is_named_in_what_the_audit_keeps(stage: Stage) -> None:
    await started(stage)
    writes(stage)
    await learned(stage, "Annabel")
    database = stage.office.make.database()
    async with database.across_tenants() as connection:
        rows = await connection.execute(text("SELECT t::text FROM audit t"))
        kept = " ".join(rows.scalars())
    assert "voice.learned" in kept
    assert "Annabel" not in kept
    assert "Closing" not in kept
