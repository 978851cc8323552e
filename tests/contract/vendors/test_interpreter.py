"""The suite of `salesagent_contracts.interpreter` over our adapters (conftest.py builds them)."""

from salesagent_contracts.interpreter import *  # noqa: F403
