"""The suite of `salesagent_contracts.tone_judge` over our adapters (conftest.py builds them)."""

from salesagent_contracts.tone_judge import *  # noqa: F403
