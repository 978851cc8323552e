# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether what reads like a promise is none, or is held by the figure that it is made of.

What the reader wishes is told back to them: "you want to reduce no-shows" binds nobody. A discount
or a term is as true as its figure, and a line that leads to a link says what the link is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_core.domain.claims.capabilities import Clause
from salesagent_core.domain.claims.commitments import Statement
from salesagent_core.domain.claims.facts import Fact, FactKind, Text
from salesagent_core.domain.claims.language_names import LanguageName
from salesagent_core.domain.grounding.held_terms import is_term
from salesagent_core.domain.grounding.held_wordings import clause_around
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.retelling import Word, words_of

WISH_HELD = 0.3
"""The share of a wish that one passage must hold, whoever wrote that."""
FIGURE_HELD = 0.3
"""The share of a clause that stands beside its figure in one passage of ours."""
THEIRS_HELD = 0.5
"""The share of what is told of the reader that one passage of theirs must hold."""
OF_A_FIGURE = frozenset({"discount", "saving"})
OF_A_TIME = frozenset({"delivery", "deadline", "speed", "attend", "uptime", "support"})
_TIMES = frozenset({FactKind.DURATION, FactKind.TIME, FactKind.DATE})
_SHARES = frozenset({FactKind.PERCENT, FactKind.PRICE})
_WISH = {
    "en": r"you(?:'d| would| also| therefore| now| currently| really| are)* (?:like|want|need|wish|looking|look|hope|hoping|plan|planning|intend|aim|trying|searching|asking|ask|wonder|prefer|require)\b|your (?:\w+ )?(?:wish|goal|aim|plan|question|request|main concern|idea|concern) (?:is|was)|(?:you are|you're) (?:after|thinking)|(?:should|is|are) (?:then |therefore |now )?(?:to|meant to|supposed to) (?:happen|be|run|work|go)|in future",
    "de": r"(?:mochten|wollen|suchen|brauchen|benotigen|wunschen|planen|fragen|uberlegen|hatten|erwagen|erwarten|hoffen|denken) sie\b|sie (?:[\w-]+ ){0,3}?(?:mochten|wollen|suchen|brauchen|benotigen|wunschen|planen|fragen|uberlegen|hatten gern\w*|erwagen|erwarten|hoffen)\b|ihnen (?:geht es|ist (?:\w+ )?wichtig|liegt)|(?:soll|sollen|sollte|sollten) (?:\w+ ){0,3}?(?:kunftig|in zukunft|bald|nun|jetzt|automatisch|anders|weniger)|(?:kunftig|in zukunft) (?:\w+ )?soll(?:en)?|\w+(?:en|ern|eln) (?:werden )?soll(?:en|te|ten)?\b|ihr (?:wunsch|ziel|anliegen|vorhaben|plan)\b|ihre (?:frage|idee|uberlegung)\b",
    "fr": r"vous (?:\w+ )?(?:souhait|voul|voudri|cherch|demand|recherch|aimeri|desir|envisag|prevoy|planifi|attend|esper|compt|tenez a)\w*|il vous faut|vous avez besoin|(?:votre|vos) (?:souhait|objectif|projet|besoin|question|idee|but)s?\b|(?:doit|doivent|devrait|devraient) (?:\w+ )?(?:desormais|a l'avenir|se faire|etre)",
    "es": r"(?:^|[,;:] |\b(?:y|e|que|usted|ustedes|tambien|ahora|ademas|por eso|donde) )(?:nos |me |les |le |se )?(?:quier|busc|necesit|dese|pid|pregunt|plante|prefier|pretend|esper|consult|solicit)(?:e|en|a|an|aba|aban|ia|ian)(?: |$)|(?:les|le) (?:gustaria|interesa|interesaria|hace falta|hacen falta|preocupa)|quisiera[ns]?\b|su (?:deseo|objetivo|proyecto|pregunta|idea|intencion)\b|(?:debe|deben|deberia) (?:\w+ )?(?:hacerse|ser|funcionar|ir)\b",
}
_WISHES = {language: re.compile(rf"(?<!\w)(?:{words})") for language, words in _WISH.items()}
_OURS = re.compile(
    r"\b(?:we|we'll|we're|our|ours|us|i|i'll|i'd|my|wir|unser\w*|uns|ich|mein\w*|nous|notre|nos|je|j'ai|mon|ma|nosotros|nuestr\w+|yo|[a-z]{3,20}(?:amos|emos|imos)|[a-z]{3,20}(?:are|ere|ire)(?= (?:el|la|un|una|los|las)\b))\b"
)
_TO_US = re.compile(
    r"\b(?:(?:ask(?:s|ed|ing)?|want|need|wrote to|write to|tell|told|contacted|asking|question to) (?:us|me)|(?:fragen|bitten|schreiben|suchen sie bei) uns|(?:nous|me|m') ?(?:demand|ecri|sollicit|pos)\w*|nos (?:pid|pregunt|escrib|consult|plante|solicit|cont|coment|dic)\w*)\b"
)
_THEIR_OWN = re.compile(
    r"\b(?:your|ihr|ihre[mnrs]?|votre|vos|su|sus|tu|tus|dein\w*)\b|\b(?:you|sie|vous|ustedes) (?:\w+ )?(?:have|run|keep|haben|fuhren|halten|avez|tenez|tienen)\b"
)
_GRANTS = re.compile(
    r"\b(?:can|may|will|you'll|could|get|gets|receive|konnen|kann|durfen|bekommen|erhalten|werden|bekommt|pouvez|peut|peuvent|recevez|recevrez|aurez|sera|seront|pueden|puede|podra|podran|recibira|recibe|tendra|tendran|sera|seran)\b"
)
_TO_LINK = re.compile(r"[^\w.!?\n]{0,4}(?:\w+ ){0,3}[^\w.!?\n]{0,3}$")


def is_asked(text: Text, fact: Fact) -> bool:
    """ "Which night shall I reserve for you?" promises nothing."""
    _, last = sentence_around(text.bare, fact.end - 1)
    return text.bare[fact.end - 1 : last].rstrip().endswith("?")


def stands_anyway(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """True for a promise or a clause that needs no wording of its own in a source; ``figures`` are
    the figures, dates and links of the draft that a source holds."""
    value = fact.value
    if isinstance(value, LanguageName):
        return is_asked(text, fact)
    if isinstance(value, Clause) and _leads_to_link(fact, text, figures):
        return True
    if isinstance(value, Clause) or (isinstance(value, Statement) and value.kind == "promise"):
        return (
            _is_wish(library, fact, text, figures)
            or _is_its_figure(library, fact, text, figures)
            or is_term(library, fact, text, figures)
        )
    return False


def _is_wish(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """What the reader wants, as some source tells it; nothing that we say of ourselves."""
    first, last = sentence_around(text.bare, fact.start)
    said = text.bare[first:last].strip()
    if _OURS.search(_TO_US.sub(" ", said)):
        return False
    if not _WISHES[text.language].search(said):
        return not _GRANTS.search(said) and _is_theirs(library, fact, said, text.language)
    if first and text.bare[first - 1] == ";":
        said = text.bare[sentence_around(text.bare, first - 1)[0] : last]
    if _wished_by_then(fact, figures, first, last):
        return True
    return _in_one(library, words_of(said, text.language), all_count=True) >= WISH_HELD


def _wished_by_then(fact: Fact, figures: Sequence[Fact], first: int, last: int) -> bool:
    """ "You would like to be up and running by 26 May": the day is held."""
    return getattr(fact.value, "family", "") in OF_A_TIME and any(
        one.kind is FactKind.DATE and first <= one.start < last for one in figures
    )


def _is_theirs(library: Library, fact: Fact, said: str, language: str) -> bool:
    """What stands in the reader's own lines and is told of what they have: "in your pharmacy there
    are 8,000 boxes in stock"."""
    if isinstance(fact.value, Statement) and not _THEIR_OWN.search(said):
        return False
    words = words_of(said, language)
    theirs = _in_one(library, words, all_count=True)
    return theirs >= THEIRS_HELD and theirs > _in_one(library, words, all_count=False)


def _is_its_figure(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """A discount of twenty percent, a delivery in six weeks: the figure is held, and something of
    what it is about stands in a passage of ours beside it."""
    value = fact.value
    if not isinstance(value, Statement):
        return False
    wanted = (
        _SHARES if value.family in OF_A_FIGURE else _TIMES if value.family in OF_A_TIME else None
    )
    if wanted is None:
        return False
    start, end = clause_around(text.bare, fact.start, fact.end)
    held = [one for one in figures if one.kind in wanted and start <= one.start < end]
    if not held:
        return False
    promises = [(fact.start - start, fact.end - start, value.family)]
    words = words_of(text.bare[start:end], text.language, promises)
    about = [word for word in words if not word.promised]
    if not any(word.weight == 1.0 for word in about):
        about = list(words)
    return _in_one(library, about, all_count=False) >= FIGURE_HELD


def _leads_to_link(fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    return any(
        one.kind is FactKind.LINK
        and fact.end <= one.start
        and _TO_LINK.fullmatch(text.bare[fact.end : one.start])
        for one in figures
    )


def _in_one(library: Library, words: Sequence[Word], *, all_count: bool) -> float:
    passages = library.passages
    counted = [place for place, each in enumerate(passages.all) if all_count or each.ours]
    places = [passages.places(word) for word in words]
    total = sum(word.weight for word in words) or 1e-9
    return (
        max(
            (
                sum(word.weight for word, held in zip(words, places, strict=True) if place in held)
                for place in counted
            ),
            default=0.0,
        )
        / total
    )
