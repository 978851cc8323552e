"""The suite of `salesagent_contracts.transcriber` over our adapters (conftest.py builds them)."""

from salesagent_contracts.transcriber import *  # noqa: F403
