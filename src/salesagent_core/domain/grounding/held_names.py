"""Whether the sources hold a name: whole, and in the part that it plays in the mail."""

from __future__ import annotations

import re

from salesagent_core.domain.claims.name_words import FIRST_NAMES
from salesagent_core.domain.claims.names import Name
from salesagent_core.domain.claims.places import holds_place
from salesagent_core.domain.grounding.library import Library
from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.lexicon import stem
from salesagent_core.domain.text.word_forms import is_common, is_word

LONG_TAIL = 6
MIN_HEAD = 4
"""How long the second part of a compound is at least."""
_PLATFORMS = (
    frozenset("iphone iphones ipad ipads ios ipados apple".split()),
    frozenset("android androids".split()),
    frozenset("mac macs macos macbook imac apple".split()),
)
"""Devices by the names that people give them."""
_ROLE = re.compile(
    r"manager|director|head|lead|executive|representative|consultant|adviser|advisor|specialist|engineer|engineering|officer|coordinator|sales|support|marketing|success|service|team|"
    r"\w{0,20}(?:leit(?:er|erin|ung)|berat(?:er|erin|ung)|betreu(?:er|erin|ung)|vertrieb|vertriebs\w{3,20}|dienst|service|abteilung|fuhrer|fuhrerin|assistenz|team)|inhaber(?:in)?|"
    r"direct(?:eur|rice)|responsable|chargee?|conseill(?:er|ere)|commerciale?|gerante?|ingenieure?|equipe|"
    r"directora|jef[ea]|gerente|asesora?|comercial|ejecutiv[oa]|tecnic[oa]|ventas|departamento|atencion|equipo"
)
"""What somebody is: one of these stands in a title under a mail."""


def holds_name(library: Library, name: Name, language: str) -> bool:
    """True when the sources hold ``name``, of a draft in ``language`` (ISO 639-1)."""
    known = _written if name.signature or name.greeting else _known
    missing = [token for token in name.tokens if not known(token, library.words)]
    if name.signature:
        return _holds_signature(library, name, missing, language)
    if missing and not name.greeting and holds_place(name.tokens, library.words):
        return True
    if missing and language == "de" and all(_begins_compound(one, library) for one in missing):
        return True
    if missing and all(_same_platform(token, library.words) for token in missing):
        return True
    if missing or (name.opening and not _stands_alone(library, name)):
        return False
    if name.greeting and not any(_known(token, library.about_others) for token in name.tokens):
        return False
    return len(name.tokens) == 1 or _together(library, name.tokens)


def _together(library: Library, tokens: tuple[str, ...]) -> bool:
    """True where one source holds all of a name."""
    return any(
        all(_known(token, document | library.allowed) for token in tokens)
        for document in (*library.documents, frozenset[str]())
    )


def _holds_signature(library: Library, name: Name, missing: list[str], language: str) -> bool:
    """The sender and the house as a source or the caller names them, or what the sender is."""
    if not missing:
        return _together(library, name.tokens) and (
            not library.senders
            or any(_known(token, library.senders | library.our_words) for token in name.tokens)
        )
    if not (library.knows_sender or library.senders):
        return True
    return any(_ROLE.fullmatch(token) for token in name.tokens) and all(
        is_word(token, language) and token not in FIRST_NAMES for token in name.tokens
    )


def _begins_compound(token: str, library: Library) -> bool:
    """ "Robinie" where a source of ours says "Robinienholz": a material or a thing that it names
    with a common word behind it."""
    if len(token) < LONG_TAIL or token in FIRST_NAMES:
        return False
    return any(
        is_common(word[len(token) :].removeprefix(linked), "de")
        and len(word) - len(token) - len(linked) >= MIN_HEAD
        for word in library.our_words
        for linked in ("", "n", "s", "en", "es")
        if word.startswith(token + linked)
    )


def _same_platform(token: str, words: frozenset[str]) -> bool:
    """ "iPhone" where the source says "iOS"."""
    return any(token in family and family & words for family in _PLATFORMS)


def _stands_alone(library: Library, name: Name) -> bool:
    """False where the sources write this name only after another capital word than the one that
    opens the sentence: "Harbour Trust" does not hold "Heron Trust"."""
    first = re.escape(name.tokens[0])
    before = {
        (found[1] or "")
        for found in re.finditer(
            rf"(?:([^\W\d_][\w&'-]*) )?(?<!\w){first}(?!\w)", library.original, re.IGNORECASE
        )
    }
    alone = any(not one[:1].isupper() for one in before)
    return not before or alone or name.opening in {bare_text(one) for one in before}


def _written(token: str, words: frozenset[str]) -> bool:
    """True where the sources write the word so: "Campo" is not "Campos" in a signature."""
    pieces = [piece for piece in re.split(r"[-'&.]", token) if piece]
    return token in words or (len(pieces) > 1 and all(piece in words for piece in pieces))


def _known(token: str, words: frozenset[str]) -> bool:
    if token in words or token + "s" in words:
        return True
    if any(
        token.endswith(e) and len(token) - len(e) >= 3 and token.removesuffix(e) in words
        for e in ("s", "es", "n", "en")
    ):
        return True
    if len(token) >= LONG_TAIL and any(word.endswith(token) for word in words):
        # "Webinar" stands in "Einführungswebinar".
        return True
    pieces = [piece for piece in re.split(r"[-'&]", token) if piece]
    if len(pieces) > 1 and (pieces[0] in words or pieces[0] in ("l", "d")):
        return all(
            piece in words
            or stem(piece) in {stem(w) for w in words if w[:3] == piece[:3]}
            or not index
            or is_common(piece, "de")
            for index, piece in enumerate(pieces)
        )
    return False
