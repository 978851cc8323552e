"""Vectors without a model: words, and pairs of words, hashed into a fixed number of places.

Texts that share content words point the same way. It knows no synonyms.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.words import STEM, stop_words, words
from salesagent_core.ids import TenantId
from salesagent_core.ports.embedder import Vector

MODEL = "hashed-words/1"
DIMENSION = 384
PAIR_WEIGHT = 0.3
"""Words say what a text is about; their order only a little more."""


class MemoryEmbedder:
    """The embedder port."""

    def __init__(
        self, faults: Faults | None = None, *, dimension: int = DIMENSION, model: str = MODEL
    ) -> None:
        self._faults = faults or Faults()
        self._dimension = dimension
        self._model = model

    @property
    def model(self) -> str:
        """See ``Embedder.model``."""
        return self._model

    @property
    def dimension(self) -> int:
        """See ``Embedder.dimension``."""
        return self._dimension

    async def embed(
        self,
        tenant_id: TenantId,  # noqa: ARG002 - who pays; nobody does here
        texts: Sequence[str],
    ) -> tuple[Vector, ...]:
        """See ``Embedder.embed``."""
        async with self._faults.around("embedder.embed"):
            return tuple(self._vector(text) for text in texts)

    def _vector(self, text: str) -> Vector:
        numbers = [0.0] * self._dimension
        for feature, weight in _features(text):
            digest = hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=9).digest()
            sign = 1.0 if digest[8] & 1 else -1.0
            numbers[int.from_bytes(digest[:8], "big") % self._dimension] += sign * weight
        norm = math.hypot(*numbers)
        return tuple(number / norm for number in numbers) if norm else tuple(numbers)


def _features(text: str) -> Iterator[tuple[str, float]]:
    small = stop_words()
    stems = [word[:STEM] for word in words(text) if word not in small]
    for stem in stems:
        yield stem, 1.0
    for one, other in pairwise(stems):
        yield f"{one} {other}", PAIR_WEIGHT
