"""Ask a model one question: room in the budget first, then the call, then what it took.

``reserve | chat | record | refusal and length | contract``. What an answer took is recorded before
the answer is judged: one that cannot be used has to be paid, too.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import attrs
from pydantic import BaseModel

from salesagent_adapters.openai.answers import (
    ChatAnswer,
    Usage,
    content_of,
    read_contract,
    read_envelope,
)
from salesagent_adapters.openai.client import ModelService
from salesagent_adapters.openai.schemas import Schema, response_format
from salesagent_core.domain.spending import ModelPrices, ModelUse
from salesagent_core.errors import SalesAgentError, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.model_budget import ModelBudget, Reservation

log = logging.getLogger(__name__)

BYTES_PER_TOKEN = 3
"""Of UTF-8, on the safe side for prose of any language."""

AnyModel = TypeVar("AnyModel", bound=BaseModel)


@attrs.frozen(kw_only=True)
class Question:
    """``purpose`` names the schema and the line in the budget; ``prompt_version`` the file."""

    purpose: str
    prompt_version: str
    system: str
    user: str
    schema: Schema
    max_tokens: int


@attrs.frozen(kw_only=True)
class Meter:
    """A budget and the prices of one model."""

    budget: ModelBudget
    model: str
    prices: ModelPrices = attrs.field(factory=ModelPrices)

    async def reserve(self, tenant_id: TenantId, text_bytes: int, answer: int = 0) -> Reservation:
        """Room for a text of that many bytes and an answer of that many tokens.

        Raises:
            OverBudget, Unavailable
        """
        read = text_bytes // BYTES_PER_TOKEN + 1
        held = await self.budget.reserve(
            tenant_id, tokens=read + answer, cost_micros=self.prices.cost_micros(read, answer)
        )
        for warning in held.warnings:
            log.warning("tenant %s: %s (%s)", tenant_id, warning.sentence, warning.code)
        return held

    async def record(
        self,
        held: Reservation,
        purpose: str,
        version: str,
        usage: Usage | None,
        *,
        model: str | None = None,
    ) -> ModelUse:
        """Write down what it took. ``model`` is the one that the service says it used."""
        counted = usage or Usage()
        use = ModelUse(
            model=(model or self.model)[:100],
            prompt_version=version,
            prompt_tokens=counted.read,
            completion_tokens=counted.written,
            cost_micros=self.prices.cost_micros(counted.read, counted.written),
        )
        await self.budget.record(held, purpose, use)
        return use


async def asked(
    meter: Meter, held: Reservation, call: Callable[[], Awaitable[bytes]], kind: type[AnyModel]
) -> AnyModel:
    """The service's answer; the room that was held is given back when there is none."""
    try:
        return read_envelope(await call(), kind)
    except SalesAgentError:
        # Should this fail, the room is free again in some minutes by itself.
        with suppress(Unavailable):
            await meter.budget.release(held)
        raise


class Asker:
    """Chat with one model, by contract."""

    def __init__(self, service: ModelService, meter: Meter) -> None:
        self._service = service
        self._meter = meter

    async def ask(
        self, tenant_id: TenantId, question: Question, kind: type[AnyModel]
    ) -> tuple[AnyModel, ModelUse]:
        """The answer as that class, and what it took.

        Raises:
            UnusableOutput, OverBudget, NeedsReauth, RateLimited, Unavailable, Rejected
        """
        size = len(question.system.encode()) + len(question.user.encode())
        held = await self._meter.reserve(tenant_id, size, question.max_tokens)
        request = {
            "model": self._meter.model,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            "response_format": response_format(question.purpose, question.schema),
            "max_completion_tokens": question.max_tokens,
        }
        answer = await asked(self._meter, held, lambda: self._service.chat(request), ChatAnswer)
        use = await self._meter.record(
            held, question.purpose, question.prompt_version, answer.usage, model=answer.model
        )
        return read_contract(content_of(answer), kind), use
