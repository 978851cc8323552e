# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Wordings that tell what the reader or one of theirs did, said, saw or liked: in a subordinate
clause, in the passive voice, about a third person.

They are wide: what they find is held by the words that follow, not by the wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_EN_DID = r"(?:asked|wanted|requested|wished|preferred|liked|loved|enjoyed|said|told|mentioned|insisted|chose|decided|tried|tested|saw|enquired|inquired|noticed|complained|suggested|stressed|hoped|(?:was|were|had been) (?:\w+ )?(?:keen|interested|impressed|pleased|delighted|happy|enthusiastic|thrilled|satisfied|inclined|worried|asking|there|with us))"
_EN_WAS = r"(?:inclined|leaning|keen|kind enough|good enough|interested|impressed|pleased|surprised|tending|torn|unsure|undecided|worried|struck|asking|wondering|after|with us|there|at our|in our|on our)"
_DE_NOT = r"(?!nachricht|anfrage|mail|frage|interesse|schreiben|zeilen|e-mail)"
_DE_END = r"(?=\s?[.,;!?)\n]|\s?$| und | oder )"
_DE_PARTICIPLE = (
    r"(?:ge\w{3,}(?:t|en)|(?:\w{2,7}ge|be|ver|er|ent|zer|uber)\w{3,}(?:t|en)|\w{3,}iert|dabei)"
)
_FR_NOT = r"(?!message|demande|courriel|mail|mot|question|interet)"
_FR_PARTICIPLE = r"(?!(?:une?|le|la|les|des?|du|besoin|deja|aussi|bien|pu|meme|note|notre|votre)\b)(?:\w+(?:e|ee|es|ees|i|is|it|u|us|ue|ert)\b)"
_ES_DID = r"(?:vio|vieron|probo|probaron|gusto|gustaron|visito|visitaron|pidio|pidieron|dijo|dijeron|conto|comento|eligio|eligieron|compro|compraron|mostro|enseno|pregunto|preguntaron|intereso|interesaron|escogio|conocio|conocieron|encargo|quiso|quisieron|prefirio|asistio|asistieron|utilizo|uso|insistio|parecio|recibio|firmo|contrato|descargo|solicito)"
_ES_NOT = r"(?!mensaje|consulta|correo|solicitud|pregunta|interes)"

_SEASON = r"(?:spring|summer|autumn|winter|fruhjahr|fruhling|sommer|herbst|printemps|ete|automne|hiver|primavera|verano|otono|invierno)"

_WORDINGS = (
    rf"(?:he|she|they) (?:\w+ )?(?:asked|wanted|wished|preferred|liked|enquired|inquired|mentioned|complained|requested|suggested)\b|(?:he|she|they) (?:was|were) (?:\w+ )?(?:asking|interested|keen|wondering|inclined|impressed)\b|your (?!message|request|enquiry|inquiry|question|mail|e-?mail|note|interest)(?:\w+ ){{1,3}}{_EN_DID}\b"
    rf"|you (?:were|seemed|sounded|appeared|had been|felt) (?:\w+ )?{_EN_WAS}\b|you (?:leaned|leant|tended|favoured|preferred|liked|loved|enjoyed|opted|decided|watched|inspected|admired)\b|(?:that|which|whom|where|when) you (?:\w+ )?(?:saw|tried|tested|liked|enjoyed|watched|inspected|picked|looked at|met|admired|were shown|could see|got to see)\b|(?:you|your \w+) (?:were|was|have been|has been|had been) (?:shown|visited|advised|served|trained|given|supplied|introduced)\b"
    rf"|(?:(?:in|bei|auf|an|nach|von|mit|zu) )?(?:der|die|das|den|dem|denen|wo|was|wie|dass|als|weil|da) (?:sie|ihnen|ihr\w* \w+) (?:[\w.%-]+ ){{0,8}}?{_DE_PARTICIPLE} (?:haben|hatten|hat|hatte|sind|waren|ist|war|wurde|wurden|konnten|durften){_DE_END}|(?:sie|er) (?:neigten?|tendierten?|bevorzugten?|interessierten?|fragte|bat|zogen|fanden) |neigten sie|tendierten sie|sie waren (?:ja |doch |schon |bereits |auch |ja schon |damals |selbst )*(?:am|im|beim|bei|auf|zu|dabei|da|sehr|so|eher|ganz|begeistert|angetan|unsicher)\b"
    rf"|(?<!dass )\bsie (?:haben|hatten) (?:[\w.%-]+ ){{0,8}}?{_DE_PARTICIPLE}{_DE_END}|sie (?:meinten|bevorzugten) |(?:er|ihr(?:e|en)? {_DE_NOT}\w+) (?:wollten?|fragten?|baten?|wunschten?|bevorzugten?|meinten?|sagten?|hatten?|hat|war|waren) (?!wir\b|ich\b|sie\b|gern)[^.!?;\n]{{0,60}}|(?:ihnen|ihr\w* \w+) (?:so |sehr |gut |besonders )*(?:gefallen|geschmeckt|zugesagt|gezeigt|vorgestellt|vorgefuhrt) (?:hat|haben|hatte|wurde\w*)"
    rf"|(?:que|ou|dont|qui|auquel|a laquelle|lequel|laquelle) (?:vous |votre \w+ |il |elle |nous |m'|l'|en |y |lui )+(?:avez|aviez|etes|etiez|a|avait|est|etait) (?:pu \w+(?:er|ir|re)|(?:\w+ ){{0,2}}?{_FR_PARTICIPLE})|vous (?:penchiez|hesitiez|preferiez|vouliez|souhaitiez|aviez|etiez|cherchiez|optiez|appreciiez)\b|(?:il|elle|ils|elles) (?:nous |m'|vous )*(?:a|avait|ont|avaient) (?:\w+ )?(?:demande|voulu|souhaite|prefere|evoque|parle|dit|insiste|aime|apprecie)\w*|votre {_FR_NOT}(?:\w+ ){{1,2}}(?:avait|avaient|etait|voulait|souhaitait|demandait|preferait|cherchait|hesitait)\b|votre {_FR_NOT}\w+, qui (?:nous |m'|vous |l'|en )*(?:a|avait|est|etait)\b|vous (?:a|ont|avait) (?:\w+ )?(?:plu|seduit|convenu|interesse|ete (?:presente|montre|remis))\w*"
    rf"|(?:que|donde|cuando|como|cual|quien|lo que) (?:tanto |usted |ustedes |ya |nos |me |le |les |mas |alli |se |su \w+ )*{_ES_DID}\b|(?:usted|ustedes) (?:se )?(?:inclinaba|preferia|queria|dudaba|buscaba|estaba|estuvo|fue|{_ES_DID})\w*|se inclinaban?\b|ya {_ES_DID}\b|su {_ES_NOT}\w+ (?:\w+ )?(?:ya )?(?:nos |me )?(?:{_ES_DID}|queria|estaba|estuvo|preferia|buscaba)\b|(?:el|ella|ellos|ellas|el \w+|la \w+) (?:nos |me |le )(?:{_ES_DID}|queria|preferia)\b|(?:el|ella|ellos|ellas) (?:pregunto|quiso|pidio|queria|preferia|dijo|comento|intereso)\w*|se (?:intereso|interesaron) por"
    r"|(?:where|in which|and) you (?:say|mention|write|explain|describe|tell)\b|in (?:der|dem|denen) sie (?:schreiben|erwahnen|schildern|sagen|erzahlen|berichten)\b|(?:ou|dans (?:lequel|laquelle)) vous (?:me |nous |y )*(?:dites|mentionnez|evoquez|indiquez|expliquez|parlez|precisez|racontez)\b|en (?:la|el|los|las) (?:que|cual) (?:nos |me )?(?:comenta|cuenta|menciona|dice|explica|indica|senala)\b"
    rf"|(?:that )?(?:we|i) \w+ed (?:\w+ ){{0,2}}(?:last|in) (?:the )?{_SEASON}\b|(?:wir|ich) (?:\w+ )?(?:im|letzten|vorigen) {_SEASON} [^.!?,;\n]{{0,40}}(?:haben|hatten|durften)|nous (?:vous )?(?:avons|avions) \w+ (?:au|l'|a l'|en|cet|l) ?{_SEASON}\b|(?:le |les )?\w+(?:amos|imos) (?:en|el|este|la) {_SEASON}\b"
)
_NOT_YET = re.compile(
    r"\b(?:if|once|unless|should|as soon as|whenever|whether|falls|sobald|wenn|sofern|ob|soll\w*|should|lorsque|des que|quand|une fois|cuando (?:usted )?(?:quiera|pueda)|en cuanto|aunque)\b|\bs'|(?:^|[,;] ?)si (?!,)"
)
"""A condition tells of nothing that has happened."""


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_WORDINGS})")


def find_told_of_others(text: str) -> Iterator[tuple[int, int]]:
    """Where a bare text tells of such a thing."""
    for match in _pattern().finditer(text):
        line = text[max(0, match.start() - 60) : match.start()]
        clause = re.split(r"[.!?\n;]", line)[-1]
        if not _NOT_YET.search(clause):
            yield match.start(), match.end()
