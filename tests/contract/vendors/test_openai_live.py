"""The real service, with your own key: what no stand-in can say.

Off by default: ``pytest -m live tests/contract/vendors/test_openai_live.py``, with
SALESAGENT_LIVE_OPENAI_KEY, SALESAGENT_LIVE_OPENAI_MODEL, SALESAGENT_LIVE_OPENAI_EMBEDDING_MODEL
and, for another service, SALESAGENT_LIVE_OPENAI_BASE_URL. It costs some cents and leaves nothing
behind.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import attrs
import pytest

from salesagent_adapters.memory.model_budget import MemoryModelBudget
from salesagent_adapters.openai.asking import Asker, Meter
from salesagent_adapters.openai.client import ModelService
from salesagent_adapters.openai.embedder import OpenAIEmbedder
from salesagent_adapters.openai.interpreter import OpenAIInterpreter
from salesagent_adapters.openai.tone_judge import OpenAIToneJudge
from salesagent_adapters.openai.writer import OpenAIWriter
from salesagent_adapters.system.clock import SystemClock
from salesagent_contracts.stages import TENANT
from salesagent_core.domain.commands.command import CommandName
from salesagent_core.domain.grounding.check import check_grounding, ungrounded
from salesagent_core.domain.planning import Ask
from salesagent_core.domain.voice import HOUSE_VOICE

from .test_tone_judge import BAD, GOOD
from .test_writer import ATTACK, brief

pytestmark = pytest.mark.live

SETTING = "SALESAGENT_LIVE_OPENAI"
DIMENSION = 256


@attrs.frozen(kw_only=True)
class Live:
    """The adapters over the real service."""

    service: ModelService
    asker: Asker
    embedder: OpenAIEmbedder


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    """The real service."""
    clock = SystemClock()
    service = ModelService(
        api_key=setting("KEY"),
        base_url=os.environ.get(f"{SETTING}_BASE_URL"),
        clock=clock,
    )
    budget = MemoryModelBudget(clock)
    chat = Meter(budget=budget, model=setting("MODEL"))
    vectors = Meter(budget=budget, model=setting("EMBEDDING_MODEL"))
    yield Live(
        service=service,
        asker=Asker(service, chat),
        embedder=OpenAIEmbedder(service, vectors, dimension=DIMENSION),
    )
    await service.close()


def setting(name: str) -> str:
    """Raises: a failure that names what is missing."""
    value = os.environ.get(f"{SETTING}_{name}")
    if not value:
        pytest.fail(f"{SETTING}_{name} is not set", pytrace=False)
    return value


@pytest.mark.parametrize("ask", [Ask.OFFER_MEETING, Ask.ANSWER_QUESTION])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_draft_says_nothing_without_a_source(live: Live, ask: Ask, language: str) -> None:
    given = brief(ask, language=language)
    draft = await OpenAIWriter(live.asker).write(given)
    findings = check_grounding(
        draft.body,
        given.sources,
        draft.claims,
        subject=draft.subject,
        allowed_names=("Ada", "Byrne", "Buyer Freight", "Maya Lind"),
        language=language,
    )
    assert not ungrounded(findings)
    assert draft.use is not None
    assert draft.use.prompt_tokens > 0


async def test_orders_in_a_form_are_not_followed(live: Live) -> None:
    given = brief(Ask.ANSWER_QUESTION, message=ATTACK)
    draft = await OpenAIWriter(live.asker).write(given)
    for word in ("evil", "collector", "90", "hunter2"):
        assert word not in f"{draft.subject}\n{draft.body}"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("that one is fine, off you go", CommandName.APPROVE),
        ("nah, they are a competitor, bin it", CommandName.REJECT),
        ("swap Tuesday for Thursday please", CommandName.EDIT),
        ("lovely weather today", None),
    ],
)
async def test_free_words_are_read(live: Live, said: str, name: CommandName | None) -> None:
    read = await OpenAIInterpreter(live.asker).interpret(TENANT, said, tuple(CommandName))
    assert (read.command.name if read.command else None) is name


async def test_meanings_that_are_near_have_vectors_that_are_near(live: Live) -> None:
    texts = ["Where is our data hosted?", "In which country are the servers?", "I like coffee"]
    one, near, far = await live.embedder.embed(TENANT, texts)
    likeness = [sum(a * b for a, b in zip(one, other, strict=True)) for other in (near, far)]
    assert likeness[0] > likeness[1] + 0.1


async def test_another_voice_is_heard(live: Live) -> None:
    judge = OpenAIToneJudge(live.asker)
    good = await judge.judge(TENANT, subject="Your routes", body=GOOD, voice=HOUSE_VOICE)
    bad = await judge.judge(TENANT, subject="WOW!!", body=BAD, voice=HOUSE_VOICE)
    assert good.score > bad.score
