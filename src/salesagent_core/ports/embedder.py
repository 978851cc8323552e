"""Whoever turns texts into vectors whose angles tell how alike the texts are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from salesagent_core.ids import TenantId

Vector = tuple[float, ...]


class Embedder(Protocol):
    """One model, one dimension. Vectors of different models are never compared."""

    @property
    def model(self) -> str:
        """Its name, stored beside every vector."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers each vector has."""
        ...

    async def embed(self, tenant_id: TenantId, texts: Sequence[str]) -> tuple[Vector, ...]:
        """A vector for each text, in their order: of length 1, or all zeros for a blank text.

        Raises:
            Rejected: the model's vectors have another dimension than it was set up with.
            Unavailable, RateLimited, NeedsReauth, OverBudget, UnusableOutput
        """
        ...
