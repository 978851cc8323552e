"""The suite of `salesagent_contracts.embedder` over our adapters (conftest.py builds them)."""

from salesagent_contracts.embedder import *  # noqa: F403
