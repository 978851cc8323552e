"""The suite of `salesagent_contracts.calendar` over our adapters (conftest.py builds them)."""

from salesagent_contracts.calendar import *  # noqa: F403
