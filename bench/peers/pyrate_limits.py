"""Peer: pyrate-limiter's ``PostgresBucket``, as its documents say: a psycopg pool, a bucket for
each thing that is limited (a bucket is a table and counts all that is put into it), one
``try_acquire`` for each. Threads, as it is synchronous.

``three``: contact, mailbox and company, one after the other; what an earlier bucket took stays
taken when a later one refuses. ``one``: the mailbox only. Each acquire is a transaction of its own
and one more asks for the time. A bucket whose table is locked refuses at once, as if it were full:
such a refusal is asked again here, and counted.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from psycopg_pool import ConnectionPool
from pyrate_limiter import Limiter, PostgresBucket, Rate
from pyrate_limiter.limiter import SingleBucketFactory

from rig.limits import (
    COMPANIES,
    CONTACTS,
    DAY,
    MAILBOXES,
    PER_COMPANY,
    PER_CONTACT,
    PER_MAILBOX,
    WEEK,
    asked,
)

MILLISECONDS = 1_000
TRIES = 200


Bucket = tuple[Limiter, PostgresBucket]


def _buckets(pool: ConnectionPool, name: str, count: int, rate: Rate) -> list[Bucket]:
    buckets = [PostgresBucket(pool, f"{name}_{number}", [rate]) for number in range(count)]
    # Nothing runs out while this is measured, so that no thread need look for it.
    return [(Limiter(SingleBucketFactory(each, schedule_leak=False)), each) for each in buckets]


def main() -> None:
    """``argv``: three or one, decisions, callers."""
    which, decisions, callers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    size = int(os.environ["POOL"])
    with ConnectionPool(os.environ["DATABASE_URL"], min_size=size, max_size=size) as pool:
        week, day = (int(span.total_seconds()) * MILLISECONDS for span in (WEEK, DAY))
        kinds = [_buckets(pool, "mailbox", MAILBOXES, Rate(PER_MAILBOX, day))]
        if which == "three":
            kinds = [
                _buckets(pool, "contact", CONTACTS, Rate(PER_CONTACT, week)),
                *kinds,
                _buckets(pool, "company", COMPANIES, Rate(PER_COMPANY, week)),
            ]

        def decide(mail: tuple[int, int, int]) -> tuple[bool, int]:
            numbers = mail if which == "three" else mail[1:2]
            again = 0
            for buckets, number in zip(kinds, numbers, strict=True):
                limiter, bucket = buckets[number]
                for _ in range(TRIES):
                    if limiter.try_acquire("mail", blocking=False):
                        break
                    if cast(int, bucket.count()) >= bucket.rates[0].limit:
                        return False, again
                    again += 1
            return True, again

        with ThreadPoolExecutor(callers) as threads:
            list(threads.map(decide, asked(min(50, decisions), seed=1)))
            started = time.perf_counter()
            answers = list(threads.map(decide, asked(decisions, seed=2)))
            elapsed = time.perf_counter() - started
    print(
        json.dumps(
            {
                "decisions": decisions,
                "admitted": sum(admitted for admitted, _ in answers),
                "again": sum(again for _, again in answers),
                "elapsed": elapsed,
            }
        )
    )


if __name__ == "__main__":
    main()
