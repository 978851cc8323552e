"""A writer that needs no language model: templates, filled from the brief's sources only.

What a stranger wrote is looked through for known topics and sizes (see ``writer_topics``); none
of its sentences, links or addresses is ever copied.
"""

from __future__ import annotations

import re

import attrs

from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.mail_rules import bare_subject
from salesagent_adapters.memory.text_builder import TextBuilder
from salesagent_adapters.memory.writer_material import (
    MAX_COMPANY,
    MAX_NAME,
    Material,
    facts_for,
    files_for,
    holders,
    printable,
    safe_line,
    safe_name,
    sort_brief,
)
from salesagent_adapters.memory.writer_topics import numbers_in
from salesagent_adapters.memory.writer_wishes import Wishes
from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.draft import MAX_SUBJECT
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.planning import Ask
from salesagent_core.domain.text.language import detect_language
from salesagent_core.domain.treatment import ExperimentKind, filled

NAME = "template-writer/1"
MAX_EXAMPLE = 2_000
"""Characters at the end of a template in which its closing question is looked for."""
_QUESTION = re.compile(r"[^.!?\n\d\[\]@/:]{8,200}\?")
TESTED_ASK = f"experiment.{ExperimentKind.CALL_TO_ACTION.value}"
"""The source that holds the call to action of a test."""


class MemoryWriter:
    """The writer port by templates: deterministic, in English, German, French and Spanish."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()

    async def write(self, brief: Brief) -> WrittenDraft:
        """A draft of at most three paragraphs with one call to action."""
        async with self._faults.around("writer.write"):
            return compose(brief)


def compose(brief: Brief) -> WrittenDraft:
    """The whole draft of a brief; the same brief gives the same draft."""
    material = sort_brief(brief)
    text = TextBuilder()
    _greet(text, material)
    _acknowledge(text, material)
    _inform(text, material)
    _ask(text, material)
    _sign(text, material)
    return WrittenDraft(
        subject=_subject(material),
        body=text.body,
        claims=text.claims,
        writer=_name(material.wishes, brief.instruction),
    )


# The parts of a mail, from top to bottom


def _greet(text: TextBuilder, material: Material) -> None:
    person, phrases = material.brief.to.person, material.phrases
    first = safe_name(person.first_name, MAX_NAME)
    last = safe_name(person.last_name, MAX_NAME)
    # German takes the whole name: a first name alone does not go with "Sie".
    whole = material.wishes.formal or material.language == "de"
    name = f"{first} {last}" if first and last and whole else first
    if material.wishes.formal:
        template = phrases.dear if name else phrases.dear_nobody
    else:
        greeting = material.brief.voice.greeting_in(material.language).strip().rstrip(",:")
        template = f"{greeting} {{name}}{phrases.after_name}"
    before, _, after = template.partition("{name}")
    if name is None:
        text.say(before.rstrip() + after)
        return
    text.say(before)
    text.say(name, holders(material, name))
    text.say(after)


def _acknowledge(text: TextBuilder, material: Material) -> None:
    phrases, asked = material.phrases, material.asked
    text.paragraph()
    if material.ask is Ask.APOLOGISE:
        text.say(phrases.sorry, _ids(asked))
        return
    earlier = next((s for s in material.of_kind(SourceKind.MESSAGE) if s.untrusted), None)
    thanks = (phrases.thanks_again if earlier else phrases.thanks).format(about=material.about)
    told_by = tuple(dict.fromkeys((*_ids(asked), *_ids(earlier))))
    text.say(thanks, told_by if material.topics or earlier else ())
    if asked is None or material.wishes.shorter or material.ask is Ask.HAND_OVER:
        return
    numbers = _sizes(material)
    if numbers:
        sentence = phrases.mention.format(numbers=phrases.join_and.join(numbers))
        text.say(" ")
        text.say(sentence, _ids(asked))


def _example_question(material: Material) -> str:
    """The closing question of the template that the brief holds; "" where there is none, it is in
    another language, or it holds a number, a link or a gap: what may be wrong for this reader."""
    for source in material.brief.sources:
        if source.kind is not SourceKind.VOICE:
            continue
        found = _QUESTION.findall(source.text[-MAX_EXAMPLE:])
        question = " ".join(found[-1].split()) if found else ""
        if detect_language(source.text, material.language) == material.language:
            return question
    return ""


def _sizes(material: Material) -> tuple[str, ...]:
    """Sizes that they name, word for word, where their language is the mail's."""
    asked = material.asked.text if material.asked else ""
    if detect_language(asked, material.language) != material.language:
        return ()
    return numbers_in(asked)


def _inform(text: TextBuilder, material: Material) -> None:
    facts = facts_for(material)
    files = files_for(material)
    if not facts and not files:
        return
    text.paragraph()
    for number, fact in enumerate(facts):
        text.say(" " if number else "")
        text.say(fact.text.strip(), (fact.id,))
    if files:
        lead_in = material.phrases.files if len(files) > 1 else material.phrases.file
        text.say(f"{' ' if facts else ''}{lead_in}")
    for file in files:
        name = safe_line(file.text.partition("\n")[0])
        text.say("\n- ")
        text.say(f"{name}: {file.url}" if name else f"{file.url}", (file.id,))


def _ask(text: TextBuilder, material: Material) -> None:
    text.paragraph()
    tested = material.brief.treatment.call_to_action
    match material.ask:
        case Ask.OFFER_MEETING if tested:
            text.say(tested, (TESTED_ASK,))
            _list_slots(text, material)
        case Ask.ANSWER_QUESTION | Ask.SEND_MATERIAL | Ask.QUALIFY if tested:
            text.say(tested, (TESTED_ASK,))
        case Ask.OFFER_MEETING if _example_question(material):
            text.say(_example_question(material))
            _list_slots(text, material)
        case Ask.OFFER_MEETING:
            _offer(text, material)
        case Ask.APOLOGISE:
            text.say(material.phrases.hear_from_you)
        case Ask.HAND_OVER:
            text.say(_question(material))
        case _:
            text.say(_example_question(material) or _question(material))


def _offer(text: TextBuilder, material: Material) -> None:
    company = material.brief.to.company
    name = safe_name(company.name, MAX_COMPANY) if company.crm_id else None
    held_by = holders(material, name) if name else ()
    at = material.phrases.at_company if held_by and not material.wishes.shorter else ""
    before, _, after = material.phrases.talk.format(company=at).partition("{company}")
    text.say(before)
    if at and name:
        text.say(name, held_by)
        text.say(after)
    text.say(" ")
    _times(text, material)


def _times(text: TextBuilder, material: Material) -> None:
    slots = _slots(material)
    if not slots:
        text.say(material.phrases.your_times)
        return
    text.say(material.phrases.these_times if len(slots) > 1 else material.phrases.this_time)
    _list_slots(text, material)


def _list_slots(text: TextBuilder, material: Material) -> None:
    for slot in _slots(material):
        text.say("\n- ")
        text.say(slot.text, (slot.id,))


def _slots(material: Material) -> tuple[Source, ...]:
    return () if material.wishes.without_times else material.of_kind(SourceKind.SLOT)


def _question(material: Material) -> str:
    phrases, intent = material.phrases, material.brief.plan.intent
    match material.ask:
        case Ask.ANSWER_QUESTION:
            return phrases.answered if facts_for(material) else phrases.unanswered
        case Ask.SEND_MATERIAL:
            return phrases.more_material if files_for(material) else phrases.no_material
        case Ask.HAND_OVER:
            special = {
                "opt_out": phrases.respect_opt_out,
                "support": phrases.hand_on_support,
                "job": phrases.hand_on_job,
            }
            return special.get(intent, phrases.hand_on)
        case _:
            special = {"student": phrases.qualify_student}
            if not _sizes(material):
                special["pricing"] = phrases.qualify_pricing
            return special.get(intent, phrases.qualify)


def _sign(text: TextBuilder, material: Material) -> None:
    sign_off = material.brief.voice.sign_off_in(material.language).strip().rstrip(",")
    comma = "" if material.language == "de" else ","
    text.paragraph()
    text.say(f"{sign_off}{comma}\n{material.brief.sender_name}")


def _subject(material: Material) -> str:
    brief, phrases = material.brief, material.phrases
    earlier = printable(bare_subject(brief.reply_subject or ""))
    if earlier:
        return f"Re: {earlier}"[:MAX_SUBJECT].rstrip()
    tested = _tested_subject(material)
    if tested:
        return tested
    template = {
        Ask.OFFER_MEETING: phrases.subject_meeting,
        Ask.ANSWER_QUESTION: phrases.subject_question,
        Ask.SEND_MATERIAL: phrases.subject_material,
        Ask.APOLOGISE: phrases.subject_complaint,
    }.get(material.ask, phrases.subject_message)
    first = attrs.evolve(material, topics=material.topics[:1])
    return template.format(about=first.about)


def _tested_subject(material: Material) -> str | None:
    """The subject that a test of ours asks for; None where it names what is not known."""
    template, lead = material.brief.treatment.subject, material.brief.to
    if not template:
        return None
    first = safe_name(lead.person.first_name, MAX_NAME)
    company = safe_name(lead.company.name, MAX_COMPANY)
    held = {name: name if name and holders(material, name) else None for name in (first, company)}
    return filled(template, {"first_name": held[first], "company": held[company]})


def _name(wishes: Wishes, instruction: str | None) -> str:
    if not instruction:
        return NAME
    return f"{NAME}; wish followed: {', '.join(wishes.followed) or 'no, not understood'}"


def _ids(source: Source | None) -> tuple[str, ...]:
    return (source.id,) if source else ()
