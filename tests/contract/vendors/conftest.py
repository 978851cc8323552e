"""The adapters that the vendor suites run over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.services.aimock import Aimock, aimock
from tests.services.emulate import Emulator, emulate_google, google_seed
from tests.services.strict_schemas import faults

from salesagent_contracts.stages import MailStage, Models, WriterStage

from .google_stage import CANNOT, google_stage
from .model_stages import MemoryModels, ModelWriterStage, OpenAIModels
from .stages import MemoryStage, MemoryWriterStage

MAIL_SUITES = frozenset(
    {"test_mailbox", "test_mail_sender", "test_mail_history", "test_calendar", "test_assets"}
)
GOOGLE_PEOPLE = 200
GoogleAccounts = tuple[Emulator, Iterator[str]]


@pytest.fixture(scope="session")
def google_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleAccounts]:
    """The stand-in for Google, and tokens of more people than there are tests."""
    people = [f"person{number}@ours.example" for number in range(GOOGLE_PEOPLE)]
    tokens = {f"token-of-{each}": {"login": each, "scopes": []} for each in people}
    seed = {**google_seed(users=people), "tokens": tokens}
    with emulate_google(tmp_path_factory.mktemp("google"), seed) as emulator:
        yield emulator, iter(tokens)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What talks to the real vendors runs when it is asked for: ``-m live``."""
    if "live" in (config.option.markexpr or ""):
        return
    live = [each for each in items if each.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [each for each in items if each not in live]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of these suites runs over the memory adapter, and over Google's but for the few
    that its stand-in cannot play: ``google_stage.CANNOT`` says why, and where else to look."""
    suite = metafunc.module.__name__.rpartition(".")[2]
    if suite in MAIL_SUITES and "stage" in metafunc.fixturenames:
        google = [] if metafunc.function.__name__ in CANNOT else ["google"]
        metafunc.parametrize("stage", ["memory", *google], indirect=True)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[MailStage]:
    """A connected account with nothing in it, fresh for each test."""
    if request.param == "memory":
        yield MemoryStage.build()
        return
    emulator, tokens = request.getfixturevalue("google_accounts")
    with google_stage(emulator.url, next(tokens)) as made:
        yield made


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    """A stand-in for OpenAI's API."""
    with aimock(tmp_path_factory.mktemp("aimock")) as server:
        yield server


@pytest.fixture
def openai_models(model_server: Aimock) -> Iterator[OpenAIModels]:
    """The OpenAI adapters; every schema that they sent is one that OpenAI takes."""
    yield OpenAIModels(model_server)
    for request in model_server.requests():
        assert faults(request["response_format"]) == []


@pytest.fixture(params=["memory", "openai"])
def models(request: pytest.FixtureRequest) -> Models:
    """Language models that work, with a way to break them."""
    if request.param == "memory":
        return MemoryModels()
    found: OpenAIModels = request.getfixturevalue("openai_models")
    return found


@pytest.fixture(params=["memory", "openai"])
def writing(request: pytest.FixtureRequest) -> WriterStage:
    """A writer that works, with a way to break it."""
    if request.param == "memory":
        return MemoryWriterStage.build()
    return ModelWriterStage(models=request.getfixturevalue("openai_models"))
