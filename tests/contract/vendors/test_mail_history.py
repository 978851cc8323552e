"""The suite of `salesagent_contracts.mail_history` over our adapters (conftest.py builds them)."""

from salesagent_contracts.mail_history import *  # noqa: F403
