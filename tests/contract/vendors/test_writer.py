"""The suite of `salesagent_contracts.writer` over our adapters (conftest.py builds them)."""

from salesagent_contracts.writer import *  # noqa: F403
