"""The people of the demo's simulated quarter, and the drafts that answer them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.approval import Facts
from salesagent_core.domain.draft import (
    Author,
    Draft,
    DraftStatus,
    Revision,
    content_hash,
)
from salesagent_core.domain.experiment import Experiment, Occasion, treat
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.planning import Ask, NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DraftId, RunId, SubmissionId

WEEKS = 13
PEOPLE = 210
SIMULATED = " (simulated)"
_FIRST = (
    "Ada Ben Cleo Dan Eva Finn Gita Hugo Ines Jonas Kaya Leo Mona Nils Olga Pia Rik Sara".split()
)
_LAST = "Abel Brook Cruz Dahl Egede Faber Greve Holm Ivers Jansen Kraus Lund Moreno Nagy".split()
_FIRMS = "Amber Birch Cedar Delta Ember Fjord Grove Harbour Iris Juniper Kite Linden".split()
_TRADES = ("Freight", "Foods", "Parcels", "Bakeries", "Couriers")
_SHARES = {Tier.HOT: 0.28, Tier.WARM: 0.37, Tier.COOL: 0.25, Tier.COLD: 0.10}
_SCORES = {Tier.HOT: 0.9, Tier.WARM: 0.7, Tier.COOL: 0.5, Tier.COLD: 0.2}
_KNOWN = 0.4
"""How many have answered us lately."""


@attrs.frozen(kw_only=True)
class ComingLead:
    """Who comes, when, and how well they fit."""

    at: datetime
    who: Lead
    tier: Tier


class People:
    """Thrown by the dice it is given."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def leads(self, now: datetime, count: int) -> list[ComingLead]:
        """So many leads of the last quarter, in the order of their coming."""
        return [self._lead(at) for at in sorted(self._moment(now) for _ in range(count))]

    def _moment(self, now: datetime) -> datetime:
        """A working hour of the last quarter."""
        while True:
            at = now - timedelta(seconds=self._dice.uniform(3_600, WEEKS * 7 * 86_400))
            if at.weekday() < 5 and 7 <= at.hour < 18:
                return at

    def _lead(self, at: datetime) -> ComingLead:
        number = self._dice.randrange(PEOPLE)
        first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
        firm = f"{_FIRMS[number % len(_FIRMS)]} {_TRADES[number % len(_TRADES)]}"
        domain = f"{firm.lower().replace(' ', '')}{number}.example"
        tier = self._dice.choices(list(_SHARES), list(_SHARES.values()))[0]
        person = Person(
            email=f"{first}.{last}@{domain}".lower(),
            first_name=first,
            last_name=last,
            title=self._dice.choice(("Head of Operations", "Fleet Manager", "Planner")),
            country=self._dice.choice(("GB", "DE", "FR")),
        )
        company = Company(name=firm + SIMULATED, domain=domain, industry="logistics")
        who = Lead(person=person, company=company, email_verified_domain=True)
        return ComingLead(at=at, who=who, tier=tier)

    def draft(
        self,
        lead: ComingLead,
        draft_id: DraftId,
        run_id: RunId,
        submission_id: SubmissionId,
        tenant: Tenant,
        tests: Sequence[Experiment],
    ) -> Draft:
        """The draft that answers the lead, with its variants of the tests that ran then."""
        at, who, tier = lead.at, lead.who, lead.tier
        score = min(0.99, _SCORES[tier] + self._dice.uniform(-0.08, 0.09))
        subject = "Your question about delivery routes"
        body = (
            f"Hello {who.person.first_name},\n\nthank you for your question about delivery routes."
            " We plan routes for fleets of 20 to 500 vehicles."
            "\n\n(This mail is part of the demo's simulated history; it was never sent.)"
        )
        occasion = Occasion(
            tier=tier, language="en", intent="demo", ask=Ask.OFFER_MEETING, replying=False
        )
        running = [each for each in tests if each.started_at and each.started_at <= at]
        return Draft(
            id=draft_id,
            tenant_id=tenant.id,
            run_id=run_id,
            submission_id=submission_id,
            status=DraftStatus.PENDING_APPROVAL,
            lead=who,
            mailbox=tenant.mailbox,
            fit=Fit(score=score, coverage=0.8, tier=tier),
            priority=Priority(revenue=score, urgency=0.5, strategic=0.4, effort=0.2),
            plan=NextStep(
                ask=Ask.OFFER_MEETING, intent="demo", language="en", reason="They asked."
            ),
            revision=Revision(
                number=1,
                subject=subject,
                body=body,
                content_hash=content_hash(who.person.email, subject, body),
                author=Author.WRITER,
                author_id="simulated",
                created_at=at,
            ),
            submitted_at=at,
            created_at=at,
            updated_at=at,
            assigned=treat(running, who.person.email, occasion).assigned,
            voice=self._dice.choice(("house", "house", "maya")),
        )

    def facts(self, draft: Draft) -> Facts:
        """What the rules see of it."""
        known = self._dice.random() < _KNOWN
        return Facts(
            tier=draft.fit.tier,
            fit=draft.fit.score,
            coverage=draft.fit.coverage,
            domain_verified=True,
            free_mail=False,
            title=draft.lead.person.title,
            seniority="head" if "Head" in (draft.lead.person.title or "") else "manager",
            country=draft.lead.person.country,
            language="en",
            ask=draft.plan.ask.value,
            first_contact=not known,
            days_since_human_reply=float(self._dice.randrange(2, 25)) if known else None,
            last_reply_intent="question" if known else None,
        )


def changed(draft: Draft, by: str, at: datetime) -> Draft:
    """The draft after an operator wrote into it what the rule had not known."""
    before = draft.revision
    body = before.body.replace("We plan", "Can we talk on Thursday? For fleets like yours we plan")
    email = draft.lead.person.email
    after = attrs.evolve(
        before,
        number=2,
        body=body,
        content_hash=content_hash(email, before.subject, body),
        author=Author.OPERATOR,
        author_id=by,
        created_at=at,
    )
    return attrs.evolve(draft, revision=after)
