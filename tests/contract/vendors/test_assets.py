"""The suite of `salesagent_contracts.assets` over our adapters (conftest.py builds them)."""

from salesagent_contracts.assets import *  # noqa: F403
