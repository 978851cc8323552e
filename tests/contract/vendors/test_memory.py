"""The suite of `salesagent_contracts.memory` over our adapters."""

from __future__ import annotations

from functools import partial

import pytest

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.embedder import MemoryEmbedder
from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.long_memory import PgLongMemory
from salesagent_contracts.memory import *  # noqa: F403
from salesagent_contracts.stages import Remembering

from .stages import MemoryStage


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.database)])
def remembering(request: pytest.FixtureRequest, vault: Vault) -> Remembering:
    """A long memory with nothing in it, and a way to break it."""
    if request.param == "memory":
        world = MemoryStage.build().world
        fails = partial(world.faults.fail, "memory.recall")
        return Remembering(memory=LongMemory(world), fails=fails)
    database: Database = request.getfixturevalue("vector_database")
    faults = Faults()
    memory = PgLongMemory(database, vault, MemoryEmbedder(faults), min_similarity=0.1)
    return Remembering(memory=memory, fails=partial(faults.fail, "embedder.embed"))
