"""The suite of `salesagent_contracts.crm` over our adapters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from salesagent_contracts.crm import *  # noqa: F403
from salesagent_contracts.stages import CrmStage

from .crm_stages import HubSpotStage
from .stages import MemoryStage


@pytest.fixture(params=["memory", "hubspot"])
def stage(request: pytest.FixtureRequest) -> Iterator[CrmStage]:
    """A connected account with nothing in it, fresh for each test."""
    if request.param == "memory":
        yield MemoryStage.build()
        return
    with HubSpotStage.running() as running:
        yield running
