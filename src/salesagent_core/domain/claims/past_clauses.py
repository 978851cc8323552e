# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Clauses that tell of what has been, found by the tense of their verb, whatever it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from salesagent_core.domain.claims.past_events import events_in
from salesagent_core.domain.claims.past_verbs import is_neutral, past_verbs

MAX_PAST_CLAUSES = 60
_MONTH = r"(?:jan|feb|f[ée]v|m[äa]r|apr|avr|abr|ma[iy]|jun|jul|jui|ao[uû]|aug|ago|se[pt]|o[ck]t|nov|de[cz]|d[ée]c|ene)"
_SHORT = r"(?<!\b[MSDmsd]r\.)(?<!\b[Mm]s\.)(?<!\bMrs\.)(?<!\bSra\.)(?<!\bSt\.)(?<!\bNr\.)(?<!\b[Nn]o\.)(?<!\bca\.)(?<!\bTel\.)"
_STOP = re.compile(
    rf"[!?\n;]|(?<=\w\w)\.{_SHORT}(?=[\s\"')]|$)(?<!\d\.)|(?<=[\w)%€$£\"'])\.{_SHORT}(?=\s+(?!(?<=\d\.\s)(?i:{_MONTH}))[\"'(]?[A-ZÀ-Ý¿¡]|\s*$|\s*\n)"
)
"""What ends a sentence; read with capitals, for "am 6. November" goes on."""
_CUT = re.compile(
    r",(?!\d)|[:()]| [-–—] |(?<=\S) (?=(?:and|but|because|so that|while) (?:we|you|i|it|they|he|she|your|our|the|this|that)\b"
    r"|(?:und|aber|sowie|denn|doch) (?:wir|sie|ich|es|ihr\w*|unser\w*|das|die|der)\b|(?:et|mais|car|donc) (?:nous|vous|je|j'|il|elle|on|votre|notre|cela|c')"
    r"|(?:y|pero|porque|pues) (?:le|les|os|se|nos|usted\w*|nosotros|su|sus|nuestr\w+|eso|esto|ya)\b)"
)
_NOT_YET = re.compile(
    r"^[\s\"']*(?:(?:and|or|but|und|oder|aber|et|ou|mais|y|o|pero) )?(?:congratul\w+|felicit\w+|enhorabuena|gluckwunsch|if|once|unless|as soon as|whenever|as long as|until|should|in case|even if|assuming|wenn|falls|sobald|sofern|ob|soll\w*|bis|solange|bevor|ehe|si|s'|des que|une fois|tant que|aussitot|jusqu'a|cuando (?:usted )?(?:quiera|pueda|haya)|en cuanto|una vez|aunque|mientras|siempre que|hasta que|antes de|avant)\b"
)
"""A condition tells of nothing that has been."""
_STILL_NOT = re.compile(
    r"\b(?:if|(?<!you )(?<!we )(?<!i )once|unless|as soon as|whenever|as long as|until|wenn|falls|sobald|sofern|nachdem sie(?! \w* ?(?:uns|unser\w*|bei uns)\b)|si|s'il|s'ils|des que|une fois|apres que|en cuanto|una vez)\b"
    r"|\b(?:(?:like|love|happy|glad) to (?:hear|know|learn|understand)|let(?:ting)? (?:me|us) know|tell (?:me|us) (?:what|how|which|where|if)|whether|gustaria|digame|cuenteme|diganos|dites-moi|dites-nous|aimer(?:ais|ions)|voudr(?:ais|ions)|sagen sie|schreiben sie|(?:wissen|erfahren|horen), |ob)\b"
    r"|\b(?:ce (?:qui|que vous) n'|(?:any|every)thing |whatever |alles,? was |was (?:sie )?nicht |lo que no )"
)
_PERSON = re.compile(
    r"\b(?:we|i|us|me|my|our|ours|you|your|yours|he|she|wir|ich|uns|mir|mich|mein\w*|unser\w*|sie|ihnen|ihr\w*|er|du|dir|dein\w*|euch|euer|eure\w*|nous|je|j'|m'|moi|notre|nos|mon|ma|mes|vous|votre|vos|il|elle|ils|elles|on|"
    r"nosotros|nuestr\w+|nos|me|mi|mis|le|les|usted\w*|su|sus|tu|tus|te|os|vuestr\w+|\w+(?:amos|imos))\b"
)
"""Somebody is spoken of who writes, reads or works for one of them."""
_NAMED = re.compile(r"(?:^|[,.;:\n] ?)(?:un|una|unos|unas|el|la|los|las) [^,.;:\n]*$")
_WITH_US = re.compile(
    r"\b(?:we|us|our|ours|wir|uns|unser\w*|nous|notre|nos|nosotros|nuestr\w+|\w+(?:amos|imos))\b"
)
_HEARD_OF_US = re.compile(
    r"^[\s\"'¿]*(?:how|wie|comment|como|where|wo|wodurch|ou|donde|through|par quel)\b"
)


def find_past_clauses(original: str, bare: str, language: str) -> Iterator[tuple[int, int]]:
    """Where clauses begin and end that tell of what has been. Both texts are of one length, one
    with capitals and accents. Questions are left out, unless they speak of us as well."""
    verbs, count = past_verbs(language), 0
    stops = [0, *(stop.start() + 1 for stop in _STOP.finditer(original)), len(original) + 1]
    lowered = _lowered(original, bare, language, stops)
    for first, after in pairwise(stops):
        found = {
            clause
            for match in verbs.finditer(lowered, first, after - 1)
            for clause in (_clause(bare, first, after - 1, match),)
            if not is_neutral(match, language)
            and not _not_yet(bare[clause[0] : match.start() + 2])
            and (_PERSON.search(bare, *clause) or _leaves_out(bare, match, language))
        }
        asked = original[after - 1 : after] == "?"
        for start, end in sorted(found):
            if asked and _only_asks(bare[start:end]):
                continue
            count += 1
            if count > MAX_PAST_CLAUSES:
                return
            yield start, end


def _lowered(original: str, bare: str, language: str, stops: list[int]) -> str:
    """With accents, in lower case; German only where a sentence begins: "Sprachen" are no past of
    "sprechen"."""
    if language != "de":
        lowered = original.lower()
        return lowered if len(lowered) == len(original) else bare
    letters = list(original)
    for stop in stops:
        place = stop + len(original[stop:]) - len(original[stop:].lstrip(" \n\"'-"))
        if place < len(letters):
            letters[place] = letters[place].lower()[:1] or letters[place]
    return "".join(letters)


def _leaves_out(bare: str, verb: re.Match[str], language: str) -> bool:
    """Spanish leaves out who did it; an article begins a clause that does name somebody."""
    return language == "es" and not _NAMED.search(bare[max(0, verb.start() - 60) : verb.start()])


def _clause(bare: str, first: int, last: int, verb: re.Match[str]) -> tuple[int, int]:
    start = max((cut.end() for cut in _CUT.finditer(bare, first, verb.start())), default=first)
    after = _CUT.search(bare, verb.end(), last)
    end = after.start() if after else last
    while start < end and bare[start].isspace():
        start += 1
    while end > start and bare[end - 1].isspace():
        end -= 1
    return start, end


def _not_yet(before: str) -> bool:
    return bool(_NOT_YET.match(before) or _STILL_NOT.search(before))


def _only_asks(clause: str) -> bool:
    return (
        not _WITH_US.search(clause)
        or bool(_HEARD_OF_US.match(clause))
        or "heard" in events_in(clause)
    )
