# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether the sources hold a percentage, said of the same thing."""

from __future__ import annotations

import re

from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.quantities import Quantity, readings
from salesagent_core.domain.grounding.library import Library, sentence_around

_CUT = re.compile(
    r"\b(?:off|discount\w*|rebate\w*|price cut|\w*rabatt\w*|\w*nachlass\w*|\w*skonto|ermassig\w+|vergunstig\w+|preisvorteil|"
    r"remises?|rabais|ristourne|escompte|descuentos?|rebajas?|dto|bonificacion\w*)\b"
)
"""Words for a share that is taken off a price."""
_LESS = re.compile(
    r"\b(?:cheaper|less|savings?|saves?|saving|reduc\w+|deduct\w*|lower\w*|gunstiger|billiger|weniger|spar\w+|reduzier\w*|senk\w*|"
    r"moins|reductions?|economis\w+|menos|reduc\w+|reduz\w+|ahorr\w+|barat\w+|baja\w*)\b"
)
_PRICE = re.compile(
    r"\b(?:pay\w*|pric\w+|annual\w*|yearly|invoic\w+|bill\w*|fees?|rates?|zahl\w*|\w+zahlung|preis\w*|\w+preis|jahrlich\w*|rechnung\w*|gebuhr\w*|"
    r"paiement|payer|payez|payant|regl\w+|prix|tarifs?|annuel\w*|factur\w+|pag\w+|precios?|tarifas?|cuotas?|anual\w*)\b"
)
"""The two that say the same together."""
_PERCENT = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)[ -]?(?:%|per ?cent\b|pct\b|prozent\b|pour ?cent\b|por ?ciento\b)"
)


def holds_cut(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "A discount of 20 percent" for "20% off when paying yearly": the same share of the price is
    taken off, whatever words say so."""
    first, last = sentence_around(text.bare, fact.start)
    return _takes_off(text.bare[first:last]) and any(
        bool(readings(found[1]) & wanted.values)
        and _takes_off(library.whens[slice(*sentence_around(library.whens, found.start()))])
        for found in _PERCENT.finditer(library.whens)
    )


def _takes_off(sentence: str) -> bool:
    return bool(_CUT.search(sentence) or (_LESS.search(sentence) and _PRICE.search(sentence)))
