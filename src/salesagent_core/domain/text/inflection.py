# ruff: noqa: E501  (tables of endings are kept on one line)
"""The dictionary's form of an inflected word: conjugations, participles and plurals as rules.

A list of words holds "incluir", a text says "incluye": the rules lead back from each ending to the
forms that a word list may hold. They give too many, never too few; the list decides.
"""

from __future__ import annotations

from collections.abc import Iterator

MIN_ROOT = 3
_LONGEST = 8

_SPANISH = {
    "ar": "o as a amos ais an e es emos eis en aste asteis aron aba abas abamos abais aban are aras ara aremos areis aran aria arias ariamos ariais arian "
    "aramos arais ase ases asemos aseis asen ares aren ando ado ada ados adas ad ador adora adores adoras able ables amiento amientos acion aciones",
    "er": "o es e emos eis en a as amos ais an i iste io imos isteis ieron ia ias iamos iais ian ere eras era eremos ereis eran eria erias eriamos eriais erian "
    "iera ieras ieramos ierais ieran iese ieses iesemos iesen iere ieres ieren iendo yendo ido ida idos idas ed edor edora edores edoras ible ibles imiento imientos yo yeron",
    "ir": "o es e imos is en a as amos ais an i iste io isteis ieron ia ias iamos iais ian ire iras ira iremos ireis iran iria irias iriamos iriais irian "
    "iera ieras ieramos ierais ieran iese ieses iesemos iesen iere ieres ieren iendo yendo ido ida idos idas id idor idora idores idoras ible ibles imiento imientos yo yeron",
    "": "s es ito ita itos itas isimo isima mente ador adora adores adoras aje ajes",
    "o": "a os as",
    "a": "as ado ada ados adas aje ar ero era eria",
    "e": "es",
}
_FRENCH = {
    "er": "e es ons ez ent ais ait ions iez aient ai as a ames ates erent erai eras era erons erez eront erais erait erions eriez eraient "
    "asse asses assions assiez assent ant ante antes ants ee ees eur euse eurs euses age ages ement ements able ables ation ations",
    "ir": "is it issons issez issent issais issait issions issiez issaient irai iras ira irons irez iront irais irait irions iriez iraient "
    "i ie ies imes ites irent issant issante isse isses s t ons ez ent ais ait ions iez aient ant e es u ue us ues issement issements isseur isseuse",
    "re": "s t ons ez ent ais ait ions iez aient rai ras ra rons rez ront rais rait rions riez raient u ue us ues ant e es is it imes ites irent isons isez isent",
    "oir": "ons ez ent ais ait ions iez aient ant u ue us ues",
    "": "s x e es ment",
    "l": "ux",
    "f": "ve ves",
    "x": "se ses",
}
_GERMAN = {
    "en": "e st t te test ten tet est et end ende enden ender endes endem ete etest eten etet er ers erin erinnen ung ungen bar bare baren bares barer barem",
    "n": "e st t te test ten tet nd nde nden nder ndes ndem le re",
    "": "e en er es em n s ere eren erer eres erem ste sten ster stes stem este esten ester estes estem in innen chen",
    "e": "n r s m",
    "t": "e en er es em",
}
_ENGLISH = {
    "": "s es ed ing er ers est ly ful less ness able ment ments ize ise izes ises ized ised izing ising 's",
    "e": "ed ing er ers est es able",
    "y": "ies ied ier iers iest ily iness",
    "ic": "ics ical ically",
    "le": "ly",
}
_TABLES = {"es": _SPANISH, "fr": _FRENCH, "de": _GERMAN, "en": _ENGLISH}
_BASES: dict[str, dict[str, tuple[str, ...]]] = {
    language: {
        ending: tuple(base for base, endings in table.items() if ending in endings.split())
        for ending in {one for endings in table.values() for one in endings.split()}
    }
    for language, table in _TABLES.items()
}
_PREFIXES = (
    "herunter heraus hinaus hinzu zuruck zusammen zwischen weiter wieder durch unter statt fest hoch nach uber fort frei "
    "auf aus bei ein her hin los mit weg vor ab an um zu be ver zer ent er up down out off"
).split()
_AGAIN = ("re", "des", "de", "pre", "sobre", "auto", "sub", "inter", "co", "con", "en", "dis")
"""What Spanish and French put before a verb."""
MIN_BARE = 5
_IRREGULAR: dict[str, frozenset[str]] = {
    "en": frozenset(),
    "de": frozenset(),
    "fr": frozenset(
        "vais vas va vont dois doit doivent peux peut peuvent veux veut veulent sais sait savent suis sommes etes sont fais fait font prends prend prennent prenons prenez "
        "viens vient viennent tiens tient tiennent recois recoit recoivent vois voit voient bois boit boivent mets met mettent dis dit dites lis lit ecris ecrit ecrivent ayez soyez sachez veuillez".split()
    ),
    "es": frozenset(
        "estoy estas esta estan estamos doy das dan damos voy vas va vamos van soy eres somos fui fue fuimos fueron iba iban ibamos vea vean veo ven vemos ver veran sea sean siendo yendo oiga oigan huela".split()
    ),
}
_STRONG = (
    "estuv tuv anduv pud pus sup quis vin hic hiz dij traj produj reduj conduj traduj introduj cup hub detuv mantuv obtuv contuv "
    "propus compus dispus supus expus previn convin intervin"
).split()
"""Stems of the Spanish past that no infinitive shows."""
_STRONG_ENDINGS = frozenset(
    "e iste o imos isteis ieron eron iera ieras ieran ieramos iese iesen".split()
)


def dictionary_forms(word: str, language: str) -> Iterator[str]:
    """Bare forms that ``word`` (bare) may be inflected from, likely or not, the word left out."""
    bases = _BASES[language]
    for length in range(1, min(_LONGEST, len(word) - MIN_ROOT) + 1):
        for base in bases.get(word[-length:], ()):
            for root in _roots(word[:-length], base, language):
                yield root + base
                if language in ("es", "fr"):
                    yield from _without_prefix(root + base)
    if language == "de":
        yield from _participles(word)


def _without_prefix(word: str) -> Iterator[str]:
    for prefix in _AGAIN:
        if word.startswith(prefix) and len(word) - len(prefix) >= MIN_BARE:
            yield word[len(prefix) :]


def is_irregular(word: str, language: str) -> bool:
    """True for a bare form of a verb that no ending explains: "estoy", "hicimos", "veuillez"."""
    if word in _IRREGULAR[language]:
        return True
    return language == "es" and any(
        word.startswith(stem) and word[len(stem) :] in _STRONG_ENDINGS for stem in _STRONG
    )


def _roots(root: str, base: str, language: str) -> Iterator[str]:
    """The root as written, and as the dictionary's form has it."""
    yield root
    if language == "es":
        yield from _spanish_roots(root, base)
    elif language == "fr" and base in ("er", "re", "ir"):
        if root.endswith("e"):
            yield root[:-1]  # mangeons
        if root[-1:] == root[-2:-1]:
            yield root[:-1]  # appelle
        if root.endswith("i"):
            yield root[:-1] + "y"  # envoie
    elif language == "en" and root[-1:] == root[-2:-1]:
        yield root[:-1]  # planned


def _spanish_roots(root: str, base: str) -> Iterator[str]:
    if base not in ("ar", "er", "ir"):
        if not base and root.endswith("c"):
            yield root[:-1] + "z"
        return
    bent = {root, "o".join(root.rsplit("ue", 1)), "e".join(root.rsplit("ie", 1))}
    bent |= {
        "e".join(root.rsplit("i", 1)),
        "o".join(root.rsplit("u", 1)),
        "u".join(root.rsplit("ue", 1)),
    }
    for one in bent:
        yield one
        for written, spelled in (
            ("qu", "c"),
            ("gu", "g"),
            ("g", "gu"),
            ("c", "z"),
            ("j", "g"),
            ("z", "c"),
            ("zc", "c"),
            ("y", ""),
            ("ig", ""),
            ("g", ""),
        ):
            if one.endswith(written):
                yield one[: -len(written)] + spelled


def _participles(word: str) -> Iterator[str]:
    """ "gehostet", "eingerichteten", "aufzubauen": by the verb without "ge" or "zu"."""
    for prefix in ["", *(one for one in _PREFIXES if word.startswith(one))]:
        rest = word[len(prefix) :]
        if rest.startswith("zu") and rest.endswith("n") and prefix:
            yield prefix + rest[2:]
            yield rest[2:]
        if rest.startswith("ge"):
            stem = rest[2:]
            for ending in ("", "e", "en", "er", "es", "em"):
                cut = stem.removesuffix(ending)
                for sign in ("et", "t", "en"):
                    if cut.endswith(sign) and cut + ending == stem:
                        root = cut.removesuffix(sign)
                        yield from (prefix + root + "en", root + "en", root + "n", root + "e", root)
        elif prefix and len(rest) > MIN_ROOT + 1:
            yield rest
