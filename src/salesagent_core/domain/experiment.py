"""A/B tests: what is tried on whom, and who gets which variant.

A person always gets the same variant of a test: it follows from their key and the test's id, and
nothing about it is remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.domain.icp import Tier
from salesagent_core.domain.planning import Ask
from salesagent_core.domain.treatment import (
    NO_TREATMENT,
    Assigned,
    ExperimentKind,
    Hours,
    Treatment,
    placeholders,
)
from salesagent_core.errors import Conflict, InvalidInput, Problem

MAX_VARIANTS = 5
MAX_WEIGHT = 100
MAX_NAME = 60
MAX_SUBJECT_TEXT = 120
MAX_TEXT = 500
_BITS = 64
_NO_SELLING = frozenset({Ask.APOLOGISE, Ask.HAND_OVER})
"""Mails in which nothing is tried out: complaints, opt-outs, what is for somebody else."""


class Metric(StrEnum):
    """What counts as success."""

    REPLY = "reply"
    MEETING = "meeting"


COUNTED_AFTER = {Metric.REPLY: timedelta(days=7), Metric.MEETING: timedelta(days=14)}
"""A mail counts once it has had this long, and only what happened by then counts: what was counted
never changes afterwards, which the evidence relies on."""


class ExperimentState(StrEnum):
    """``decided``: a winner was found, and everybody gets it until the test is stopped."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DECIDED = "decided"


@attrs.frozen(kw_only=True)
class Variant:
    """One way to do it. ``text`` is a subject, an instruction or a call to action; ``hours`` are
    for tests of the send time. An empty text leaves the mail as it is. Variants share people by
    their ``weight``."""

    name: str
    weight: int = 1
    text: str = ""
    hours: Hours | None = None


@attrs.frozen(kw_only=True)
class Audience:
    """Whom a test is for; empty means everybody. ``languages`` are ISO 639-1 codes, ``intents``
    what a form asked for."""

    tiers: tuple[Tier, ...] = ()
    languages: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Experiment:
    """A test. ``since`` and ``until`` bound its running; ``winner`` names a variant once it is
    decided."""

    id: str
    name: str
    kind: ExperimentKind
    variants: tuple[Variant, ...]
    metric: Metric = Metric.REPLY
    audience: Audience = Audience()
    state: ExperimentState = ExperimentState.DRAFT
    created_at: datetime
    created_by: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    winner: str | None = None

    def share(self, variant: Variant) -> float:
        """The part of the people who get it, 0..1."""
        return variant.weight / sum(each.weight for each in self.variants)


@attrs.frozen(kw_only=True)
class Occasion:
    """The mail that is about to be written. ``replying``: it goes into a thread that is there."""

    tier: Tier
    language: str
    intent: str
    ask: Ask
    replying: bool


def checked(experiment: Experiment) -> Experiment:
    """The test, when it can be run as it is.

    Raises:
        InvalidInput: every problem is listed.
    """
    problems = list(_problems(experiment))
    if problems:
        raise InvalidInput("the test cannot be run like this", problems)
    return experiment


def _problems(test: Experiment) -> Iterable[Problem]:
    if not test.name.strip() or len(test.name) > MAX_NAME:
        yield Problem(where="name", what=f"must have 1 to {MAX_NAME} characters")
    if not 2 <= len(test.variants) <= MAX_VARIANTS:
        yield Problem(where="variants", what=f"must be 2 to {MAX_VARIANTS}")
    if len({each.name for each in test.variants}) < len(test.variants):
        yield Problem(where="variants", what="must have different names")
    if len({(each.text, each.hours) for each in test.variants}) < len(test.variants):
        yield Problem(where="variants", what="must differ in what they do")
    worded = test.kind in (ExperimentKind.SUBJECT, ExperimentKind.CALL_TO_ACTION)
    if worded and len(test.audience.languages) != 1:
        yield Problem(where="audience.languages", what="must name the one language of the texts")
    for number, variant in enumerate(test.variants):
        yield from _variant_problems(test.kind, variant, f"variants[{number}]")


def _variant_problems(kind: ExperimentKind, variant: Variant, where: str) -> Iterable[Problem]:
    if not variant.name.strip() or len(variant.name) > MAX_NAME:
        yield Problem(where=f"{where}.name", what=f"must have 1 to {MAX_NAME} characters")
    if not 1 <= variant.weight <= MAX_WEIGHT:
        yield Problem(where=f"{where}.weight", what=f"must lie between 1 and {MAX_WEIGHT}")
    if kind is ExperimentKind.SEND_TIME:
        if variant.text:
            yield Problem(where=f"{where}.text", what="is not for a test of the send time")
        return
    if variant.hours is not None:
        yield Problem(where=f"{where}.hours", what="are for a test of the send time only")
    longest = MAX_SUBJECT_TEXT if kind is ExperimentKind.SUBJECT else MAX_TEXT
    if len(variant.text) > longest:
        yield Problem(where=f"{where}.text", what=f"longer than {longest} characters")
    if any(not char.isprintable() for char in variant.text):
        yield Problem(where=f"{where}.text", what="holds a line break or control character")
    if kind is ExperimentKind.SUBJECT:
        try:
            placeholders(variant.text)
        except InvalidInput as error:
            yield Problem(where=f"{where}.text", what=str(error))


def start(test: Experiment, running: Iterable[Experiment], now: datetime) -> Experiment:
    """The test, running from now on.

    Raises:
        Conflict: it ran before, or another test of its kind is running.
    """
    if test.state is not ExperimentState.DRAFT:
        raise Conflict(f"a test that is {test.state.value} cannot be started: make a new one")
    if any(each.kind is test.kind and each.state is ExperimentState.RUNNING for each in running):
        raise Conflict(f"another test of the {test.kind.value} is running: stop it first")
    return attrs.evolve(test, state=ExperimentState.RUNNING, started_at=now)


def stop(test: Experiment, winner: str | None, now: datetime) -> Experiment:
    """The test at its end: decided with a winner, else stopped. The winner of a decided test is
    used no more once that is stopped as well.

    Raises:
        Conflict: it does not run.
    """
    if test.state is ExperimentState.DECIDED:
        return attrs.evolve(test, state=ExperimentState.STOPPED)
    if test.state is not ExperimentState.RUNNING:
        raise Conflict(f"a test that is {test.state.value} cannot be stopped")
    state = ExperimentState.STOPPED if winner is None else ExperimentState.DECIDED
    return attrs.evolve(test, state=state, winner=winner, ended_at=now)


def is_for(test: Experiment, occasion: Occasion) -> bool:
    """Whether this mail takes part. A subject is not tried in a thread, which has one."""
    wanted = test.audience
    return (
        occasion.ask not in _NO_SELLING
        and not (test.kind is ExperimentKind.SUBJECT and occasion.replying)
        and (not wanted.tiers or occasion.tier in wanted.tiers)
        and (not wanted.languages or occasion.language in wanted.languages)
        and (not wanted.intents or occasion.intent in wanted.intents)
    )


def assign(test: Experiment, contact_key: str) -> Variant:
    """This person's variant: SHA-256 of test and person as a number in 0..1, cut by weight.

    Different tests cut independently of each other.
    """
    digest = hashlib.sha256(f"{test.id}\0{contact_key}".encode()).digest()
    left = int.from_bytes(digest[: _BITS // 8], "big") / 2**_BITS
    for variant in test.variants[:-1]:
        left -= test.share(variant)
        if left < 0:
            return variant
    return test.variants[-1]


def treat(tests: Sequence[Experiment], contact_key: str, occasion: Occasion) -> Treatment:
    """What all tests together ask of this mail. A running test of a kind goes before the winner
    of a decided one; of decided ones the newest speaks."""
    parts: dict[str, Any] = {}
    assigned: list[Assigned] = []
    for kind in ExperimentKind:
        for_it = [test for test in tests if test.kind is kind and is_for(test, occasion)]
        running = next((test for test in for_it if test.state is ExperimentState.RUNNING), None)
        if running is not None:
            variant: Variant | None = assign(running, contact_key)
            assigned.append(_assigned(running, variant))
        else:
            variant = _winner(for_it)
        if variant is not None:
            parts[_PARTS[kind]] = variant.hours if _hourly(kind) else variant.text or None
    return attrs.evolve(NO_TREATMENT, assigned=tuple(assigned), **parts)


_PARTS = {
    ExperimentKind.SUBJECT: "subject",
    ExperimentKind.BODY: "instruction",
    ExperimentKind.CALL_TO_ACTION: "call_to_action",
    ExperimentKind.SEND_TIME: "hours",
}


def _hourly(kind: ExperimentKind) -> bool:
    return kind is ExperimentKind.SEND_TIME


def _assigned(test: Experiment, variant: Variant | None) -> Assigned:
    return Assigned(
        experiment_id=test.id,
        experiment=test.name,
        kind=test.kind,
        variant=variant.name if variant else "",
    )


def _winner(tests: Iterable[Experiment]) -> Variant | None:
    decided = [each for each in tests if each.state is ExperimentState.DECIDED and each.ended_at]
    if not decided:
        return None
    newest = max(decided, key=lambda each: (each.ended_at or each.created_at, each.id))
    return next((each for each in newest.variants if each.name == newest.winner), None)
