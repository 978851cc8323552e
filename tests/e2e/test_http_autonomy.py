"""What goes alone, as its users meet it: rules, trust that is earned and lost, and what if."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.e2e.autonomy_stage import ENGLISH, Stage, deciding_office, served
from tests.e2e.test_sending_flow import MAILBOX

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.autonomy import Harm
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.job_queue import Topic

MISSING = "0192f3d4-0000-7000-8000-000000000000"
COLD = "cold:english_leads"
EVERYTHING = {"stages": {"*:*": "auto"}}
SINCE = {"from": "2020-01-01"}


@pytest.fixture
async def stage(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    # Automatic mail goes out in office hours only, and tests are run at night, too.
    monkeypatch.setattr("salesagent_core.domain.sending.gate.next_sending_time", lambda now, _: now)
    async with served(deciding_office(database_url, vault)) as made:
        many = Limits(per_contact=7, per_mailbox=200, per_company=50)
        control = made.office.make.control_sending()
        await control.set_limits(DEFAULT_TENANT, many, who="a", why="tests")
        yield made


@pytest.fixture
async def switched_off(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    office = deciding_office(database_url, vault, auto_approve_enabled=False)
    async with served(office) as made:
        yield made


def problems(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {each["where"]: each["what"] for each in answer.json()["problems"]}


# Rules


async def test_the_four_default_rules_are_there_from_the_first_look_and_off(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.operator.get("/api/rules") for _ in range(5)))
    listed = answers[0].json()
    assert [(rule["name"], rule["confidence"], rule["enabled"]) for rule in listed] == [
        ("replied_before", 0.95, False),
        ("known_good_recipient", 0.90, False),
        ("high_icp", 0.85, False),
        ("target_title", 0.85, False),
    ]
    assert all(rule["built_in"] for rule in listed)
    assert all(answer.json() == listed for answer in answers)


async def test_a_rule_of_ones_own_is_made_changed_moved_and_deleted(stage: Stage) -> None:
    made = await stage.rule(enabled=False)
    at = f"/api/rules/{made['id']}"
    assert made["priority"] == 5, "without a priority it is tried last"
    changed = await stage.admin.put(at, json={"confidence": 0.97})
    assert (changed.json()["confidence"], changed.json()["priority"]) == (0.97, 5)
    assert (await stage.admin.post(f"{at}/enable")).json()["enabled"]
    assert not (await stage.admin.post(f"{at}/disable")).json()["enabled"]
    listed = (await stage.operator.get("/api/rules")).json()
    ids = [made["id"], *(rule["id"] for rule in listed if rule["id"] != made["id"])]
    moved = await stage.admin.put("/api/rules/order", json={"ids": ids})
    assert [(rule["id"], rule["priority"]) for rule in moved.json()] == [
        (each, at) for at, each in enumerate(ids, start=1)
    ]
    assert (await stage.admin.delete(at)).status_code == 204
    assert (await stage.operator.get(at)).status_code == 404
    audited = await stage.audited("rule.%")
    assert [action for action, _, _ in audited if action != "rule.moved"] == [
        "rule.created",
        "rule.changed",
        "rule.enabled",
        "rule.disabled",
        "rule.deleted",
    ]
    _, actor, detail = audited[1]
    assert actor.startswith("key:")
    assert '"confidence": 0.95' in detail["before"]
    assert '"confidence": 0.97' in detail["after"]


async def test_every_fault_of_a_rule_is_named_with_its_place(stage: Stage) -> None:
    found = problems(
        await stage.admin.post(
            "/api/rules",
            json={
                "name": "Not good",
                "confidence": 1.5,
                "priority": 0,
                "conditions": [
                    {"field": "shoe_size", "operator": "eq", "value": 44},
                    {"field": "fit", "operator": "contains", "value": "x"},
                    {"field": "is_customer", "operator": "eq", "value": "yes"},
                    {"field": "seniority", "operator": "in", "value": "vp"},
                ],
            },
        )
    )
    assert set(found) == {
        "name",
        "confidence",
        "priority",
        "conditions[0].field",
        "conditions[1].operator",
        "conditions[2].value",
        "conditions[3].value",
    }
    assert "is_customer" in found["conditions[0].field"]
    assert "ge" in found["conditions[1].operator"]
    assert found["conditions[2].value"] == "must be true or false"
    assert (await stage.operator.get("/api/rules")).json()[-1]["name"] == "target_title"


async def test_what_is_taken_built_in_or_renamed_is_refused(stage: Stage) -> None:
    made = await stage.rule()
    assert (await stage.admin.post("/api/rules", json=ENGLISH)).status_code == 409
    built_in = (await stage.operator.get("/api/rules")).json()[0]
    at = f"/api/rules/{built_in['id']}"
    assert (await stage.admin.put(at, json={"confidence": 1})).status_code == 409
    assert (await stage.admin.delete(at)).status_code == 409
    renamed = await stage.admin.put(f"/api/rules/{made['id']}", json={"name": "other"})
    assert "name" in problems(renamed)
    twice = await stage.admin.put("/api/rules/order", json={"ids": [made["id"]] * 5})
    assert "ids" in problems(twice)
    assert (await stage.admin.post(f"/api/rules/{MISSING}/enable")).status_code == 404


async def test_operators_look_and_only_admins_change(stage: Stage) -> None:
    made = await stage.rule()
    at = f"/api/rules/{made['id']}"
    changes = (
        stage.operator.post("/api/rules", json=ENGLISH),
        stage.operator.put(at, json={"confidence": 1}),
        stage.operator.delete(at),
        stage.operator.post(f"{at}/enable"),
        stage.operator.post(f"{at}/disable"),
        stage.operator.put("/api/rules/order", json={"ids": []}),
        stage.operator.put("/api/rules/threshold", json={"threshold": 0.5, "why": "x"}),
        stage.operator.put(f"/api/autonomy/{COLD}", json={"stage": "auto", "why": "x"}),
    )
    assert [(await each).status_code for each in changes] == [403] * 8
    looks = ("/api/rules", at, "/api/rules/threshold", "/api/autonomy")
    assert [(await stage.operator.get(each)).status_code for each in looks] == [200] * 4
    assert [(await stage.ingest.get(each)).status_code for each in looks] == [403] * 4
    assert (await stage.ingest.get("/api/policy/backtest", params=SINCE)).status_code == 403


async def test_the_threshold_has_bounds_and_an_operators_own_only_goes_up(stage: Stage) -> None:
    at = "/api/rules/threshold"
    assert (await stage.operator.get(at)).json()["effective"] == 0.9
    for wrong in (0.49, 1.01):
        body = {"threshold": wrong, "why": "x"}
        assert "threshold" in problems(await stage.admin.put(at, json=body))
    body = {"threshold": 0.8, "why": "the rules proved themselves"}
    assert (await stage.admin.put(at, json=body)).json()["tenant"] == 0.8
    below = await stage.operator.put(f"{at}/own", json={"threshold": 0.7})
    assert "0.8" in problems(below)["threshold"]
    own = await stage.operator.put(f"{at}/own", json={"threshold": 0.96})
    assert (own.json()["effective"], own.json()["own"]) == (0.96, 0.96)
    await stage.rule()
    await stage.stage("cold:english_leads", "auto")
    draft = await stage.lead(1)
    (decision,) = await stage.decisions(draft)
    assert decision.verdict is Verdict.NEEDS_REVIEW
    assert "below_threshold" in [reason.code for reason in decision.reasons]
    back = await stage.operator.put(f"{at}/own", json={"threshold": None})
    assert (back.json()["effective"], back.json()["own"]) == (0.8, None)
    assert (await stage.lead(2)).status is DraftStatus.APPROVED
    assert len(await stage.audited("threshold.%")) == 3


# Trust


async def test_trust_is_earned_by_fifty_agreements_and_lost_by_one_complaint(stage: Stage) -> None:
    await stage.rule()
    draft = await stage.lead(0)
    (decision,) = await stage.decisions(draft)
    assert (decision.verdict, decision.shadow_verdict) == (Verdict.NEEDS_REVIEW, None)
    assert "segment_not_trusted" in [reason.code for reason in decision.vetoes]
    assert (await stage.stage(COLD, "shadow")).status_code == 200

    drafts = await stage.leads(range(1, 51))
    for each in drafts[:49]:
        assert each.status is DraftStatus.PENDING_APPROVAL, "in shadow a person decides"
        assert (await stage.act(each, "approve")).status_code == 200
    nearly = await stage.segment(COLD)
    assert (nearly["stage"], nearly["verdicts"], nearly["agreed"]) == ("shadow", 49, 49)
    assert (nearly["to_go"], nearly["close"]) == (1, True)
    assert "49 of 50" in nearly["reasons"][0]["sentence"]

    assert (await stage.act(drafts[49], "approve")).status_code == 200
    earned = await stage.segment(COLD)
    assert (earned["stage"], earned["changed"]["by"]) == ("auto", "policy")
    assert earned["bound"] > 0.94

    alone = await stage.lead(60)
    assert alone.status is DraftStatus.APPROVED
    (decision,) = await stage.decisions(alone)
    assert (decision.verdict, decision.by) == (Verdict.AUTO_APPROVED, "rule:english_leads")
    (attempt,) = await stage.office.attempts(alone.id)
    assert attempt.automatic
    assert await stage.send(alone) is DraftStatus.SENT

    waiting = await stage.lead(61)
    assert waiting.status is DraftStatus.APPROVED
    complaint = {"recipient": "Lead60@firm60.example", "reason": "complained"}
    assert (await stage.operator.post("/api/suppressions", json=complaint)).status_code == 201
    lost = await stage.segment(COLD)
    assert (lost["stage"], lost["verdicts"], lost["agreed"]) == ("shadow", 0, 0)
    assert lost["changed"]["reason"]["code"] == "demoted_complaint"
    assert (await stage.lead(62)).status is DraftStatus.PENDING_APPROVAL
    back = await stage.send(waiting)
    assert back is DraftStatus.PENDING_APPROVAL, "trust that is lost is not used up"
    assert [(action, actor) for action, actor, _ in await stage.audited("autonomy.%")][1:] == [
        ("autonomy.auto", "policy"),
        ("autonomy.shadow", "policy"),
    ]


async def test_edits_rejections_and_rewrites_are_no_agreement(stage: Stage) -> None:
    await stage.rule()
    await stage.stage(COLD, "shadow")
    polished, rewritten, rejected, again, pending = await stage.leads(range(1, 6))
    subject, body = polished.revision.subject, polished.revision.body

    async def edited(draft: Any, text: str) -> None:
        answer = await stage.act(draft, "edit", subject=draft.revision.subject, body=text)
        assert answer.status_code == 200, answer.text
        shown = {"content_hash": answer.json()["content_hash"]}
        url = f"/api/operator/drafts/{draft.id}/approve"
        assert (await stage.operator.post(url, json=shown)).status_code == 200

    assert subject
    await edited(polished, body.replace("\n\n", "\n\n\n", 1))
    assert (await stage.segment(COLD))["agreed"] == 1, "white space says nothing new"
    await edited(rewritten, "Hello,\n\nnothing of it is left.\n\nBest\nMax")
    await stage.act(rejected, "reject", reason="wrong product")
    assert (await stage.act(again, "regenerate", instruction="shorter")).status_code == 202
    await stage.office.drafted()  # works the runs off that are due
    for _ in range(5):
        await stage.office.make.advance_runs()(None)
    found = await stage.segment(COLD)
    assert (found["verdicts"], found["agreed"]) == (4, 1)
    assert pending.status is DraftStatus.PENDING_APPROVAL


async def test_an_approval_that_is_taken_back_does_not_stay_an_agreement(stage: Stage) -> None:
    await stage.rule()
    await stage.stage(COLD, "shadow")
    draft = await stage.lead(1)
    await stage.act(draft, "approve")
    assert (await stage.segment(COLD))["agreed"] == 1
    cancelled = await stage.operator.post(f"/api/operator/drafts/{draft.id}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    await stage.act(draft, "reject", reason="on second thoughts")
    found = await stage.segment(COLD)
    assert (found["verdicts"], found["agreed"]) == (1, 0)


async def test_switched_off_everything_waits_and_shadow_goes_on(switched_off: Stage) -> None:
    stage = switched_off
    await stage.rule()
    await stage.stage("cold:english_leads", "auto")
    (decision,) = await stage.decisions(await stage.lead(1))
    assert decision.verdict is Verdict.NEEDS_REVIEW
    assert [reason.code for reason in decision.reasons][-1] == "auto_approval_off"
    await stage.stage("cold:english_leads", "shadow")
    draft = await stage.lead(2)
    (decision,) = await stage.decisions(draft)
    assert decision.shadow_verdict is Verdict.AUTO_APPROVED
    await stage.act(draft, "approve")
    assert (await stage.segment(COLD))["agreed"] == 1


async def test_an_admin_moves_trust_by_hand_with_a_reason(stage: Stage) -> None:
    await stage.rule()
    granted = await stage.stage(COLD, "auto", "the pilot went well")
    assert granted.json()["stage"] == "auto"
    assert (await stage.stage(COLD, "auto")).status_code == 409
    assert (await stage.stage("cold:nobody", "auto")).status_code == 404
    assert "segment" in problems(await stage.stage("tepid:english_leads", "auto"))
    blank = await stage.admin.put(f"/api/autonomy/{COLD}", json={"stage": "manual", "why": " "})
    assert blank.status_code == 400
    (event,) = await stage.audited("autonomy.%")
    assert event[1].startswith("key:")
    assert (event[2]["before"], event[2]["after"]) == ("manual", "auto")
    assert event[2]["why"] == "the pilot went well"


async def test_a_rule_that_says_something_else_earns_its_trust_anew(stage: Stage) -> None:
    made = await stage.rule()
    await stage.stage(COLD, "auto")
    at = f"/api/rules/{made['id']}"
    await stage.admin.put(at, json={"confidence": 0.96})
    assert (await stage.segment(COLD))["stage"] == "auto"
    wider = [{"field": "fit", "operator": "ge", "value": 0}]
    await stage.admin.put(at, json={"conditions": wider})
    assert (await stage.segment(COLD))["stage"] == "shadow"
    await stage.stage(COLD, "auto")
    await stage.admin.delete(at)
    await stage.rule()
    assert (await stage.segment(COLD))["stage"] == "manual"


def seen(decision: Decision) -> dict[str, object]:
    return {each.name: each.value for each in decision.inputs}


async def wrote(stage: Stage, text: str, *, sender: str = "lead1@firm1.example") -> None:
    """A mail of ours to the lead, and an answer in that thread."""
    mailbox = stage.office.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)
    ours = mailbox.human_writes(to="lead1@firm1.example", subject="Routing", text="Shall we talk?")
    mailbox.receive(sender=sender, subject="Re: Routing", text=text, in_reply_to=ours.message_id)


async def test_who_answered_well_before_is_answered_alone(stage: Stage) -> None:
    listed = (await stage.operator.get("/api/rules")).json()
    await stage.admin.post(f"/api/rules/{listed[0]['id']}/enable")
    await stage.stage("cold:replied_before", "auto")
    await wrote(stage, "Yes, I am interested. Please send me more.")
    draft = await stage.lead(1)
    (decision,) = await stage.decisions(draft)
    assert seen(decision)["last_reply_intent"] == "interested"
    assert seen(decision)["thread_intents"] == "interested"
    assert decision.rule == "replied_before"
    assert draft.status is DraftStatus.APPROVED, decision.reasons


async def test_a_colleagues_answer_is_no_word_of_this_person(stage: Stage) -> None:
    await wrote(stage, "Yes, I am interested.", sender="boss@firm1.example")
    (decision,) = await stage.decisions(await stage.lead(1))
    assert seen(decision)["thread_intents"] == "interested"
    assert seen(decision)["days_since_human_reply"] is None


async def test_an_objection_in_the_thread_is_for_a_person(stage: Stage) -> None:
    await stage.rule()
    await stage.stage(COLD, "auto")
    await wrote(stage, "Please stop writing to me.")
    (decision,) = await stage.decisions(await stage.lead(1))
    assert "thread_opt_out" in [reason.code for reason in decision.vetoes]


async def test_what_was_read_long_ago_is_for_a_person(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.rule()
    await stage.stage(COLD, "auto")
    monkeypatch.setattr("salesagent_core.use_cases.steps.decide.STALE_AFTER", timedelta(0))
    (decision,) = await stage.decisions(await stage.lead(1))
    assert [reason.code for reason in decision.vetoes] == ["stale"]


async def test_a_version_that_an_operator_asked_for_is_theirs_to_read(stage: Stage) -> None:
    await stage.rule()
    draft = await stage.lead(1)
    await stage.stage(COLD, "auto")
    await stage.act(draft, "regenerate", instruction="shorter")
    for _ in range(3):
        await stage.office.handlers[Topic.RUN]([draft.run_id])
    _, decision = await stage.decisions(draft)
    assert [reason.code for reason in decision.vetoes] == ["asked_for"]


@pytest.mark.parametrize("veto", ["suppressed", "complained", "kill_switch"])
async def test_no_trust_is_above_a_veto(stage: Stage, veto: str) -> None:
    await stage.rule()
    await stage.stage(COLD, "auto")
    if veto == "kill_switch":
        await stage.admin.post("/api/admin/emergency-stop", json={"why": "incident"})
    else:
        reason = {"suppressed": "by_operator", "complained": "complained"}[veto]
        body = {"recipient": "lead1+news@firm1.example", "reason": reason}
        await stage.operator.post("/api/suppressions", json=body)
    draft = await stage.lead(1)
    assert draft.status is DraftStatus.PENDING_APPROVAL
    (decision,) = await stage.decisions(draft)
    assert veto in [reason.code for reason in decision.vetoes]
    assert seen(decision)[veto] is True


async def test_a_demotion_that_commits_first_wins_over_an_approval_on_its_way(
    stage: Stage,
) -> None:
    await stage.rule()
    await stage.stage(COLD, "auto")
    sent = await stage.lead(1)
    make = stage.office.make
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        await make.trust().on_harm(tx, DEFAULT_TENANT, sent.id, Harm.NEGATIVE_REPLY)
        # The other draft is decided while this is not committed yet: it has to wait for it.
        deciding = asyncio.create_task(stage.lead(2))
        done, _ = await asyncio.wait([deciding], timeout=1.5)
        assert not done
    assert (await deciding).status is DraftStatus.PENDING_APPROVAL
    assert (await stage.segment(COLD))["stage"] == "shadow"


async def test_harm_by_a_mail_that_a_person_approved_takes_no_trust(stage: Stage) -> None:
    await stage.rule()
    draft = await stage.lead(1)
    await stage.act(draft, "approve")
    await stage.stage(COLD, "auto")
    make = stage.office.make
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        assert await make.trust().on_harm(tx, DEFAULT_TENANT, draft.id, Harm.BOUNCE) is None
    assert (await stage.segment(COLD))["stage"] == "auto"


async def test_who_was_approved_by_hand_and_answered_well_is_known(stage: Stage) -> None:
    listed = (await stage.operator.get("/api/rules")).json()
    known = next(rule for rule in listed if rule["name"] == "known_good_recipient")
    await stage.admin.post(f"/api/rules/{known['id']}/enable")
    await stage.stage("cold:known_good_recipient", "auto")
    draft = await stage.lead(1)
    await stage.act(draft, "approve")
    make = stage.office.make
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        put = await make.trust().on_good_outcome(tx, DEFAULT_TENANT, draft.id, "positive_response")
        assert put
    again = await stage.lead(1)
    assert again.status is DraftStatus.APPROVED
    (decision,) = await stage.decisions(again)
    assert decision.rule == "known_good_recipient"
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        await make.trust().on_harm(tx, DEFAULT_TENANT, again.id, Harm.UNSUBSCRIBE)
        assert not await tx.approved_recipients.holds("lead1@firm1.example")


async def test_an_opt_out_by_the_link_of_an_automatic_mail_demotes(stage: Stage) -> None:
    await stage.rule()
    await stage.stage(COLD, "auto")
    assert await stage.send(await stage.lead(1)) is DraftStatus.SENT
    (mail,) = stage.office.sent()
    suppressions = stage.office.make.manage_suppressions()
    await suppressions.add(
        DEFAULT_TENANT,
        mail.recipients[0],
        reason=SuppressionReason.UNSUBSCRIBED,
        by="opt_out_link",
    )
    found = await stage.segment(COLD)
    assert found["changed"]["reason"]["code"] == "demoted_unsubscribe"


# What if


async def test_a_backtest_shows_what_another_policy_would_have_changed(stage: Stage) -> None:
    drafts = await stage.leads(range(1, 5))
    await stage.act(drafts[0], "approve")
    await stage.act(drafts[1], "reject", reason="wrong product")
    url = "/api/policy/backtest"
    today = (await stage.operator.get(url, params=SINCE)).json()["report"]
    assert (today["decisions"], today["alone_after"], today["more_count"]) == (4, 0, 0)

    policy = {"rules": [{**ENGLISH, "priority": 5, "enabled": True}], **EVERYTHING}
    answer = await stage.operator.post(url, params=SINCE, json=policy)
    found = answer.json()["report"]
    assert (found["alone_after"], found["more_count"], found["fewer_count"]) == (4, 4, 0)
    assert {each["draft_id"] for each in found["more"]} == {each.id for each in drafts}
    answers = {each["draft_id"]: each["answer"] for each in found["more"]}
    assert answers[drafts[0].id] == "approved"
    assert answers[drafts[1].id] == "rejected"
    assert answers[drafts[2].id] is None
    assert found["agreement"]["count"] == 1
    assert found["agreement"]["total"] == 2
    assert found["agreement"]["low"] < 0.5 < found["agreement"]["high"]
    assert "the rule “english leads” matches" in found["more"][0]["reasons"][0]["sentence"]
    assert any("4 more would go alone" in line for line in answer.json()["summary"])
    surer = {**policy, "threshold": 0.99}
    stricter = (await stage.operator.post(url, params=SINCE, json=surer)).json()["report"]
    assert stricter["more_count"] == 0
    assert (await stage.operator.get("/api/rules")).json()[-1]["name"] == "target_title"


async def test_a_backtest_finds_what_would_not_go_alone_any_more(stage: Stage) -> None:
    made = await stage.rule()
    await stage.stage(COLD, "auto")
    draft = await stage.lead(1)
    narrower = [{"field": "fit", "operator": "ge", "value": 0.9}]
    policy = {"rules": [{"name": made["name"], "conditions": narrower}]}
    answer = await stage.operator.post("/api/policy/backtest", params=SINCE, json=policy)
    found = answer.json()["report"]
    assert [each["draft_id"] for each in found["fewer"]] == [draft.id]
    assert (found["alone_before"], found["alone_after"]) == (1, 0)


async def test_a_veto_of_the_past_holds_under_any_policy(stage: Stage) -> None:
    body = {"recipient": "lead1@firm1.example", "reason": "by_operator"}
    await stage.operator.post("/api/suppressions", json=body)
    await stage.lead(1)
    policy = {"rules": [{**ENGLISH, "priority": 1, "enabled": True}], **EVERYTHING}
    answer = await stage.operator.post("/api/policy/backtest", params=SINCE, json=policy)
    assert answer.json()["report"]["alone_after"] == 0


async def test_only_decisions_of_the_time_asked_for_are_replayed(stage: Stage) -> None:
    await stage.lead(1)
    past = {"from": "2020-01-01", "to": "2020-12-31"}
    answer = await stage.operator.get("/api/policy/backtest", params=past)
    assert answer.json()["report"]["decisions"] == 0
    wrong = {"from": "yesterday"}
    assert "from" in problems(await stage.operator.get("/api/policy/backtest", params=wrong))
    turned = {"from": "2026-01-02", "to": "2020-01-01"}
    assert "from" in problems(await stage.operator.get("/api/policy/backtest", params=turned))


async def test_every_fault_of_a_policy_is_named_with_its_place(stage: Stage) -> None:
    policy = {
        "treshold": 0.9,
        "threshold": 2,
        "rules": [{"name": "high_icp", "confidence": "sure"}, {"name": "new_one"}],
        "stages": {"hot:nobody": "auto", "*:high_icp": "trusted"},
    }
    answer = await stage.operator.post("/api/policy/backtest", params=SINCE, json=policy)
    assert set(problems(answer)) == {
        "treshold",
        "threshold",
        "rules[0].confidence",
        "rules[1].priority",
        "rules[1].confidence",
        "rules[1].conditions",
        "stages.hot:nobody",
        "stages.*:high_icp",
    }
