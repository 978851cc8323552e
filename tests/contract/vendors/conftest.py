"""The adapters that the vendor suites run over."""

from __future__ import annotations

import pytest

from .stages import MemoryStage, MemoryWriterStage


@pytest.fixture(params=["memory"])
def stage(request: pytest.FixtureRequest) -> MemoryStage:
    """A connected account with nothing in it, fresh for each test."""
    return {"memory": MemoryStage.build}[request.param]()


@pytest.fixture(params=["memory"])
def writing(request: pytest.FixtureRequest) -> MemoryWriterStage:
    """A writer that works, with a way to break it."""
    return {"memory": MemoryWriterStage.build}[request.param]()
