"""Language models for the suites: the memory twins, and the OpenAI adapters over an independent
server that answers what a good model would.

What a good model would answer is taken from the twin; so what is compared is the way there and
back, and what the adapter makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
from tests.services.aimock import API_KEY, Aimock

from salesagent_adapters.memory.embedder import MemoryEmbedder
from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.interpreter import MemoryInterpreter
from salesagent_adapters.memory.model_budget import MemoryModelBudget
from salesagent_adapters.memory.tone_judge import MemoryToneJudge
from salesagent_adapters.memory.transcriber import MemoryTranscriber
from salesagent_adapters.memory.writer import MemoryWriter, compose
from salesagent_adapters.openai.asking import Asker, Meter
from salesagent_adapters.openai.client import ModelService
from salesagent_adapters.openai.embedder import OpenAIEmbedder
from salesagent_adapters.openai.interpreter import OpenAIInterpreter
from salesagent_adapters.openai.tone_judge import OpenAIToneJudge
from salesagent_adapters.openai.transcriber import OpenAITranscriber
from salesagent_adapters.openai.writer import OpenAIWriter
from salesagent_adapters.system.clock import FixedClock
from salesagent_contracts.stages import NOW
from salesagent_core.domain.commands.command import CommandName, Interpretation
from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.spending import ModelPrices
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import NeedsReauth, RateLimited, UnusableOutput
from salesagent_core.ids import TenantId
from salesagent_core.ports.embedder import Embedder
from salesagent_core.ports.interpreter import Interpreter
from salesagent_core.ports.tone_judge import ToneJudge, ToneOpinion
from salesagent_core.ports.transcriber import Transcriber
from salesagent_core.ports.writer import Writer

DIMENSION = 96


@attrs.define(kw_only=True)
class MemoryModels:
    """All in memory."""

    faults: Faults = attrs.field(factory=Faults)
    transcriber: Transcriber = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.transcriber = MemoryTranscriber(self.faults)

    @property
    def writer(self) -> Writer:
        return MemoryWriter(self.faults)

    @property
    def interpreter(self) -> Interpreter:
        return MemoryInterpreter(self.faults)

    @property
    def embedder(self) -> Embedder:
        return MemoryEmbedder(self.faults, dimension=DIMENSION)

    @property
    def tone_judge(self) -> ToneJudge:
        return MemoryToneJudge(self.faults)

    def hears(self, audio: bytes, text: str) -> None:
        assert isinstance(self.transcriber, MemoryTranscriber)
        self.transcriber.hears(audio, text)

    def fails(self, error: Callable[[], Exception]) -> None:
        for vendor in ("writer", "interpreter", "transcriber", "embedder", "tone_judge"):
            self.faults.fail(vendor, error)


class OpenAIModels:
    """The OpenAI adapters over the stand-in."""

    def __init__(self, server: Aimock) -> None:
        self.server = server
        self.clock = FixedClock(NOW)
        self.budget = MemoryModelBudget(self.clock)
        self.service = ModelService(
            api_key=API_KEY, base_url=server.base_url, clock=self.clock, timeout=20
        )
        self._fault: Exception | None = None
        server.clear()

    def meter(self, model: str) -> Meter:
        prices = ModelPrices(per_million_in=2.0, per_million_out=8.0)
        return Meter(budget=self.budget, model=model, prices=prices)

    @property
    def asker(self) -> Asker:
        return Asker(self.service, self.meter("gpt-test"))

    @property
    def writer(self) -> Writer:
        return _GoodWriter(self)

    @property
    def interpreter(self) -> Interpreter:
        return _GoodInterpreter(self)

    @property
    def transcriber(self) -> Transcriber:
        return _Faulty(self, OpenAITranscriber(self.service, self.meter("speech-test")))

    @property
    def embedder(self) -> Embedder:
        real = OpenAIEmbedder(self.service, self.meter("vectors-test"), dimension=DIMENSION)
        return _FaultyEmbedder(self, real)

    @property
    def tone_judge(self) -> ToneJudge:
        return _GoodToneJudge(self)

    def hears(self, audio: bytes, text: str) -> None:
        self.server.hears(text)

    def fails(self, error: Callable[[], Exception]) -> None:
        self._fault = error()

    @contextmanager
    def scripted(self, endpoint: str, good: Callable[[], object] | None = None) -> Iterator[None]:
        """The server's answer to the next call: the planned fault, else what is good."""
        fault, self._fault = self._fault, None
        if isinstance(fault, UnusableOutput):
            self.server.answers("I would rather not.")
            if endpoint != "chat":
                raise fault
        elif isinstance(fault, NeedsReauth):
            self.server.fails(401, code="invalid_api_key", endpoint=endpoint)
        elif isinstance(fault, RateLimited):
            self.server.fails(429, code="rate_limit_exceeded", endpoint=endpoint, retry_after=7)
        elif fault is not None:
            self.server.fails(500, code="server_error", endpoint=endpoint)
        elif good is not None:
            self.server.answers(json.dumps(good()))
        yield
        if fault is not None:
            self.server.clear()


@attrs.frozen
class _GoodWriter:
    models: OpenAIModels

    async def write(self, brief: Brief) -> WrittenDraft:
        with self.models.scripted("chat", lambda: written_answer(brief, compose(brief))):
            return await OpenAIWriter(self.models.asker).write(brief)


@attrs.frozen
class _GoodInterpreter:
    models: OpenAIModels

    async def interpret(
        self, tenant_id: TenantId, text: str, allowed: Sequence[CommandName]
    ) -> Interpretation:
        meant = await MemoryInterpreter().interpret(tenant_id, text, allowed)
        answer: dict[str, Any] = dict.fromkeys(("reason", "old", "new", "instruction"))
        answer |= {"command": "none", "confidence": meant.confidence}
        if meant.command is not None:
            answer |= attrs.asdict(meant.command) | {"command": meant.command.name.value}
            del answer["name"]
        with self.models.scripted("chat", lambda: answer):
            real = OpenAIInterpreter(self.models.asker)
            return await real.interpret(tenant_id, text, allowed)


@attrs.frozen
class _GoodToneJudge:
    models: OpenAIModels

    async def judge(
        self, tenant_id: TenantId, *, subject: str, body: str, voice: VoiceProfile
    ) -> ToneOpinion:
        opinion = await MemoryToneJudge().judge(tenant_id, subject=subject, body=body, voice=voice)
        answer = {"score": opinion.score, "notes": list(opinion.notes)}
        with self.models.scripted("chat", lambda: answer):
            real = OpenAIToneJudge(self.models.asker)
            return await real.judge(tenant_id, subject=subject, body=body, voice=voice)


@attrs.frozen
class _Faulty:
    models: OpenAIModels
    real: OpenAITranscriber

    async def transcribe(
        self, tenant_id: TenantId, audio: bytes, *, media_type: str, language: str | None = None
    ) -> Any:
        with self.models.scripted("transcription"):
            return await self.real.transcribe(
                tenant_id, audio, media_type=media_type, language=language
            )


@attrs.frozen
class _FaultyEmbedder:
    models: OpenAIModels
    real: OpenAIEmbedder

    @property
    def model(self) -> str:
        return self.real.model

    @property
    def dimension(self) -> int:
        return self.real.dimension

    async def embed(self, tenant_id: TenantId, texts: Sequence[str]) -> Any:
        with self.models.scripted("embedding"):
            return await self.real.embed(tenant_id, texts)


def written_answer(brief: Brief, draft: WrittenDraft) -> dict[str, Any]:
    """A draft as a model would answer it, with the ids that the brief's sources go out under."""
    ids = {source.id: f"s{number}" for number, source in enumerate(brief.sources, start=1)}
    claims = [
        {"text": claim.text, "source_ids": [ids[one] for one in claim.source_ids]}
        for claim in draft.claims
    ]
    return {"subject": draft.subject, "paragraphs": draft.body.split("\n\n"), "claims": claims}


@attrs.frozen(kw_only=True)
class ModelWriterStage:
    """The writer alone, as the writer's suite wants it."""

    models: OpenAIModels

    @property
    def writer(self) -> Writer:
        return self.models.writer

    def fails(self, error: Callable[[], Exception]) -> None:
        self.models.fails(error)
