"""Turn what a run knows into numbered sources that a draft may cite."""

from __future__ import annotations

from collections.abc import Iterator

from salesagent_core.domain.conversation import Direction
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.mail_template import MailTemplate
from salesagent_core.domain.scheduling import describe_slot
from salesagent_core.domain.treatment import NO_TREATMENT, Treatment
from salesagent_core.use_cases.facts import Facts

# Addresses and ids of the form identify people; the writer needs neither.
_UNCITED_FIELDS = frozenset({"email", "e-mail", "email_address", "work_email", "hs_object_id"})


def gather_sources(
    facts: Facts, treatment: Treatment = NO_TREATMENT, template: MailTemplate | None = None
) -> tuple[Source, ...]:
    """All sources of the run, in the order in which an operator would look for them."""
    return (
        *_form(facts),
        *_messages(facts),
        *_crm(facts),
        *_slots(facts),
        *_assets(facts),
        *_template(template),
        *_memories(facts),
        *_house(facts),
        *_instruction(facts),
        *_treatment(treatment),
    )


def _form(facts: Facts) -> Iterator[Source]:
    for field in facts.submission.fields:
        name = field.name.strip().lower()
        if field.value.strip() and name not in _UNCITED_FIELDS:
            yield Source(
                id=f"form.{name}",
                kind=SourceKind.FORM,
                label=name.replace("_", " "),
                text=field.value.strip(),
            )


def _messages(facts: Facts) -> Iterator[Source]:
    for number, mail in enumerate(facts.conversation.mails, start=1):
        who = "they wrote" if mail.direction is Direction.INBOUND else "we wrote"
        yield Source(
            id=f"message.{number}",
            kind=SourceKind.MESSAGE,
            label=f"{who} on {mail.sent_at:%Y-%m-%d}",
            text=mail.text,
            untrusted=mail.direction is Direction.INBOUND,
        )


def _crm(facts: Facts) -> Iterator[Source]:
    person, company = facts.lead.person, facts.lead.company
    known = {
        "contact": (person.first_name, person.last_name, person.title, person.department),
        "company": (company.name, company.industry, company.region, company.country),
    }
    for part, values in known.items():
        text = ", ".join(value for value in values if value)
        if text:
            yield Source(id=f"crm.{part}", kind=SourceKind.CRM, label=part, text=text)
    for number, note in enumerate(facts.company_notes.notes, start=1):
        yield Source(
            id=f"crm.note.{number}",
            kind=SourceKind.CRM,
            label=f"note {number}",
            text=note,
        )


def _slots(facts: Facts) -> Iterator[Source]:
    offer = facts.slots
    if offer is None:
        return
    for number, slot in enumerate(offer.slots, start=1):
        minutes = int((slot.end - slot.start).total_seconds() // 60)
        text = describe_slot(slot, offer.time_zone, facts.plan.language)
        yield Source(
            id=f"slot.{number}",
            kind=SourceKind.SLOT,
            label=f"free for {minutes} minutes",
            text=text,
            untrusted=False,
        )


def _assets(facts: Facts) -> Iterator[Source]:
    for number, asset in enumerate(facts.assets.items, start=1):
        yield Source(
            id=f"asset.{number}",
            kind=SourceKind.ASSET,
            label=asset.name,
            text=f"{asset.name}\n{asset.summary}".strip(),
            url=asset.url,
        )


def _template(template: MailTemplate | None) -> Iterator[Source]:
    """Wording and order, never facts: it is no source that a statement may lean on."""
    if template is not None:
        yield Source(
            id=f"template.{template.id}",
            kind=SourceKind.VOICE,
            label=f"template: {template.name}",
            text=template.body,
            citable=False,
            untrusted=False,
        )


def _memories(facts: Facts) -> Iterator[Source]:
    for number, item in enumerate(facts.recollections.items, start=1):
        yield Source(
            id=f"memory.{number}",
            kind=SourceKind.MEMORY,
            label="an earlier mail of ours to somebody else",
            text=item.text,
            citable=False,
        )


def _house(facts: Facts) -> Iterator[Source]:
    for number, fact in enumerate(facts.tenant.house_facts, start=1):
        yield Source(
            id=f"house.{number}",
            kind=SourceKind.HOUSE,
            label=f"statement {number}",
            text=fact,
            untrusted=False,
        )


def _instruction(facts: Facts) -> Iterator[Source]:
    redraft = facts.run.redraft
    if redraft is not None:
        yield Source(
            id="operator.instruction",
            kind=SourceKind.OPERATOR,
            label="the operator's wish",
            text=redraft.instruction,
            untrusted=False,
        )


def _treatment(treatment: Treatment) -> Iterator[Source]:
    for kind, words in treatment.texts:
        yield Source(
            id=f"experiment.{kind.value}",
            kind=SourceKind.OPERATOR,
            label=f"our test of the {kind.value.replace('_', ' ')}",
            text=words,
            untrusted=False,
        )
