"""What a mail may be made of: the brief, sorted by what the parts of a mail need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from salesagent_adapters.memory.words import overlap_count
from salesagent_adapters.memory.writer_phrases import PHRASES, Phrases
from salesagent_adapters.memory.writer_topics import MAX_TOPICS, Topic, topic_keys, topics_in
from salesagent_adapters.memory.writer_wishes import Wishes, both, read_wishes
from salesagent_core.domain.context import Brief
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.planning import Ask
from salesagent_core.domain.text.language import detect_language

MAX_FACTS = 2
MAX_FILES = 3
TOPIC_WEIGHT = 2
"""A topic counts for this many words, and the more the earlier it came."""
MIN_RELEVANCE = 2
"""A fact about us is cited when it shares a topic with what they ask, or this many words."""
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


@attrs.frozen(kw_only=True)
class Material:
    """The brief, sorted by what the parts of a mail need."""

    brief: Brief
    wishes: Wishes
    language: str
    phrases: Phrases
    asked: Source | None
    topics: tuple[Topic, ...]

    @property
    def ask(self) -> Ask:
        """The one call to action."""
        return self.brief.plan.ask

    def of_kind(self, kind: SourceKind) -> tuple[Source, ...]:
        """The citable sources of one kind, in the brief's order."""
        return tuple(s for s in self.brief.sources if s.kind is kind and s.citable)

    @property
    def about(self) -> str:
        """The topics in the mail's language, with the word that leads to them; or empty."""
        names = [topic.names[self.language] for topic in self.topics]
        if not names:
            return ""
        return self.phrases.about.format(topics=self.phrases.join_and.join(names))


def sort_brief(brief: Brief) -> Material:
    """Read the brief once: the operator's wishes, the language, and what was asked about."""
    wishes = both(read_wishes(brief.treatment.instruction), read_wishes(brief.instruction))
    language = wishes.language or _language_so_far(brief)
    slots = [source.text for source in brief.sources if source.kind is SourceKind.SLOT]
    if brief.previous_body is not None and not any(s in brief.previous_body for s in slots):
        # Once taken out by the operator, times stay out in the versions that follow.
        wishes = attrs.evolve(wishes, without_times=True)
    asked = _what_they_asked(brief.sources)
    dropped = _NO_MEETING_TOPICS if brief.plan.ask is Ask.OFFER_MEETING else frozenset()
    topics = [topic for topic in topics_in(asked.text if asked else "") if topic.key not in dropped]
    return Material(
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


def facts_for(material: Material) -> tuple[Source, ...]:
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
        told = topic_keys(best.text)
        open_topics = [key for key in open_topics if key not in told]
    return tuple(chosen)


def _relevance(fact: Source, open_topics: Sequence[str], asked: Source | None) -> int:
    told = topic_keys(fact.text)
    shared = [len(open_topics) - place for place, key in enumerate(open_topics) if key in told]
    return TOPIC_WEIGHT * sum(shared) + overlap_count(asked.text if asked else "", fact.text)


def files_for(material: Material) -> tuple[Source, ...]:
    """The files to link, best first: more of them only when material was what they wanted."""
    if material.ask not in _INFORMING_ASKS:
        return ()
    limit = MAX_FILES if material.ask is Ask.SEND_MATERIAL else 1
    if material.wishes.shorter and material.ask is not Ask.SEND_MATERIAL:
        limit = 0
    return tuple(s for s in material.of_kind(SourceKind.ASSET) if s.url)[:limit]


def holders(material: Material, name: str) -> tuple[str, ...]:
    """Ids of the sources that hold the name; what no source holds is not used."""
    wanted = name.casefold().split()
    kinds = (SourceKind.CRM, SourceKind.FORM)
    held = [s for kind in kinds for s in material.of_kind(kind)]
    for source in held:
        if name.casefold() in source.text.casefold().replace(", ", " "):
            return (source.id,)
    parts = [next((s.id for s in held if part in s.text.casefold()), None) for part in wanted]
    return tuple(dict.fromkeys(part for part in parts if part))


def safe_name(name: str | None, longest: int) -> str | None:
    """The name when it looks like one; None for links, numbers and talk to the machine."""
    name = " ".join((name or "").split())
    parts = name.replace("-", " ").replace(".", " ").split()
    plain = all(char.isalpha() or char in " .'’-&,+" for char in name)
    if not name or len(name) > longest or not plain or len(parts) > 5:
        return None
    if "." in name.rstrip(".") and ". " not in name:
        return None
    return None if _NOT_IN_NAMES.intersection(name.casefold().split()) else name


def safe_line(line: str) -> str:
    """A file's name as it may stand in a mail; empty when it is no name."""
    line = printable(line)
    return "" if "://" in line or "@" in line or len(line) > 2 * MAX_COMPANY else line


def printable(line: str) -> str:
    """The text in one line, single-spaced, without control and invisible characters."""
    return "".join(char for char in " ".join(line.split()) if char.isprintable())
