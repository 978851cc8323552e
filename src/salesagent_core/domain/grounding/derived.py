"""Numbers of a draft that no source writes but that follow from what sources hold.

Flow: ``facts held | operands of the wanted one | formulas (sums) | followed?``, again until no
more follow, so that a derived value may carry the next one but two never carry each other.

Operands are of fitting kinds: money comes of money and counts, a length of counts and lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

from salesagent_core.domain.claims.facts import Fact, FactKind, Text
from salesagent_core.domain.claims.quantities import Quantity
from salesagent_core.domain.grounding.derived_counts import (
    count_follows,
    counts_the_days,
    from_month_to_month,
    length_follows,
)
from salesagent_core.domain.grounding.derived_prices import price_follows
from salesagent_core.domain.grounding.held_lengths import length_meant
from salesagent_core.domain.grounding.library import Library
from salesagent_core.domain.grounding.operands import beside
from salesagent_core.domain.grounding.rates import rate_follows
from salesagent_core.domain.text.same_word import related_any

MAX_DERIVED = 60
"""More missing numbers than this are no calculation."""
MAX_ROUNDS = 4
_KINDS = frozenset({FactKind.PRICE, FactKind.NUMBER, FactKind.DURATION})


def following(
    library: Library, text: Text, held: Sequence[Fact], missing: Sequence[Fact]
) -> list[Fact]:
    """Those of ``missing`` whose number follows from ``held`` ones and the sources."""
    open_ones = [fact for fact in missing if fact.kind in _KINDS]
    if not open_ones or len(open_ones) > MAX_DERIVED:
        return []
    grounded, found = list(held), list[Fact]()
    for _ in range(MAX_ROUNDS):
        new = [
            fact
            for fact in open_ones
            if _is_repeated(found, fact) or _follows(library, text, grounded, fact)
        ]
        if not new:
            break
        grounded, found = [*grounded, *new], [*found, *new]
        open_ones = [fact for fact in open_ones if fact not in new]
    return found


def _follows(library: Library, text: Text, grounded: Sequence[Fact], fact: Fact) -> bool:
    if not isinstance(fact.value, Quantity):
        return False
    near = beside(text, grounded, fact)
    if rate_follows(library, text, near, fact, fact.value):
        return True
    if fact.kind is FactKind.PRICE:
        return price_follows(library, text, near, fact, fact.value)
    if fact.kind is FactKind.DURATION:
        return (
            counts_the_days(text, grounded, fact, fact.value)
            or from_month_to_month(library, fact.value)
            or length_follows(library, text, near, fact, fact.value)
        )
    meant = length_meant(text, fact, fact.value)
    if meant is not None and length_follows(library, text, near, fact, meant):
        return True
    return count_follows(library, text, near, fact, fact.value)


def _is_repeated(found: Sequence[Fact], fact: Fact) -> bool:
    """The same number of the same thing as one that followed already."""
    wanted = fact.value
    return isinstance(wanted, Quantity) and any(
        (one.kind, one.value.unit) == (fact.kind, wanted.unit)
        and bool(one.value.values & wanted.values)
        and (
            fact.kind is not FactKind.NUMBER
            or not one.value.nouns
            or related_any(frozenset(one.value.nouns), frozenset(wanted.nouns))
        )
        for one in found
        if isinstance(one.value, Quantity)
    )
