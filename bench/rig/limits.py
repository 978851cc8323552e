"""What both limiters are asked: the same mails, in the same order."""

from __future__ import annotations

import random
from datetime import timedelta

CONTACTS, MAILBOXES, COMPANIES = 300, 20, 60
WEEK, DAY = timedelta(days=7), timedelta(days=1)
PER_CONTACT, PER_MAILBOX, PER_COMPANY = 7, 200, 50


def asked(decisions: int, seed: int) -> list[tuple[int, int, int]]:
    """(contact, mailbox, company) of each mail; a contact always belongs to one company."""
    dice = random.Random(seed)
    contacts = [dice.randrange(CONTACTS) for _ in range(decisions)]
    return [(contact, dice.randrange(MAILBOXES), contact % COMPANIES) for contact in contacts]
