"""The suite of `salesagent_contracts.mailbox` over our adapters (conftest.py builds them)."""

from salesagent_contracts.mailbox import *  # noqa: F403
