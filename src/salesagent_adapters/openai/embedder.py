"""Vectors of texts, in batches that the service takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from salesagent_adapters.openai.answers import EmbeddingAnswer
from salesagent_adapters.openai.asking import Meter, asked
from salesagent_adapters.openai.client import ModelService
from salesagent_adapters.openai.fence import harmless
from salesagent_core.errors import InvalidInput, Problem, Rejected, UnusableOutput
from salesagent_core.ids import TenantId
from salesagent_core.ports.embedder import Vector

PURPOSE = "embed"
MAX_TEXT = 8_000
"""Characters of a text: in no script are that more tokens than the models take (8,191)."""
MAX_BATCH = 64
MAX_BATCH_CHARS = 64_000


class OpenAIEmbedder:
    """The embedder port."""

    def __init__(
        self, service: ModelService, meter: Meter, *, dimension: int, ask_dimension: bool = True
    ) -> None:
        """``meter.model`` is the embedding model. ``ask_dimension`` is off for a model that has one
        dimension only and refuses to be asked.

        Raises:
            InvalidInput: the dimension is not above 0.
        """
        if dimension < 1:
            raise InvalidInput("not a dimension", [Problem(where="dimension", what="above 0")])
        self._service = service
        self._meter = meter
        self._dimension = dimension
        self._ask_dimension = ask_dimension

    @property
    def model(self) -> str:
        """See ``Embedder.model``."""
        return self._meter.model

    @property
    def dimension(self) -> int:
        """See ``Embedder.dimension``."""
        return self._dimension

    async def embed(self, tenant_id: TenantId, texts: Sequence[str]) -> tuple[Vector, ...]:
        """See ``Embedder.embed``."""
        vectors: list[Vector] = [(0.0,) * self._dimension] * len(texts)
        wanted = [(place, harmless(text[:MAX_TEXT]).strip()) for place, text in enumerate(texts)]
        for batch in _batches([(place, text) for place, text in wanted if text]):
            found = await self._batch(tenant_id, [text for _, text in batch])
            for (place, _), vector in zip(batch, found, strict=True):
                vectors[place] = vector
        return tuple(vectors)

    async def _batch(self, tenant_id: TenantId, texts: list[str]) -> list[Vector]:
        request: dict[str, Any] = {
            "model": self.model,
            "input": texts,
            "encoding_format": "float",
        }
        if self._ask_dimension:
            request["dimensions"] = self._dimension
        held = await self._meter.reserve(tenant_id, sum(len(text.encode()) for text in texts))
        answer = await asked(
            self._meter, held, lambda: self._service.embeddings(request), EmbeddingAnswer
        )
        await self._meter.record(held, PURPOSE, "none", answer.usage)
        by_index = {item.index: item.embedding for item in answer.data}
        if sorted(by_index) != list(range(len(texts))) or len(answer.data) != len(texts):
            raise UnusableOutput("the embedding model did not answer each text once")
        return [self._checked(by_index[index]) for index in range(len(texts))]

    def _checked(self, numbers: list[float]) -> Vector:
        if len(numbers) != self._dimension:
            raise Rejected(
                f"the embedding model answers with {len(numbers)} numbers, not with"
                f" {self._dimension}: set the embedding dimension to what the model has"
            )
        norm = math.sqrt(sum(number * number for number in numbers))
        if not math.isfinite(norm) or norm == 0:
            raise UnusableOutput("the embedding model answered with no direction")
        return tuple(number / norm for number in numbers)


def _batches(texts: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    batch: list[tuple[int, str]] = []
    size = 0
    for place, text in texts:
        if batch and (len(batch) == MAX_BATCH or size + len(text) > MAX_BATCH_CHARS):
            yield batch
            batch, size = [], 0
        batch.append((place, text))
        size += len(text)
    if batch:
        yield batch
