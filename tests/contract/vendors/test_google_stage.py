"""What the stage says it cannot play is what the suites ask for."""

from __future__ import annotations

from . import test_assets, test_calendar, test_mail_sender, test_mailbox
from .google_stage import CANNOT


def test_every_case_that_is_left_out_is_one_of_the_suites() -> None:
    suites = (test_mailbox, test_mail_sender, test_calendar, test_assets)
    cases = {name for suite in suites for name in vars(suite) if name.startswith("test_")}
    assert cases.issuperset(CANNOT)
