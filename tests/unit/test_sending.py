"""The rules of sending: states, recipients, and the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.draft import TRANSITIONS as DRAFT_TRANSITIONS
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.sending.attempt import (
    CLAIM_LEASE,
    DRAFT_STATUS,
    GRACE,
    HOLDS_SLOT,
    SEND_LEASE,
    START_WITHIN,
    TRANSITIONS,
    AttemptStatus,
    SendAttempt,
    advance,
)
from salesagent_core.domain.sending.gate import (
    GateFacts,
    ModeChange,
    RecipientVerdict,
    SendMode,
    SendPermission,
    SendRefused,
    Stop,
    SwitchState,
    effective_mode,
    judge_send,
)
from salesagent_core.domain.sending.rate_limit import Limits, Usage
from salesagent_core.domain.sending.recipients import (
    canonical_pattern,
    company_key,
    covering_patterns,
    covers_any,
)
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.errors import Conflict, InvalidInput, PolicyRefused
from salesagent_core.ids import DEFAULT_TENANT, DraftId, TenantId
from salesagent_core.use_cases.in_hand import PORTION, PORTIONS, Hands

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANYONE = SendPermission(allowed=True, recipients=("*",))


def facts(**more: object) -> GateFacts:
    base = GateFacts(
        now=NOW,
        tenant_id=DEFAULT_TENANT,
        recipient="ada@example.net",
        switches=SwitchState(),
        permission=ANYONE,
        usage=Usage(contact="ada@example.net"),
    )
    return attrs.evolve(base, **more)  # type: ignore[arg-type]


def codes(**more: object) -> list[str]:
    return [reason.code for reason in judge_send(facts(**more)).reasons]


def attempt(status: AttemptStatus) -> SendAttempt:
    return SendAttempt(
        id="s-1",
        tenant_id=TenantId("default"),
        draft_id=DraftId("d-1"),
        content_hash="h",
        mailbox="m@example.org",
        mailbox_draft_id="r1",
        thread_id="t1",
        key="run-1",
        status=status,
        asked_by="o-1",
        created_at=NOW,
        updated_at=NOW,
    )


# ---------------------------------------------------------------------------- states


@given(st.lists(st.sampled_from(list(AttemptStatus)), max_size=12))
@settings(max_examples=100)
def test_nothing_leads_from_sent_to_sending_again(path: list[AttemptStatus]) -> None:
    one = attempt(AttemptStatus.SCHEDULED)
    seen = [one.status]
    for step in path:
        try:
            one = advance(one, step, NOW)
        except Conflict:
            continue
        seen.append(one.status)
    if AttemptStatus.SENT in seen:
        assert seen[-1] is AttemptStatus.SENT
        assert seen.count(AttemptStatus.SENT) == 1


def test_an_unknown_never_becomes_a_send_without_being_looked_at() -> None:
    assert AttemptStatus.SENDING not in TRANSITIONS[AttemptStatus.UNKNOWN]
    assert AttemptStatus.SENDING not in TRANSITIONS[AttemptStatus.NEEDS_OPERATOR]
    assert AttemptStatus.SCHEDULED not in TRANSITIONS[AttemptStatus.NEEDS_OPERATOR]
    reached_from = [one for one, after in TRANSITIONS.items() if AttemptStatus.SENDING in after]
    assert reached_from == [AttemptStatus.SCHEDULED]


def test_the_draft_can_follow_its_attempt() -> None:
    by_human = {AttemptStatus.SCHEDULED, AttemptStatus.CANCELLED, AttemptStatus.FAILED}
    for before, after in TRANSITIONS.items():
        for to in after:
            if to is AttemptStatus.SENT and before in by_human:
                continue
            if before not in DRAFT_STATUS or to not in DRAFT_STATUS:
                continue
            old, new = DRAFT_STATUS[before], DRAFT_STATUS[to]
            refused = before is AttemptStatus.SCHEDULED and to is AttemptStatus.FAILED
            assert refused or old is new or new in DRAFT_TRANSITIONS[old], (before, to)


def test_what_may_be_out_holds_its_slot() -> None:
    assert AttemptStatus.UNKNOWN in HOLDS_SLOT
    assert AttemptStatus.NEEDS_OPERATOR in HOLDS_SLOT
    assert AttemptStatus.FAILED not in HOLDS_SLOT
    assert AttemptStatus.CANCELLED not in HOLDS_SLOT
    assert set(DRAFT_STATUS.values()) <= set(DraftStatus)


def test_the_times_fit_into_each_other() -> None:
    assert START_WITHIN < CLAIM_LEASE <= SEND_LEASE <= GRACE < timedelta(minutes=10)


# ---------------------------------------------------------------------------- recipients


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        ("ada@example.net", "Ada+news@EXAMPLE.net", True),
        ("ada@example.net", "adam@example.net", False),
        ("example.net", "x@example.net", True),
        ("@example.net", "x@mail.example.net", True),
        ("*.example.net", "x@mail.example.net", True),
        ("example.net", "x@notexample.net", False),
        ("example.net", "x@example.net.evil.test", False),
        ("mail.example.net", "x@example.net", False),
        ("a.dam@gmail.com", "ADam+x@googlemail.com", True),
        ("googlemail.com", "adam@googlemail.com", True),
        ("bücher.example", "x@xn--bcher-kva.example", True),
        ("*", "x@example.net", True),
        ("", "x@example.net", False),
        ("a@b@c", "a@b", False),
    ],
)
def test_patterns(pattern: str, address: str, covered: bool) -> None:
    assert covers_any([pattern], address) is covered


@pytest.mark.parametrize("text", ["", " ", "a@b@c", "two words", "a@x.test,b@x.test", "127.0.0.1"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        canonical_pattern(text)


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_any_text_is_judged_without_failing(text: str) -> None:
    assert covers_any([text, "*"], text)
    assert all(pattern.count(":") >= 1 for pattern in covering_patterns(text))


def test_a_company_is_counted_by_who_registered_the_host() -> None:
    assert company_key("a@mail.firm.co.uk", None) == "firm.co.uk"
    assert company_key("a@gmail.com", "https") is None
    assert company_key("a@gmail.com", "firm.test") == "firm.test"
    assert company_key("a@gmail.com", None) is None


# ---------------------------------------------------------------------------- the gate


def test_an_ordinary_mail_may_go_now() -> None:
    verdict = judge_send(facts())
    assert (verdict.allowed, verdict.reasons, verdict.may_go_at) == (True, (), NOW)


def test_settings_are_above_the_mode() -> None:
    wish = ModeChange(mode=SendMode.SEND, by="a", why="b", at=NOW)
    state = SwitchState(mode=wish)
    assert effective_mode(SendPermission(), state, DEFAULT_TENANT) is SendMode.DRAFT_ONLY
    assert effective_mode(ANYONE, state, DEFAULT_TENANT) is SendMode.SEND
    off = SwitchState(mode=attrs.evolve(wish, mode=SendMode.DRAFT_ONLY))
    assert effective_mode(ANYONE, off, DEFAULT_TENANT) is SendMode.DRAFT_ONLY
    assert codes(switches=off) == ["draft_only"]
    assert codes(permission=SendPermission(recipients=("*",))) == ["draft_only"]


def test_a_tenant_that_the_settings_do_not_describe_drafts_until_an_admin_chooses() -> None:
    other = TenantId("acme")
    assert effective_mode(ANYONE, SwitchState(), DEFAULT_TENANT) is SendMode.SEND
    assert effective_mode(ANYONE, SwitchState(), other) is SendMode.DRAFT_ONLY
    assert codes(tenant_id=other) == ["draft_only"]
    chosen = SwitchState(mode=ModeChange(mode=SendMode.SEND, by="a", why="b", at=NOW))
    assert codes(tenant_id=other, switches=chosen) == []


def test_an_allow_list_that_is_empty_allows_nobody() -> None:
    assert codes(permission=SendPermission(allowed=True)) == ["recipient_not_in_settings"]
    named = SendPermission(allowed=True, recipients=("example.net",))
    assert codes(permission=named) == []
    assert codes(permission=named, recipient="a@example.org") == ["recipient_not_in_settings"]


@pytest.mark.parametrize(
    "recipient",
    [
        "a@example.net, b@example.net",
        "a@example.net\r\nBcc: b@example.net",
        "x" * 2_000 + "@example.net",
        "ada@ex\u0430mple.net",
        "",
        "Ada <ada@example.net>",
    ],
)
def test_bad_recipients_are_refused_with_a_reason(recipient: str) -> None:
    verdict = judge_send(facts(recipient=recipient))
    assert not verdict.allowed
    assert verdict.may_go_at is None
    assert all(reason.code.startswith("recipient_") for reason in verdict.reasons)


def test_role_addresses_need_a_person_and_no_reply_ones_are_refused() -> None:
    assert codes(recipient="info@example.net") == []
    assert codes(recipient="info@example.net", automatic=True) == ["recipient_role"]
    assert codes(recipient="no-reply@example.net") == ["recipient_no_reply"]


def test_findings_stop_by_their_weight() -> None:
    found = [
        Finding(code="iban", severity=Severity.BLOCK, sentence="An IBAN."),
        Finding(code="caps", severity=Severity.REVIEW, sentence="Capitals."),
        Finding(code="note", severity=Severity.INFO, sentence="A note."),
    ]
    assert codes(findings=found) == ["finding_iban"]
    assert codes(findings=found, automatic=True) == ["finding_iban", "finding_caps"]


def test_automatic_mail_waits_for_the_window_and_a_persons_does_not() -> None:
    night = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
    assert judge_send(facts(now=night, zone="Europe/Berlin")).allowed
    verdict = judge_send(facts(now=night, zone="Europe/Berlin", automatic=True))
    assert [reason.code for reason in verdict.reasons] == ["outside_sending_window"]
    assert verdict.may_go_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)


def test_the_window_moves_with_daylight_saving_time() -> None:
    before = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
    verdict = judge_send(facts(now=before, zone="Europe/Berlin", automatic=True))
    assert verdict.may_go_at == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)


def test_all_reasons_come_and_the_last_time_counts() -> None:
    usage = Usage(
        contact="ada@example.net",
        contact_sends=[NOW - timedelta(days=1), NOW - timedelta(days=2)],
        mailbox_sends=[NOW - timedelta(hours=1)],
    )
    state = SwitchState(limits=Limits(per_contact=2, per_mailbox=1))
    verdict = judge_send(facts(usage=usage, switches=state))
    assert [reason.code for reason in verdict.reasons] == ["contact_limit", "mailbox_limit"]
    assert verdict.may_go_at == NOW + timedelta(days=5)
    stopped = attrs.evolve(state, stop=Stop(by="boss", why="x", at=NOW))
    verdict = judge_send(facts(usage=usage, switches=stopped))
    assert verdict.has("sending_stopped")
    assert len(verdict.reasons) == 3
    assert verdict.may_go_at is None


def test_lists_suppressions_and_approval() -> None:
    entry = Suppression(
        id="1", reason=SuppressionReason.UNSUBSCRIBED, created_at=NOW, address="ada@example.net"
    )
    assert codes(suppressions=[entry]) == ["suppressed_unsubscribed"]
    assert codes(lists=RecipientVerdict(denied=True)) == ["recipient_denied"]
    assert codes(lists=RecipientVerdict(denied=True, allowed=True, listed=True)) == [
        "recipient_denied"
    ]
    assert codes(lists=RecipientVerdict(listed=True)) == ["recipient_not_allowed"]
    assert codes(approved=False) == ["not_approved"]


def test_a_refusal_carries_everything() -> None:
    verdict = judge_send(facts(approved=False))
    refusal = SendRefused(verdict)
    assert isinstance(refusal, PolicyRefused)
    assert refusal.reasons == verdict.reasons
    assert refusal.may_go_at is None


# ---------------------------------------------------------------------------- how much at once


async def test_a_worker_takes_no_more_in_hand_than_it_can_work_on() -> None:
    names = [f"send-{number}" for number in range(100)]
    in_hand: set[str] = set()
    most = 0

    async def claim(asked: Sequence[str] | None, limit: int) -> Sequence[Any]:
        nonlocal most
        claimed = list(asked if asked is not None else names[:limit])[:limit]
        for name in claimed:
            if name in names:
                names.remove(name)
        in_hand.update(claimed)
        most = max(most, len(in_hand))
        return claimed

    async def send(name: Any) -> None:
        await asyncio.sleep(0)
        in_hand.discard(name)

    hands = Hands()
    bells = [list(names[first : first + 25]) for first in range(0, 100, 25)]
    done = await asyncio.gather(*(hands.work(claim, send, bell, 25) for bell in bells))
    assert sum(done) == 100
    assert not names
    assert most <= PORTION * PORTIONS


async def test_whatever_is_due_is_claimed_up_to_the_limit() -> None:
    due = list(range(30))

    async def claim(asked: Sequence[str] | None, limit: int) -> Sequence[Any]:
        assert asked is None
        claimed = due[:limit]
        del due[:limit]
        return claimed

    async def send(_: Any) -> None:
        return None

    assert await Hands().work(claim, send, None, 20) == 20
    assert await Hands().work(claim, send, None, 20) == 10
