# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What stands around the event that a clause tells of and is no event itself: "I hope that",
"according to our notes", "it was a pleasure", and sums that somebody means to spend."""

from __future__ import annotations

import re

_FRAME = re.compile(
    r"\b(?:(?:i|we) (?:(?:do|can|also) )?(?:hope|trust|see|saw|notice|noticed|gather|understand)(?: from [^.,;]{0,30}?)? that"
    r"|(?:i|we) (?:hope|trust)|according to (?:our|my) (?:notes|records|files|system)|(?:our|my) (?:notes|records|files) (?:show|say|tell)(?: that)?|it was (?:a |my |our )?(?:great |real )?(?:pleasure|honour|joy)"
    r"|(?:ich|wir) (?:hoffen?|sehen?),?(?: dass)?|hoffentlich|wie ich sehe|(?:laut|nach|gemass) unser\w* (?:notizen|unterlagen|aufzeichnungen|akten|daten)|(?:unseren|meinen) (?:notizen|unterlagen|aufzeichnungen) (?:nach|zufolge)|gab es|es war (?:mir )?(?:eine? )?(?:grosse )?(?:freude|vergnugen)"
    r"|(?:j'espere|nous esperons|je vois|nous voyons|je constate|je remarque)(?: que| qu')?|(?:d'apres|selon) (?:nos|mes) (?:notes|dossiers|informations)|(?:c'etait|ce fut|cela a ete) (?:un )?(?:vrai |grand )?(?:plaisir|joie)"
    r"|(?:espero|esperamos|veo|vemos|observo)(?: que)?|segun (?:nuestr\w+|mis) (?:notas|registros|datos|apuntes)|(?:fue|ha sido) un (?:verdadero |gran )?(?:placer|gusto|honor))(?= |$)"
)
_HOPES = re.compile(r"\b(?:hope|trust|hoffe\w*|hoffentlich|esper\w+)\b")
_SERVED = re.compile(
    r"\b(?:useful|helpful|valuable|interesting|informative|(?:of (?:some )?)(?:use|help|interest|value)|hilfreich|nutzlich|interessant|aufschlussreich|informativ|geholfen|weitergeholfen|gefallen"
    r"|(?:a |ont )?(?:ete )?(?:utiles?|interessante?s?|instructi\w+|aidee?s?|servie?s?|plue?s?)|(?:ha |haya |han |hayan )?(?:sido |resultado )?(?:utile?s?|utiles|interesantes?|provechos\w+|ayudado|servido|gustado))\b"
)
"""How something is hoped to have been."""
_GUIDE = re.compile(
    r"\b(guia|guide|manual) (?:\w+ )?(?:de |d')(?:compras?|achats?)\b|\b(?:buyer'?s'?|buying|purchasing) (guide)\b"
)
"""A text about buying, which nobody has bought."""
_MONEY = re.compile(
    r"(?:[€£$]|\b(?:eur|usd|gbp|chf)) ?\d|\d[\d.,']*(?: \d{3})* ?(?:[€£$]|(?:eur|euros?|usd|gbp|chf|pounds?|pfund|livres|libras|dollars?|dolares|franken|francs?|francos)\b)"
)
_SPENDS = re.compile(
    r"\b(?:set aside|put aside|earmarked|allocated|allotted|budgeted|planned|eingeplant|vorgesehen|veranschlagt|zuruckgelegt|budgetiert|bereitgestellt|reserviert|prevue?s?|reservee?s?|alloue\w*|budgete\w*|consacre\w*|mis de cote)\b"
)
_SPENDS_ES = re.compile(r"\b(?:reservado|previsto|destinado|asignado|presupuestado|apartado)\b")
"""What one does with a budget."""
_FOR_THAT = re.compile(
    r"\b(?:for (?:this|it|that|the) (?:purpose|project)|fur (?:dieses|das|ihr) (?:projekt|vorhaben)|zu diesem zweck|(?:pour|a) (?:ce|votre) (?:projet|but)|a cet effet|para (?:este|tal|su) (?:fin|proyecto|proposito))\b"
)


def without_frames(bare: str) -> str:
    """A bare clause with only what it tells; a sum set aside becomes the budget that it is."""
    bare = _GUIDE.sub(lambda found: found[1] or found[2], bare)
    hopes = _HOPES.search(bare) is not None
    bare = _FRAME.sub(" ", bare)
    if hopes:
        bare = _SERVED.sub(" ", bare)
    if _MONEY.search(bare):
        budget = _SPENDS_ES.sub(" presupuesto ", _SPENDS.sub(" budget ", bare))
        bare = _FOR_THAT.sub(" ", budget) if budget != bare else bare
    return bare
