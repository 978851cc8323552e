"""Abbreviated and misspelt words of a title, written out before the title is read.

A word that is one slip of the hand away from the name of a rank (a letter left out, doubled,
replaced, or two letters swapped) is read as that name. Only long names are mended so, and never
into a word that has a meaning of its own: "resident" is no president.
"""

from __future__ import annotations

from functools import cache, lru_cache

SHORT_FORMS = """
    gral:general grl:general gnral:general ltg:leitung ltr:leiter hd:head assist:assistant
    asist:asistente aux:auxiliar admvo:administrativo admva:administrativa subdir:subdirector
    subdtor:subdirector subdtora:subdirectora gte:gerente gtes:gerentes mngr:manager mgnt:management
    mgmt:management mktg:marketing mkt:marketing acct:account spvr:supervisor supv:supervisor
    coord:coordinator pres:president exec:executive chrm:chairman dpto:departamento
    depto:departamento abt:abteilung abtl:abteilung vertriebsltg:vertriebsleitung
    inh:inhaber sekr:sekretariat vertr:vertreter stellv:stellvertretend
    ress:ressources hum:humaines fin:finance
"""
"""The full word for each short form; the dot behind it is gone already."""

SHORT_ENDINGS = (("ltg", "leitung"), ("ltr", "leiter"))
MIN_COMPOUND = 5

RANK_NAMES = """
    director directors directeur directrice directora direktor direktorin president presidente
    manager executive assistant assistante assistentin asistente secretary supervisor founder
    cofounder chairman managing geschäftsführer geschäftsführerin responsable gerente
    coordinator specialist consultant consultor analyst developer engineer representative
    accountant administrator technician ingénieur ingeniero praktikant praktikantin
    sachbearbeiter sachbearbeiterin abteilungsleiter vertriebsleiter teamleiter projektleiter
    vicepresident
"""
"""Names that are recognised through one slip."""

MIN_LETTERS = 6
SHORT_SLIPS = {
    "cheif": "chief",
    "cheef": "chief",
    "haed": "head",
    "cihef": "chief",
    "owenr": "owner",
    "senoir": "senior",
    "seinor": "senior",
    "junoir": "junior",
}

NO_SLIPS = """
    analyse analyses consulto consulta consultas directo directos directa directas
    resident residente residents directory direct directed directs directive directives
    direction directorio managed manages manage founded funder founders bounder foundry
    assistance assistants presidency precedent regente gerencia gerentes analysis analysts
    engineers engineered developers developed consultants consultancy specialists specialise
    responsables responsible accounting accountants administrators administrate coordinates
    coordinators technicians assistent assistente asistencia representatives executives
    ingenieure ingenieurs ingenieros secretaries directores directeurs directoras
    directrices presidents presidentes supervisors supervises managers chairmen management
"""
"""Words of their own that stand one letter from a rank."""


def written_out(words: list[str]) -> list[str]:
    """The words of a cleaned title with short forms and slips replaced."""
    return [_written_out(word) for word in words]


@lru_cache(maxsize=4_096)
def _written_out(word: str) -> str:
    short = _short_forms().get(word)
    if short is not None:
        return short
    if len(word) >= MIN_COMPOUND:
        for ending, full in SHORT_ENDINGS:
            if word.endswith(ending):
                return word.removesuffix(ending) + full
    return _mended(word)


@cache
def _short_forms() -> dict[str, str]:
    pairs = (pair.split(":") for pair in SHORT_FORMS.split())
    return dict(pairs) | SHORT_SLIPS


def _mended(word: str) -> str:
    names, known = _names()
    if len(word) < MIN_LETTERS or word in known or not word.isascii() or not word.isalpha():
        return word
    near = (name for name in names if name[0] == word[0] and one_slip_apart(name, word))
    return next(near, word)


@cache
def _names() -> tuple[tuple[str, ...], frozenset[str]]:
    from salesagent_core.domain.titles.text import spellings
    from salesagent_core.domain.titles.vocabulary import vocabulary

    words = vocabulary()
    names = tuple(form for name in RANK_NAMES.split() for form in spellings(name))
    phrased = frozenset(part for phrase in words.phrases for part in phrase)
    own = frozenset(form for word in NO_SLIPS.split() for form in spellings(word))
    known = frozenset(names) | phrased | own | frozenset(words.rank) | words.connectors
    return tuple(dict.fromkeys(names)), known


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter left out, added, replaced, or swapped with the next makes them equal."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    shared = min(len(one), len(other))
    at = next((place for place in range(shared) if one[place] != other[place]), shared)
    if len(one) == len(other):
        swapped = one[at + 1 : at + 2] + one[at : at + 1]
        return one[at + 1 :] == other[at + 1 :] or (
            swapped == other[at : at + 2] and one[at + 2 :] == other[at + 2 :]
        )
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]
