"""Which words of our house's list a source holds: a ten-year guarantee that the sheet gives.

"Guaranteed" is a word that sells too much, unless what we have is under a guarantee. Such a
finding is left out where a source of ours has the word in a sentence about the same thing, and
nothing else in the draft's sentence is without a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from salesagent_core.domain.claims.facts import Text, content_stems, read_text
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.grounding.library import sentence_around
from salesagent_core.domain.text.everyday_words import everyday_stems
from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.same_word import related_any

_CODE = "prohibited_phrase"
_ROOTS = ("garant", "guarant")
SAME_THING = 0.5
"""The share of the words beside it that the source's sentence must have."""
_THEIRS = frozenset({SourceKind.FORM, SourceKind.MESSAGE, SourceKind.CRM, SourceKind.MEMORY})
_OURSELVES = re.compile(
    r"\b(?:we|i|wir|ich|nous|je)\b(?: \w+){0,2} (?:garant|guarant)|garantiz(?:o|amos|aremos)\b"
)
"""Who guarantees it in person promises it, whatever the sheet says."""


def without_held_phrases(
    findings: Iterable[Finding],
    texts: dict[str, str],
    sources: Sequence[Source],
    ungrounded: Sequence[Finding],
) -> list[Finding]:
    """The findings but those of words that a source holds; ``texts`` are the parts by name."""
    kept = []
    for finding in findings:
        if finding.code == _CODE and _held(finding, texts[finding.part], sources, ungrounded):
            continue
        kept.append(finding)
    return kept


def _held(
    finding: Finding, whole: str, sources: Sequence[Source], ungrounded: Sequence[Finding]
) -> bool:
    word = bare_text(whole[finding.start : finding.end])
    if not word.startswith(_ROOTS):
        return False
    text = read_text(whole)
    at = next((spot for spot in range(len(text.bare)) if _origin(text, spot) >= finding.start), 0)
    first, last = sentence_around(text.bare, at)
    said = text.bare[first:last]
    begin, end = text.folded.span(first, last)
    others = any(
        one.part == finding.part and one.start < end and one.end > begin for one in ungrounded
    )
    if others or _OURSELVES.search(said):
        return False
    about = _about(said)
    return bool(about) and any(
        sum(related_any(frozenset({one}), _about(told)) for one in about) >= SAME_THING * len(about)
        for told in _guaranteed(sources)
    )


def _origin(text: Text, spot: int) -> int:
    return text.folded.span(spot, spot + 1)[0]


def _about(bare: str) -> frozenset[str]:
    return frozenset(
        one for one in content_stems(bare) - everyday_stems() if not one.startswith(_ROOTS)
    )


def _guaranteed(sources: Sequence[Source]) -> Iterable[str]:
    """The sentences of ours that speak of a guarantee, in bare form."""
    for source in sources:
        if not source.citable or source.kind in _THEIRS:
            continue
        bare = read_text(source.text).bare
        cuts = [0, *(found.end() for found in re.finditer(r"[.!?\n;]", bare)), len(bare)]
        for start, end in pairwise(cuts):
            if any(root in bare[start:end] for root in _ROOTS):
                yield bare[start:end]
