"""Language models, and the memory that rests on one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from salesagent_adapters.memory.embedder import MemoryEmbedder
from salesagent_adapters.memory.interpreter import MemoryInterpreter
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.memory.tone_judge import MemoryToneJudge
from salesagent_adapters.memory.transcriber import MemoryTranscriber
from salesagent_adapters.memory.world import World
from salesagent_adapters.memory.writer import MemoryWriter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.long_memory import PgLongMemory
from salesagent_adapters.postgres.model_budget import PgModelBudget
from salesagent_adapters.resilience.guard import Guard
from salesagent_adapters.resilience.guarded import guarded
from salesagent_app.settings import Settings
from salesagent_app.vendors.kinds import ModelVendor
from salesagent_app.vendors.rules import MODEL, WRITING
from salesagent_core.domain.context import Brief
from salesagent_core.domain.spending import Budget, ModelPrices
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.embedder import Embedder
from salesagent_core.ports.model_budget import ModelBudget
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.transcriber import Transcriber, Transcript

if TYPE_CHECKING:
    from salesagent_adapters.openai.client import ModelService


WORDS_IN_COMMON = 0.1
"""How alike two mails must be where words are counted and no model finds their meaning."""


def model_vendor(
    settings: Settings,
    world: World,
    database: Database,
    sealer: Sealer,
    tenants: TenantDirectory,
    clock: Clock,
) -> ModelVendor:
    """The language models where they are set, else the memory twins.

    Without an embedding model of its own, long memory finds past mails by the words they share.
    """
    if "OpenAI" in settings.stand_ins or settings.openai_model is None:
        return _stand_ins(world)
    budget = PgModelBudget(database, _budget_of(tenants))
    return _openai(settings, settings.openai_model, database, sealer, budget, clock)


def _stand_ins(world: World) -> ModelVendor:
    faults = world.faults
    return ModelVendor(
        writer=MemoryWriter(faults),
        interpreter=MemoryInterpreter(faults),
        transcriber=MemoryTranscriber(faults),
        tone_judge=MemoryToneJudge(faults),
        embedder=MemoryEmbedder(faults),
        memory=LongMemory(world),
    )


def _openai(
    settings: Settings,
    model: str,
    database: Database,
    sealer: Sealer,
    budget: ModelBudget,
    clock: Clock,
) -> ModelVendor:
    # The SDK takes a second to load: whoever has no key does not wait for it.
    from salesagent_adapters.openai.asking import Asker, Meter
    from salesagent_adapters.openai.client import ModelService
    from salesagent_adapters.openai.interpreter import OpenAIInterpreter
    from salesagent_adapters.openai.probe import OpenAIProbe
    from salesagent_adapters.openai.tone_judge import OpenAIToneJudge
    from salesagent_adapters.openai.writer import OpenAIWriter

    key = settings.openai_api_key
    service = ModelService(
        api_key=key.get_secret_value() if key else "none",
        base_url=settings.openai_base_url,
        clock=clock,
    )
    prices = ModelPrices(
        per_million_in=settings.openai_price_in, per_million_out=settings.openai_price_out
    )
    asker = Asker(service, Meter(budget=budget, model=model, prices=prices))
    guard = Guard("OpenAI")
    embedder = _embedder(settings, service, budget, guard)
    return ModelVendor(
        writer=guarded(OpenAIWriter(asker), guard, {"write": WRITING}, _tenant_of_brief),
        interpreter=guarded(OpenAIInterpreter(asker), guard, {"interpret": MODEL}),
        transcriber=_transcriber(settings, service, budget, guard),
        tone_judge=guarded(OpenAIToneJudge(asker), guard, {"judge": MODEL}),
        embedder=embedder,
        memory=_long_memory(settings, database, sealer, embedder),
        budget=budget,
        guards=(guard,),
        probe=OpenAIProbe(
            service,
            model=model,
            embedding_model=settings.openai_embedding_model,
            embedding_dimension=settings.openai_embedding_dimension,
            transcription_model=settings.openai_transcription_model,
        ),
        close=service.close,
    )


def _long_memory(
    settings: Settings, database: Database, sealer: Sealer, embedder: Embedder
) -> PgLongMemory:
    if settings.openai_embedding_model is not None:
        return PgLongMemory(database, sealer, embedder)
    return PgLongMemory(database, sealer, embedder, min_similarity=WORDS_IN_COMMON)


def _embedder(
    settings: Settings, service: ModelService, budget: ModelBudget, guard: Guard
) -> Embedder:
    if settings.openai_embedding_model is None:
        return MemoryEmbedder()
    from salesagent_adapters.openai.asking import Meter
    from salesagent_adapters.openai.embedder import OpenAIEmbedder

    meter = Meter(budget=budget, model=settings.openai_embedding_model)
    made = OpenAIEmbedder(service, meter, dimension=settings.openai_embedding_dimension)
    return guarded(made, guard, {"embed": MODEL})


def _transcriber(
    settings: Settings, service: ModelService, budget: ModelBudget, guard: Guard
) -> Transcriber:
    if settings.openai_transcription_model is None:
        return _NoTranscriber()
    from salesagent_adapters.openai.asking import Meter
    from salesagent_adapters.openai.transcriber import OpenAITranscriber

    meter = Meter(budget=budget, model=settings.openai_transcription_model)
    return guarded(OpenAITranscriber(service, meter), guard, {"transcribe": MODEL})


class _NoTranscriber:
    """Says that speech is not set up; typing works all the same."""

    async def transcribe(
        self,
        tenant_id: TenantId,  # noqa: ARG002
        audio: bytes,  # noqa: ARG002
        *,
        media_type: str,  # noqa: ARG002
        language: str | None = None,  # noqa: ARG002
    ) -> Transcript:
        raise NeedsReauth("no model for speech is set (OPENAI_TRANSCRIPTION_MODEL)")


def _budget_of(tenants: TenantDirectory) -> Callable[[TenantId], Awaitable[Budget]]:
    async def budget_of(tenant_id: TenantId) -> Budget:
        return (await tenants.get(tenant_id)).model_budget

    return budget_of


def _tenant_of_brief(brief: Brief) -> TenantId:
    return brief.tenant_id
