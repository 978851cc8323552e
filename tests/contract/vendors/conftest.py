"""The adapters that the vendor suites run over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.services.aimock import Aimock, aimock
from tests.services.emulate import Emulator, emulate_google, google_seed
from tests.services.strict_schemas import faults

from .google_stage import CANNOT, google_stage
from .model_stages import MemoryModels, Models, ModelWriterStage, OpenAIModels, WriterStage
from .stages import MemoryStage, MemoryWriterStage, Stage

GOOGLE_PEOPLE = 200
GoogleAccounts = tuple[Emulator, Iterator[str]]


@pytest.fixture(scope="session")
def google_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleAccounts]:
    """The stand-in for Google, with more people than there are tests."""
    people = [f"person{number}@ours.example" for number in range(GOOGLE_PEOPLE)]
    folder = tmp_path_factory.mktemp("google")
    with emulate_google(folder, google_seed(users=people)) as emulator:
        yield emulator, iter(people)


@pytest.fixture(params=["memory", "google"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A connected account with nothing in it, fresh for each test."""
    if request.param == "memory":
        yield MemoryStage.build()
        return
    name = getattr(request.node, "originalname", request.node.name)
    if name in CANNOT:
        pytest.skip(CANNOT[name])
    emulator, people = request.getfixturevalue("google_accounts")
    token = emulator.access_token(("openid", "email"), next(people))
    with google_stage(emulator.url, token) as made:
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
