"""A writer that needs no language model: templates, filled from the brief's sources only.

What a stranger wrote is looked through for known topics and sizes (see ``writer_topics``); none
of its sentences, links or addresses is ever copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.mailbox_state import bare_subject
from salesagent_adapters.memory.text_builder import TextBuilder
from salesagent_adapters.memory.words import overlap_count
from salesagent_adapters.memory.writer_phrases import PHRASES, Phrases
from salesagent_adapters.memory.writer_topics import MAX_TOPICS, Topic, numbers_in, topics_in
from salesagent_adapters.memory.writer_wishes import Wishes, read_wishes
from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.language import detect_language
from salesagent_core.domain.planning import Ask

NAME = "template-writer/1"
MAX_FACTS = 2
MAX_FILES = 3
TOPIC_WEIGHT = 2
"""A topic counts for this many words, and the more the earlier it came."""
MIN_RELEVANCE = 2
"""A fact about us is cited when it shares a topic with what they ask, or this many words."""
MAX_SUBJECT = 200
MAX_NAME = 40
MAX_COMPANY = 60
_NO_MEETING_TOPICS = frozenset({"demo"})
_INFORMING_ASKS = frozenset({Ask.ANSWER_QUESTION, Ask.OFFER_MEETING, Ask.SEND_MATERIAL})
"""Only these mails tell something about us; the others ask, apologise or pass on."""
_MESSAGE_FIELDS = ("message", "comments", "comment", "how_can_we_help", "question", "notes")
# A name that holds such a word is no name but somebody talking to the machine.
_NOT_IN_NAMES = frozenset(
    {
        *("ignore", "instruction", "instructions", "previous", "system", "prompt", "assistant"),
        *("approve", "approved", "draft", "reply", "send", "click", "free", "urgent", "admin"),
        *("http", "https", "www", "password"),
    }
)


class MemoryWriter:
    """The writer port by templates: deterministic, in English, German, French and Spanish."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()

    async def write(self, brief: Brief) -> WrittenDraft:
        """A draft of at most three paragraphs with one call to action."""
        async with self._faults.around("writer.write"):
            return compose(brief)


@attrs.frozen(kw_only=True)
class _Material:
    """The brief, sorted by what the parts of a mail need."""

    brief: Brief
    wishes: Wishes
    language: str
    phrases: Phrases
    asked: Source | None
    topics: tuple[Topic, ...]

    @property
    def ask(self) -> Ask:
        return self.brief.plan.ask

    def of_kind(self, kind: SourceKind) -> tuple[Source, ...]:
        return tuple(s for s in self.brief.sources if s.kind is kind and s.citable)

    @property
    def about(self) -> str:
        names = [topic.names[self.language] for topic in self.topics]
        if not names:
            return ""
        return self.phrases.about.format(topics=self.phrases.join_and.join(names))


def compose(brief: Brief) -> WrittenDraft:
    """The whole draft of a brief; the same brief gives the same draft."""
    material = _sort(brief)
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


def _sort(brief: Brief) -> _Material:
    wishes = read_wishes(brief.instruction)
    language = wishes.language or _language_so_far(brief)
    slots = [source.text for source in brief.sources if source.kind is SourceKind.SLOT]
    if brief.previous_body is not None and not any(s in brief.previous_body for s in slots):
        # Once taken out by the operator, times stay out in the versions that follow.
        wishes = attrs.evolve(wishes, without_times=True)
    asked = _what_they_asked(brief.sources)
    dropped = _NO_MEETING_TOPICS if brief.plan.ask is Ask.OFFER_MEETING else frozenset()
    topics = [topic for topic in topics_in(asked.text if asked else "") if topic.key not in dropped]
    return _Material(
        brief=brief,
        wishes=wishes,
        language=language,
        phrases=PHRASES[language],
        asked=asked,
        topics=tuple(topics[:MAX_TOPICS]),
    )


def _language_so_far(brief: Brief) -> str:
    planned = brief.plan.language[:2].lower()
    language = detect_language(brief.previous_body, planned) if brief.previous_body else planned
    return language if language in PHRASES else "en"


def _what_they_asked(sources: Iterable[Source]) -> Source | None:
    """The form's free text; without one, the newest mail that they wrote."""
    usable = [source for source in sources if source.citable and source.text.strip()]
    by_id = {source.id: source for source in usable if source.kind is SourceKind.FORM}
    for name in _MESSAGE_FIELDS:
        if f"form.{name}" in by_id:
            return by_id[f"form.{name}"]
    inbound = [s for s in usable if s.kind is SourceKind.MESSAGE and s.untrusted]
    return inbound[-1] if inbound else None


# The parts of a mail, from top to bottom


def _greet(text: TextBuilder, material: _Material) -> None:
    person, phrases = material.brief.to.person, material.phrases
    first = _safe_name(person.first_name, MAX_NAME)
    last = _safe_name(person.last_name, MAX_NAME)
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
    text.say(name, _holders(material, name))
    text.say(after)


def _acknowledge(text: TextBuilder, material: _Material) -> None:
    phrases, asked = material.phrases, material.asked
    text.paragraph()
    if material.ask is Ask.APOLOGISE:
        text.say(phrases.sorry, _ids(asked))
        return
    again = any(s.untrusted for s in material.of_kind(SourceKind.MESSAGE))
    thanks = (phrases.thanks_again if again else phrases.thanks).format(about=material.about)
    text.say(thanks, _ids(asked) if material.topics or again else ())
    if asked is None or material.wishes.shorter or material.ask is Ask.HAND_OVER:
        return
    numbers = numbers_in(asked.text)
    if numbers and detect_language(asked.text, material.language) == material.language:
        sentence = phrases.mention.format(numbers=phrases.join_and.join(numbers))
        text.say(" ")
        text.say(sentence, _ids(asked))


def _inform(text: TextBuilder, material: _Material) -> None:
    facts = _facts(material)
    files = _files(material)
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
        name = _safe_line(file.text.partition("\n")[0])
        text.say("\n- ")
        text.say(f"{name}: {file.url}" if name else f"{file.url}", (file.id,))


def _ask(text: TextBuilder, material: _Material) -> None:
    text.paragraph()
    match material.ask:
        case Ask.OFFER_MEETING:
            _offer(text, material)
        case Ask.APOLOGISE:
            text.say(material.phrases.hear_from_you)
        case _:
            text.say(_question(material))


def _offer(text: TextBuilder, material: _Material) -> None:
    company = material.brief.to.company
    name = _safe_name(company.name, MAX_COMPANY) if company.crm_id else None
    holders = _holders(material, name) if name else ()
    at = material.phrases.at_company if holders and not material.wishes.shorter else ""
    before, _, after = material.phrases.talk.format(company=at).partition("{company}")
    text.say(before)
    if at and name:
        text.say(name, holders)
        text.say(after)
    text.say(" ")
    _times(text, material)


def _times(text: TextBuilder, material: _Material) -> None:
    slots = () if material.wishes.without_times else material.of_kind(SourceKind.SLOT)
    if not slots:
        text.say(material.phrases.your_times)
        return
    text.say(material.phrases.these_times if len(slots) > 1 else material.phrases.this_time)
    for slot in slots:
        text.say("\n- ")
        text.say(slot.text, (slot.id,))


def _question(material: _Material) -> str:
    phrases, intent = material.phrases, material.brief.plan.intent
    match material.ask:
        case Ask.ANSWER_QUESTION:
            return phrases.answered if _facts(material) else phrases.unanswered
        case Ask.SEND_MATERIAL:
            return phrases.more_material if _files(material) else phrases.no_material
        case Ask.HAND_OVER:
            special = {
                "opt_out": phrases.respect_opt_out,
                "support": phrases.hand_on_support,
                "job": phrases.hand_on_job,
            }
            return special.get(intent, phrases.hand_on)
        case _:
            special = {"pricing": phrases.qualify_pricing, "student": phrases.qualify_student}
            return special.get(intent, phrases.qualify)


def _sign(text: TextBuilder, material: _Material) -> None:
    sign_off = material.brief.voice.sign_off_in(material.language).strip().rstrip(",")
    comma = "" if material.language == "de" else ","
    text.paragraph()
    text.say(f"{sign_off}{comma}\n{material.brief.sender_name}")


def _subject(material: _Material) -> str:
    brief, phrases = material.brief, material.phrases
    earlier = bare_subject(brief.reply_subject or "")
    if earlier:
        return f"Re: {earlier}"[:MAX_SUBJECT].rstrip()
    template = {
        Ask.OFFER_MEETING: phrases.subject_meeting,
        Ask.ANSWER_QUESTION: phrases.subject_question,
        Ask.SEND_MATERIAL: phrases.subject_material,
        Ask.APOLOGISE: phrases.subject_complaint,
    }.get(material.ask, phrases.subject_message)
    first = attrs.evolve(material, topics=material.topics[:1])
    return template.format(about=first.about)


# What may be cited


def _facts(material: _Material) -> tuple[Source, ...]:
    """Sentences about us, in the mail's language, that speak of what they asked about.

    One after the other, so that the second speaks of what the first left open.
    """
    if material.asked is None or material.ask not in _INFORMING_ASKS:
        return ()
    open_topics = [topic.key for topic in topics_in(material.asked.text)]
    left = [
        fact
        for fact in material.of_kind(SourceKind.HOUSE)
        if detect_language(fact.text, "en") == material.language
    ]
    chosen: list[Source] = []
    while left and len(chosen) < (1 if material.wishes.shorter else MAX_FACTS):
        best = max(left, key=lambda fact: _relevance(fact, open_topics, material.asked))
        if _relevance(best, open_topics, material.asked) < MIN_RELEVANCE:
            break
        chosen.append(best)
        left.remove(best)
        told = {topic.key for topic in topics_in(best.text)}
        open_topics = [key for key in open_topics if key not in told]
    return tuple(chosen)


def _relevance(fact: Source, open_topics: Sequence[str], asked: Source | None) -> int:
    told = {topic.key for topic in topics_in(fact.text)}
    shared = [len(open_topics) - place for place, key in enumerate(open_topics) if key in told]
    return TOPIC_WEIGHT * sum(shared) + overlap_count(asked.text if asked else "", fact.text)


def _files(material: _Material) -> tuple[Source, ...]:
    if material.ask not in _INFORMING_ASKS:
        return ()
    limit = MAX_FILES if material.ask is Ask.SEND_MATERIAL else 1
    if material.wishes.shorter and material.ask is not Ask.SEND_MATERIAL:
        limit = 0
    return tuple(s for s in material.of_kind(SourceKind.ASSET) if s.url)[:limit]


def _holders(material: _Material, name: str) -> tuple[str, ...]:
    """Ids of the sources that hold the name; what no source holds is not used."""
    wanted = name.casefold().split()
    kinds = (SourceKind.CRM, SourceKind.FORM)
    held = [s for kind in kinds for s in material.of_kind(kind)]
    for source in held:
        if name.casefold() in source.text.casefold().replace(", ", " "):
            return (source.id,)
    parts = [next((s.id for s in held if part in s.text.casefold()), None) for part in wanted]
    return tuple(dict.fromkeys(part for part in parts if part))


def _ids(source: Source | None) -> tuple[str, ...]:
    return (source.id,) if source else ()


def _safe_name(name: str | None, longest: int) -> str | None:
    """The name when it looks like one; None for links, numbers and talk to the machine."""
    name = " ".join((name or "").split())
    parts = name.replace("-", " ").replace(".", " ").split()
    plain = all(char.isalpha() or char in " .'’-&,+" for char in name)
    if not name or len(name) > longest or not plain or len(parts) > 5:
        return None
    if "." in name.rstrip(".") and ". " not in name:
        return None
    return None if _NOT_IN_NAMES.intersection(name.casefold().split()) else name


def _safe_line(line: str) -> str:
    line = " ".join(line.split())
    return "" if "://" in line or "@" in line or len(line) > 2 * MAX_COMPANY else line


def _name(wishes: Wishes, instruction: str | None) -> str:
    if not instruction:
        return NAME
    return f"{NAME}; wish followed: {', '.join(wishes.followed) or 'no, not understood'}"
