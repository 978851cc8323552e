"""A simulated quarter for the demo: leads, what was decided about their drafts, what came back.

Everything is made by the domain's own functions and recorded by the application's own use cases,
only the people and their answers are thrown by dice. Whoever reads it sees that it is simulated:
every company is named so.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from salesagent_adapters.system.clock import FixedClock
from salesagent_app.container import Container
from salesagent_app.demo_people import SIMULATED, ComingLead, People, changed
from salesagent_core.domain.approval import Decision, Evaluation, Verdict
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.draft import (
    Draft,
    DraftStatus,
)
from salesagent_core.domain.experiment import Audience, Experiment, Variant
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.outcome import OutcomeSource, OutcomeType
from salesagent_core.domain.run import STEP_NAMES, JournalEntry, StepStatus
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.treatment import ExperimentKind
from salesagent_core.ids import DraftId, RunId, SubmissionId
from salesagent_core.ports.outcomes import SentFacts
from salesagent_core.ports.unit_of_work import OutcomeTransaction
from salesagent_core.use_cases.manage_experiments import ManageExperiments
from salesagent_core.use_cases.outcome_recorder import Event

MAILS = 300
OPERATOR = "simulated operator"
TEST_WEEKS = 11
"""The test began so many weeks ago."""
_ANSWER = {Tier.HOT: 0.42, Tier.WARM: 0.26, Tier.COOL: 0.16, Tier.COLD: 0.06}
"""How likely a lead answers at ten in the morning."""
_RULES = ("replied_before", "known_good_recipient", "high_icp", "target_title")
_TRIALS = {
    "hot:replied_before": Stage.AUTO,
    "warm:replied_before": Stage.SHADOW,
    "cool:replied_before": Stage.SHADOW,
    "hot:known_good_recipient": Stage.SHADOW,
    "warm:known_good_recipient": Stage.SHADOW,
}
_WHY = "simulated history"
_CHANGES, _REJECTS, _BOUNCES = 0.03, 0.01, 0.02
_SEEN = {
    OutcomeType.EMAIL_BOUNCED: OutcomeSource.MAILBOX,
    OutcomeType.EMAIL_REPLIED: OutcomeSource.MAILBOX,
    OutcomeType.POSITIVE_RESPONSE: OutcomeSource.MAILBOX,
    OutcomeType.NEGATIVE_RESPONSE: OutcomeSource.MAILBOX,
    OutcomeType.MEETING_BOOKED: OutcomeSource.CALENDAR,
    OutcomeType.MEETING_HELD: OutcomeSource.CALENDAR,
    OutcomeType.DEAL_CREATED: OutcomeSource.CRM,
}
_BETTER = "one question"
_LIFT = 2.0
"""How many times as many answer the better closing question."""


@attrs.frozen(kw_only=True)
class Simulated:
    """How much was made."""

    mails: int
    outcomes: int


class History:
    """Throws the dice and tells the application what fell."""

    def __init__(
        self, container: Container, tenant: Tenant, seed: int = 2026, rejects: float = _REJECTS
    ) -> None:
        """``rejects`` is the share of the drafts that the operator rejects."""
        self._rejects = rejects
        self._make = container.providers
        # Nothing goes alone in the demo itself; in its past, what was trusted did.
        self._tenant = attrs.evolve(tenant, auto_approve_enabled=True)
        self._dice = random.Random(seed)  # noqa: S311 - made-up people, no secrets
        self._people = People(self._dice)
        self._now: datetime = self._make.clock().now()
        self._coming: list[tuple[datetime, int, str, Event]] = []
        self._tests: tuple[Experiment, ...] = ()
        self._outcomes = 0
        self._mails = 0

    async def play(self, mails: int = MAILS) -> Simulated:
        """Play the quarter from its first day to now."""
        await self._set_up()
        leads = self._people.leads(self._now, mails)
        runs = await self._runs(leads)
        for lead, (run_id, submission_id) in zip(leads, runs, strict=True):
            draft_id = DraftId(self._make.ids().new())
            await self._work(
                self._people.draft(lead, draft_id, run_id, submission_id, self._tenant, self._tests)
            )
        async with self._make.unit_of_work().begin(self._tenant.id) as tx:
            await self._come_in(tx, self._now)
        return Simulated(mails=self._mails, outcomes=self._outcomes)

    # ------------------------------------------------------------------ what is set up first

    async def _set_up(self) -> None:
        tenant_id, rules = self._tenant.id, self._make.manage_rules()
        for stored in await rules.list(tenant_id):
            if stored.rule.name in _RULES:
                await rules.switch(tenant_id, stored.id, enabled=True, who=OPERATOR)
        for segment, stage in _TRIALS.items():
            autonomy = self._make.manage_autonomy()
            await autonomy.set(tenant_id, segment, stage, who=OPERATOR, why=_WHY)
        past = FixedClock(self._now - timedelta(weeks=TEST_WEEKS))
        tests = ManageExperiments(
            work=self._make.unit_of_work(),
            tenants=self._make.tenants(),
            clock=past,
            ids=self._make.ids(),
        )
        made = await tests.create(
            tenant_id,
            name="Closing question" + SIMULATED,
            kind=ExperimentKind.CALL_TO_ACTION,
            variants=[
                Variant(name="as it is"),
                Variant(name=_BETTER, text="Shall we talk for a quarter of an hour?"),
            ],
            audience=Audience(languages=("en",)),
            who=OPERATOR,
        )
        self._tests = (await tests.start(tenant_id, made.id, who=OPERATOR),)

    async def _runs(self, leads: Iterable[ComingLead]) -> list[tuple[RunId, SubmissionId]]:
        """A finished run for each: the worker has nothing to do with them any more."""
        receive, journal, ids = (
            self._make.receive_submission(),
            self._make.journal(),
            self._make.ids(),
        )
        made = []
        for lead in leads:
            form = Submission(
                id=SubmissionId(ids.new()),
                tenant_id=self._tenant.id,
                source=SubmissionSource.FORM,
                received_at=lead.at,
                fields=(FormField(name="email", value=lead.who.person.email),),
                conversion_id=ids.new(),
                submitted_at=lead.at,
            )
            receipt = await receive(form, b"simulated")
            made.append((receipt.run_id, form.id))
            for claimed in await journal.claim([receipt.run_id], 1):
                steps = [
                    JournalEntry(
                        step=step, status=StepStatus.DONE, started_at=lead.at, finished_at=lead.at
                    )
                    for step in STEP_NAMES
                ]
                await journal.finish(claimed.lease, None, steps)
        return made

    # ------------------------------------------------------------------ what happens then

    async def _work(self, draft: Draft) -> None:
        """Decide about the draft as it would have been, send it, and throw what comes of it."""
        async with self._make.unit_of_work().begin(self._tenant.id) as tx:
            await self._come_in(tx, draft.created_at)
            await tx.drafts.add(draft)
            found = await self._judge(tx, draft)
            alone = found.verdict is Verdict.AUTO_APPROVED
            if not alone:
                draft = await self._review(tx, draft)
            if draft.status is DraftStatus.REJECTED:
                await tx.drafts.save(draft)
                return
            sent_at = draft.created_at + timedelta(minutes=self._dice.uniform(2, 55))
            draft = attrs.evolve(draft, status=DraftStatus.SENT, updated_at=sent_at)
            await tx.drafts.save(draft)
            await tx.outcomes.note_sent(self._sent(draft, found, sent_at, alone=alone))
            self._mails += 1
        self._throw(draft, sent_at)

    async def _judge(self, tx: OutcomeTransaction, draft: Draft) -> Evaluation:
        trust = self._make.trust()
        found: Evaluation = await trust.judge(
            tx, self._tenant, draft.lead.person.email, self._people.facts(draft)
        )
        decision = Decision(
            id=self._make.ids().new(),
            draft_id=draft.id,
            content_hash=draft.revision.content_hash,
            verdict=found.verdict,
            by=f"rule:{found.rule}" if found.verdict is Verdict.AUTO_APPROVED else "policy",
            at=draft.created_at,
            reasons=found.reasons,
            rule=found.rule,
            confidence=found.confidence,
            inputs=found.inputs,
            vetoes=found.vetoes,
            shadow_verdict=found.shadow_verdict,
        )
        await tx.decisions.add(decision)
        await trust.note_verdict(tx, draft, decision)
        return found

    async def _review(self, tx: OutcomeTransaction, draft: Draft) -> Draft:
        """What the operator does: approve most, change some, reject a few."""
        thrown, at = self._dice.random(), draft.created_at + timedelta(minutes=1)
        if thrown < _CHANGES:
            draft = changed(draft, OPERATOR, at)
            await tx.drafts.save(draft)
        rejected = _CHANGES <= thrown < _CHANGES + self._rejects
        decision = Decision(
            id=self._make.ids().new(),
            draft_id=draft.id,
            content_hash=draft.revision.content_hash,
            verdict=Verdict.REJECTED if rejected else Verdict.APPROVED,
            by=OPERATOR,
            at=at,
        )
        await tx.decisions.add(decision)
        await self._make.trust().on_review(tx, draft, decision)
        likeness = 0.7 if thrown < _CHANGES else 1.0
        status = DraftStatus.REJECTED if rejected else DraftStatus.APPROVED
        return attrs.evolve(draft, status=status, edit_similarity=likeness, updated_at=at)

    def _sent(
        self, draft: Draft, found: Evaluation, sent_at: datetime, *, alone: bool
    ) -> SentFacts:
        return SentFacts(
            draft_id=draft.id,
            email=draft.lead.person.email,
            mailbox=self._tenant.mailbox,
            thread_id=f"simulated-{draft.id}",
            tier=draft.fit.tier,
            rule=found.rule,
            automatic=alone,
            language="en",
            local_hour=sent_at.hour,
            sent_at=sent_at,
        )

    def _throw(self, draft: Draft, sent_at: datetime) -> None:
        """What comes back, each at its time; what lies ahead has not happened yet."""
        chance = _ANSWER[draft.fit.tier] * (1.2 if sent_at.hour < 12 else 0.85)
        if any(each.variant == _BETTER for each in draft.assigned):
            chance *= _LIFT
        if self._dice.random() < _BOUNCES:
            self._later(draft, sent_at, 0.01, OutcomeType.EMAIL_BOUNCED, intent=None)
            return
        if self._dice.random() >= chance:
            return
        days, mood = self._dice.uniform(0.05, 4), self._dice.random()
        if mood < 0.1:
            self._later(draft, sent_at, days, OutcomeType.EMAIL_REPLIED, intent="not_interested")
            self._later(
                draft, sent_at, days, OutcomeType.NEGATIVE_RESPONSE, intent="not_interested"
            )
            return
        intent = self._dice.choice(("interested", "question", "meeting_request", "not_now"))
        self._later(draft, sent_at, days, OutcomeType.EMAIL_REPLIED, intent=intent)
        if intent in ("interested", "meeting_request"):
            self._later(draft, sent_at, days, OutcomeType.POSITIVE_RESPONSE, intent=intent)
            if self._dice.random() < 0.7:
                self._later(draft, sent_at, days + 0.3, OutcomeType.MEETING_BOOKED)
                self._later(draft, sent_at, days + 5, OutcomeType.MEETING_HELD)
                if self._dice.random() < 0.6:
                    self._later(draft, sent_at, days + 9, OutcomeType.DEAL_CREATED)

    def _later(
        self,
        draft: Draft,
        sent_at: datetime,
        days: float,
        kind: OutcomeType,
        intent: str | None = None,
    ) -> None:
        at = sent_at + timedelta(days=days)
        event = Event(
            type=kind,
            object_id=f"simulated-{draft.id}",
            email=draft.lead.person.email,
            at=at,
            source=_SEEN[kind],
            confidence=0.9,
            draft_id=draft.id,
            intent=intent,
            final=kind is OutcomeType.EMAIL_BOUNCED,
        )
        heapq.heappush(self._coming, (at, len(self._coming), kind.value, event))

    async def _come_in(self, tx: OutcomeTransaction, until: datetime) -> None:
        """Record what has come back by then."""
        recorder = self._make.outcome_recorder()
        while self._coming and self._coming[0][0] <= until:
            *_, event = heapq.heappop(self._coming)
            if await recorder.record(tx, self._tenant.id, event) is not None:
                self._outcomes += 1
