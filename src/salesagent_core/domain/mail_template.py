"""A mail of ours that was kept, to show how the next ones are to sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.domain.draft import MAX_BODY
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.lead import Lead
from salesagent_core.errors import InvalidInput, Problem

MAX_NAME = 60
SHORTEST_NAME = 2
"""A name of one letter stands in many words; it is left as it is."""


class Use(StrEnum):
    """For which leads the writer is shown a template."""

    NOBODY = "nobody"
    HOT = "hot"
    WARM = "warm"
    COOL = "cool"
    COLD = "cold"
    EVERYBODY = "everybody"


@attrs.frozen(kw_only=True)
class MailTemplate:
    """``body`` is an example of wording and order, never of facts. ``version`` counts from 1."""

    id: str
    name: str
    body: str
    use: Use
    version: int
    changed_at: datetime
    changed_by: str


def read_template(name: str, body: str, use: str) -> tuple[str, str, Use]:
    """The three parts as a person wrote them.

    Raises:
        InvalidInput: every problem with its place.
    """
    name, body = " ".join(name.split()), "\n".join(body.splitlines()).strip()
    problems = []
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        what = f"must be a name of 1 to {MAX_NAME} characters"
        problems.append(Problem(where="name", what=what))
    readable = all(char.isprintable() or char in "\n\t" for char in body)
    if not 0 < len(body) <= MAX_BODY or not readable:
        what = f"must be a text of 1 to {MAX_BODY:,} characters"
        problems.append(Problem(where="body", what=what))
    if use not in set(Use):
        problems.append(Problem(where="use", what=f"must be one of {', '.join(Use)}"))
    if problems:
        raise InvalidInput("this template cannot be used", problems)
    return name, body, Use(use)


def without_person(body: str, lead: Lead) -> str:
    """The text with what names its reader taken out: a template is shown for other people."""
    person, company = lead.person, lead.company
    named = {
        person.email: "[e-mail]",
        person.full_name: "[name]",
        company.name: "[company]",
        company.domain: "[domain]",
        person.first_name: "[first name]",
        person.last_name: "[last name]",
    }
    for text, mark in named.items():
        if text and len(text.strip()) >= SHORTEST_NAME:
            # Whole words: a short name stands inside of others.
            body = re.sub(rf"(?<!\w){re.escape(text.strip())}(?!\w)", mark, body)
    return body


def chosen_for(templates: Iterable[MailTemplate], tier: Tier) -> MailTemplate | None:
    """The one in use for this tier, else the one for everybody; the last changed of several."""
    found = list(templates)
    for use in (Use(tier.value), Use.EVERYBODY):
        fitting = [each for each in found if each.use is use]
        if fitting:
            return max(fitting, key=lambda each: (each.changed_at, each.id))
    return None
