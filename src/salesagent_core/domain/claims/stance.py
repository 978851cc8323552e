# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""How a sentence stands to what it says: asks for it, denies it, or tells what the reader said."""

from __future__ import annotations

import re

_REQUEST = re.compile(
    r"\?|\b(?:we|i|they|he|she) (?:\w+ )?(?:need|needs|want|wants|require|wish|would like|would love|are looking|am looking|hope|expect|look)|"
    r"\b(?:asks?|asked|asking|whether|wonder\w*|interested in|looking for|requests?|requested|demand\w*)\b|\b(?:brauche\w*|benotig\w+|suche\w*|"
    r"mochte\w*|wunsch\w*|fragt\w*|fragen|anfrage|interessier\w+|ob sie|erwarte\w*)\b|\b(?:besoin|cherch\w+|souhait\w+|voudri\w+|aimeri\w+|"
    r"demand\w+|recherch\w+)\b|\b(?:necesit\w+|busc\w+|quer\w+|quisier\w+|pregunt\w+|solicit\w+|nos gustaria|me gustaria)\b"
)
_READER = re.compile(
    r"\b(?:whether|asked (?:about|for|if)|ask about|question (?:about|on)|enquiry|inquiry|request|you (?:\w+ )?(?:need|want|require|wrote|ask|asked|mentioned|"
    r"are looking|would like|hope|expect)|ihre (?:frage|anfrage)|sie (?:\w+ ){0,3}(?:fragen|fragten|brauchen|benotigen|suchen|mochten|wunschen|schrieben|erwahnten)|"
    r"ob wir|votre (?:demande|question)|vous (?:\w+ )?(?:cherchez|souhaitez|voulez|demandez|avez demande|avez besoin)|su (?:consulta|pregunta|solicitud)|"
    r"usted(?:es)? (?:necesita|busca|quiere|pregunta)\w*|pregunt\w+ (?:si|por))\b"
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|cannot|can't|don't|doesn't|won't|isn't|aren't|without|neither|nor|unfortunately|nicht|kein\w*|nie|niemals|ohne|leider|ne|n'|pas|"
    r"jamais|aucun\w*|sans|malheureusement|nunca|sin|tampoco|ningun\w*|lamentablemente)\b"
)
_CUSTOMERS = re.compile(
    r"\b(?:customers?|clients?|kund\w+|clientes?|referen\w+|case stud\w+|success stor\w+|testimonials?|trusted by|used by|fallstud\w+|fallbeispiel\w*|praxisbeispiel\w*|anwenderbericht\w*|etudes? de cas|cas client|temoignages?|(?<!en )casos? (?!de\b|que\b|contrario)\w+|casos? (?:de exito|practico)|testimonios?)\b"
)


def asks(bare: str) -> bool:
    """True when something is asked for or wished for. ``bare`` is folded text, here as below."""
    return bool(_REQUEST.search(bare))


def repeats_reader(bare: str) -> bool:
    """True when it tells what the reader of a mail asked or wrote."""
    return bool(_READER.search(bare))


def denies(bare: str) -> bool:
    """True when something is denied or lacking."""
    return bool(_NEGATION.search(bare))


def denies_before(bare: str, reach: int) -> bool:
    """True when one of the last words denies what follows; a word that ``reach`` characters cut in
    two is left out."""
    near = bare[-reach:]
    return denies(near.partition(" ")[2] if len(bare) > reach else near)


def names_customers(bare: str) -> bool:
    """True when it speaks of customers or references."""
    return bool(_CUSTOMERS.search(bare))
