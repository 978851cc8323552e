"""A/B tests: made, started, looked at, stopped. Whatever changes is audited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.experiment import (
    COUNTED_AFTER,
    Audience,
    Experiment,
    Metric,
    Variant,
    checked,
    start,
    stop,
)
from salesagent_core.domain.experiment_evidence import (
    Arm,
    Judgement,
    confidence_sequence,
    judge,
    standing_evidence,
)
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text
from salesagent_core.domain.stats import Interval
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.treatment import ExperimentKind
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.experiments import (
    ArmCount,
    ExperimentTransaction,
    ExperimentWork,
)
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenants import TenantDirectory

MAX_EXPERIMENTS = 500
MAX_LOOKS = 30
"""Moments of a test that its history shows."""


@attrs.frozen(kw_only=True)
class VariantReport:
    """One variant: its planned ``share`` (0..1), what became of it, and an interval for its rate
    that holds however often one looks (95 %)."""

    variant: Variant
    share: float
    count: ArmCount
    rate: float | None
    interval: Interval


@attrs.frozen(kw_only=True)
class ExperimentReport:
    """What a test shows at this moment."""

    experiment: Experiment
    variants: tuple[VariantReport, ...]
    judgement: Judgement


@attrs.frozen(kw_only=True)
class Look:
    """What a test had shown by then: people counted in all variants, and the evidence that the
    best one had, see ``standing_evidence``."""

    at: datetime
    people: int
    evidence: float


class ManageExperiments:
    """One running test of a kind at most. One may look at a report whenever one likes."""

    def __init__(
        self, *, work: ExperimentWork, tenants: TenantDirectory, clock: Clock, ids: IdSource
    ) -> None:
        self._work = work
        self._tenants = tenants
        self._clock = clock
        self._ids = ids

    async def list(self, tenant_id: TenantId) -> tuple[Experiment, ...]:
        """All tests, newest first."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.experiments.all()

    async def get(self, tenant_id: TenantId, experiment_id: str) -> Experiment:
        """Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.experiments.get(experiment_id)

    async def create(
        self,
        tenant_id: TenantId,
        *,
        name: str,
        kind: ExperimentKind,
        variants: Sequence[Variant],
        metric: Metric = Metric.REPLY,
        audience: Audience = Audience(),
        who: str,
    ) -> Experiment:
        """A test that does not run yet.

        Raises:
            InvalidInput: it cannot be run like this, or a text must not stand in a mail; every
                problem is listed. Conflict: there is one of this name, or there are too many.
        """
        made = checked(
            Experiment(
                id=self._ids.new(),
                name=" ".join(name.split()),
                kind=kind,
                variants=tuple(variants),
                metric=metric,
                audience=audience,
                created_at=self._clock.now(),
                created_by=who,
            )
        )
        _require_safe(made, await self._tenants.get(tenant_id))
        async with self._work.begin(tenant_id) as tx:
            await tx.experiments.hold()
            if len(await tx.experiments.all()) >= MAX_EXPERIMENTS:
                raise Conflict(f"there are {MAX_EXPERIMENTS} tests already")
            await tx.experiments.put(made)
            await self._audit(tx, tenant_id, made, "experiment.created", who)
        return made

    async def start(self, tenant_id: TenantId, experiment_id: str, *, who: str) -> Experiment:
        """Drafts written from now on take part.

        Raises:
            NotFound. Conflict: it ran before, or another one of its kind runs.
        """
        async with self._work.begin(tenant_id) as tx:
            await tx.experiments.hold()
            test = await tx.experiments.get(experiment_id, lock=True)
            started = start(test, await tx.experiments.all(), self._clock.now())
            await tx.experiments.put(started)
            await self._audit(tx, tenant_id, started, "experiment.started", who)
        return started

    async def stop(self, tenant_id: TenantId, experiment_id: str, *, who: str) -> ExperimentReport:
        """End it: decided where the evidence names a winner, whom everybody gets from now on, else
        stopped. Of a decided one the winner is used no more.

        Raises:
            NotFound. Conflict: it does not run.
        """
        async with self._work.begin(tenant_id) as tx:
            await tx.experiments.hold()
            test = await tx.experiments.get(experiment_id, lock=True)
            report = await self._report(tx, test)
            ended = stop(test, report.judgement.winner, self._clock.now())
            await tx.experiments.put(ended)
            action = f"experiment.{ended.state.value}"
            await self._audit(tx, tenant_id, ended, action, who, report.judgement)
        return attrs.evolve(report, experiment=ended)

    async def report(self, tenant_id: TenantId, experiment_id: str) -> ExperimentReport:
        """Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await self._report(tx, await tx.experiments.get(experiment_id))

    async def history(self, tenant_id: TenantId, experiment_id: str) -> tuple[Look, ...]:
        """The evidence over the time of a test, at up to ``MAX_LOOKS`` moments, oldest first; empty
        while nobody was counted. What was counted never changes, so the past can be told anew.

        Raises:
            NotFound
        """
        async with self._work.begin(tenant_id) as tx:
            test = await tx.experiments.get(experiment_id)
            if test.started_at is None:
                return ()
            first = test.started_at + COUNTED_AFTER[test.metric]
            last = test.ended_at or self._clock.now()
            if last <= first:
                return ()
            step = (last - first) / MAX_LOOKS
            looks = [
                await self._look(tx, test, first + step * number)
                for number in range(1, MAX_LOOKS + 1)
            ]
        return tuple(each for each in looks if each.people)

    async def _look(self, tx: ExperimentTransaction, test: Experiment, at: datetime) -> Look:
        report = await self._report(tx, test, at)
        people = sum(each.count.counted.people for each in report.variants)
        return Look(at=at, people=people, evidence=standing_evidence(report.judgement))

    async def _report(
        self, tx: ExperimentTransaction, test: Experiment, at: datetime | None = None
    ) -> ExperimentReport:
        counts = await tx.experiments.count(test, at or self._clock.now())
        variants = []
        for variant in test.variants:
            count = counts.get(variant.name, ArmCount())
            counted = count.counted
            variants.append(
                VariantReport(
                    variant=variant,
                    share=test.share(variant),
                    count=count,
                    rate=counted.rate if counted.people else None,
                    interval=confidence_sequence(counted),
                )
            )
        arms = [
            Arm(name=each.variant.name, share=each.share, count=each.count.counted)
            for each in variants
        ]
        return ExperimentReport(experiment=test, variants=tuple(variants), judgement=judge(arms))

    async def _audit(
        self,
        tx: ExperimentTransaction,
        tenant_id: TenantId,
        test: Experiment,
        action: str,
        who: str,
        judgement: Judgement | None = None,
    ) -> None:
        detail = [("kind", test.kind.value)]
        if judgement is not None:
            detail.append(("verdict", judgement.verdict.value))
            if judgement.winner is not None:
                place = [each.name for each in test.variants].index(judgement.winner)
                detail.append(("winner", str(place + 1)))
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=self._clock.now(),
                actor=who,
                action=action,
                subject_kind="experiment",
                subject_id=test.id,
                detail=tuple(detail),
            )
        )


def _require_safe(test: Experiment, tenant: Tenant) -> None:
    """What would keep every draft of a variant from being sent is refused at once."""
    policy = SafetyPolicy(link_hosts=frozenset(tenant.link_hosts))
    problems: list[Problem] = []
    for number, variant in enumerate(test.variants):
        in_subject = test.kind is ExperimentKind.SUBJECT
        subject, body = (variant.text, "") if in_subject else ("", variant.text)
        found = inspect_text(subject, body, policy) if variant.text else ()
        problems.extend(
            Problem(where=f"variants[{number}].text", what=finding.sentence)
            for finding in found
            if finding.severity is Severity.BLOCK
        )
    if problems:
        raise InvalidInput("a text of the test must not stand in a mail", problems)
