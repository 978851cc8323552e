"""The suite of `salesagent_contracts.mail_sender` over our adapters (conftest.py builds them)."""

from salesagent_contracts.mail_sender import *  # noqa: F403
